"""Addresses."""

from django.urls import path

from lianxin.people.views import signing, tokens

urlpatterns = [
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("post/", signing.choose_post, name="choose-post"),
    path("password/", signing.password, name="change-password"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", tokens.revoke, name="revoke-token"),
]
