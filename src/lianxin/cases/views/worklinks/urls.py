"""Addresses of links for contractors."""

from django.urls import path, re_path

from lianxin.cases.views.worklinks import contractor, pages

_LINK = r"w/(?P<number>[A-Za-z]{1,4}[0-9]{8})/(?P<code>[A-Za-z2-7]{26})"

urlpatterns = [
    path("cases/<str:number>/links/", pages.links, name="case-links"),
    path("cases/<str:number>/links/<int:pk>/renew", pages.renew, name="case-link-renew"),
    path("cases/<str:number>/links/<int:pk>/end", pages.end, name="case-link-end"),
    re_path(rf"^{_LINK}/$", contractor.work, name="work"),
    re_path(rf"^{_LINK}/photos/(?P<photo>[0-9]{{1,18}})\.jpg$", contractor.work_photo, name="work-photo"),
]
