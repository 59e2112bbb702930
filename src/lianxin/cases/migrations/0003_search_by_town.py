"""The search index on SQLite names the town of each text, as it does on PostgreSQL: hits are counted per town."""

from django.db import migrations

FORWARD = [
    "CREATE VIRTUAL TABLE cases_search_of_town USING fts5(town_id UNINDEXED, tokens, detail=none)",
    "INSERT INTO cases_search_of_town (rowid, town_id, tokens) SELECT old.rowid, cases_case.town_id, old.tokens "
    "FROM cases_search AS old JOIN cases_case ON cases_case.id = old.rowid",
    "DROP TABLE cases_search",
    "ALTER TABLE cases_search_of_town RENAME TO cases_search",
]
BACKWARD = [
    "CREATE VIRTUAL TABLE cases_search_of_all USING fts5(tokens, detail=none)",
    "INSERT INTO cases_search_of_all (rowid, tokens) SELECT rowid, tokens FROM cases_search",
    "DROP TABLE cases_search",
    "ALTER TABLE cases_search_of_all RENAME TO cases_search",
]


def run(statements):
    def carry_out(apps, schema_editor):
        for statement in statements if schema_editor.connection.vendor == "sqlite" else ():
            schema_editor.execute(statement)

    return carry_out


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_search")]
    operations = [migrations.RunPython(run(FORWARD), run(BACKWARD))]
