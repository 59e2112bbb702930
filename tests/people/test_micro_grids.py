"""Micro-grids with who speaks for them, and the eight lines of service docked to grids."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from lianxin.ledger.models import Entry, Text
from lianxin.ledger.rows import ERASED, past_of, side_of
from lianxin.ledger.verify import verify
from lianxin.people.lines import NotDocked, Server, dock_lines, lines_of
from lianxin.people.models import LineService, Post, Representative
from lianxin.people.queries import unit_by_key
from lianxin.people.representatives import (
    MicroFacts,
    NoMicro,
    add_micro,
    end_micro,
    represent,
    representatives,
    usual,
)
from lianxin.places.boundaries import standing
from lianxin.places.models import Grid
from lianxin.places.queries import ancestor_ids, ended_grids, grid_at, grid_tree
from lianxin.places.reform.actions import reform
from lianxin.places.reform.plan import Merge, Recode
from lianxin.places.reform.queries import previewed, stamp_of
from towns import grid_named, who

pytestmark = pytest.mark.django_db

FACTS = MicroFacts("一单元", 16, 41, person="张大嫂", phone="13800001111", title="单元长", doors="1 至 16 号")


def faults(town):
    return [str(each) for each in verify(town)]


def again(row):
    return type(row).objects.for_system("tests", row.town_id).get(pk=row.pk)


@pytest.fixture
def admin(town):
    return who(town, "admin")


@pytest.fixture
def reformed(town, now, admin):
    def run(wanted):
        seen = stamp_of(previewed(town, standing(town), wanted))
        return reform(town, wanted, seen=seen, reason="调整", actor=admin, now=now)

    return run


@pytest.mark.row("A2")
def test_a_micro_grid_hangs_below_its_small_grid_and_points_still_find_that(town, now, admin):
    parent = grid_named(town, "1-1")
    first, second = add_micro(parent.pk, FACTS, actor=admin, now=now), add_micro(parent.pk, FACTS, actor=admin, now=now)
    assert (first.code, second.code) == (f"{parent.code}001", f"{parent.code}002")
    assert ancestor_ids(town, first.pk)[-2:] == (parent.pk, first.pk)
    assert grid_tree(town)[parent.pk].children == (first.pk, second.pk)
    assert grid_at(town, 117.005, 34.605) == parent.pk
    told = representatives(town, [first.pk])[first.pk]
    assert (told["name"], told["phone"], told["title"], told["doors"]) == ("张大嫂", "13800001111", "单元长", "1 至 16 号")
    assert faults(town) == []


@pytest.mark.row("A2")
def test_the_history_keeps_name_and_telephone_only_as_texts_that_can_be_erased_the_number_encrypted(town, now, admin):
    made = add_micro(grid_named(town, "1-1").pk, FACTS, actor=admin, now=now)
    represent(made, MicroFacts("一单元", person="李大爷", phone="13800002222", title="单元长"), actor=admin, now=now)
    row = Representative.objects.for_system("tests", town).get()
    entries = list(Entry.objects.for_system("tests", town).filter(subject_kind="representative", subject_id=row.pk))
    kept = str([entry.data for entry in entries])
    assert not any(word in kept for word in ("张大嫂", "李大爷", "13800001111", "13800002222"))
    texts = Text.objects.for_system("tests", town).filter(subject_id=row.pk)
    assert set(texts.filter(field__endswith="name").values_list("field", "body")) == {
        ("now.name", "张大嫂"), ("was.name", "张大嫂"), ("now.name", "李大爷"),
    }  # fmt: skip
    assert not any("1380000" in text.body for text in texts)
    told = [(side_of(entry, "was"), side_of(entry, "now")) for entry in past_of(town, "representative", row.pk)]
    assert [(was.get("phone"), is_now["phone"]) for was, is_now in told] == [(None, "13800001111"), ("13800001111", "13800002222")]
    assert represent(made, MicroFacts("一单元", person="李大爷", phone="13800002222", title="单元长"), actor=admin, now=now) == []
    assert faults(town) == []
    for column, false, true in (("doors", "偷改", ""), ("name", "偷改", "李大爷"), ("phone", "13900000000", "13800002222")):
        Representative.objects.for_system("tests", town).filter(pk=row.pk).update(**{column: false})
        assert len(faults(town)) == 1
        assert column in faults(town)[0]
        Representative.objects.for_system("tests", town).filter(pk=row.pk).update(**{column: true})
    assert faults(town) == []


@pytest.mark.row("A2")
def test_whoever_spoke_before_goes_out_of_the_history_too_with_the_reasons(town, now, admin):
    made = add_micro(grid_named(town, "1-1").pk, FACTS, actor=admin, now=now)
    by_post = MicroFacts("一单元", post_id=who(town, "worker").post_id)
    represent(made, by_post, actor=admin, now=now, why="张大嫂搬走了")
    rows = Text.objects.for_system("tests", town).filter(entry__subject_kind="representative")
    assert "张大嫂搬走了" in rows.values_list("body", flat=True)
    end_micro(made, "并回", actor=admin, now=now)
    assert set(rows.values_list("body", flat=True)) == {""}
    assert faults(town) == []


@pytest.mark.row("A2")
def test_a_post_may_speak_for_it_and_is_told_by_its_holder(town, now, admin):
    worker = who(town, "worker").post_id
    made = add_micro(grid_named(town, "1-1").pk, MicroFacts("一组", post_id=worker, person="谁"), actor=admin, now=now)
    told = representatives(town, [made.pk])[made.pk]
    assert (told["name"], told["post_id"]) == ("worker", worker)
    assert Representative.objects.for_system("tests", town).get().name == ""
    Post.objects.for_system("tests", town).filter(pk=worker).update(ends=now.date() - timedelta(days=1))
    with pytest.raises(NoMicro, match="no_post"):
        represent(made, MicroFacts("一组", post_id=worker, doors="x"), actor=admin, now=now)


@pytest.mark.row("A2")
def test_a_micro_grid_that_ends_leaves_what_is_docked_to_the_small_grid_and_its_code_behind(town, now, admin):
    parent = grid_named(town, "1-1")
    made = add_micro(parent.pk, FACTS, actor=admin, now=now)
    post = Post.objects.for_system("tests", town).get(pk=who(town, "worker").post_id)
    Post.objects.for_system("tests", town).filter(pk=post.pk).update(grid_id=made.pk)
    row = Representative.objects.for_system("tests", town).get()
    end_micro(made, "户数太少", actor=admin, now=now)
    texts = Text.objects.for_system("tests", town).filter(subject_id=row.pk)
    assert texts.exists()
    assert not texts.exclude(body="", key="").exists(), "name and number are gone from the history too"
    assert set(side_of(past_of(town, "representative", row.pk)[-1], "was").values()) >= {ERASED, "1 至 16 号"}
    assert again(post).grid_id == parent.pk
    assert (ended_grids(town)[made.pk].became, Representative.objects.for_system("tests", town).count()) == ((parent.code,), 0)
    assert add_micro(parent.pk, FACTS, actor=admin, now=now).code == f"{parent.code}002"
    with pytest.raises(NoMicro, match="not_there"):
        end_micro(made, "", actor=admin, now=now)
    assert faults(town) == []


@pytest.mark.row("A2")
def test_micro_grids_follow_their_small_grid_with_who_speaks_for_them(town, now, admin, reformed):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    kept, moved = (add_micro(grid.pk, FACTS, actor=admin, now=now) for grid in (first, second))
    done = reformed(Merge((first.code, second.code), first.code))
    made = Grid.objects.for_system("tests", town).get(code=done.became[moved.code])
    assert (made.code, made.parent_id, made.households) == (f"{first.code}002", first.pk, 16)
    assert set(representatives(town, [kept.pk, made.pk])) == {kept.pk, made.pk}
    joined = reformed(Merge((kept.code, made.code), kept.code))
    assert joined.followed["representatives"] == 1
    assert Representative.objects.for_system("tests", town).get().grid_id == kept.pk
    assert again(kept).households == 32
    assert faults(town) == []


@pytest.mark.row("A2")
def test_only_who_sets_up_the_town_writes_them_and_only_below_small_grids(town, other_town, now, admin):
    with pytest.raises(PermissionDenied):
        add_micro(grid_named(town, "1-1").pk, FACTS, actor=who(town, "worker"), now=now)
    for wrong in (grid_named(town, "1").pk, grid_named(other_town, "1-1").pk, 1):
        with pytest.raises(NoMicro, match="not_there"):
            add_micro(wrong, FACTS, actor=admin, now=now)
    assert usual(town) == (15, 25)
    town.settings["micro_households"] = [12, 30]
    assert usual(town) == (12, 30)


# ---- the eight lines ---------------------------------------------------------------------------------


def told(town, grid, now):
    return {row.line: (row.unit.key if row.unit else None, row.post["name"] if row.post else None, row.said_at) for row in lines_of(town, grid.pk, now=now)}


@pytest.mark.row("A3")
def test_a_line_is_said_for_a_village_at_once_and_otherwise_for_one_grid(town, now, admin):
    village, first, second = (grid_named(town, name) for name in ("1", "1-1", "1-2"))
    assert set(told(town, first, now)) == set(LineService.Line.values)
    assert told(town, first, now)["公安"] == ("police", None, None)  # the town's own unit of that line
    traffic, mediator = unit_by_key(town, "traffic"), who(town, "mediator").post_id
    assert dock_lines(village.pk, {"公安": Server(traffic.pk)}, actor=admin, now=now) == 1
    assert dock_lines(first.pk, {"公安": Server(post_id=mediator)}, actor=admin, now=now, why="驻点") == 1
    assert told(town, first, now)["公安"] == ("justice", "mediator", first.pk)
    assert told(town, second, now)["公安"] == ("traffic", None, village.pk)
    assert dock_lines(first.pk, {"公安": None, "民政": None}, actor=admin, now=now) == 1
    assert told(town, first, now)["公安"] == ("traffic", None, village.pk)
    assert faults(town) == []


@pytest.mark.row("A3")
def test_a_post_that_has_ended_serves_no_more_but_its_unit_does(town, now, admin):
    first, mediator = grid_named(town, "1-1"), who(town, "mediator").post_id
    dock_lines(first.pk, {"政法综治": Server(post_id=mediator)}, actor=admin, now=now)
    Post.objects.for_system("tests", town).filter(pk=mediator).update(ends=now.date() - timedelta(days=1))
    assert told(town, first, now)["政法综治"] == ("justice", None, first.pk)
    with pytest.raises(NotDocked, match="no_server"):
        dock_lines(first.pk, {"民政": Server(post_id=mediator)}, actor=admin, now=now)


@pytest.mark.row("A3")
def test_what_is_no_grid_no_line_or_nobody_is_refused(town, other_town, now, admin):
    first, foreign = grid_named(town, "1-1"), unit_by_key(other_town, "police")
    with pytest.raises(PermissionDenied):
        dock_lines(first.pk, {}, actor=who(town, "clerk"), now=now)
    for grid, line, server, code in (
        (1, "公安", None, "not_there"), (first.pk, "气象", None, "not_there"),
        (first.pk, "公安", Server(foreign.pk), "no_server"), (first.pk, "公安", Server(), "no_server"),
    ):  # fmt: skip
        with pytest.raises(NotDocked, match=code):
            dock_lines(grid, {line: server}, actor=admin, now=now)


@pytest.mark.row("A3")
def test_lines_follow_a_grid_under_its_new_code(town, now, admin, reformed):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    police, traffic = unit_by_key(town, "police"), unit_by_key(town, "traffic")
    dock_lines(first.pk, {"公安": Server(police.pk)}, actor=admin, now=now)
    dock_lines(second.pk, {"公安": Server(traffic.pk), "城管": Server(traffic.pk)}, actor=admin, now=now)
    reformed(Merge((first.code, second.code), first.code))
    assert told(town, first, now)["公安"][0] == "police"
    assert told(town, first, now)["城管"] == ("traffic", None, first.pk)
    done = reformed(Recode(first.code))
    made = Grid.objects.for_system("tests", town).get(code=done.became[first.code])
    assert told(town, made, now)["城管"] == ("traffic", None, made.pk)
    assert faults(town) == []
