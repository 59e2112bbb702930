"""A file that was taken in is taken back as one: what changed is as it was, what was added goes, what cannot says why."""

import io
import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from lianxin.cases.actions import open_case
from lianxin.cases.actions.trees import CategoryRow, import_categories
from lianxin.cases.models import Case, Category
from lianxin.cases.values import Draft
from lianxin.keys.cache import forget
from lianxin.keys.ids import new_id
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.rows import Going, change_row
from lianxin.ledger.verify import verify
from lianxin.people.models import Account, Post
from lianxin.places.actions import import_grids
from lianxin.places.boundaries import formers
from lianxin.places.imports import read_grids
from lianxin.places.models import AddressName, FormerBoundary, Grid, Site
from lianxin.places.names import NameRow, settle_names
from lianxin.places.queries import ended_grids, grid_at, grid_tree, known_grids
from lianxin.places.reform.actions import describe
from lianxin.places.reform.queries import became_of
from lianxin.places.sites.actions import SiteFacts, SiteRow, add_site, change_site, import_sites
from lianxin.town.imports.back import StaleBack, look_back, take_back, told_steps
from lianxin.town.imports.people import PersonRow, settle_people
from lianxin.town.imports.taken import note_taken, taken_files
from lianxin.town.registers.known import CATEGORIES
from lianxin.town.registers.register import changes, put_back
from towns import grid_named, square, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("A1")]

EAST = (117.0175, 34.605)  # in the east half of the second small grid of the first village
SECOND = timedelta(seconds=1)
THIRD = (("203", "3村", square(117.03, 34.6), {}), ("203001", "3村1格", square(117.03, 34.6), {}))  # on nobody's ground


@pytest.fixture
def brought(town, now):
    """Take something in as a file, by whatever writes its rows; the file as it is found again."""

    def run(what, write, by="admin", at=now):
        actor = who(town, by)
        with transaction.atomic():
            write(actor, at)
            note_taken(new_id(), {"what": what, "file": "ab" * 32, "size": 1, "changed": 1}, "一份.xlsx", actor=actor, now=at)
        return taken_files(actor)[0]

    return run


@pytest.fixture
def grids(town, brought):
    """Take in features: (code below the town, name, geometry, more)."""

    def run(*features, **more):
        told = [
            {"type": "Feature", "properties": {"code": f"{town.code}{code}", "name": name, **said}, "geometry": drawn}
            for code, name, drawn, said in features
        ]

        def write(actor, at):
            text = io.StringIO(json.dumps({"type": "FeatureCollection", "features": told}))
            rows, faults = read_grids(text, known=known_grids(town))
            assert [fault for fault in faults if fault.grave] == []
            import_grids(town, rows, actor=actor, now=at)

        return brought("grids", write, **more)

    return run


@pytest.fixture
def back(town, now):
    """Look at what taking a file back would do, then do it."""

    def run(taken_in, by="admin", at=now + SECOND):
        actor = who(town, by)
        seen = look_back(actor, taken_in, now=at).stamp
        return take_back(taken_in, seen=seen, reason="拿错了文件", actor=actor, now=at)

    return run


def halved(grids, **more):
    """A file that gives the east half of a grid to a new one, and another grid a new name and figures."""
    return grids(
        ("201002", "1村2格", square(117.01, 34.6, 0.005), {}),
        ("201003", "1村3格", square(117.015, 34.6, 0.005), {"households": 40}),
        ("202001", "东片", None, {"households": 99}),
        **more,
    )


def at(town, code):
    return Grid.objects.for_system("tests", town).get(code=f"{town.code}{code}")


def columns(town):
    return list(Grid.objects.for_system("tests", town).order_by("code").values())


def looked(town, taken_in, now, by="admin"):
    return look_back(who(town, by), taken_in, now=now)


def why(seen):
    return [each.why for each in told_steps(seen, Going.STAYS, most=9)]


def entries(town, **where):
    return Entry.objects.for_system("tests", town).filter(**where)


# ---- grids -------------------------------------------------------------------------------------------


