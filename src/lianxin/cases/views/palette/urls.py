"""Address of what the command palette offers (/desk/palette/)."""

from django.urls import path

from lianxin.cases.views.palette.pages import palette

urlpatterns = [path("", palette, name="palette")]
