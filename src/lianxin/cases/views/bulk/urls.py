"""Addresses of acting on many cases (below /desk/bulk/)."""

from django.urls import path

from lianxin.cases.views.bulk import pages

urlpatterns = [
    path("", pages.bulk, name="desk-bulk"),
    path("<int:pk>/", pages.bulk_done, name="bulk-done"),
    path("<int:pk>/undo/", pages.bulk_undo, name="bulk-undo"),
]
