"""Addresses of the set-up."""

from django.urls import path

from lianxin.town.homes import points
from lianxin.town.homes.setup import holidays, home, pages

urlpatterns = [
    path("points/", points.points, name="points"),
    path("points/marks.geojson", points.point_marks, name="point-marks"),
    path("setup/", home.setup, name="setup"),
    path("setup/town/", pages.setup_town, name="setup-town"),
    path("setup/town/back/", pages.town_back, name="setup-town-back"),
    path("setup/calendar/year/", holidays.holidays, name="setup-holidays"),
    path("setup/<slug:key>/", pages.register_list, name="setup-register"),
    path("setup/<slug:key>/new/", pages.register_new, name="setup-new"),
    path("setup/<slug:key>/<int:pk>/", pages.register_row, name="setup-row"),
    path("setup/<slug:key>/<int:pk>/back/", pages.register_back, name="setup-back"),
    path("setup/<slug:key>/<int:pk>/drop/", pages.register_drop, name="setup-drop"),
]
