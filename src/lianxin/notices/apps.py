from django.apps import AppConfig


class Config(AppConfig):
    name = "lianxin.notices"
