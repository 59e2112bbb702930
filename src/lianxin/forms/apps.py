from django.apps import AppConfig


class Config(AppConfig):
    name = "lianxin.forms"

    def ready(self) -> None:
        import pillow_heif

        pillow_heif.register_heif_opener()
