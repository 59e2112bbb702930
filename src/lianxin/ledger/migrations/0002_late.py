"""An index of entries made after a limit: the share of cases on time is counted by it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["town", "at"], name="entry_late", condition=models.Q(("late", True))),
        ),
    ]
