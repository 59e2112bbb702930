from django.apps import AppConfig


class Config(AppConfig):
    name = "lianxin.cases"

    def ready(self) -> None:
        from lianxin.cases import checks, docks, tasks  # noqa: F401 - registers the replay check, docks and jobs
        from lianxin.cases.models import Category, Clause, ReplyText, Route
        from lianxin.ledger.rows import keep_rows

        keep_rows("category", Category)
        keep_rows("clause", Clause)
        keep_rows("route", Route)
        keep_rows("reply", ReplyText)
