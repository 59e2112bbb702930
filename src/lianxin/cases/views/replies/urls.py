"""Addresses of reply texts."""

from django.urls import path

from lianxin.cases.views.replies import pages, picking

urlpatterns = [
    path("desk/replies/", pages.replies, name="replies"),
    path("desk/replies/<int:pk>/", pages.reply, name="reply"),
    path("desk/replies/<int:pk>/back/", pages.reply_back, name="reply-back"),
    path("cases/<str:number>/replies/<int:pk>/", picking.reply_text, name="reply-text"),
]
