"""Access tokens: one post, within scopes, until a day."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from calling import Caller
from lianxin.keys import cache
from lianxin.people.actions import disable_account, revoke_token
from lianxin.people.actors import actor_of
from lianxin.people.models import Post, Token
from lianxin.people.tokens import SCOPES, TokenRefused, bearer, digest_of_token, new_token

pytestmark = pytest.mark.django_db
NOW = timezone.now


def test_a_token_names_its_town_and_only_its_digest_is_kept(town):
    plain, digest = new_token(town)
    assert plain.startswith("lx-LX-")
    assert digest == digest_of_token(plain)
    assert plain not in digest
    assert len(plain) == len("lx-LX-") + 43


def test_a_token_is_read_once_in_a_second(token, django_assert_num_queries):
    caller = token("clerk")
    bearer(caller.plain, now=NOW())
    with django_assert_num_queries(0):
        actor = bearer(caller.plain, now=NOW())
    assert actor.role == "clerk"
    assert actor.scopes == set(SCOPES)


def test_its_last_use_is_noted_once_an_hour(token, town, django_assert_num_queries):
    caller = token("clerk")
    first = NOW()
    for later, statements in ((timedelta(), 3), (timedelta(minutes=59), 0), (timedelta(minutes=61), 1)):
        with django_assert_num_queries(statements):
            bearer(caller.plain, now=first + later)
    assert Token.objects.for_system("tests", town).get().used_at == first + timedelta(minutes=61)


def test_what_another_process_ends_opens_nothing_after_a_second(token, town, monkeypatch):
    caller = token("clerk")
    bearer(caller.plain, now=NOW())
    Token.objects.for_system("as another process", town).update(revoked_at=NOW())
    monkeypatch.setattr(cache, "CHECK_SECONDS", -1)
    assert refusal(caller.plain) == "token_revoked"


def test_a_token_revoked_here_opens_nothing_at_once(token, town):
    caller = token("clerk")
    bearer(caller.plain, now=NOW())
    post = Post.objects.for_system("tests", town).select_related("role", "grid", "account").get(account__username="clerk.lx")
    revoke_token(Token.objects.for_system("tests", town).get(), actor=actor_of(post, town), now=NOW())
    assert refusal(caller.plain) == "token_revoked"


def test_an_account_disabled_here_opens_nothing_at_once(token, town):
    caller = token("clerk")
    bearer(caller.plain, now=NOW())
    post = Post.objects.for_system("tests", town).select_related("role", "grid", "account").get(account__username="clerk.lx")
    disable_account(post.account, actor=actor_of(post, town), now=NOW())
    assert refusal(caller.plain) == "post_ended"


def refusal(plain):
    with pytest.raises(TokenRefused) as refused:
        bearer(plain, now=NOW())
    return refused.value.code


@pytest.mark.parametrize("plain", ["", "lx-LX-", "lx-LX-" + "a" * 43, "lx-ZZ-" + "a" * 43, "x" * 5000, "lx-LX-é" + "a" * 42])
def test_what_is_no_token_opens_nothing(town, plain):
    assert refusal(plain) == "token_unknown"


def test_expired_revoked_and_left_are_told_apart(token, town):
    assert refusal(token("clerk", days=-1).plain) == "token_expired"
    assert refusal(token("clerk", revoked_at=NOW()).plain) == "token_revoked"
    caller = token("clerk2")
    Post.objects.for_system("tests", town).filter(account__username="clerk2.lx").update(ends=date(2026, 1, 1))
    assert refusal(caller.plain) == "post_ended"


def test_a_disabled_account_has_no_token(token, town):
    from lianxin.people.models import Account

    caller = token("clerk")
    Account.objects.filter(username="clerk.lx").update(is_active=False)
    told = caller("GET", "/cases", status=401)
    assert told.json_body["code"] == "post_ended"
    assert "Bearer" in told.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [("cases:read", "GET", "/cases"), ("cases:write", "POST", "/cases"), ("setup:read", "GET", "/units")],
)
def test_a_scope_opens_its_own_operations_alone(token, scope, method, path):
    others = [each for each in SCOPES if each != scope]
    told = token("clerk", others)(method, path, {"text": "路灯不亮"} if method == "POST" else None, status=403).json_body
    assert told["code"] == "scope_missing"
    assert scope in told["detail"]
    token("clerk", [scope])(method, path, {"text": "路灯不亮"} if method == "POST" else None, status=200 if method == "GET" else 201)


def test_a_token_acts_in_its_own_town_whatever_the_address_says(token, other_town):
    caller = token("clerk", of=other_town)
    assert caller("GET", "/me", status=200).json_body["town"]["key"] == "QH"
    assert caller("GET", "/me?town=LX", status=200).json_body["town"]["key"] == "QH"


def test_a_token_beside_a_session_is_what_counts(token, signed_in):
    both = signed_in("clerk")
    both.headers = {"Authorization": f"Bearer {token('handler').plain}"}
    assert both("GET", "/me", status=200).json_body["role"]["key"] == "handler"
    both.headers = {"Authorization": "Bearer nonsense"}
    assert both("GET", "/me", status=401).json_body["code"] == "token_unknown"


def test_a_token_needs_no_csrf_token(token):
    caller = token("clerk")
    strict = Caller(Client(enforce_csrf_checks=True, raise_request_exception=False), caller.headers)
    assert strict("POST", "/cases", {"text": "路灯不亮"}, status=201)


def test_expiry_is_exact(token):
    caller = token("clerk", days=1)
    at = Token.objects.for_system("tests", 0)
    assert at.count() == 0
    with pytest.raises(TokenRefused):
        bearer(caller.plain, now=NOW() + timedelta(days=1, seconds=1))
