"""Addresses of the programs' door."""

from django.urls import path

from lianxin.cases.api import docs
from lianxin.town.api.door import api

urlpatterns = [
    path("openapi.json", docs.openapi, name="api-openapi"),
    path("docs", docs.page, name="api-docs"),
    path("", api.urls),
]
