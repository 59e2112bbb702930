from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0002_phone_codes")]

    operations = [
        migrations.AddField(model_name="unit", name="active", field=models.BooleanField(default=True)),
    ]
