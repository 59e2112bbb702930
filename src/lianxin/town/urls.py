"""Every address of the installation."""

from django.urls import include, path

from lianxin.ui.assets import ICON
from lianxin.ui.made import made

handler403 = "lianxin.town.homes.trouble.forbidden"
handler404 = "lianxin.town.homes.trouble.not_found"

urlpatterns = [
    path("", include("lianxin.town.homes.urls")),
    path("", include("lianxin.town.homes.setup.urls")),
    path("", include("lianxin.people.views.urls")),
    path("", include("lianxin.cases.views.public.urls")),
    path("", include("lianxin.cases.views.case.urls")),
    path("", include("lianxin.cases.views.printing.urls")),
    path("desk/palette/", include("lianxin.cases.views.palette.urls")),
    path("desk/views/", include("lianxin.cases.views.saved.urls")),
    path("", include("lianxin.cases.views.replies.urls")),
    path("", include("lianxin.cases.views.followups.urls")),
    path("", include("lianxin.cases.views.worklinks.urls")),
    path("", include("lianxin.cases.views.daily.urls")),
    path("desk/bulk/", include("lianxin.cases.views.bulk.urls")),
    path("desk/publish/", include("lianxin.cases.views.covering.urls")),
    path("desk/", include("lianxin.cases.views.desk.urls")),
    path("api/v1/", include("lianxin.town.api.urls")),
    path("ui/", include("lianxin.ui.urls")),
    path(ICON, made, {"name": ICON}, name="icon"),
]
