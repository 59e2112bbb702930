"""Name, telephone and position of a colleague put right on their page; one's own telephone by oneself."""

import re

import pytest
from django.utils import timezone

from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import verify
from lianxin.people.models import Post
from lianxin.people.persons import NotChanged, change_person, stamp_of_person
from lianxin.town.homes.details import not_changed
from towns import who

pytestmark = [pytest.mark.django_db, pytest.mark.row("A5")]
NEW = {"name": "周敏敏", "phone": "199-0000-7788", "title": "组长", "languages": "手语", "basis": "part", "why": "婚后改名"}


def held(town, username):
    return Post.objects.for_system("test", town).select_related("account").get(account__username=f"{username}.lx")


def place(town, username):
    return f"/staff/{held(town, username).pk}/change/"


def told(post):
    return (post.account.name, post.account.phone, post.title, post.languages, post.basis)


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_footing_on_a_grid_is_shown_and_asked_for_posts_of_a_grid_alone(town, signed):
    admin = signed("admin")
    for username, shown in (("handler", False), ("worker", True)):
        page = admin.get(f"/staff/{held(town, username).pk}/").content.decode()
        assert ('name="basis"' in page, "网格身份" in page) == (shown, shown)
    refused = admin.post(place(town, "handler"), {"basis": "part", "title": "组长"})
    assert (refused.status_code, "没有网格身份" in words(refused), held(town, "handler").basis) == (422, True, "full")
    listed = words(admin.get("/staff/?basis=full"))
    assert ("worker" in listed, "handler" in listed) == (True, False)


def test_a_colleague_is_put_right_with_a_history_and_a_way_back(town, signed):
    admin, before = signed("admin"), held(town, "worker")
    seen = stamp_of_person(before)
    answer = admin.post(place(town, "worker"), {**NEW, "seen": seen})
    assert answer.status_code == 303
    after = held(town, "worker")
    assert told(after) == ("周敏敏", "19900007788", "组长", "手语", "part")
    page = words(admin.get(f"/staff/{after.pk}/"))
    for part in ("worker → 周敏敏", "199****7788", "组长", "婚后改名"):
        assert part in page
    assert "19900007788" not in page.split("改动记录")[-1]
    entry = Entry.objects.for_system("test", town).filter(subject_kind="account", subject_id=after.account_id).latest("seq")
    assert "周敏敏" not in str(entry.data)
    assert not Text.objects.for_system("test", town).filter(body__contains="19900007788").exists()
    for key, pk, kind in (("people", after.account_id, "account"), ("posts", after.pk, "post")):
        last = Entry.objects.for_system("test", town).filter(subject_kind=kind, subject_id=pk).latest("seq")
        assert admin.post(f"/records/{key}/{pk}/", {"seq": str(last.seq)}).status_code == 303
    assert told(held(town, "worker")) == told(before)
    assert list(verify(town)) == []


def test_everybody_puts_their_own_telephone_right_and_nothing_else(town, signed):
    handler, before = signed("handler"), held(town, "handler")
    page = handler.get(f"/staff/{before.pk}/").content.decode()
    assert "修改我的电话" in page
    assert 'name="title"' not in page
    assert handler.post(place(town, "handler"), {"phone": "0516-85551234"}).status_code == 303
    assert handler.post(place(town, "handler"), {"name": "某某"}).status_code == 403
    assert handler.post(place(town, "handler"), {"title": "所长"}).status_code == 403
    assert handler.post(place(town, "worker"), {"phone": "19900000001"}).status_code == 403
    after = held(town, "handler")
    assert told(after) == (before.account.name, "051685551234", *told(before)[2:])
    assert f'href="/staff/{before.pk}/"' in handler.get("/field/").content.decode()


def test_who_keeps_the_accounts_gives_themselves_no_other_title(town, signed):
    admin = signed("admin")
    assert admin.post(place(town, "admin"), {"title": "书记"}).status_code == 403
    assert admin.post(place(town, "admin"), {"name": "管理员", "phone": "19900000123"}).status_code == 303


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"name": " "}, "必须填写"), ({"name": "长" * 61}, "最多 60 "), ({"phone": "1990000"}, "少了 4 位"), ({"phone": "街坊"}, "12345"),
     ({"title": "长" * 61}, "最多 60 "), ({"basis": "x"}, "没有"), ({"why": "长" * 201}, "最多 200 ")],
)  # fmt: skip
def test_what_is_wrong_is_said_by_field_and_nothing_typed_is_lost(town, signed, wrong, said):
    admin, before = signed("admin"), told(held(town, "handler"))
    answer = admin.post(place(town, "handler"), {**NEW, **wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    [name] = wrong
    fault = re.search(rf'id="f-{name}-error".*?</p>', page, re.S)
    assert fault, name
    assert said in fault[0]
    assert all(f'value="{text}"' in page for key, text in NEW.items() if key not in {name, "basis"})
    assert told(held(town, "handler")) == before


def test_who_was_not_the_first_overwrites_nothing(town, signed):
    admin, seen = signed("admin"), stamp_of_person(held(town, "handler"))
    admin.post(place(town, "handler"), {"title": "组长", "seen": seen})
    answer = admin.post(place(town, "handler"), {"title": "副组长", "seen": seen})
    assert (answer.status_code, "别人改过了" in words(answer), 'value="副组长"' in answer.content.decode()) == (422, True, True)
    assert held(town, "handler").title == "组长"


def test_of_a_post_that_has_ended_nothing_is_changed(town, signed):
    post = held(town, "handler")
    Post.objects.for_system("test", town).filter(pk=post.pk).update(starts="2020-01-01", ends="2020-02-01")
    answer = signed("admin").post(f"/staff/{post.pk}/change/", NEW)
    assert (answer.status_code, "已经" in words(answer)) == (422, True)
    assert told(held(town, "handler")) == told(post)


def test_who_works_for_two_towns_is_renamed_by_neither(town, other_town):
    post, other = held(town, "handler"), Post.objects.for_system("test", other_town).first()
    Post.objects.for_system("test", other_town).filter(pk=other.pk).update(account_id=post.account_id)
    signed = {"actor": who(town, "admin"), "now": timezone.now()}
    with pytest.raises(NotChanged) as refused:
        change_person(held(town, "handler"), {"phone": "19900000123", "title": "组长"}, **signed)
    assert "别的乡镇任职" in str(not_changed(refused.value))
    assert told(held(town, "handler")) == told(post)
    assert change_person(held(town, "handler"), {"title": "组长"}, **signed) == ["title"]
