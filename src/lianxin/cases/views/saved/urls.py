"""Addresses of saved views (below /desk/views/)."""

from django.urls import path

from lianxin.cases.views.saved import pages

urlpatterns = [
    path("", pages.view_list, name="saved-views"),
    path("save/", pages.view_save, name="view-save"),
    path("<int:pk>/", pages.view_change, name="view-change"),
]
