"""Sites: codes that check, ground that is found, nothing deleted, no code used twice."""

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import verify
from lianxin.places.actions import redraw
from lianxin.places.boundaries import sheet_of, standing, version_of
from lianxin.places.models import Site
from lianxin.places.sites import queries
from lianxin.places.sites.actions import NotTaken, SiteFacts, add_site, change_site, end_site
from lianxin.places.sites.codes import (
    LETTERS,
    check_character,
    is_credit_code,
    is_own_code,
    own_code,
    serial_of,
    tidy_code,
)
from lianxin.places.sites.queries import Misplaced, SiteFilter, ground_of, site_by_code, site_counts, sites
from lianxin.places.steps import Move
from lianxin.places.tiling import point_of
from towns import MONDAY, grid_named, who

FIGURES = st.text("0123456789", min_size=6, max_size=6)
HEADS = st.builds(
    lambda who, place, body: who + place + body,
    st.text(LETTERS, min_size=2, max_size=2), FIGURES, st.text(LETTERS, min_size=9, max_size=9),
)  # fmt: skip
CODE = "91999001MA1W000017"[:17] + check_character("91999001MA1W000017"[:17])

# --- codes --------------------------------------------------------------------------------------------------------------


@given(HEADS)
def test_a_code_with_its_check_character_is_one_and_with_any_other_is_none(head):
    right = check_character(head)
    assert [char for char in LETTERS if is_credit_code(head + char)] == [right]


@given(HEADS, st.data())
def test_a_wrong_or_swapped_character_is_found(head, data):
    code = head + check_character(head)
    at = data.draw(st.integers(0, 17))
    wrong = data.draw(st.sampled_from([char for char in LETTERS if char != code[at]]))
    assert not is_credit_code(code[:at] + wrong + code[at + 1 :])
    at = data.draw(st.integers(0, 15))
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert swapped == code or not is_credit_code(swapped)


@given(st.one_of(HEADS.map(lambda head: head + check_character(head)), st.text(LETTERS + "IOSVZ-", max_size=20)))
def test_it_agrees_with_another_reading_of_the_standard(code):
    if code[:2].isdigit() and "-" not in code:  # the other knows no letters in front: co-operatives of villages have N
        assert is_credit_code(code) == uscc.is_valid(code)


@given(st.text(max_size=24))
def test_no_text_breaks_the_check(text):
    assert is_credit_code(tidy_code(text)) in {True, False}
    assert not (is_credit_code(tidy_code(text)) and is_own_code(tidy_code(text)))


def test_known_codes_are_read_however_they_are_written():
    assert is_credit_code("91110000600037341L")
    assert tidy_code(" ９１１１００００ 600037341l ") == "91110000600037341L"
    assert is_credit_code("N2999001MF0000001" + check_character("N2999001MF0000001"))
    for none in ("91110000600037341I", "9111000060003734L", "91A10000600037341L", "", "0" * 17):
        assert not is_credit_code(none)
    with pytest.raises(ValueError, match="seventeen"):
        check_character("91")


@given(st.integers(1, 999), st.sampled_from((9, 12, 15, 18)))
def test_a_towns_own_code_holds_its_serial(serial, length):
    code = own_code("9" * length, serial)
    assert (is_own_code(code), serial_of(code), len(code) <= 22) == (True, serial, True)


def test_beyond_999_there_is_no_code_and_others_hold_no_serial():
    for serial in (0, 1000):
        with pytest.raises(ValueError, match="999"):
            own_code("9" * 15, serial)
    assert serial_of(CODE) == 0


# --- ground -------------------------------------------------------------------------------------------------------------

EAST = 117.0 + 0.01  # the border between the two grids of the first village