def test_every_grid_a_file_changed_is_again_what_it_was_and_what_it_added_is_gone(town, now, grids, back):
    before = columns(town)
    brought = halved(grids)
    assert columns(town) != before
    assert back(brought) == {Going.BACK: 2, Going.GONE: 1}
    assert columns(town) == before
    assert grid_at(town, *EAST) == at(town, "201002").pk
    assert [former.how for former in formers(town, at(town, "201002").pk)] == ["restored", "imported"]
    told = entries(town, subject_kind="import").latest("id")
    assert (told.act, told.data["what"], told.data["back"], told.data["gone"]) == ("restore", "grids", 2, 1)
    assert Text.objects.for_system("tests", town).get(entry=told).body == "拿错了文件"
    assert set(entries(town, at=told.at, subject_kind="grid").values_list("act", flat=True)) == {"restore", "drop"}
    assert list(verify(town)) == []


def test_what_is_shown_before_says_each_field_and_writes_nothing(town, now, grids):
    brought, before = halved(grids), columns(town)
    seen = looked(town, brought, now)
    told = {step.title.split()[1]: {label: (stands, was) for label, stands, was in step.fields} for step in told_steps(seen, Going.BACK, most=9)}
    assert told["东片"] == {"名称": ("东片", "2村1格"), "户数": ("99", "0")}
    assert told["1村2格"] == {"边界": ("文件里画的", "原来的边界")}
    assert [step.title for step in told_steps(seen, Going.GONE, most=9)] == [f"{town.code}201003 1村3格"]
    assert columns(town) == before


def test_the_right_file_can_be_brought_after_the_wrong_one_was_taken_back(town, now, grids, back):
    back(halved(grids))
    halved(grids, at=now + 2 * SECOND)
    assert grid_tree(town)[at(town, "201003").pk].name == "1村3格"
    assert list(verify(town)) == []


def test_a_boundary_that_was_drawn_for_the_first_time_is_none_again(town, now, grids, back):
    Grid.objects.for_system("tests", town).filter(code=f"{town.code}202001").update(boundary=None, lon=None, lat=None, area_m2=0)
    drawn = grids(("202001", "2村1格", square(117.02, 34.6, 0.008), {}))
    assert at(town, "202001").boundary is not None
    back(drawn)
    left = at(town, "202001")
    assert (left.boundary, left.lon, left.area_m2) == (None, None, 0)
    assert list(verify(town)) == []


def test_cases_opened_meanwhile_and_all_that_is_docked_follow_the_ground(town, now, grids, back):
    site = add_site(SiteFacts("venue", "东广场", at(town, "201002").pk, lon=EAST[0], lat=EAST[1]), actor=who(town, "admin"), now=now)
    name = AddressName.objects.create(town=town, grid=at(town, "201002"), name="东井", kind="landmark", point=list(EAST))
    brought = halved(grids)
    made = at(town, "201003")
    assert {Site.objects.for_system("tests", town).get(pk=site.pk).grid_id, AddressName.objects.for_system("tests", town).get(pk=name.pk).grid_id} == {made.pk}
    draft = Draft(kind="request", title="路灯不亮", channel="phone", lon=EAST[0], lat=EAST[1])
    case = open_case(draft, actor=who(town, "clerk"), now=now).case
    post = Post.objects.for_system("tests", town).get(account__username="worker.lx")
    post = Post.objects.create(town=town, account=post.account, unit=post.unit, role=post.role, grid=made, title="兼任")
    seen = looked(town, brought, now)
    told = told_steps(seen, Going.ENDS, most=9)
    assert [step.docked for step in told] == [f"转到 {town.code}201002：在办事项 1 · 岗位 1"]
    assert back(brought) == {Going.BACK: 2, Going.ENDS: 1}
    home = at(town, "201002")
    for row in (case, post, site, name):
        assert type(row).objects.for_system("tests", town).get(pk=row.pk).grid_id == home.pk
    assert entries(town, subject_kind="case", subject_id=case.pk).latest("seq").act == "follow_grid"
    assert became_of(town, made.code) == home.code
    assert ended_grids(town)[made.pk].became == (home.code,)
    assert list(verify(town)) == []


