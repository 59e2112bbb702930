"""A password that somebody else gave lets one in to choose one's own, and to do nothing else; it runs out."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.actions import change_password, create_account, create_token, reset_password
from lianxin.people.actors import system
from lianxin.people.models import Account, Post
from lianxin.people.passwords import give_first_passwords, ran_out, who_gives, without_password
from lianxin.people.residents import prove_phone
from lianxin.people.tokens import bearer
from towns import who

pytestmark = pytest.mark.django_db
OWN = "three-old-trees"


@pytest.fixture
def client(town):
    return Client(headers={"host": "127.0.0.1"})


@pytest.fixture
def given(town):
    """The worker's first password."""
    account = Account.objects.get(username="worker.lx")
    return reset_password(account, actor=who(town, "admin"), now=timezone.now())


def sign_in(client, password, username="worker.lx", **more):
    return client.post("/sign-in/", {"username": username, "password": password, **more})


def choose(client, password=OWN, **more):
    return client.post("/password/", {"new_password1": password, "new_password2": password, **more})


def test_the_first_sign_in_asks_for_ones_own_password_before_anything_else(client, town, given):
    answer = sign_in(client, given, next="/field/near/")
    assert answer["Location"] == "/password/?next=%2Ffield%2Fnear%2F"
    page = client.get(answer["Location"]).content.decode()
    assert "设置自己的密码" in page
    assert "old_password" not in page
    assert 'action="/sign-out/"' in page
    assert client.get("/field/near/")["Location"] == "/password/?next=/field/near/"
    assert client.get("/")["Location"] == "/password/"
    assert client.get("/post/")["Location"] == "/password/"
    assert client.get("/sign-in/")["Location"] == "/password/"
    assert 'href="/password/"' in client.get("/board/").content.decode()  # the public's pages stay what they are
    assert choose(client, next="/field/near/")["Location"] == "/field/near/"
    assert client.get("/field/near/").status_code == 200
    assert 'href="/password/"' not in client.get("/board/").content.decode()
    fresh = Client(headers={"host": "127.0.0.1"})
    assert sign_in(fresh, given).status_code == 422
    assert sign_in(fresh, OWN)["Location"] == "/"


@pytest.mark.parametrize("door", ["/sign-in/", "/password/"])
def test_nobody_is_sent_back_to_an_address_that_takes_forms_alone(client, town, given, door):
    if door == "/password/":
        sign_in(client, given)
    for page, back in (("http://127.0.0.1/field/?x=1", "/field/%3Fx%3D1"), ("https://elsewhere.test/field/", "/"), ("", "/")):
        sent = client.post("/field/check-in/", {}, headers={"Referer": page} if page else {})
        way = sent["Location"] if door == "/password/" else sent.content.decode()
        assert f"{door}?next={back}" in re.split('["\n]', way)


def test_the_choice_stands_in_the_history_without_the_password(client, town, given):
    sign_in(client, given)
    choose(client)
    last = Entry.objects.for_system("test", town).filter(subject_kind="account").order_by("-seq").first()
    assert (last.act, last.data["first"], last.post_id) == ("change_password", True, who(town, "worker").post_id)
    told = str(list(Entry.objects.for_system("test", town).values()))
    assert OWN not in told
    assert given not in told
    assert list(verify(town)) == []


@pytest.mark.parametrize(("password", "word"), [("short", "至少"), ("", "必填"), (None, "只有您自己知道")])
def test_a_password_that_is_none_of_ones_own_is_not_taken(client, given, password, word):
    sign_in(client, given)
    answer = choose(client, given if password is None else password)
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert client.get("/field/")["Location"] == "/password/?next=/field/"


def test_whoever_would_rather_not_signs_out(client, given):
    sign_in(client, given)
    assert client.post("/sign-out/").status_code == 303
    assert "_auth_user_id" not in client.session


def test_a_stored_day_and_what_waits_on_the_phone_wait_for_the_password(client, given):
    """The page that keeps the day takes no redirect for it; letters stay where they are, as before signing in."""
    sign_in(client, given)
    assert client.get("/field/day.json")["Location"].startswith("/password/")
    kept = client.post("/field/check-in/", {}, headers={"X-Lianxin-Send": "1"})
    assert kept["X-Location"].startswith("/password/")
    assert client.get("/field/offline/").status_code == 200
    assert client.get("/report/").status_code == 200


