"""Grids that end in others take all with them that is docked to them, and their past stays theirs to be counted."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models

from lianxin.cases.actions import open_case
from lianxin.cases.models import Case, CheckIn, Route, SavedView
from lianxin.cases.pickers import grid_name
from lianxin.cases.queries.figures import read_slice, sliced
from lianxin.cases.values import Draft
from lianxin.keys.once import OnceKey
from lianxin.keys.relations import AnotherTown
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.notices.models import Subscription
from lianxin.people.models import CentreHousehold, PartyGroup, Post, Unit
from lianxin.people.queries import unit_by_key
from lianxin.places.actions import redraw
from lianxin.places.boundaries import sheet_of, standing, version_of
from lianxin.places.models import AddressName, Grid, ServicePoint, Site
from lianxin.places.queries import ancestor_ids, ended_grids, find_address, grid_at, grid_tree, subtree_ids
from lianxin.places.reform.actions import NotReformed, StaleReform, describe, reform
from lianxin.places.reform.docks import known
from lianxin.places.reform.plan import Merge, Recode
from lianxin.places.reform.queries import became_of, past_of, previewed, stamp_of, was_before
from lianxin.places.sites.actions import SiteFacts, add_site
from lianxin.places.steps import Cut, Fate
from lianxin.places.tiling import point_of
from towns import grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("A1")]

IN_1, IN_2 = (117.005, 34.605), (117.015, 34.605)  # in the first and the second small grid


@pytest.fixture
def open_at(town, now):
    def run(point=IN_2, grid=None, kind="request", title="路灯不亮"):
        draft = Draft(kind=kind, title=title, channel="phone", lon=point and point[0], lat=point and point[1], grid_id=grid)
        return open_case(draft, actor=who(town, "clerk"), now=now).case

    return run


@pytest.fixture
def reformed(town, now):
    """Look at a reform, then carry it out."""

    def run(wanted, *, reason="按民政批复", at=now, seen=None, once=None):
        stamp = stamp_of(previewed(town, standing(town), wanted)) if seen is None else seen
        return reform(town, wanted, seen=stamp, reason=reason, once=once, actor=who(town, "admin"), now=at)

    return run


@pytest.fixture
def merge(town, reformed):
    """The second small grid ends in the first."""
    first, second = grid_named(town, "1-1").code, grid_named(town, "1-2").code
    return lambda name="", keep=first, **kwargs: reformed(Merge((first, second), keep, name), **kwargs)


def again(row):
    return type(row).objects.for_system("tests", row.town_id).get(pk=row.pk)


def faults(town):
    return [str(each) for each in verify(town)]


def docked(town, grid, now):
    """One row of everything that can be docked to a grid."""
    unit = unit_by_key(town, "village_1")
    post = Post.objects.for_system("tests", town).get(account__username="worker.lx")
    return [
        Post.objects.create(town=town, account=post.account, unit=unit, role=post.role, grid=grid, title="兼任"),
        PartyGroup.objects.create(town=town, grid=grid, name="二格党小组"),
        CentreHousehold.objects.create(town=town, grid=grid, name="老李家"),
        Unit.objects.create(town=town, key="station", name="警务室", grid=grid),
        Route.objects.create(town=town, grid=grid, unit=unit, hours="any"),
        ServicePoint.objects.create(town=town, key="p1", kind="stop", name="红帆驿站", grid=grid),
        AddressName.objects.create(town=town, grid=grid, name="老井台", kind="landmark", point=list(IN_2)),
        add_site(SiteFacts("venue", "文化广场", grid.pk, lon=IN_2[0], lat=IN_2[1]), actor=who(town, "admin"), now=now),
        Subscription.objects.create(
            town=town, way="email", address="a@b.cn", address_blind="x", about="area", grid_id=grid.pk, language="zh-hans",
            site="https://t", at=now, confirmed_at=now,
        ),
    ]  # fmt: skip


def test_all_that_is_docked_to_a_grid_follows_it_and_the_history_holds(town, now, merge, open_at):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    rows = docked(town, second, now)
    view = SavedView.objects.create(
        town=town, name="二格", query=f"light=late&grid={second.pk}", post=rows[0], at=now
    )
    case = open_at()
    done = merge(name="北片")
    assert {again(row).grid_id for row in rows} == {first.pk}
    assert again(view).query == f"light=late&grid={first.pk}"
    after = again(case)
    assert (after.grid_id, after.unit_id, after.due_at, after.step) == (first.pk, case.unit_id, case.due_at, case.step)
    entry = Entry.objects.for_system("tests", town).filter(subject_kind="case", subject_id=case.pk).latest("seq")
    assert (entry.act, entry.data["set"], entry.data["given"]["from_grid"]) == ("follow_grid", {"grid_id": first.pk}, second.pk)
    assert done.followed["cases"] == done.followed["sites"] == done.followed["posts"] == 1
    assert grid_at(town, *IN_2) == first.pk
    assert find_address(town, "老井台").places[0].grid_id == first.pk
    assert grid_named_by(town, first.code).name == "北片"
    assert faults(town) == []


def grid_named_by(town, code):
    return Grid.objects.for_system("tests", town).get(code=code)


def test_what_a_grid_became_and_what_it_was_is_known_from_both_ends(town, now, merge):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    Grid.objects.for_system("tests", town).filter(pk__in=[first.pk, second.pk]).update(households=300, population=900)
    merge()
    ended = ended_grids(town)[second.pk]
    assert (ended.became, ended.valid_to, ended.code) == ((first.code,), now.date(), second.code)
    assert (became_of(town, second.code), was_before(town, first.code)) == (first.code, [second.code])
    assert second.pk not in grid_tree(town)
    kept = again(first)
    assert (kept.households, kept.population) == (600, 1800)
    (end,) = past_of(town, second.pk)
    assert (end.act, end.reason, end.post_id) == ("end", "按民政批复", who(town, "admin").post_id)
    assert past_of(town, first.pk)[0].data["from"] == [second.code]
    assert faults(town) == []


def test_closed_cases_stay_and_the_figures_of_the_ground_open_to_them(town, now, merge, open_at):
    first, second, village = grid_named(town, "1-1"), grid_named(town, "1-2"), grid_named(town, "1")
    case = open_at()
    Case.objects.for_system("tests", town).filter(pk=case.pk).update(closed_at=now)
    merge()
    assert again(case).grid_id == second.pk
    assert subtree_ids(town, first.pk) == {first.pk, second.pk}
    assert ancestor_ids(town, second.pk) == (*ancestor_ids(town, village.pk), first.pk, second.pk)
    for pk in (village.pk, first.pk, second.pk):
        found = sliced(who(town, "supervisor"), read_slice({"village": str(pk)}), now=now + timedelta(days=1))
        assert [row.pk for row in found] == [case.pk]
    assert [row.pk for row in Case.objects.seen_by(who(town, "worker")).all()] == [case.pk]  # the past of the ground
    assert grid_name(town, second.pk) == "1村2格"


def test_a_grid_that_ends_a_second_time_takes_its_past_along(town, now, merge, reformed):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    merge()
    done = reformed(Recode(first.code), at=now + timedelta(days=400))
    made = grid_named_by(town, done.became[first.code])
    assert made.code == f"{first.code[:12]}003"
    assert again(second).path == f"{made.path}{second.pk}/"
    assert became_of(town, second.code) == made.code
    assert faults(town) == []


def test_a_merged_village_takes_its_small_grids_along_under_new_codes(town, now, reformed, open_at):
    west, east = grid_named(town, "1"), grid_named(town, "2")
    far = open_at(point=(117.025, 34.605))
    worker = who(town, "worker2")
    done = reformed(Merge((west.code, east.code), west.code, "连心村"))
    small = grid_named_by(town, done.became[f"{east.code}001"])
    assert (small.code, small.parent_id) == (f"{west.code}003", west.pk)
    assert again(far).grid_id == small.pk
    assert Post.objects.for_system("tests", town).get(pk=worker.post_id).grid_id == small.pk
    assert Unit.objects.for_system("tests", town).get(key="village_2").grid_id == west.pk
    assert faults(town) == []


def test_a_rule_of_dispatch_that_the_ground_has_already_is_said_once(town, now, merge):
    first, second, unit = grid_named(town, "1-1"), grid_named(town, "1-2"), unit_by_key(town, "sanitation")
    own = Route.objects.create(town=town, grid=first, unit=unit, hours="any")
    Route.objects.create(town=town, grid=second, unit=unit_by_key(town, "utilities"), hours="any")
    night = Route.objects.create(town=town, grid=second, unit=unit, hours="off")
    merge()
    kept = Route.objects.for_system("tests", town).filter(grid_id__in=[first.pk, second.pk])
    assert set(kept.values_list("id", "grid_id")) == {(own.pk, first.pk), (night.pk, first.pk)}
    assert faults(town) == []


def test_an_address_that_follows_both_grounds_gets_one_letter(town, now, merge):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    same = {"town": town, "way": "email", "address": "a@b.cn", "address_blind": "x", "about": "area", "language": "zh-hans", "site": "https://t", "at": now}
    Subscription.objects.create(**same, grid_id=first.pk)
    Subscription.objects.create(**same, grid_id=second.pk, confirmed_at=now)
    merge()
    (kept,) = Subscription.objects.for_system("tests", town)
    assert (kept.grid_id, kept.confirmed_at) == (first.pk, now)


def test_who_looked_at_something_else_is_refused_and_nothing_is_done(town, now, merge, open_at):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    seen = stamp_of(previewed(town, standing(town), Merge((first.code, second.code), first.code)))
    open_at()  # one case more than was shown
    with pytest.raises(StaleReform):
        merge(seen=seen)
    with pytest.raises(ValueError, match="reason"):
        merge(reason=" ")
    with pytest.raises(NotReformed):
        merge(keep="999")
    assert ended_grids(town) == {}
    assert again(second).valid_to is None


def test_the_same_key_is_one_reform_and_another_town_is_none_of_ones_business(town, other_town, now, reformed):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    once = OnceKey("reform:1", "k1", "d")
    done = reformed(Merge((first.code, second.code), first.code), once=once)
    assert reformed(Merge((first.code, second.code), first.code), once=once, seen="") == type(done)(done.change, repeated=True)
    with pytest.raises(AnotherTown):
        reform(town, Recode(first.code), seen="", reason="x", actor=who(other_town, "admin"), now=now)


def test_a_preview_counts_what_follows_and_says_no_word_of_a_case(town, now, open_at):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    docked(town, second, now)
    open_at(title="秘密的题目")
    open_at(kind="dispute", title="家务事")  # confidential: it follows, and is not even counted
    (row,) = previewed(town, standing(town), Merge((first.code, second.code), first.code)).told()
    told = {each["key"]: (each["n"], each["names"]) for each in row["docked"]}
    assert told["cases"] == (1, [])
    assert told["posts"][0] == 1
    assert told["sites"] == (1, ["文化广场"])
    assert "题目" not in str(row)
    assert (row["name"], row["to"]) == ("1村2格", {"code": first.code, "name": "1村1格"})


def test_what_is_said_afterwards_counts_no_confidential_case_either(town, merge, open_at):
    secret = open_at(kind="dispute", title="家务事")
    open_at()
    assert merge().followed["cases"] == 1
    assert again(secret).grid_id == grid_named(town, "1-1").pk


def test_a_rename_keeps_the_code_and_verify_knows_the_name(town, now):
    grid = grid_named(town, "1-1")
    assert describe(grid, {"name": "河东格", "households": 40}, reason="地名办公布", actor=who(town, "admin"), now=now) == ["name", "households"]
    assert (again(grid).name, again(grid).code, grid_tree(town)[grid.pk].name) == ("河东格", grid.code, "河东格")
    (event,) = past_of(town, grid.pk)
    assert (event.data["name_was"], event.reason) == ("1村1格", "地名办公布")
    assert describe(grid, {"name": "河东格"}, reason="", actor=who(town, "admin"), now=now) == []
    with pytest.raises(ValueError, match="name"):
        describe(grid, {"name": ""}, reason="", actor=who(town, "admin"), now=now)
    Grid.objects.for_system("tests", town).filter(pk=grid.pk).update(name="偷改")
    assert "not what was last told (name)" in faults(town)[0]


def test_verify_finds_a_grid_that_was_brought_back_behind_the_product(town, merge):
    second = grid_named(town, "1-2")
    merge()
    Grid.objects.for_system("tests", town).filter(pk=second.pk).update(valid_to=None)
    assert any("not what was last told (valid_to)" in each for each in faults(town))


# ---- split -------------------------------------------------------------------------------------------


def split(town, now, takes=()):
    first = grid_named(town, "1-1")
    line = (point_of(117.005, 34.6), point_of(117.005, 34.61))
    cut = Cut(first.code, line, Fate(), Fate(name="东片", takes=takes))
    version = version_of(town, sheet_of(standing(town), first.code))
    done = redraw(town, [cut], of=first.code, version=version, reason="一分为二", actor=who(town, "admin"), now=now)
    return Grid.objects.for_system("tests", town).get(name="东片"), done


def test_a_split_lets_cases_follow_their_ground_and_asks_nobody_who_cannot_be_in_two(town, now, open_at):
    first, unit = grid_named(town, "1-1"), unit_by_key(town, "sanitation")
    here, there, nowhere = open_at((117.002, 34.605)), open_at((117.008, 34.605)), open_at(None, first.pk)
    secret = open_at((117.008, 34.605), kind="dispute")
    worker = who(town, "worker").post_id
    group = PartyGroup.objects.create(town=town, grid=first, name="一格党小组")
    stays = PartyGroup.objects.create(town=town, grid=first, name="老党小组")
    point = ServicePoint.objects.create(town=town, key="p1", kind="stop", name="驿站", grid=first, point=[117.008, 34.605])
    rule = Route.objects.create(town=town, grid=first, unit=unit, hours="any")
    wish = Subscription.objects.create(
        town=town, way="email", address="a@b.cn", address_blind="x", about="area", grid_id=first.pk, language="zh-hans", site="https://t", at=now
    )
    made, _done = split(town, now, takes=(f"party_groups:{group.pk}",))
    places = [again(case).grid_id for case in (here, there, nowhere, secret)]
    assert places == [first.pk, made.pk, first.pk, made.pk]
    assert (again(group).grid_id, again(stays).grid_id, again(point).grid_id) == (made.pk, first.pk, made.pk)
    assert Post.objects.for_system("tests", town).get(pk=worker).grid_id == first.pk
    rules = Route.objects.for_system("tests", town).filter(grid_id__in=[first.pk, made.pk])
    assert {(each.grid_id, each.unit_id, each.hours) for each in rules} == {(pk, unit.pk, "any") for pk in (first.pk, made.pk)}
    assert rule in rules
    wishes = Subscription.objects.for_system("tests", town)
    assert {(each.grid_id, each.address, each.address_blind) for each in wishes} == {(pk, "a@b.cn", "x") for pk in (first.pk, made.pk)}
    assert wish in wishes
    assert past_of(town, made.pk)[-1].data["from"] == [first.code]
    assert faults(town) == []


def test_every_table_that_names_a_grid_says_what_becomes_of_its_rows(db):
    named = set()
    for model in apps.get_models():
        for column in model._meta.get_fields():
            points = isinstance(column, models.ForeignKey) and column.related_model is Grid
            if points or getattr(column, "attname", "") == "grid_id":
                named.add(model)
    assert named <= known()
    assert {Case, Site, Post, CheckIn} <= named
