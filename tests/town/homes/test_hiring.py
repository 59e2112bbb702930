"""Somebody new gets an account and a post; somebody who is there another post; the ledger says who gave it."""

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.utils import timezone

from lianxin.keys.cache import bump
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.models import Account, Post
from lianxin.people.queries import posts_of, today, unit_by_key
from towns import grid_named, who

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(client, settings):
    settings.AUTHENTICATION_BACKENDS = ["lianxin.people.backends.AccountBackend"]

    def sign_in(username):
        client.force_login(Account.objects.get(username=f"{username}.lx"))
        return client

    return sign_in


def form(town, **more):
    return {"name": "周 敏", "username": "Zhou.Min", "phone": "199 0000 7777", "unit": str(unit_by_key(town, "desk").pk),
            "role": "clerk", "grid": "", "basis": "full", "title": "受理员"} | more  # fmt: skip


def posts(town, username):
    return Post.objects.for_system("test", town).filter(account__username=username).select_related("role")


def test_a_new_person_can_sign_in_with_the_password_that_is_shown_once(town, enter):
    client = enter("admin")
    made = client.post("/staff/new/", form(town))
    assert made.status_code == 201
    assert "no-store" in made.headers["Cache-Control"]
    post = posts(town, "zhou.min").get()
    assert (post.role.key, post.account.name, post.account.phone) == ("clerk", "周 敏", "19900007777")
    plain = made.content.decode().split("初始密码</dt><dd>")[1].split("<")[0]
    assert post.account.check_password(plain)
    assert authenticate(None, username="zhou.min", password=plain) == post.account
    given = Entry.objects.for_system("test", town).get(subject_kind="post", subject_id=post.pk)
    assert (given.act, given.account_id) == ("give", who(town, "admin").account_id)
    assert plain not in str(list(Entry.objects.for_system("test", town).values_list("data", flat=True)))
    assert list(verify(town)) == []
    client.force_login(post.account)
    assert client.get("/desk/")["Location"] == "/password/?next=/desk/"
    client.post("/password/", {"new_password1": "three-old-trees", "new_password2": "three-old-trees"})
    assert client.get("/desk/").status_code == 200


def test_a_footing_on_a_grid_goes_with_a_grid(town, enter):
    refused = enter("admin").post("/staff/new/", form(town, basis="part"))
    assert (refused.status_code, "请一并选网格" in refused.content.decode()) == (422, True)
    assert not posts(town, "zhou.min").exists()


def test_somebody_who_is_there_gets_another_post_without_another_password(town, enter):
    client, handler = enter("security"), who(town, "handler")
    before = Account.objects.get(pk=handler.account_id).password
    answer = client.post(f"/staff/new/?person={handler.post_id}", form(town, role="grid_worker", grid=str(grid_named(town, "1-1").pk)))
    assert answer.status_code == 303
    assert posts(town, "handler.lx").count() == 2
    assert Account.objects.get(pk=handler.account_id).password == before
    again = client.post(f"/staff/new/?person={handler.post_id}", form(town, role="grid_worker", grid=str(grid_named(town, "1-1").pk)))
    assert again.status_code == 422  # held already, so that a form sent twice gives one post


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "f-name"),
        ({"username": "周敏"}, "f-username"),
        ({"username": "handler.lx"}, "f-username"),
        ({"phone": "12"}, "f-phone"),
        ({"unit": "1"}, "f-unit"),
        ({"role": "king"}, "f-role"),
        ({"role": "grid_worker"}, "f-grid"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_made(town, enter, wrong, field):
    before = Account.objects.count()
    answer = enter("admin").post("/staff/new/", form(town, **wrong))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.content.decode()
    assert Account.objects.count() == before
    assert not posts(town, "zhou.min").exists()


def test_nobody_gives_themselves_a_post(town, enter):
    admin = who(town, "admin")
    answer = enter("admin").post(f"/staff/new/?person={admin.post_id}", form(town))
    assert answer.status_code == 422
    assert posts(town, "admin.lx").count() == 1


def test_a_post_opens_nothing_before_it_begins(town):
    handler, day = who(town, "handler"), today(timezone.now())
    rows = Post.objects.for_system("test", town).filter(pk=handler.post_id)
    for starts, opens in ((day + timedelta(days=1), 0), (day, 1)):
        rows.update(starts=starts)
        bump(town)
        assert len(posts_of(handler.account_id, town, on=day)) == opens


def test_only_those_who_manage_people_are_shown_the_way(town, enter):
    assert "/staff/new/" not in enter("clerk").get("/staff/").content.decode()
    assert "/staff/new/" in enter("admin").get("/staff/").content.decode()
    assert enter("clerk").get("/staff/new/").status_code == 403
    assert enter("admin").get("/staff/new/?person=x").status_code == 404
