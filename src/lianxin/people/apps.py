"""The people app."""

from django.apps import AppConfig


class Config(AppConfig):
    """Who acts."""

    name = "lianxin.people"

    def ready(self) -> None:
        """Let `verify` compare units, roles and the calendar with their history, and people follow their grids."""
        from lianxin.ledger.rows import keep_rows
        from lianxin.people import docks  # noqa: F401 - registers what is docked to grids
        from lianxin.people.models import (
            CalendarDay,
            CentreHousehold,
            Leave,
            LineService,
            PartyGroup,
            Representative,
            Role,
            Turn,
            Unit,
        )

        keep_rows("unit", Unit)
        keep_rows("role", Role)
        keep_rows("calendar", CalendarDay)
        keep_rows("leave", Leave)
        keep_rows("turn", Turn)
        keep_rows("representative", Representative)
        keep_rows("line_service", LineService)
        keep_rows("party_group", PartyGroup)
        keep_rows("centre", CentreHousehold)