@pytest.mark.django_db
def test_a_site_falls_to_the_grid_of_its_point_or_to_the_one_that_is_named(town):
    one, two, village = (grid_named(town, name).pk for name in ("1-1", "1-2", "1"))
    assert ground_of(town, (117.005, 34.605), None) == one
    assert ground_of(town, (117.005, 34.605), village) == one  # named more broadly
    assert ground_of(town, None, village) == village
    assert ground_of(town, (EAST - 0.0001, 34.605), two) == two  # nine metres from the border
    assert ground_of(town, (EAST - 0.0001, 34.605), None) == one


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("point", "named", "code"),
    [(None, None, "no_place"), (None, "town", "no_place"), ((117.005, 34.605), "2-1", "elsewhere"),
     ((EAST - 0.001, 34.605), "1-2", "elsewhere"), ((110.0, 30.0), None, "outside"), ((110.0, 30.0), "1-1", "outside"),
     ((117.035, 34.605), None, "outside")],
)  # fmt: skip
def test_what_cannot_be_is_said(town, point, named, code):
    pk = None if named is None else queries.ids_of(grid_named(town, "1-1").path)[0] if named == "town" else grid_named(town, named).pk
    with pytest.raises(Misplaced) as wrong:
        ground_of(town, point, pk)
    assert wrong.value.code == code


# --- writing ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def admin(town):
    return who(town, "admin")


@pytest.fixture
def enter(town, admin):
    """Enter a site: a name, and what else is not as usual."""

    def make(name, grid="1-1", kind="compound", **more):
        facts = SiteFacts(kind, name, grid_named(town, grid).pk, **more)
        return add_site(facts, actor=admin, now=MONDAY)

    return make


def acts(town, site):
    rows = Entry.objects.for_system("tests", town).filter(subject_kind="site", subject_id=site.pk).order_by("seq")
    return list(rows.values_list("act", flat=True))


@pytest.mark.django_db
def test_a_site_gets_the_next_code_of_its_grid_and_an_entry(town, enter):
    grid = grid_named(town, "1-1").code
    first, second = enter("锦绣家园", lon=117.005, lat=34.605), enter("广场", kind="venue")
    assert (first.code, second.code, enter("别处", "1-2").code[-4:]) == (f"{grid}-001", f"{grid}-002", "-001")
    assert (acts(town, first), first.valid_from.isoformat()) == (["add"], "2026-03-02")
    assert enter("厂", kind="enterprise", code=CODE).code == CODE
    assert list(verify(town)) == []


@pytest.mark.django_db
def test_a_site_is_changed_and_ended_never_deleted_and_its_code_not_used_again(town, admin, enter):
    site, grid = enter("锦绣家园"), grid_named(town, "1-2")
    facts = SiteFacts("compound", "锦绣新家园", grid.pk, "柳湾路 1 号", 117.015, 34.605)
    assert change_site(site, facts, actor=admin, now=MONDAY) == ["address", "grid_id", "lat", "lon", "name"]
    assert change_site(site, facts, actor=admin, now=MONDAY) == []
    end_site(site, "拆除", actor=admin, now=MONDAY)
    held = site_by_code(town, site.code)
    assert (held.name, held.grid_id, str(held.valid_to)) == ("锦绣新家园", grid.pk, "2026-03-02")
    assert acts(town, site) == ["add", "change", "end"]
    past = Entry.objects.for_system("tests", town).filter(subject_kind="site", subject_id=site.pk).order_by("seq")
    assert (past[1].data["was"]["name"], past[1].data["now"]["name"]) == ("锦绣家园", "锦绣新家园")
    assert (past[2].data["was"], past[2].data["now"]) == ({"valid_to": None}, {"valid_to": "2026-03-02"})
    assert Text.objects.for_system("tests", town).get(subject_id=site.pk).body == "拆除"
    for again in (lambda: end_site(site, "再", actor=admin, now=MONDAY), lambda: change_site(site, facts, actor=admin, now=MONDAY)):
        with pytest.raises(NotTaken, match="ended"):
            again()
    assert enter("锦绣家园").code.endswith("-002")
    assert list(verify(town)) == []


@pytest.mark.django_db
def test_a_credit_code_that_has_ended_is_not_taken_again(town, admin, enter):
    site = enter("厂", kind="enterprise", code=CODE)
    with pytest.raises(NotTaken, match="taken"):
        enter("另一厂", kind="enterprise", code=CODE)
    end_site(site, "关停", actor=admin, now=MONDAY)
    with pytest.raises(NotTaken, match="used_up"):
        enter("另一厂", kind="enterprise", code=CODE)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "more", "code"),
    [("", {}, "no_name"), ("厂", {"kind": "shop"}, "bad_kind"), ("厂", {"kind": "enterprise", "code": CODE[:-1] + "I"}, "bad_code"),
     ("广场", {"kind": "venue", "code": CODE}, "not_enterprise"), ("锦绣家园", {}, "there")],
)  # fmt: skip
def test_a_site_that_cannot_be_is_refused_and_nothing_written(town, enter, name, more, code):
    enter("锦绣家园")
    with pytest.raises(NotTaken) as refused:
        enter(name, **more)
    assert (refused.value.code, Site.objects.for_system("tests", town).count()) == (code, 1)


