"""Posts, leaves, people, sites, lines and representatives: what was changed is read in words, and put back with a press."""

import random
import re

import pytest

from cases.case.staging import signed_in
from lianxin.cases.actions.handing import Leaving, leave_post
from lianxin.cases.actions.leaving import end_leave
from lianxin.cases.values import Holder
from lianxin.keys.cache import bump
from lianxin.ledger.actions import erase_texts
from lianxin.ledger.models import Text
from lianxin.ledger.rows import past_of, plain
from lianxin.ledger.verify import verify
from lianxin.people.lines import Server, dock_lines, said_of
from lianxin.people.models import Leave, Post, Unit
from lianxin.people.queries import today, unit_by_key
from lianxin.people.representatives import end_micro
from lianxin.places.models import Site
from lianxin.places.sites.actions import end_site
from lianxin.town.registers.records import RECORDS
from town.homes.changed import DAY, KINDS, Leaves, Lines, People, Posts, Representatives, Sites
from towns import who

pytestmark = [pytest.mark.django_db, pytest.mark.row("A5")]

def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def stands(kind, row):
    held = kind.again(row)
    return plain(held) if held is not None else None


def telling(town, kind):
    """The entries that say what was before them."""
    return lambda row: [each for each in past_of(town, RECORDS[kind.key].kind, row.pk) if "was" in each.data]


@pytest.mark.parametrize("sort", KINDS, ids=[each.key for each in KINDS])
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_was_changed_is_again_as_it_was_before_any_entry_of_its_history(town, sort, seed):
    kind, admin, by_chance = sort(town), signed_in("admin"), random.Random(seed)
    row, entries = kind.make(), telling(town, sort(town))
    before = {}
    for n in range(9):
        was, known = stands(kind, row), len(entries(row))
        if n % 3 < 2 or not known:
            kind.change(kind.again(row) or row, by_chance.randrange(30))
        else:
            back = by_chance.choice(entries(row) if was is not None else entries(row)[-1:])
            answer = admin.post(f"/records/{kind.key}/{row.pk}/", {"seq": str(back.seq)})
            assert answer.status_code == 303, words(answer)[:900]
            assert stands(kind, row) == before[back.seq], f"as before entry {back.seq}"
        for entry in entries(row)[known:]:
            before[entry.seq] = was
    assert before, "something was changed"
    page = words(admin.get(f"/records/{kind.key}/{row.pk}/"))
    assert "→" in page
    assert "恢复到此前" in page
    assert [str(each) for each in verify(town)] == []


@pytest.mark.parametrize("sort", KINDS, ids=[each.key for each in KINDS])
def test_the_page_of_a_record_tells_who_changed_what_from_what_to_what(town, sort):
    kind = sort(town)
    row = kind.make()
    kind.change(row, 1 if kind.key == "lines" else 0)
    pages = {
        "posts": f"/staff/{row.pk}/", "people": f"/staff/{who(town, 'worker').post_id}/", "sites": f"/sites/{getattr(row, 'code', '')}/",
        "leaves": f"/staff/{getattr(row, 'post_id', '')}/", "lines": f"/grids/{getattr(row, 'grid_id', '')}/lines/",
        "representatives": f"/grids/{getattr(row, 'grid_id', '')}/representative/",
    }  # fmt: skip
    told = {
        "posts": ("职务0", "专职 → 兼职"), "people": ("worker → 张三0", "本人电话"), "sites": ("小区或自然村 → 公共场所", "锦绣家园 → 广场0"),
        "leaves": ("请假最后一天", "请假事由 看病"), "lines": ("民政 · 修改", "司法所", "服务单位"), "representatives": ("张大嫂 → 李大爷0", "楼长"),
    }  # fmt: skip
    page = signed_in("admin").get(pages[kind.key])
    for text in ("改动记录", "admin ·", *told[kind.key]):
        assert text in words(page)
    history = page.content.decode().partition("改动记录</h2>")[2]
    assert not any(number in history for number in ("19900000000", "13900000000", "13800001111")), "numbers are starred"
    assert f'action="/records/{kind.key}/{row.pk}/"' in history


