"""Callers of the programs' door."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from calling import LX, Caller
from lianxin.people.models import Account, Post, Token
from lianxin.people.tokens import SCOPES, new_token


@pytest.fixture(autouse=True)
def _every_host(settings):
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def client():
    made = Client(raise_request_exception=False)
    made.defaults["HTTP_HOST"] = LX
    return made


@pytest.fixture
def anybody(client, town):
    return Caller(client)


@pytest.fixture
def token(town):
    """Makes a caller with an access token of one of the town's staff."""
    def make(username, scopes=SCOPES, *, of=None, days=30, **changes):
        where = of or town
        plain, digest = new_token(where)
        post = Post.objects.for_system("tests", where).get(account__username=f"{username}.{where.letters.lower()}")
        moment = timezone.now()
        Token.objects.create(
            town=where, post=post, name="test", digest=digest, scopes=list(scopes), created_at=moment,
            expires_at=moment + timedelta(days=days), **changes,
        )
        caller = Caller(Client(raise_request_exception=False), {"Authorization": f"Bearer {plain}"})
        caller.plain = plain
        return caller

    return make


@pytest.fixture
def signed_in(town):
    """Makes a caller with the session of one of the town's staff; `checks` turns the CSRF check on."""
    def make(username, *, of=None, checks=False):
        where = of or town
        browser = Client(raise_request_exception=False, enforce_csrf_checks=checks)
        account = Account.objects.get(username=f"{username}.{where.letters.lower()}")
        browser.force_login(account, backend="lianxin.people.backends.AccountBackend")
        return Caller(browser)

    return make
