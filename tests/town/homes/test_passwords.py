"""People brought by a file get first passwords in the page; who forgot theirs gets another; nobody is read by it."""

import re

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password

from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.models import Account, Post
from towns import who

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(client, settings):
    settings.AUTHENTICATION_BACKENDS = ["lianxin.people.backends.AccountBackend"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]

    def sign_in(username):
        client.force_login(Account.objects.get(username=f"{username}.lx"))
        return client

    return sign_in


def without(*usernames):
    names = [f"{name}.lx" for name in usernames]
    Account.objects.filter(username__in=names).update(password=make_password(None))


def slips(answer):
    rows = re.findall(r'<td class="num break">([^<]+)</td><td class="num nowrap"><strong>([^<]+)</strong>', answer.content.decode())
    return dict(rows)


def test_all_who_have_none_get_first_passwords_to_print_and_can_sign_in(town, enter):
    without("handler", "worker")
    client = enter("admin")
    assert "/staff/passwords/" in client.get("/staff/").content.decode()
    kept = Account.objects.get(username="clerk.lx").password
    assert '<option value="">' not in client.get("/staff/passwords/").content.decode()  # a browser would not send it
    given = client.post("/staff/passwords/", {"unit": "all"})
    assert given.status_code == 201
    assert "no-store" in given.headers["Cache-Control"]
    plain = slips(given)
    assert set(plain) == {"handler.lx", "worker.lx"}
    for username, password in plain.items():
        assert authenticate(None, username=username, password=password).username == username
    assert Account.objects.get(username="clerk.lx").password == kept
    assert slips(client.post("/staff/passwords/", {"unit": "all"})) == {}  # everybody has one
    assert "/staff/passwords/" not in client.get("/staff/").content.decode()
    told = str(list(Entry.objects.for_system("test", town).values_list("data", flat=True)))
    assert not any(password in told for password in plain.values())
    assert list(verify(town)) == []


def test_first_passwords_may_be_given_to_one_unit(town, enter):
    without("handler", "clerk")
    unit = Post.objects.for_system("test", town).get(pk=who(town, "clerk").post_id).unit_id
    given = enter("security").post("/staff/passwords/", {"unit": str(unit)})
    assert set(slips(given)) == {"clerk.lx"}
    assert "1 位在岗人员还没有密码，或初始密码已过期" in given.content.decode()


def test_a_password_hashed_quickly_is_hashed_in_full_at_the_first_sign_in(town, enter):
    without("handler")
    plain = slips(enter("admin").post("/staff/passwords/", {}))["handler.lx"]
    quick = Account.objects.get(username="handler.lx").password
    authenticate(None, username="handler.lx", password=plain)
    full = Account.objects.get(username="handler.lx").password
    assert int(full.split("$")[1]) > int(quick.split("$")[1])


def test_who_forgot_a_password_gets_another_and_is_signed_out_everywhere(town, enter, client):
    handler = who(town, "handler")
    client = enter("handler")
    other = type(client)()
    other.force_login(Account.objects.get(username="admin.lx"))
    assert "发放新密码" in other.get(f"/staff/{handler.post_id}/").content.decode()
    given = other.post(f"/staff/{handler.post_id}/password/")
    assert given.status_code == 201
    plain = given.content.decode().split("新密码</dt><dd>")[1].split("<")[0]
    assert authenticate(None, username="handler.lx", password=plain).pk == handler.account_id
    assert client.get("/desk/").status_code == 302


def test_ones_own_is_changed_with_the_old_one(town, enter):
    admin = who(town, "admin")
    client = enter("admin")
    assert "发放新密码" not in client.get(f"/staff/{admin.post_id}/").content.decode()
    before = Account.objects.get(pk=admin.account_id).password
    assert client.post(f"/staff/{admin.post_id}/password/").status_code == 422
    assert Account.objects.get(pk=admin.account_id).password == before


@pytest.mark.parametrize(
    ("who_asks", "whose"), [("admin", "security"), ("admin", "auditor"), ("security", "admin"), ("security", "auditor")]
)
def test_no_administrator_comes_in_by_anothers_account(town, enter, who_asks, whose):
    post = Post.objects.for_system("test", town).get(account__username=f"{whose}.lx")
    before = post.account.password
    answer = enter(who_asks).post(f"/staff/{post.pk}/password/")
    assert answer.status_code == 422
    assert "三员分立" in answer.content.decode()
    post.account.refresh_from_db()
    assert post.account.password == before


def test_no_town_decides_about_an_account_that_works_in_another_too(town, enter, other_town, settings):
    settings.ALLOWED_HOSTS = ["*"]
    clerk = Post.objects.for_system("test", town).get(pk=who(town, "clerk").post_id)
    theirs = who(other_town, "clerk")
    Post.objects.for_system("test", other_town).filter(pk=theirs.post_id).update(account_id=clerk.account_id)
    assert enter("admin").post(f"/staff/{clerk.pk}/password/", HTTP_HOST="lx.test").status_code == 422
    without("clerk")
    assert slips(enter("admin").post("/staff/passwords/", {}, HTTP_HOST="lx.test")) == {}


def test_who_does_not_manage_people_is_turned_away(town, enter):
    handler = who(town, "handler")
    assert enter("clerk").post(f"/staff/{handler.post_id}/password/").status_code == 403
    assert enter("clerk").post("/staff/passwords/", {}).status_code == 403