def refused(client, kind, row, sentence, seq=""):
    past = past_of(kind.town, RECORDS[kind.key].kind, row.pk)
    before = stands(kind, row)
    answer = client.post(f"/records/{kind.key}/{row.pk}/?town=LX", {"seq": seq or str(past[-1].seq)})
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert stands(kind, row) == before
    assert len(past_of(kind.town, RECORDS[kind.key].kind, row.pk)) == len(past)


def test_a_post_is_not_held_again_without_its_unit_its_grid_or_twice(town):
    kind, security = Posts(town), signed_in("security")
    row = kind.make()
    kind.change(row, 2)
    Unit.objects.for_system("tests", town).filter(pk=row.unit_id).update(active=False)
    bump(town)
    refused(security, kind, row, "这个单位已停用")
    Unit.objects.for_system("tests", town).filter(pk=row.unit_id).update(active=True)
    row.account.is_active = False
    row.account.save()
    bump(town)
    refused(security, kind, row, "账号已停用")
    row.account.is_active = True
    row.account.save()
    same = {name: getattr(row, name) for name in ("account_id", "unit_id", "role_id", "grid_id")}
    twin = Post.objects.create(town=town, **same)
    refused(security, kind, row, "此人已在这个岗位上")
    twin.delete()
    refused(security, kind, row, "改动记录里没有这一条", seq="77")
    assert security.post(f"/records/posts/{row.pk}/", {"seq": str(past_of(town, "post", row.pk)[-1].seq)}).status_code == 303
    assert kind.again(row).ends is None


def test_a_leave_does_not_begin_again_over_another_or_without_who_stands_in(town):
    kind, admin = Leaves(town), signed_in("admin")
    row = kind.make()
    kind.change(row, 0)
    other = kind.make()
    refused(admin, kind, row, "这几天已经登记过请假")
    end_leave(other, **kind.signed)
    Post.objects.for_system("tests", town).filter(pk=row.stand_in_id).update(ends=today(kind.now) - DAY)
    refused(admin, kind, row, "原来的代班人已经不在岗")
    Leave.objects.for_system("tests", town).filter(pk=row.pk).update(stand_in=None)
    Post.objects.for_system("tests", town).filter(pk=row.post_id).update(ends=today(kind.now) - DAY)
    refused(admin, kind, row, "这个岗位已经结束")


def test_a_site_does_not_stand_again_beside_another_of_its_name(town):
    kind, admin = Sites(town), signed_in("admin")
    row = kind.make()
    kind.change(row, 2)
    twin = kind.make()
    refused(admin, kind, row, f"这个网格里已有同类同名的场所：{twin.code}")
    end_site(twin, "", **kind.signed)
    assert admin.post(f"/records/sites/{row.pk}/", {"seq": "2"}).headers["location"] == f"/sites/{row.code}/"
    assert kind.again(row).valid_to is None


def test_a_line_is_not_said_again_over_what_is_said_now_or_by_who_serves_no_more(town):
    kind, admin = Lines(town), signed_in("admin")
    row = kind.make()
    kind.change(row, 0)
    kind.change(row, 2)
    assert kind.again(row) is None
    page = admin.get(f"/grids/{row.grid_id}/lines/")
    assert "民政 · 删去" in words(page)
    assert page.content.decode().count(f'action="/records/lines/{row.pk}/"') == 1, "it comes back as it was last, or not at all"
    assert admin.post(f"/records/lines/{row.pk}/", {"seq": "3"}).status_code == 303
    assert admin.post(f"/records/lines/{row.pk}/", {"seq": "2"}).status_code == 303
    kind.change(row, 2)
    later = kind.make()
    refused(admin, kind, row, "这条线在这个网格已经另有安排")
    dock_lines(row.grid_id, {"民政": None}, **kind.signed)
    assert kind.again(later) is None
    Unit.objects.for_system("tests", town).filter(pk=row.unit_id).update(active=False)
    bump(town)
    refused(admin, kind, row, "这个单位已停用")
    Unit.objects.for_system("tests", town).filter(pk=row.unit_id).update(active=True)
    bump(town)
    last = past_of(town, "line_service", row.pk)[-1]
    assert admin.post(f"/records/lines/{row.pk}/", {"seq": str(last.seq)}).status_code == 303
    assert said_of(town)[row.grid_id, "民政"] == Server(unit_id=row.unit_id)


