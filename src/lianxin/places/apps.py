"""The places app."""

from django.apps import AppConfig


class Config(AppConfig):
    """Grids, boundaries and addresses."""

    name = "lianxin.places"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let `verify` know of boundaries, service points, names of places and sites."""
        from lianxin.ledger.rows import keep_rows
        from lianxin.places import checks  # noqa: F401 - registers the check
        from lianxin.places.models import AddressName, ServicePoint, Site

        keep_rows("service_point", ServicePoint)
        keep_rows("name", AddressName)
        keep_rows("site", Site)