def test_a_grid_that_only_held_what_comes_back_is_gone_and_its_code_is_free(town, now, grids, back):
    site = add_site(SiteFacts("venue", "东广场", at(town, "201002").pk, lon=EAST[0], lat=EAST[1]), actor=who(town, "admin"), now=now)
    assert back(halved(grids)) == {Going.BACK: 2, Going.GONE: 1}
    assert Site.objects.for_system("tests", town).get(pk=site.pk).grid_id == at(town, "201002").pk
    assert not Grid.objects.for_system("tests", town).filter(code=f"{town.code}201003").exists()
    assert list(verify(town)) == []


def test_more_rows_than_one_statement_takes_go_back_too(town, now, brought, back):
    rows = [NameRow(n, f"{n}号桥", "landmark", grid_named(town, "1-1").pk, None) for n in range(1100)]
    file = brought("names", lambda actor, at_: settle_names(rows, actor=actor, now=at_))
    assert back(file) == {Going.GONE: 1100}
    assert AddressName.objects.for_system("tests", town).count() == 0


def test_what_was_changed_since_stays_and_says_so_and_the_rest_goes_back(town, now, grids, back):
    brought = halved(grids)
    describe(at(town, "202001"), {"name": "东街片"}, reason="", actor=who(town, "admin"), now=now)
    assert why(looked(town, brought, now)) == ["导入后又改过。"]
    assert back(brought) == {Going.BACK: 1, Going.GONE: 1, Going.STAYS: 1}
    assert (at(town, "202001").name, at(town, "202001").households) == ("东街片", 99)
    assert list(verify(town)) == []


def test_a_grid_never_comes_to_lie_on_the_ground_of_one_that_stays(town, now, grids):
    brought = halved(grids)
    describe(at(town, "201003"), {"name": "东半格"}, reason="", actor=who(town, "admin"), now=now)
    seen = looked(town, brought, now)
    assert seen.counts == {Going.STAYS: 2, Going.BACK: 1}
    assert any("重叠" in each for each in why(seen))


def test_a_grid_whose_ground_no_other_takes_stays_with_what_is_docked_to_it(town, now, grids, back):
    brought = grids(*THIRD)
    open_case(Draft(kind="request", title="路灯不亮", channel="phone", grid_id=at(town, "203001").pk), actor=who(town, "clerk"), now=now)
    seen = looked(town, brought, now)
    assert why(seen) == ["下面还有网格：3村1格。", "挂在它上面的没有去处：没有别的网格接它的地界。在办事项 1"]
    with pytest.raises(StaleBack):
        back(brought)
    assert len(grid_tree(town)) == 8


def test_a_closed_case_keeps_its_grid_which_ends(town, now, grids, back):
    brought = grids(*THIRD)
    case = open_case(Draft(kind="request", title="路灯不亮", channel="phone", grid_id=at(town, "203001").pk), actor=who(town, "clerk"), now=now).case
    Case.objects.for_system("tests", town).filter(pk=case.pk).update(closed_at=now)
    assert back(brought) == {Going.ENDS: 2}
    assert {row.code for row in ended_grids(town).values()} == {f"{town.code}203", f"{town.code}203001"}
    assert ended_grids(town)[at(town, "203001").pk].became == ()


def test_nothing_is_done_twice_nor_otherwise_than_shown(town, now, grids, back):
    brought = halved(grids)
    seen = looked(town, brought, now).stamp
    describe(at(town, "202001"), {"name": "东街片"}, reason="", actor=who(town, "admin"), now=now)
    with pytest.raises(StaleBack):
        take_back(brought, seen=seen, reason="错", actor=who(town, "admin"), now=now)
    back(brought)
    left = looked(town, brought, now)
    assert (left.moves, left.counts[Going.SAME]) == (0, 1)
    with pytest.raises(StaleBack):
        back(brought, at=now + 2 * SECOND)
    with pytest.raises(ValueError, match="reason"):
        take_back(brought, seen=seen, reason="", actor=who(town, "admin"), now=now)
    with pytest.raises(PermissionDenied):
        look_back(who(town, "clerk"), brought, now=now)


