"""The texts of a subject lie in order in their index: asked to sort, SQLite else walks every text of the town."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_late")]
    operations = [
        migrations.RemoveIndex("text", "text_subject"),
        migrations.AddIndex("text", models.Index(fields=["town", "subject_id", "id"], name="text_subject")),
    ]
