"""Pages of the look itself: ``path("ui/", include("lianxin.ui.urls"))``."""

from django.urls import path

from lianxin.ui import views
from lianxin.ui.made import made

app_name = "ui"
urlpatterns = [
    path("made/<str:name>", made, name="made"),
    path("look/", views.look, name="look"),
    path("", views.living, name="living"),
]
