from typing import Any

from django.apps import AppConfig


def calm(connection: Any, **_about: Any) -> None:
    """Let PostgreSQL run statements as they are: compiling one for a map took three times as long as running it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")


class Config(AppConfig):
    name = "lianxin.keys"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The primary key on PostgreSQL is (town_id, id): grouping by `id` alone does not determine a row's columns.
        from django.db.backends.postgresql.features import DatabaseFeatures
        from django.db.backends.signals import connection_created

        DatabaseFeatures.allows_group_by_selected_pks = False
        connection_created.connect(calm, dispatch_uid="lianxin.keys.calm")
