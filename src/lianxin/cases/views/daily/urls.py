"""Addresses of the day at a glance."""

from django.urls import path

from lianxin.cases.views.daily import pages

urlpatterns = [
    path("today/", pages.today_page, name="today"),
    path("today/letter/", pages.letter, name="daily-letter"),
    path("today/letter/confirm/<str:token>/", pages.confirm, name="daily-confirm"),
    path("today/letter/<int:pk>/<str:code>/", pages.stop, name="daily-stop"),
]
