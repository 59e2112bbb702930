"""The app of pages' looks."""

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register

from lianxin.ui import assets


class UiConfig(AppConfig):
    """Templates, components, the front end and its words."""

    name = "lianxin.ui"
    label = "ui"

    def ready(self) -> None:
        """Let ``check`` say when pages would come without style or script."""
        register(front_end_is_built)


def front_end_is_built(**_asked: object) -> list[CheckMessage]:
    """Warn when the built front end is missing; pages work without it, but plainly."""
    if assets.MANIFEST.is_file():
        return []
    return [
        Warning(
            "The front end has not been built: pages come without style and script.",
            hint="Run: python -m lianxin.ui.build",
            id="ui.W001",
        )
    ]