@pytest.mark.django_db
def test_an_enterprise_under_its_credit_code_stays_one(town, admin, enter):
    site = enter("厂", kind="enterprise", code=CODE)
    with pytest.raises(NotTaken, match="not_enterprise"):
        change_site(site, SiteFacts("venue", "厂", site.grid_id), actor=admin, now=MONDAY)


@pytest.mark.django_db
def test_only_who_sets_up_the_town_writes_sites(town, enter):
    site = enter("锦绣家园")
    facts = SiteFacts("venue", "广场", site.grid_id)
    for name in ("clerk", "worker", "leader"):
        for write in (
            lambda actor: add_site(facts, actor=actor, now=MONDAY),
            lambda actor: change_site(site, facts, actor=actor, now=MONDAY),
            lambda actor: end_site(site, "x", actor=actor, now=MONDAY),
        ):
            with pytest.raises(PermissionDenied):
                write(who(town, name))


@pytest.mark.django_db
def test_sites_go_with_their_ground_when_boundaries_are_redrawn(town, admin, enter):
    one, two = grid_named(town, "1-1"), grid_named(town, "1-2")
    over = enter("过去的", "1-2", lon=117.0105, lat=34.601)  # in the piece that goes over
    border, named = enter("边上的", "1-2", lon=117.0119, lat=34.6001), enter("没有点的", "1-2")
    seen = version_of(town, sheet_of(standing(town), one.code))
    steps = [Move(point_of(117.01, 34.6), point_of(117.012, 34.6))]
    redraw(town, steps, of=one.code, version=seen, reason="按道路中线调整", actor=admin, now=MONDAY)
    held = {site.name: site.grid_id for site in Site.objects.for_system("tests", town)}
    assert held == {over.name: one.pk, border.name: two.pk, named.name: two.pk}
    assert (over.code, acts(town, over), acts(town, border)) == (site_by_code(town, over.code).code, ["add", "change"], ["add"])
    assert list(verify(town)) == []


# --- reading ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_list_goes_village_by_village_in_pages_without_doubles(town, enter):
    made = [enter(f"小区{n}", grid) for n in range(3) for grid in ("2-1", "1-2", "1-1")]
    enter("厂", "1-1", kind="enterprise", code=CODE)
    seen, after = [], ""
    while True:
        page = sites(town, SiteFilter(), after=after, most=4)
        seen += [(row["grid__code"], row["code"]) for row in page["rows"]]
        after = page["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == len(made) + 1
    assert seen == sorted(seen)


@pytest.mark.django_db
def test_filters_narrow_the_list_and_counts_go_up_the_tree(town, admin, enter, django_assert_num_queries):
    enter("锦绣家园", address="柳湾路 8 号")
    enter("柳湾广场", "1-2", kind="venue")
    end_site(enter("旧厂", "2-1", kind="enterprise"), "关停", actor=admin, now=MONDAY)

    def names(**wanted):
        return {row["name"] for row in sites(town, SiteFilter(**wanted))["rows"]}

    assert names() == {"锦绣家园", "柳湾广场"}
    assert names(kind="venue") == {"柳湾广场"}
    assert names(words="柳湾") == {"锦绣家园", "柳湾广场"}
    assert names(words="柳湾 8号") == set()
    assert names(words="柳湾 8") == {"锦绣家园"}
    assert names(grid=grid_named(town, "1").pk) == {"锦绣家园", "柳湾广场"}
    assert names(grid=grid_named(town, "1-2").pk) == {"柳湾广场"}
    assert names(ended=True) == {"旧厂"}
    with django_assert_num_queries(1):
        counts = site_counts(town)
    assert counts[grid_named(town, "1").pk] == counts[queries.WHOLE] == {"compound": 1, "venue": 1}
    assert counts[grid_named(town, "1-2").pk] == {"venue": 1}


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "x" * 23, "a\x00b", "999001101201001-009"])
def test_a_code_that_is_none_finds_none(town, code):
    assert site_by_code(town, code) is None
