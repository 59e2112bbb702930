from django.apps import AppConfig


class Config(AppConfig):
    name = "lianxin.keys"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The primary key on PostgreSQL is (town_id, id): grouping by `id` alone does not determine a row's columns.
        from django.db.backends.postgresql.features import DatabaseFeatures

        DatabaseFeatures.allows_group_by_selected_pks = False