def test_who_spoke_for_a_micro_grid_does_not_come_back_once_they_are_erased_or_it_has_ended(town):
    kind, admin = Representatives(town), signed_in("admin")
    row = kind.make()
    kind.change(row, 0)
    texts = Text.objects.for_system("tests", town).filter(subject_id=row.pk, field="was.name")
    erase_texts("representative", row.pk, reason="本人要求", only=set(texts.values_list("id", flat=True)), **kind.signed)
    assert "（已删除） → 李大爷0" in words(admin.get(f"/records/representatives/{row.pk}/"))
    refused(admin, kind, row, "已经永久删除")
    assert [str(each) for each in verify(town)] == []
    end_micro(row.grid, "并回", **kind.signed)
    assert admin.post(f"/records/representatives/{row.pk}/", {"seq": "2"}).status_code == 404


def test_somebody_who_works_for_another_town_too_is_not_renamed_back(town, other_town):
    kind, admin = People(town), signed_in("admin")
    row = kind.make()
    kind.change(row, 0)
    there = Post.objects.for_system("tests", other_town).get(account__username="worker.qh")
    Post.objects.create(town=other_town, account=row, unit=there.unit, role=there.role)
    refused(admin, kind, row, "也在别的乡镇任职")


def test_nobody_gives_themselves_a_post_back_and_who_may_not_put_back_sees_no_button(town):
    kind, row = Posts(town), Posts(town).make()
    kind.change(row, 0)
    address, seq = f"/records/posts/{row.pk}/", {"seq": str(past_of(town, "post", row.pk)[-1].seq)}
    for name, status in (("worker", 200), ("auditor", 200), ("handler", 403), ("admin", 200)):
        page = signed_in(name).get(address)
        assert page.status_code == status
        assert (f'action="{address}"' in page.content.decode()) is (name == "admin")
    assert all(signed_in(name).post(address, seq).status_code == 403 for name in ("worker", "auditor", "handler"))
    own = Post.objects.for_system("tests", town).get(pk=who(town, "admin").post_id)
    leave_post(own, Leaving(today(kind.now), Holder(own.unit_id), "x"), actor=who(town, "security"), now=kind.now)
    again = Post.objects.create(town=town, account=own.account, unit=unit_by_key(town, "desk"), role=own.role)
    bump(town)
    assert signed_in("admin").post(f"/records/posts/{own.pk}/", {"seq": "1"}).status_code == 403
    assert (again.ends, kind.again(own).ends) == (None, today(kind.now) - DAY)


def test_a_record_of_another_town_or_of_no_sort_is_none(town, other_town):
    admin = signed_in("admin")
    foreign = Post.objects.for_system("tests", other_town).get(account__username="worker.qh")
    assert [admin.get(f"/records/{path}/?town=LX").status_code for path in (f"posts/{foreign.pk}", "nothing/1", "sites/1")] == [404] * 3
    site = Sites(town).make()
    assert Site.objects.for_system("tests", town).get() == site
    admin.cookies["django_language"] = "en"
    page = admin.get(f"/records/sites/{site.pk}/?town=LX")
    assert all(text in words(page) for text in ("History of changes", "Entered", "Sites", site.code))
