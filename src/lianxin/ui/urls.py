"""Pages of the look itself: ``path("ui/", include("lianxin.ui.urls"))``."""

from django.urls import path

from lianxin.ui import views

app_name = "ui"
urlpatterns = [
    path("look/", views.look, name="look"),
    path("living/", views.living, name="living"),
]
