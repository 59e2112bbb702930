"""Accounts and tokens, each change in the account's own chain."""

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.actions import (
    create_account,
    create_token,
    disable_account,
    new_password,
    reset_password,
    revoke_token,
)
from lianxin.people.actors import system
from lianxin.people.models import Post, Token
from lianxin.people.tokens import TokenRefused, bearer
from towns import MONDAY, who

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(town):
    return who(town, "admin")


@pytest.fixture
def post(town):
    return Post.objects.for_system("test", town).get(account__username="handler.lx")


def test_a_new_account_gets_a_password_that_is_told_once(town, admin):
    account, plain = create_account("li.lx", "李四", actor=admin, now=MONDAY)
    assert account.check_password(plain)
    assert plain not in account.password
    assert list(verify(town)) == []


def test_a_weak_password_is_not_taken(admin):
    with pytest.raises(ValidationError):
        create_account("li.lx", "李四", actor=admin, now=MONDAY, password="password1")


def test_a_user_name_is_taken_once(admin):
    with pytest.raises(IntegrityError):
        create_account("handler.lx", "李四", actor=admin, now=MONDAY)


def test_a_reset_password_replaces_the_old_one(town, post):
    plain = reset_password(post.account, actor=system(town), now=MONDAY)
    assert post.account.check_password(plain)
    assert not post.account.check_password("secret-secret")


def test_a_disabled_account_cannot_sign_in(town, admin, post, rf):
    disable_account(post.account, actor=admin, now=MONDAY)
    assert authenticate(rf.post("/"), username="handler.lx", password="secret-secret") is None


def test_passwords_are_made_of_letters_nobody_mistakes():
    assert not set("0o1il") & set("".join(new_password() for _ in range(200)))


def test_a_token_opens_as_its_post_until_it_is_revoked(town, admin, post):
    token, plain = create_token(post, scopes=["cases:read"], days=30, actor=admin, now=MONDAY, name="大屏")
    assert bearer(plain, now=MONDAY).post_id == post.pk
    assert plain not in str(Token.objects.for_system("test", town).values().get())
    with pytest.raises(TokenRefused):
        bearer(plain, now=MONDAY + timedelta(days=31))
    revoke_token(token, actor=admin, now=MONDAY)
    revoke_token(token, actor=admin, now=MONDAY)
    with pytest.raises(TokenRefused):
        bearer(plain, now=MONDAY)
    acts = Entry.objects.for_system("test", town).filter(subject_kind="account").values_list("act", flat=True)
    assert sorted(acts) == ["create_token", "revoke_token"]
    assert list(verify(town)) == []


@pytest.mark.parametrize(("scopes", "days"), [([], 30), (["all"], 30), (["cases:read"], 0), (["cases:read"], 367)])
def test_a_token_without_sound_bounds_is_not_made(admin, post, scopes, days):
    with pytest.raises(ValueError, match="are"):
        create_token(post, scopes=scopes, days=days, actor=admin, now=MONDAY)
