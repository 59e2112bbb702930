"""Addresses of the one case page."""

from django.urls import path

from lianxin.cases.views.case import messages, pages

urlpatterns = [
    path("cases/<str:number>/", pages.case, name="case"),
    path("cases/<str:number>/transitions", pages.act, name="case-transition"),
    path("cases/<str:number>/contact", pages.contact, name="case-contact"),
    path("cases/<str:number>/photos/<int:pk>.jpg", pages.photo, name="case-photo"),
    path("messages/", messages.message_list, name="messages"),
    path("messages/read/", messages.read_all, name="messages-read"),
    path("messages/<int:pk>/", messages.message, name="message"),
]
