"""The page of access tokens: made for one's own post, shown once, revoked."""

import re

import pytest
from django.utils import timezone

from lianxin.ledger.models import Entry
from lianxin.people.models import Token
from lianxin.people.tokens import TokenRefused, bearer
from towns import who

ASKED = {"name": "热线平台", "scopes": ["cases:read"], "days": "30"}


@pytest.fixture
def clerk(town, client):
    client.force_login(who_account(town, "clerk"), backend="lianxin.people.backends.AccountBackend")
    return client


def who_account(town, username):
    from lianxin.people.models import Account

    return Account.objects.get(pk=who(town, username).account_id)


def made(page):
    return re.search(r"lx-LX-[A-Za-z0-9_-]{43}", page.content.decode())


def test_a_token_is_shown_once_and_acts_as_the_post_that_made_it(town, clerk):
    answer = clerk.post("/tokens/", ASKED)
    assert answer.status_code == 201
    plain = made(answer)[0]
    assert bearer(plain, now=timezone.now()).post_id == who(town, "clerk").post_id
    again = clerk.get("/tokens/")
    assert made(again) is None
    assert "热线平台" in again.content.decode()
    assert Entry.objects.for_system("test", town).filter(act="create_token").count() == 1


def test_a_revoked_token_opens_nothing_and_stays_listed(town, clerk):
    plain = made(clerk.post("/tokens/", ASKED))[0]
    token = Token.objects.for_system("test", town).get()
    assert clerk.post(f"/tokens/{token.pk}/revoke/").status_code == 303
    with pytest.raises(TokenRefused, match="token_revoked"):
        bearer(plain, now=timezone.now())
    assert "已撤销" in clerk.get("/tokens/").content.decode()


def test_a_token_of_another_post_is_neither_seen_nor_revoked(town, clerk, client):
    clerk.post("/tokens/", ASKED)
    token = Token.objects.for_system("test", town).get()
    client.force_login(who_account(town, "handler"), backend="lianxin.people.backends.AccountBackend")
    assert "热线平台" not in client.get("/tokens/").content.decode()
    assert client.post(f"/tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize("without", ["name", "scopes", "days"])
def test_what_is_not_said_is_asked_for(clerk, town, without):
    answer = clerk.post("/tokens/", {key: value for key, value in ASKED.items() if key != without})
    assert answer.status_code == 422
    assert not Token.objects.for_system("test", town).exists()
