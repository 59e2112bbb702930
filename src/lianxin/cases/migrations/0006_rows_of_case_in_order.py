"""What hangs on a case lies in order in its index: asked to sort, SQLite else walks every such row of the town."""

from django.db import migrations, models

OF_CASE = {"duty": "duty_of_case", "reporter": "reporter_of_case", "photo": "photo_of_case"}


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_duty_of_workflow")]
    operations = [
        *(migrations.RemoveIndex(model, name) for model, name in OF_CASE.items()),
        *(
            migrations.AddIndex(model, models.Index(fields=["town", "case_id", "id"], name=name))
            for model, name in OF_CASE.items()
        ),
        migrations.RemoveIndex("case", "case_children"),
        migrations.AddIndex(
            "case",
            models.Index(  # "NOT (… IS NULL)" was a condition no query of SQLite's fits
                fields=["town", "parent_id", "id"],
                name="case_children",
                condition=models.Q(("parent_id__isnull", False)),
            ),
        ),
    ]
