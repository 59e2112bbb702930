"""Addresses of residents and of the public."""

from django.urls import path, re_path

from lianxin.cases.views.public import board, feed, follow, limits, own, report, signing, taking, watch
from lianxin.ui.views import worker

_NUMBER = r"(?P<number>[A-Za-z]{1,4}[0-9]{8})"
_FORM = r"(?P<form>atom|rss)"
_CODE = r"(?P<code>[A-Za-z2-7]{16})"

urlpatterns = [
    path("report/", report.report, name="report"),
    path("report/offline/", report.report_offline, name="report-offline"),
    path("sw.js", worker, {"form": "report-offline"}, name="worker"),
    path("report/places/", report.report_places, name="report-places"),
    path("report/similar/", report.report_similar, name="report-similar"),
    path("report/photos/<str:token>.jpg", report.report_photo, name="report-photo"),
    path("join/<str:number>/", report.join, name="join"),
    path("find/", follow.find, name="find"),
    re_path(rf"^r/{_NUMBER}/$", follow.follow, name="follow"),
    re_path(rf"^r/{_NUMBER}/{_CODE}/$", follow.follow_private, name="follow-private"),
    re_path(rf"^r/{_NUMBER}/{_CODE}/brief/$", follow.follow_brief, name="follow-brief"),
    re_path(rf"^r/{_NUMBER}/{_CODE}/sent/$", report.report_sent, name="report-sent"),
    re_path(rf"^r/{_NUMBER}/{_CODE}/photos/(?P<photo>[0-9]{{1,19}})\.jpg$", follow.follow_photo, name="follow-photo"),
    re_path(rf"^r/{_NUMBER}/{_CODE}/details/$", own.by_link(own.details), name="follow-details"),
    re_path(rf"^r/{_NUMBER}/{_CODE}/erase/$", own.by_link(own.erase), name="follow-erase"),
    re_path(rf"^r/{_NUMBER}/{_CODE}/export\.zip$", own.by_link(taking.export), name="follow-export"),
    re_path(rf"^r/{_NUMBER}/{_CODE}/watch/$", watch.watch_request, name="watch-request"),
    path("limits/", limits.limits, name="limits"),
    path("mine/", own.mine, name="mine"),
    path("mine/details/", own.by_account(own.details), name="mine-details"),
    path("mine/erase/", own.by_account(own.erase), name="mine-erase"),
    path("mine/export.zip", own.by_account(taking.export), name="mine-export"),
    path("mine/sign-in/", signing.ask, name="mine-sign-in"),
    path("mine/code/", signing.code, name="mine-code"),
    path("mine/sign-out/", signing.leave, name="mine-sign-out"),
    path("watch/", watch.watch, name="watch"),
    path("watch/asked/", watch.watch_asked, name="watch-asked"),
    path("watch/<int:pk>/<str:code>/", watch.watch_one, name="watch-one"),
    path("board/", board.board, name="board"),
    re_path(rf"^board/feed\.{_FORM}$", feed.feed, name="board-feed"),
    re_path(rf"^board/{_NUMBER}/$", board.item, name="board-item"),
    re_path(rf"^board/{_NUMBER}/watch/$", watch.watch_item, name="watch-item"),
    re_path(rf"^board/{_NUMBER}/feed\.{_FORM}$", feed.item_feed, name="board-item-feed"),
    re_path(rf"^board/{_NUMBER}/photos/(?P<photo>[0-9]{{1,19}})\.jpg$", board.item_photo, name="board-photo"),
    path("map/", board.map_page, name="map"),
    path("map/marks.geojson", board.map_marks, name="map-marks"),
    path("grids.geojson", board.grids_geojson, name="grids-geojson"),
]
