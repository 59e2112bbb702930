"""Pages of the look itself: ``path("ui/", include("lianxin.ui.urls"))``."""

from django.urls import path, re_path

from lianxin.ui import views
from lianxin.ui.made import made

app_name = "ui"
urlpatterns = [
    re_path(r"^made/(?P<name>[\w.-]{1,80})$", made, name="made"),
    path("look/", views.look, name="look"),
    path("living/", views.living, name="living"),
]
