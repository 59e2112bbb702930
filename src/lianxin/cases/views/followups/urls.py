"""Addresses of follow-ups."""

from django.urls import path

from lianxin.cases.views.followups import pages

urlpatterns = [
    path("desk/follow-ups/", pages.follow_ups, name="follow-ups"),
    path("desk/follow-ups/<int:pk>/done/", pages.done, name="follow-up-done"),
    path("cases/<str:number>/follow-up", pages.follow, name="follow-up-set"),
]
