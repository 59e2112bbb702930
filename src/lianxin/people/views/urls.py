"""Addresses."""

from django.urls import path

from lianxin.people.views import signing

urlpatterns = [
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("post/", signing.choose_post, name="choose-post"),
    path("password/", signing.password, name="change-password"),
]