def test_a_session_opens_no_operation_and_a_token_made_before_goes_on(client, town):
    post = Post.objects.for_system("test", town).select_related("account").get(account__username="worker.lx")
    _token, plain = create_token(post, scopes=["cases:read"], days=9, actor=who(town, "worker"), now=timezone.now())
    given = reset_password(post.account, actor=who(town, "admin"), now=timezone.now())
    sign_in(client, given)
    for address in ("/api/v1/me", "/api/v1/mine"):
        refused = client.get(address)
        assert (refused.status_code, refused.json()["code"]) == (403, "own_password_first")
    assert client.get("/api/v1/board").status_code == 200
    assert bearer(plain, now=timezone.now()).post_id == post.pk


def test_ones_own_requests_are_not_read_by_a_first_password(client, town, given):
    prove_phone(Account.objects.get(username="worker.lx"), "13900001234", actor=who(town, "worker"), now=timezone.now())
    sign_in(client, given)
    assert client.get("/mine/").status_code == 302
    choose(client)
    assert client.get("/mine/").status_code == 200


def test_a_first_password_runs_out_and_the_page_says_whom_to_ask(client, town, given, settings):
    late = timezone.now() - timedelta(days=14)
    Account.objects.filter(username="worker.lx").update(password_given_at=late)
    answer = sign_in(client, given)
    assert answer.status_code == 422
    told = answer.content.decode()
    assert "初始密码已过期" in told
    assert "14 天内有效" in told
    assert "admin、security" in told
    assert "_auth_user_id" not in client.session
    assert "过期" not in sign_in(client, "wrong").content.decode()  # only who knew it is told
    settings.LIANXIN_FIRST_PASSWORD_DAYS = 0
    assert sign_in(client, given).status_code == 303


def test_ones_own_password_never_runs_out(client, town, given):
    account = Account.objects.get(username="worker.lx")
    assert not ran_out(account, timezone.now())
    assert ran_out(account, timezone.now() + timedelta(days=14))
    change_password(account, OWN, actor=system(town), now=timezone.now())
    assert not ran_out(account, timezone.now() + timedelta(days=5000))


def test_who_let_it_run_out_is_on_the_next_slips_but_no_administrator(town, settings):
    now = timezone.now()
    for name in ("worker", "security"):
        reset_password(Account.objects.get(username=f"{name}.lx"), actor=system(town), now=now - timedelta(days=15))
    assert {post.account.username for post in without_password(town, now=now)} == {"worker.lx"}
    assert [slip.post.account.username for slip in give_first_passwords(actor=who(town, "admin"), now=now)] == ["worker.lx"]
    assert not without_password(town, now=now).exists()
    settings.LIANXIN_FIRST_PASSWORD_DAYS = 0
    assert not without_password(town, now=now + timedelta(days=99)).exists()


def test_administrators_and_people_of_two_towns_ask_the_operator(client, town, other_town):
    now = timezone.now()
    assert who_gives(Account.objects.get(username="clerk.lx"), now=now) == ["admin", "security"]
    assert who_gives(Account.objects.get(username="admin.lx"), now=now) == []
    account = Account.objects.get(username="clerk.lx")
    Post.objects.for_system("test", other_town).filter(pk=who(other_town, "clerk").post_id).update(account_id=account.pk)
    assert who_gives(account, now=now) == []
    given = reset_password(account, actor=system(town), now=now - timedelta(days=15))
    assert "请系统运维人员重新发放" in sign_in(client, given, "clerk.lx").content.decode()


def test_a_new_account_begins_with_a_first_password(town):
    now = timezone.now()
    account, _plain = create_account("li.lx", "李四", actor=who(town, "admin"), now=now)
    assert Account.objects.get(pk=account.pk).password_given_at == now


def test_who_holds_several_posts_chooses_one_after_the_password(client, town, given):
    post = Post.objects.for_system("test", town).get(account__username="worker.lx")
    Post.objects.create(town=town, account=post.account, unit=post.unit, role=post.role, grid=post.grid, title="副岗")
    sign_in(client, given, next="/field/")
    assert choose(client, next="/field/")["Location"] == "/post/?next=%2Ffield%2F"
