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
        from django.db import connection
        from django.db.backends.signals import connection_created

        if connection.vendor == "postgresql":
            # The primary key there is (town_id, id): grouping by `id` alone does not determine a row's columns.
            type(connection.features).allows_group_by_selected_pks = False
        connection_created.connect(calm, dispatch_uid="lianxin.keys.calm")
