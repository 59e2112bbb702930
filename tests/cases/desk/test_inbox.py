"""The inbox: what stands in it for whom, in which order, and at what price."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import Duty
from lianxin.cases.queries.counts import counts
from lianxin.cases.queries.inbox import InboxFilter, inbox, place_of, read_filter, read_place
from lianxin.cases.queries.setup import categories
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.people.queries import unit_by_key
from towns import grid_named, who


def raise_one(town, now, title="路灯不亮", **given):
    return open_case(Draft("request", title, **{"text": title, **given}), actor=who(town, "clerk"), now=now)


def dispatched(town, now, unit="utilities", **given):
    done = raise_one(town, now, **given)
    clerk = who(town, "clerk")
    done = transition(done.standing, "accept", actor=clerk, now=now)
    holder = Holder(unit_by_key(town, unit).pk)
    return transition(done.standing, "assign", actor=clerk, now=now, given={"holder": holder})


def numbers(page):
    return [row["number"] for row in page["rows"]]


def test_a_new_case_stands_in_the_desks_inbox_alone(town, now):
    done = raise_one(town, now)
    assert numbers(inbox(who(town, "clerk"), InboxFilter(), now=now)) == [done.case.number]
    assert numbers(inbox(who(town, "clerk2"), InboxFilter(), now=now)) == [done.case.number]
    assert numbers(inbox(who(town, "handler"), InboxFilter(), now=now)) == []
    assert numbers(inbox(who(town, "leader"), InboxFilter(), now=now)) == []
    assert numbers(inbox(who(town, "leader"), InboxFilter("all"), now=now)) == [done.case.number]


def test_a_row_says_everything_a_list_shows(town, now):
    leaf = next(row for row in categories(town).values() if row.key == "streetlight")
    grid = grid_named(town, "1-1")
    done = raise_one(
        town, now, category_id=leaf.pk, grid_id=grid.pk, channel="phone", contact=Contact("王秀英", "19900000001")
    )
    (row,) = inbox(who(town, "clerk"), InboxFilter(), now=now)["rows"]
    assert (row["number"], row["title"], row["kind"], row["step"]) == (
        done.case.number,
        "路灯不亮",
        "request",
        "collect",
    )
    assert (row["step_name"], row["phase"], row["category"], row["grid"]) == (
        "信息收集",
        "collect",
        leaf.name,
        grid.name,
    )
    assert (row["light"], row["late"], row["paused"], row["duty"], row["joined"]) == ("ok", False, False, "main", 1)
    assert [cell["state"] for cell in row["cells"]] == ["now", "todo", "todo", "todo", "todo", "todo"]
    assert row["due_at"] == done.case.due_at
    assert row["version"] == 1
    assert row["unit"]


def test_rows_stand_by_due_time_and_turn_yellow_and_red(town, now):
    first = raise_one(town, now)
    second = raise_one(town, now + timedelta(minutes=10))
    later = now + timedelta(minutes=65)
    page = inbox(who(town, "clerk"), InboxFilter(), now=later)
    assert numbers(page) == [first.case.number, second.case.number]
    assert [row["light"] for row in page["rows"]] == ["late", "soon"]
    assert numbers(inbox(who(town, "clerk"), InboxFilter(light="late"), now=later)) == [first.case.number]
    assert numbers(inbox(who(town, "clerk"), InboxFilter(light="soon"), now=later)) == [second.case.number]
    assert counts(who(town, "clerk"), now=later)["lights"] == {"late": 1, "soon": 1, "ok": 0, "paused": 0}


def test_a_stopped_clock_is_neither_late_nor_soon(town, now):
    done = dispatched(town, now)
    handler, boss = who(town, "handler"), who(town, "supervisor")
    done = transition(done.standing, "take", actor=handler, now=now)
    until = now + timedelta(days=9)
    transition(done.standing, "suspend", actor=boss, now=now, given={"reason": "等材料", "until": until})
    (row,) = inbox(handler, InboxFilter(), now=now + timedelta(days=8))["rows"]
    assert (row["light"], row["paused"], row["late"]) == ("paused", True, False)
    assert row["cells"][3]["state"] == "paused"
    assert len(inbox(handler, InboxFilter(light="paused"), now=now)["rows"]) == 1
    assert len(inbox(handler, InboxFilter("all", light="paused", closed=True), now=now)["rows"]) == 1
    assert inbox(handler, InboxFilter(light="ok"), now=now)["rows"] == []


def test_a_unit_sees_what_its_people_hold_and_others_nothing(town, now):
    worker = who(town, "worker")
    done = raise_one(town, now, grid_id=grid_named(town, "1-1").pk)
    done = transition(done.standing, "accept", actor=who(town, "clerk"), now=now)
    holder = Holder(worker.unit_id, worker.post_id)
    transition(done.standing, "assign", actor=who(town, "clerk"), now=now, given={"holder": holder})
    assert len(inbox(worker, InboxFilter(), now=now)["rows"]) == 1
    assert inbox(who(town, "chief"), InboxFilter(), now=now)["rows"] == []
    assert len(inbox(who(town, "chief"), InboxFilter("unit"), now=now)["rows"]) == 1
    for scope in ("mine", "unit", "all"):
        for closed in (False, True):
            assert inbox(who(town, "worker2"), InboxFilter(scope, closed=closed), now=now)["rows"] == []
            assert inbox(who(town, "handler"), InboxFilter(scope, closed=closed), now=now)["rows"] == []


def test_another_towns_cases_are_in_no_list(town, other_town, now):
    raise_one(other_town, now, title="别镇的事")
    for scope in ("mine", "unit", "all"):
        for closed in (False, True):
            for filters in (InboxFilter(scope, closed=closed), InboxFilter(scope, closed=closed, words="别镇")):
                assert inbox(who(town, "clerk"), filters, now=now)["rows"] == []
    assert counts(who(town, "clerk"), now=now, scope="all")["total"] == 0


def test_co_handlers_have_a_row_of_their_own(town, now):
    done = transition(dispatched(town, now).standing, "take", actor=who(town, "handler"), now=now)
    units = [unit_by_key(town, "sanitation").pk]
    transition(done.standing, "cohandle", actor=who(town, "handler"), now=now, given={"units": units})
    (row,) = inbox(who(town, "sanitation"), InboxFilter(), now=now)["rows"]
    assert row["duty"] == "cohandle"
    assert numbers(inbox(who(town, "clerk"), InboxFilter("all", duty="cohandle"), now=now)) == [done.case.number]
    assert len(inbox(who(town, "clerk"), InboxFilter("all"), now=now)["rows"]) == 2
    assert len(inbox(who(town, "clerk"), InboxFilter("all", closed=True), now=now)["rows"]) == 1


def test_filters_narrow_the_list(town, now):
    leaf = next(row for row in categories(town).values() if row.key == "streetlight")
    one = raise_one(town, now, category_id=leaf.pk, grid_id=grid_named(town, "1-2").pk, channel="phone",
                    address="老槐树东边", contact=Contact("王秀英", "19900000001"), urgency="urgent")  # fmt: skip
    other = raise_one(town, now, title="垃圾没人清", grid_id=grid_named(town, "2-1").pk)
    clerk = who(town, "clerk")

    def found(**asked):
        return numbers(inbox(clerk, InboxFilter("all", **asked), now=now))

    only = [one.case.number]
    assert found(category=leaf.parent_id) == found(category=leaf.pk) == only
    assert found(grid=grid_named(town, "1").pk) == only
    assert found(channel="phone") == found(urgency="urgent") == found(number=one.case.number) == only
    assert found(phone="19900000001") == found(words="老槐树") == found(words="路灯") == only
    assert found(words="垃圾", closed=True) == [other.case.number]
    assert found(step="collect") == found(phase="collect") == [one.case.number, other.case.number]
    assert found(step="triage") == found(grid=12345) == found(category=12345) == found(kind="nothing") == []


def test_one_box_finds_by_number_words_telephone_and_address(town, now):
    done = raise_one(town, now, address="老槐树东边", contact=Contact("王秀英", "19900000001"))
    spoken = f"{done.case.number[:2].lower()} {done.case.number[2:6]}-{done.case.number[6:]}"
    for words in (spoken, "199 0000 0001", "+86 19900000001", "老槐树", "路灯 不亮"):
        filters = replace(read_filter({"q": words, "scope": "all"}), closed=True)
        assert numbers(inbox(who(town, "clerk"), filters, now=now)) == [done.case.number], words
    filters = read_filter({"q": "13800000000", "scope": "all"})
    assert read_filter({"q": "110"}).words == "110"
    assert inbox(who(town, "clerk"), filters, now=now)["rows"] == []


def test_eight_figures_are_the_number_of_a_case_or_a_local_telephone(town, now):
    done = raise_one(town, now)
    bare = done.case.number[2:]
    called = raise_one(town, now, contact=Contact("王秀英", bare))
    for words in (bare, f"{bare[:4]} {bare[4:]}"):
        filters = replace(read_filter({"q": words, "scope": "all"}, town.letters), closed=True)
        assert filters.number == done.case.number
        assert done.case.number in numbers(inbox(who(town, "clerk"), filters, now=now))
        assert (called.case.number in numbers(inbox(who(town, "clerk"), filters, now=now))) == (bare[0] not in "01")
    assert read_filter({"q": "42791970"}, town.letters).number == ""  # the check digit is another


@given(
    st.dictionaries(
        st.sampled_from(["q", "scope", "step", "light", "category", "grid", "number", "phone", "closed"]), st.text()
    )
)
def test_no_query_string_breaks_a_filter(data):
    filters = read_filter(data)
    assert filters.scope in ("mine", "unit", "all")
    assert filters.category is None or filters.category < 2**63


@given(st.text())
def test_no_text_breaks_a_place(text):
    place = read_place(text)
    assert place is None or read_place(str(place)) == place


@pytest.mark.parametrize(
    "junk", ["x", "a", "a.", "a1.", "a99999999999999999999999.1", "a1.99999999999999999999", "²", "b-1.-1"]
)
def test_junk_for_a_place_is_the_beginning(town, now, junk):
    raise_one(town, now)
    for closed in (False, True):
        assert len(inbox(who(town, "clerk"), InboxFilter("all", closed=closed), now=now, after=junk)["rows"]) == 1


@pytest.mark.parametrize("closed", [False, True])
def test_pages_follow_one_another_both_ways_without_gap_or_repeat(town, now, closed):
    for minute in (3, 1, 1, 2, 1, 3, 2):  # several share a due time
        raise_one(town, now + timedelta(minutes=minute))
    undated = list(Duty.objects.for_system("test", town).order_by("-id").values_list("id", flat=True)[:2])
    Duty.objects.for_system("test", town).filter(id__in=undated).update(due_at=None)
    clerk, filters = who(town, "clerk"), InboxFilter("all", closed=closed)
    whole = numbers(inbox(clerk, filters, now=now))
    assert len(set(whole)) == 7
    pages, after = [], ""
    while True:
        page = inbox(clerk, filters, now=now, after=after, most=2)
        pages.append(numbers(page))
        if not page["next"]:
            break
        after = page["next"]
    assert [number for each in pages for number in each] == whole
    backwards = []
    while page["previous"]:
        page = inbox(clerk, filters, now=now, after=page["previous"], most=2)
        backwards.append(numbers(page))
    assert backwards == pages[:-1][::-1]
    assert page["next"]


def test_a_row_that_goes_meanwhile_shifts_nothing(town, now):
    done = [raise_one(town, now + timedelta(minutes=minute)) for minute in range(5)]
    clerk = who(town, "clerk")
    first = inbox(clerk, InboxFilter(), now=now, most=2)
    transition(done[0].standing, "accept", actor=clerk, now=now + timedelta(hours=5))
    second = inbox(clerk, InboxFilter(), now=now, after=first["next"], most=2)
    assert numbers(second) == [done[2].case.number, done[3].case.number]
    assert (
        numbers(inbox(clerk, InboxFilter(), now=now, after=place_of(first["rows"][1]), most=1)) == numbers(second)[:1]
    )


def test_an_inbox_costs_the_same_however_long_it_is(town, now):
    clerk = who(town, "clerk")
    prices = []
    for size in (3, 30):
        for minute in range(size):
            raise_one(town, now + timedelta(minutes=minute))
        inbox(clerk, InboxFilter(), now=now), counts(clerk, now=now)  # settings are remembered
        with CaptureQueriesContext(
            connection,
        ) as caught:
            inbox(clerk, InboxFilter(), now=now, most=20)
            counts(clerk, now=now)
        prices.append(len([each for each in caught if "config_version" not in each["sql"]]))  # asked by the clock
    assert prices[1] <= prices[0] <= 4


def test_counts_agree_with_the_rows(town, now):
    raise_one(town, now)
    dispatched(town, now)
    raise_one(town, now - timedelta(hours=5))
    stopped = transition(dispatched(town, now).standing, "take", actor=who(town, "handler"), now=now)
    units = [unit_by_key(town, "sanitation").pk]
    stopped = transition(stopped.standing, "cohandle", actor=who(town, "handler"), now=now, given={"units": units})
    given = {"reason": "等材料", "until": now + timedelta(days=9)}
    transition(stopped.standing, "suspend", actor=who(town, "supervisor"), now=now, given=given)
    secret = open_case(Draft("dispute", "邻里纠纷", text="邻里纠纷"), actor=who(town, "clerk"), now=now)
    assert counts(who(town, "leader"), now=now, scope="all")["lights"]["paused"] == 1
    assert secret.case.number not in numbers(inbox(who(town, "clerk2"), InboxFilter("all"), now=now))
    for actor in ("clerk", "clerk2", "leader", "handler", "chief", "supervisor", "sanitation"):
        for scope in ("mine", "unit", "all"):
            one = counts(who(town, actor), now=now, scope=scope)
            rows = inbox(who(town, actor), InboxFilter(scope), now=now)["rows"]
            assert one["total"] == len(rows) == sum(step["count"] for step in one["steps"])
            for step in one["steps"]:
                asked = InboxFilter(scope, step=step["key"], kind=step["kind"])
                assert step["count"] == len(inbox(who(town, actor), asked, now=now)["rows"])
            for light, count in one["lights"].items():
                assert count == len(inbox(who(town, actor), InboxFilter(scope, light=light), now=now)["rows"])


def test_the_words_of_a_row_are_the_readers(town, now):
    from django.utils import translation

    raise_one(town, now)
    with translation.override("en"):
        (row,) = inbox(who(town, "clerk"), InboxFilter(), now=now)["rows"]
    assert row["step_name"] == "Collect"
    assert row["unit"].isascii()


@pytest.mark.row("B3")
def test_among_cases_due_at_the_same_time_the_more_urgent_come_first_and_pages_follow_that(town, now):
    kinds = ["normal", "urgent", "normal", "emergency", "urgent", "normal", "emergency"]
    for urgency in kinds:
        raise_one(town, now, urgency=urgency)
    sooner = raise_one(town, now - timedelta(minutes=5))
    clerk = who(town, "clerk")
    whole = inbox(clerk, InboxFilter(), now=now)["rows"]
    assert whole[0]["number"] == sooner.case.number
    assert [row["urgency"] for row in whole[1:]] == ["emergency"] * 2 + ["urgent"] * 2 + ["normal"] * 3
    walked, after = [], ""
    for _ in range(4):
        page = inbox(clerk, InboxFilter(), now=now, after=after, most=2)
        walked += numbers(page)
        after = page["next"]
    assert walked == [row["number"] for row in whole]
    back = inbox(clerk, InboxFilter(), now=now, after=page["previous"], most=2)
    assert numbers(back) == walked[4:6]
    assert read_place(place_of(whole[1])).rank == 0


def test_two_people_see_the_new_order_once_one_of_them_makes_a_case_urgent(town, now):
    first, second = raise_one(town, now), raise_one(town, now)
    assert numbers(inbox(who(town, "clerk2"), InboxFilter(), now=now)) == [first.case.number, second.case.number]
    transition(second.case.pk, "regrade", actor=who(town, "clerk"), now=now, given={"urgency": "urgent", "reason": "孤老"})
    assert numbers(inbox(who(town, "clerk2"), InboxFilter(), now=now)) == [second.case.number, first.case.number]
