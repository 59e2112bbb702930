"""The people app."""

from django.apps import AppConfig


class Config(AppConfig):
    """Who acts."""

    name = "lianxin.people"

    def ready(self) -> None:
        """Let `verify` compare units, roles and the calendar with their history."""
        from lianxin.ledger.rows import keep_rows
        from lianxin.people.models import CalendarDay, Role, Unit

        keep_rows("unit", Unit)
        keep_rows("role", Role)
        keep_rows("calendar", CalendarDay)
