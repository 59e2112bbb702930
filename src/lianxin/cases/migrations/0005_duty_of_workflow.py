"""Open duties say by which workflow they go and whether their clock is stopped: counts need not look at the case."""

from django.db import migrations, models

OF_CASE = "FROM cases_case WHERE cases_case.town_id = cases_duty.town_id AND cases_case.id = cases_duty.case_id"
OF_WORKFLOW = "UPDATE cases_duty SET workflow_id = (SELECT workflow_id " + OF_CASE + ")"  # noqa: S608 - our own words
IS_PAUSED = "UPDATE cases_duty SET paused = TRUE WHERE what = 'main' AND done_at IS NULL AND "
IS_PAUSED += "EXISTS (SELECT 1 " + OF_CASE
STOPPED = {
    "sqlite": " AND json_extract(cases_case.state, '$.paused_at') IS NOT NULL)",
    "postgresql": " AND cases_case.state ->> 'paused_at' IS NOT NULL)",
}


def fill(apps, schema_editor):
    schema_editor.execute(OF_WORKFLOW)
    schema_editor.execute(IS_PAUSED + STOPPED[schema_editor.connection.vendor])


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_reporter_phone_tail")]
    operations = [
        migrations.AddField("duty", "workflow_id", models.BigIntegerField(default=0), preserve_default=False),
        migrations.AddField("duty", "paused", models.BooleanField(default=False)),
        migrations.AddIndex(
            "duty",
            models.Index(
                fields=["town", "what", "workflow_id", "step", "paused", "due_at", "soon_at", "case_id", "done_at"],
                name="duty_open",
                condition=models.Q(("done_at", None)),
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
