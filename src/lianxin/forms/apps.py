from django.apps import AppConfig


class Config(AppConfig):
    name = "lianxin.forms"

    def ready(self) -> None:
        import pillow_heif  # noqa: PLC0415 - phones send HEIC; registers the reader once

        pillow_heif.register_heif_opener()