def test_a_second_file_of_the_same_moment_by_another_hand_is_another(town, now, grids, brought):
    first = halved(grids)
    brought("names", lambda actor, at_: settle_names([NameRow(2, "老街", "road", grid_named(town, "1-1").pk, None)], actor=actor, now=at_), by="admin")
    assert all(hasattr(step, "grid") for step in looked(town, first, now).steps)


# ---- names, sites, people ----------------------------------------------------------------------------


def test_names_added_moved_and_taken_away_are_as_they_were(town, now, brought, back):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    actor = who(town, "admin")
    settle_names([NameRow(2, "老街", "road", first.pk, None), NameRow(3, "旧桥", "landmark", second.pk, None)], actor=actor, now=now)
    before = list(AddressName.objects.for_system("tests", town).order_by("id").values())
    rows = [NameRow(2, "老街", "road", first.pk, (117.005, 34.605)), NameRow(3, "旧桥", "landmark", second.pk, None, True), NameRow(4, "新桥", "landmark", second.pk, None)]
    file = brought("names", lambda by, at_: settle_names(rows, actor=by, now=at_), at=now + SECOND)
    assert back(file, at=now + 2 * SECOND) == {Going.BACK: 1, Going.AGAIN: 1, Going.GONE: 1}
    assert list(AddressName.objects.for_system("tests", town).order_by("id").values()) == before
    assert list(verify(town)) == []


def test_sites_are_as_they_were_and_new_ones_end_unless_changed_since(town, now, brought, back):
    grid = grid_named(town, "1-1")
    held = add_site(SiteFacts("venue", "老广场", grid.pk, address="一号"), actor=who(town, "admin"), now=now)
    rows = [SiteRow(2, "venue", "广场", held.code, None, "二号"), SiteRow(3, "venue", "新站", grid_id=grid.pk), SiteRow(4, "venue", "好站", grid_id=grid.pk)]
    file = brought("sites", lambda by, at_: import_sites(rows, actor=by, now=at_), at=now + SECOND)
    good = Site.objects.for_system("tests", town).get(name="好站")
    change_site(good, SiteFacts("venue", "好站点", grid.pk), actor=who(town, "admin"), now=now + 2 * SECOND)
    assert back(file, at=now + 3 * SECOND) == {Going.BACK: 1, Going.ENDS: 1, Going.STAYS: 1}
    left = {site.name: (site.address, site.valid_to is None) for site in Site.objects.for_system("tests", town)}
    assert left == {"老广场": ("一号", True), "新站": ("", False), "好站点": ("", True)}
    assert list(verify(town)) == []


def test_categories_are_as_they_were_and_new_ones_out_of_use_but_for_groups_of_what_stays(town, now, brought, back):
    admin = who(town, "admin")
    import_categories([CategoryRow(2, "old", "旧类", words=["旧"])], overwrite=False, actor=admin, now=now)
    rows = [CategoryRow(2, "old", "改名", limits={"handle": "9 days"}), CategoryRow(3, "good", "新大类"), CategoryRow(4, "kept", "新小类", "good"),
            CategoryRow(5, "bad", "错大类"), CategoryRow(6, "worse", "错小类", "bad")]  # fmt: skip
    file = brought("categories", lambda by, at_: import_categories(rows, overwrite=True, actor=by, now=at_), at=now + SECOND)
    kept = Category.objects.for_system("tests", town).get(key="kept")
    change_row(kept, "category", {"name": "留用"}, actor=admin, now=now + 2 * SECOND)
    forget(town)
    seen = looked(town, file, now + 3 * SECOND)
    assert why(seen) == ["它下面还有在用的类别。", "导入后又改过。"]
    assert back(file, at=now + 3 * SECOND) == {Going.BACK: 1, Going.ENDS: 2, Going.STAYS: 2}
    left = {row.key: (row.name, row.limits, row.active) for row in Category.objects.for_system("tests", town)}
    assert [left[key] for key in ("old", "good", "kept", "bad", "worse")] == [
        ("旧类", {}, True), ("新大类", {}, True), ("留用", {}, True), ("错大类", {}, False), ("错小类", {}, False),
    ]  # fmt: skip
    assert looked(town, file, now + 4 * SECOND).moves == 0
    ended = CATEGORIES.of(town, Category.objects.for_system("tests", town).get(key="bad").pk)
    put_back(CATEGORIES, ended, changes(CATEGORIES, town, ended)[0].entry.seq, actor=admin, now=now + 5 * SECOND)
    assert ended.active
    assert list(verify(town)) == []


