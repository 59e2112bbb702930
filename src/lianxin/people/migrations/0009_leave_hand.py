from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0008_centres_covered")]

    operations = [
        migrations.AddField(
            "leave",
            "hand",
            models.BooleanField(default=True, help_text="what is open on the first day goes to who stands in"),
        ),
    ]
