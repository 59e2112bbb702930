from django.apps import AppConfig


class Config(AppConfig):
    name = "lianxin.notices"

    def ready(self) -> None:
        from lianxin.notices import docks  # noqa: F401 - registers who follows an area
