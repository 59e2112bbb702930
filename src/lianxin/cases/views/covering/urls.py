"""Addresses of covering photos (below /desk/publish/)."""

from django.urls import path

from lianxin.cases.views.covering import pages

urlpatterns = [
    path("<str:number>/photos/<int:photo>/", pages.cover, name="desk-cover"),
    path("<str:number>/photos/<int:photo>/covered.jpg", pages.covered, name="desk-covered"),
]
