"""Signing in and out, choosing a post, changing the password."""

import pytest
from django.test import Client

from lianxin.people.models import Account, Post, Role, Unit

pytestmark = pytest.mark.django_db
WORD = "secret-secret"


@pytest.fixture
def client(town):
    return Client(headers={"host": "127.0.0.1"})


def sign_in(client, username="handler.lx", password=WORD, **more):
    return client.post("/sign-in/", {"username": username, "password": password, **more})


def test_the_right_password_signs_in_and_goes_where_one_wanted_to_go(client):
    response = sign_in(client, next="/cases/LX00000000/")
    assert response.status_code == 303
    assert response["Location"] == "/cases/LX00000000/"
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize("address", ["https://elsewhere.test/", "//elsewhere.test/", "javascript:alert(1)", "\\\\elsewhere.test"])
def test_nobody_is_sent_to_another_site(client, address):
    response = sign_in(client, next=address)
    assert response["Location"] == "/"


def test_the_page_does_not_tell_a_wrong_name_from_a_wrong_password(client):
    first = sign_in(client, password="wrong").content.decode()
    second = sign_in(client, username="nobody.lx").content.decode()
    assert "不匹配" in first
    assert "不匹配" in second
    assert WORD not in second


def test_five_wrong_passwords_close_the_door_for_a_quarter_of_an_hour(client):
    for _try in range(4):
        assert sign_in(client, password="wrong").status_code == 422
    assert sign_in(client, password="wrong").status_code == 429
    response = sign_in(client)
    assert response.status_code == 429
    assert response["Retry-After"] == "900"
    assert "15" in response.content.decode()
    assert "_auth_user_id" not in client.session
    assert sign_in(client, username="clerk.lx").status_code == 303


def test_signing_out_takes_a_post(client):
    sign_in(client)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 303
    assert "_auth_user_id" not in client.session


def test_an_account_that_was_disabled_is_out_at_once(client):
    sign_in(client)
    Account.objects.filter(username="handler.lx").update(is_active=False)
    assert client.get("/password/").status_code == 302


def test_who_holds_several_posts_is_asked_first_and_acts_in_the_one_chosen(client, town):
    account = Account.objects.get(username="handler.lx")
    police = Unit.objects.for_system("test", town).get(key="police")
    role = Role.objects.for_system("test", town).get(key="supervisor")
    second = Post.objects.create(town=town, account=account, unit=police, role=role, title="副岗")
    response = sign_in(client, next="/password/")
    assert response["Location"] == "/post/?next=%2Fpassword%2F"
    page = client.get(response["Location"]).content.decode()
    assert "副岗" in page
    assert "督查员 · 派出所" in page  # two posts may bear one title: the role tells them apart
    response = client.post("/post/", {"post": str(second.pk), "next": "/password/"})
    assert response["Location"] == "/password/"
    assert client.session["post"] == str(second.pk)


def test_nobody_takes_the_post_of_another(client, town):
    sign_in(client)
    other = Post.objects.for_system("test", town).get(account__username="leader.lx")
    own = client.session["post"]
    assert client.post("/post/", {"post": str(other.pk)}).status_code == 200
    assert client.session["post"] == own != str(other.pk)


def test_an_account_without_a_post_is_told_so(client, town):
    account = Account(username="new.lx", name="新人")
    account.set_password(WORD)
    account.save()
    sign_in(client, username="new.lx")
    assert "没有岗位" in client.get("/post/").content.decode()


def test_a_new_password_ends_the_other_sessions_and_leaves_an_entry(client, town):
    from lianxin.ledger.models import Entry

    other = Client(headers={"host": "127.0.0.1"})
    sign_in(client)
    sign_in(other)
    new = {"old_password": WORD, "new_password1": "three-old-trees", "new_password2": "three-old-trees"}
    assert client.post("/password/", {**new, "old_password": "x"}).status_code == 422
    assert client.post("/password/", {**new, "new_password1": "short", "new_password2": "short"}).status_code == 422
    assert client.post("/password/", new).status_code == 303
    assert client.get("/password/").status_code == 200
    assert other.get("/password/").status_code == 302
    assert Entry.objects.for_system("test", town).filter(act="change_password").count() == 1


def test_signing_in_needs_the_forms_own_token(town):
    strict = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1"})
    assert sign_in(strict).status_code == 403
