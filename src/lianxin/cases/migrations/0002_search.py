"""The search index over case texts: FTS5 on SQLite, a tsvector under GIN on PostgreSQL."""

from django.db import migrations

SQLITE = ["CREATE VIRTUAL TABLE cases_search USING fts5(tokens, detail=none)"]
POSTGRESQL = [
    "CREATE TABLE cases_search (town_id bigint NOT NULL, case_id bigint NOT NULL, tokens tsvector NOT NULL, "
    "PRIMARY KEY (town_id, case_id))",  # no foreign key: emptying the database's tables does not know this one
    "CREATE INDEX cases_search_tokens ON cases_search USING gin (tokens)",
]


def forward(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def backward(apps, schema_editor):
    schema_editor.execute("DROP TABLE cases_search")


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunPython(forward, backward)]
