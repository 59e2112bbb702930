from django.apps import AppConfig


class Config(AppConfig):
    name = "lianxin.cases"

    def ready(self) -> None:
        from lianxin.cases import checks, tasks  # noqa: F401 - registers the replay check and the jobs
