"""The places app."""

from django.apps import AppConfig


class Config(AppConfig):
    """Grids, boundaries and addresses."""

    name = "lianxin.places"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let `verify` know of boundaries."""
        from lianxin.places import checks  # noqa: F401 - registers the check
