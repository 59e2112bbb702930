from django.apps import AppConfig


class Config(AppConfig):
    name = "lianxin.town"

    def ready(self) -> None:
        from lianxin.town import watching  # noqa: F401 - registers what is asked of the town itself
        from lianxin.town.auditing import checks  # noqa: F401 - registers the job
        from lianxin.town.imports import tasks  # noqa: F401 - registers the jobs
