"""The people app."""

from django.apps import AppConfig


class Config(AppConfig):
    """Who acts."""

    name = "lianxin.people"

    def ready(self) -> None:
        """Let `verify` compare units, posts, roles… with their history, and people follow their grids."""
        from lianxin.ledger.rows import keep_rows, tell_rows
        from lianxin.people import docks  # noqa: F401 - registers what is docked to grids
        from lianxin.people.models import (
            Account,
            CalendarDay,
            CentreHousehold,
            Leave,
            LineService,
            PartyGroup,
            Post,
            Representative,
            Role,
            Turn,
            Unit,
        )

        keep_rows("unit", Unit)
        keep_rows("role", Role)
        keep_rows("calendar", CalendarDay)
        keep_rows("post", Post)
        tell_rows("account", Account, private=("name", "phone"))
        keep_rows("leave", Leave, private=("note",))
        keep_rows("turn", Turn)
        keep_rows("representative", Representative, private=("name", "phone"))
        keep_rows("line_service", LineService)
        keep_rows("party_group", PartyGroup)
        keep_rows("centre", CentreHousehold, private=("name", "phone", "address"))