def person(row, username, name, unit, role, **more):
    return PersonRow(row, username, name, unit.pk, role.pk, more.get("grid"), more.get("phone"), more.get("title"), None, None)


def test_people_are_called_as_before_and_their_new_posts_end(town, now, brought, back):
    held = Post.objects.for_system("tests", town).get(account__username="handler.lx")
    was = (held.account.name, held.account.phone)
    rows = [person(2, "handler.lx", "改名", held.unit, held.role, phone="13800000009", title="组长"), person(3, "new1", "新人", held.unit, held.role)]
    file = brought("people", lambda by, at_: settle_people(rows, actor=by, now=at_))
    seen = looked(town, file, now)
    told = [step for step in told_steps(seen, Going.BACK, most=9) if "改名" in step.title]
    assert any("138****0009" in str(step.fields) for step in told)
    assert "13800000009" not in str(told)
    assert back(file) == {Going.BACK: 2, Going.ENDS: 1}
    again = Account.objects.get(username="handler.lx")
    assert (again.name, again.phone, Post.objects.for_system("tests", town).get(pk=held.pk).title) == (*was, held.title)
    post = Post.objects.for_system("tests", town).get(account__username="new1")
    assert post.ends < post.starts
    assert list(verify(town)) == []


def test_a_new_post_that_has_open_work_stays(town, now, brought):
    held = Post.objects.for_system("tests", town).get(account__username="handler.lx")
    file = brought("people", lambda by, at_: settle_people([person(2, "new1", "新人", held.unit, held.role)], actor=by, now=at_))
    post = Post.objects.for_system("tests", town).get(account__username="new1")
    case = open_case(Draft(kind="request", title="路灯不亮", channel="phone"), actor=who(town, "clerk"), now=now).case
    case.duties.for_system("tests", town).filter(done_at=None).update(post_id=post.pk)
    assert why(looked(town, file, now)) == ["这个岗位还有未办完的事项，请先在岗位页面交接，再结束岗位。"]


def test_who_brings_no_people_neither_sees_nor_takes_back_a_file_of_people(town, now, brought):
    held = Post.objects.for_system("tests", town).get(account__username="handler.lx")
    brought("people", lambda by, at_: settle_people([person(2, "new1", "新人", held.unit, held.role)], actor=by, now=at_))
    assert taken_files(who(town, "clerk")) == []


def test_what_a_file_of_another_sort_wrote_is_not_guessed_at(town, now, brought):
    file = brought("setup", lambda by, at_: None)
    assert looked(town, file, now).moves == 0
    assert FormerBoundary.objects.for_system("tests", town).count() == 0


def test_what_a_command_brought_is_taken_back_as_well(town, now, lianxin, tmp_path, back):
    path = tmp_path / "地名.csv"
    path.write_text(f"类型,地名,网格\n道路,老街,{grid_named(town, '1-1').code}\n", "utf-8")
    assert lianxin("import", "names", path, "--town", "LX", "--yes").exit_code == 0
    (file,) = taken_files(who(town, "admin"))
    assert (file.what, file.name, file.who, file.entry.data["added"]) == ("names", "地名.csv", "", 1)
    assert lianxin("import", "names", path, "--town", "LX", "--yes").exit_code == 0
    assert taken_files(who(town, "admin")) == [file]  # the same file again did nothing
    assert back(file) == {Going.GONE: 1}
