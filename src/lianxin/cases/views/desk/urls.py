"""Addresses of the desk's pages (below /desk/)."""

from django.urls import path

from lianxin.cases.views.desk.lists import desk, search
from lianxin.cases.views.desk.live import pulse
from lianxin.cases.views.desk.merging import merge, split
from lianxin.cases.views.desk.publishing import publish_one, publish_queue
from lianxin.cases.views.desk.register import register
from lianxin.cases.views.desk.triage import triage
from lianxin.cases.views.saved.strip import with_views

urlpatterns = [
    path("", with_views(desk), name="desk"),
    path("pulse/", pulse, name="desk-pulse"),
    path("search/", search, name="desk-search"),
    path("register/", register, name="desk-register"),
    path("triage/<str:number>/", triage, name="desk-triage"),
    path("merge/<str:number>/", merge, name="desk-merge"),
    path("split/<str:number>/", split, name="desk-split"),
    path("publish/", publish_queue, name="desk-publish"),
    path("publish/<str:number>/", publish_one, name="desk-publish-one"),
]
