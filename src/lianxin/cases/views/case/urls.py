"""Addresses of the one case page."""

from django.urls import path

from lianxin.cases.views.case import erasing, messages, pages

urlpatterns = [
    path("cases/<str:number>/", pages.case, name="case"),
    path("cases/<str:number>/transitions", pages.act, name="case-transition"),
    path("cases/<str:number>/undo", pages.take_back, name="case-undo"),
    path("cases/<str:number>/contact", pages.contact, name="case-contact"),
    path("cases/<str:number>/photos/<int:pk>.jpg", pages.photo, name="case-photo"),
    path("cases/<str:number>/erase/", erasing.erase, name="case-erase"),
    path("erase/", erasing.find, name="erase"),
    path("messages/", messages.message_list, name="messages"),
    path("messages/read/", messages.read_all, name="messages-read"),
    path("messages/<int:pk>/", messages.message, name="message"),
]
