"""What acts do to a case, told on the request's own workflow."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianxin.workflow.clock import Clock, Limit
from lianxin.workflow.definition import read
from lianxin.workflow.engine import (
    CaseState,
    DutyClose,
    Plan,
    Refused,
    Start,
    available,
    late_act,
    plan,
    start,
)

TOWN = ZoneInfo("Asia/Shanghai")
CLOCK = Clock()
FILE = Path(__file__).parents[2] / "towns" / "base" / "workflows" / "request.yaml"
REQUEST = read(FILE.read_text(encoding="utf-8"))
LIMITS = {"handle": Limit(3, "working_days"), "other": Limit(1, "hours")}


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=TOWN)


def do(state: CaseState | Plan | Start, act: str, who: str, when: str | datetime, **given: Any) -> Plan:
    before = state if isinstance(state, CaseState) else state.state
    now = at(when) if isinstance(when, str) else when
    return plan(REQUEST, before, act, roles={who}, given=given, now=now, clock=CLOCK, limits=LIMITS)


def refused(state: CaseState | Plan | Start, act: str, who: str, when: str, **given: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        do(state, act, who, when, **given)
    return caught.value


def begun() -> Start:
    return start(REQUEST, now=at("02T09:00"), clock=CLOCK, limits=LIMITS)


def triaged() -> Plan:
    return do(begun(), "accept", "clerk", "02T09:10")


def handled() -> Plan:
    assigned = do(triaged(), "assign", "clerk", "02T09:20", holder="roads")
    return do(assigned, "take", "holder", "02T09:30")


def answered() -> Plan:
    return do(handled(), "finish", "holder", "03T10:00", answer="已修好")


def reviewed() -> Plan:
    return do(answered(), "satisfied", "reporter", "03T12:00", rating="5")


def closed() -> Plan:
    return do(reviewed(), "close", "supervisor", "04T10:00")


def test_a_case_begins_at_the_first_step_with_somebody_and_a_limit() -> None:
    first = begun()
    assert first.state.step == "collect"
    assert first.state.due_at == at("02T10:00")
    assert first.state.soon_at == at("02T09:30")
    assert [(duty.what, duty.who) for duty in first.opens] == [("main", "clerk")]
    assert first.opens[0].due is not None
    assert first.opens[0].due.at == first.state.due_at


def test_leaving_a_step_closes_its_main_duty_and_opens_the_next() -> None:
    done = triaged()
    assert (done.source, done.state.step, done.closes, done.outcome) == ("collect", "triage", False, "")
    assert done.closings == (DutyClose("main", own=False),)
    assert [(duty.what, duty.who) for duty in done.opens] == [("main", "clerk")]
    assert done.state.duties == {"main"}
    assert done.state.entered_at == at("02T09:10")


def test_the_limit_of_the_category_replaces_the_steps_own() -> None:
    assert handled().state.due_at == at("05T17:30")  # three working days instead of five
    assert triaged().state.due_at == at("02T15:10")  # no limit of that name


def test_an_end_shuts_every_duty_and_has_no_due_time() -> None:
    supervised = do(handled(), "supervise", "leader", "02T10:00", demand="快办", until=at("04T12:00"))
    merged = do(supervised, "merge", "clerk", "02T11:00", case="LX1")
    assert (merged.closes, merged.outcome, merged.state.due_at) == (True, "merged", None)
    assert set(merged.shuts) == {"main", "supervise"}
    assert merged.state.duties == frozenset()
    assert [effect.name for effect in merged.effects] == ["merge"]


def test_what_is_not_from_here_not_yours_or_not_filled_in_is_refused() -> None:
    assert refused(begun(), "finish", "holder", "02T09:05").code == "not_from_here"
    assert refused(begun(), "accept", "reporter", "02T09:05").code == "not_yours"
    missing = refused(handled(), "finish", "holder", "02T10:00", answer="  ")
    assert (missing.code, missing.detail["needs"]) == ("missing", ["answer"])


def test_what_the_act_has_no_use_for_is_refused_rather_than_passed_on() -> None:
    odd = refused(begun(), "accept", "clerk", "02T09:05", holder="me", reason=None)
    assert (odd.code, odd.detail["fields"]) == ("not_asked", ["holder"])


def test_values_are_of_their_kind() -> None:
    assert refused(answered(), "satisfied", "reporter", "03T12:00", rating="6").code == "bad_value"
    assert do(answered(), "satisfied", "reporter", "03T12:00", rating=5).state.step == "review"
    assert refused(handled(), "suspend", "supervisor", "03T12:00", reason="等料", until="soon").code == "bad_value"
    naive = at("30T09:00").replace(tzinfo=None)
    assert refused(handled(), "suspend", "supervisor", "03T12:00", reason="等料", until=naive).code == "bad_value"


@pytest.mark.parametrize("until", [at("02T12:00"), at("02T12:00") - timedelta(1), at("02T12:00") + timedelta(9999)])
def test_a_date_must_lie_ahead_and_within_ten_years(until: datetime) -> None:
    assert refused(handled(), "suspend", "supervisor", "02T12:00", reason="等料", until=until).code == "bad_date"


def test_returns_are_counted_and_not_endless() -> None:
    state: CaseState | Plan = triaged()
    for _ in range(2):
        state = do(state, "assign", "dispatcher", "02T10:00", holder="roads")
        state = do(state, "send_back", "holder", "02T10:05", reason="不归我管")
    state = do(state, "assign", "dispatcher", "02T10:00", holder="roads")
    assert state.state.counts == {"returned": 2}
    often = refused(state, "send_back", "holder", "02T10:05", reason="不归我管")
    assert (often.code, often.detail["at_most"]) == ("too_often", 2)
    assert "send_back" not in {each.act for each in available(REQUEST, state.state, roles={"holder"})}


def test_an_act_that_stays_keeps_step_and_due() -> None:
    before = handled()
    after = do(before, "note", "holder", "02T11:00", note="已到现场")
    assert after.state == before.state
    assert (after.opens, after.shuts, after.effects) == ((), (), ())


def test_being_late_is_said_of_the_act() -> None:
    assert not do(handled(), "finish", "holder", "05T17:30", answer="好").late
    assert do(handled(), "finish", "holder", "05T17:31", answer="好").late
    assert not do(handled(), "finish", "holder", datetime(2026, 11, 5, 9, 30, tzinfo=UTC), answer="好").late


def test_an_extension_is_asked_decided_and_moves_the_due_time() -> None:
    asked = do(handled(), "ask_extension", "holder", "03T09:00", reason="等配件", until=at("12T17:30"))
    assert [(duty.what, duty.who) for duty in asked.opens] == [("extension", "supervisor")]
    assert asked.state.due_at == at("05T17:30")
    assert refused(handled(), "grant_extension", "duty:extension", "03T10:00", until=at("12T17:30")).code == "not_yours"
    given = do(asked, "grant_extension", "duty:extension", "03T10:00", until=at("12T17:30"))
    assert given.closings == (DutyClose("extension", own=True),)
    assert given.state.due_at == at("12T17:30")
    assert given.state.soon_at == at("09T09:15")  # half of the 3,270 working minutes from then on
    assert given.state.counts == {"extended": 1}
    turned_down = do(asked, "refuse_extension", "duty:extension", "03T10:00", reason="来得及")
    assert turned_down.state.due_at == at("05T17:30")
    assert "extension" not in turned_down.state.duties


def test_an_extension_must_lead_past_the_present_due_time() -> None:
    asked = do(handled(), "ask_extension", "holder", "03T09:00", reason="等配件", until=at("04T12:00"))
    early = refused(asked, "grant_extension", "duty:extension", "03T10:00", until=at("05T17:30"))
    assert (early.code, early.detail["after"]) == ("bad_date", asked.state.due_at)


def test_asking_again_replaces_what_was_asked() -> None:
    asked = do(handled(), "ask_extension", "holder", "03T09:00", reason="等配件", until=at("12T17:30"))
    again = do(asked, "ask_extension", "holder", "03T09:30", reason="等配件", until=at("13T17:30"))
    assert again.closings == (DutyClose("extension", own=False),)
    assert [duty.what for duty in again.opens] == ["extension"]


def test_a_pending_extension_ends_with_its_step_and_supervision_does_not() -> None:
    asked = do(handled(), "ask_extension", "holder", "03T09:00", reason="等配件", until=at("12T17:30"))
    pressed = do(asked, "supervise", "leader", "03T10:00", demand="快办", until=at("04T12:00"))
    finished = do(pressed, "finish", "holder", "03T11:00", answer="好")
    assert finished.state.duties == {"main", "supervise"}
    assert set(finished.shuts) == {"main", "extension"}
    assert do(finished, "comply", "duty:supervise", "03T12:00", note="已办结").state.duties == {"main"}


def test_supervision_is_due_on_the_date_demanded() -> None:
    pressed = do(handled(), "supervise", "leader", "03T08:30", demand="快办", until=at("03T17:30"))
    due = pressed.opens[0].due
    assert due is not None
    assert (due.at, due.soon_at, pressed.opens[0].who) == (at("03T17:30"), at("03T12:00"), "holder")


def test_suspension_stops_the_clock_and_resuming_runs_what_was_left() -> None:
    paused = do(handled(), "suspend", "supervisor", "04T09:30", reason="等汛期过", until=at("20T09:00"))
    assert (paused.state.due_at, paused.state.soon_at) == (at("20T09:00"), at("20T09:00"))
    assert (paused.state.paused_at, paused.state.left) == (at("04T09:30"), 6 * 60 + 420)
    resumed = do(paused, "resume", "holder", "16T09:30")
    assert (resumed.state.due_at, resumed.state.paused_at, resumed.state.left) == (at("17T17:30"), None, None)
    assert not resumed.late


def test_a_case_suspended_late_is_late_again_when_it_is_resumed() -> None:
    paused = do(handled(), "suspend", "supervisor", "09T09:00", reason="等", until=at("20T09:00"))
    assert (paused.late, paused.state.left, paused.state.soon_left) == (True, 0, 0)
    resumed = do(paused, "resume", "holder", "16T09:30")
    assert resumed.state.due_at == at("16T09:30")
    assert do(resumed, "finish", "holder", "16T09:31", answer="好").late


def test_while_suspended_only_resuming_ending_and_timeless_acts_are_possible() -> None:
    paused = do(handled(), "suspend", "supervisor", "04T09:30", reason="等", until=at("20T09:00"))
    assert refused(paused, "finish", "holder", "05T09:00", answer="好").code == "paused"
    assert refused(paused, "send_back", "holder", "05T09:00", reason="不归我管").code == "paused"
    assert refused(paused, "suspend", "supervisor", "05T09:00", reason="等", until=at("25T09:00")).code == "paused"
    assert do(paused, "note", "holder", "05T09:00", note="仍在等").state == paused.state
    merged = do(paused, "merge", "clerk", "05T09:00", case="LX1")
    assert (merged.state.paused_at, merged.state.left, merged.closes) == (None, None, True)
    acts = {each.act for each in available(REQUEST, paused.state, roles={"holder", "clerk", "supervisor"})}
    assert {"resume", "note", "merge", "reassign"} <= acts
    assert not {"finish", "suspend", "send_back"} & acts


def test_what_is_not_suspended_cannot_be_resumed() -> None:
    assert refused(handled(), "resume", "holder", "03T09:00").code == "not_paused"


def test_conference_and_co_handling_are_duties_of_units() -> None:
    shared = do(handled(), "cohandle", "holder", "02T11:00", units=["water", "power"])
    assert [(duty.what, duty.who) for duty in shared.opens] == [("cohandle", "given:units")]
    assert do(shared, "co_done", "duty:cohandle", "02T12:00", note="已断电").closings == (
        DutyClose("cohandle", own=True),
    )
    met = do(shared, "confer", "clerk", "02T14:00", units=["water"], note="谁来修")
    concluded = do(met, "conclude", "clerk", "02T15:00", note="水务修")
    assert concluded.closings == (DutyClose("conference", own=False),)
    assert refused(concluded, "conclude", "clerk", "02T15:00", note="再来").code == "no_such_duty"


def test_a_case_stays_with_its_handler_until_another_takes_it_over() -> None:
    offered = do(handled(), "reassign", "dispatcher", "02T11:00", holder="water", reason="归水务")
    assert offered.state.duties == {"main", "offer"}
    assert offered.effects == ()
    assert offered.opens[0].who == "given:holder"
    other = do(offered, "reassign", "dispatcher", "02T11:30", holder="power", reason="归供电")
    assert (other.shuts, [duty.what for duty in other.opens]) == (("offer",), ["offer"])
    taken = do(offered, "take_over", "duty:offer", "02T12:00")
    assert [effect.name for effect in taken.effects] == ["hand_over"]
    assert taken.state.duties == {"main"}
    assert taken.state.due_at == offered.state.due_at
    declined = do(offered, "decline", "duty:offer", "02T12:00", reason="也不归我")
    assert declined.effects == ()
    assert declined.state.duties == {"main"}


def test_merging_splitting_escalating_and_appealing_are_left_to_the_spine() -> None:
    merged = do(triaged(), "merge", "clerk", "02T10:00", case="LX1")
    split = do(merged, "split", "clerk", "03T10:00", reason="不是一件事")
    assert ([effect.name for effect in split.effects], split.state.step) == (["split"], "triage")
    assert [effect.name for effect in do(handled(), "escalate", "holder", "02T10:00", reason="办不了").effects] == [
        "escalate"
    ]
    refusal = do(triaged(), "reject", "clerk", "02T10:00", clause="court", reason="已起诉")
    assert (refusal.closes, refusal.outcome) == (True, "refused")
    appealed = do(refusal, "appeal", "reporter", "03T10:00", reason="没有起诉")
    assert ([effect.name for effect in appealed.effects], appealed.state.step, appealed.closes) == (
        ["appeal"],
        "refused",
        False,
    )
    assert refused(appealed, "appeal", "reporter", "03T11:00", reason="再申诉").code == "too_often"


def test_the_reporter_has_the_last_word() -> None:
    again = do(answered(), "dissatisfied", "reporter", "03T12:00", reason="没修好", rating="1")
    assert (again.state.step, again.state.counts) == ("handle", {"reopened": 1})
    unsolved = do(closed(), "not_solved", "reporter", "06T12:00", reason="又坏了")
    assert (unsolved.state.step, unsolved.closes) == ("triage", False)
    assert unsolved.state.duties == {"main"}
    reopened = do(closed(), "reopen", "supervisor", "06T12:00", reason="抽查不合格", holder="roads")
    assert (reopened.state.step, reopened.state.due_at) == ("handle", at("11T17:30"))


def test_lateness_is_acted_on_once_in_a_visit_of_a_step() -> None:
    state = handled().state
    assert late_act(REQUEST, state, now=at("05T17:30")) is None
    assert late_act(REQUEST, state, now=at("05T17:31")) == "overdue"
    assert refused(state, "overdue", "system", "05T17:30").code == "not_late"
    swept = do(state, "overdue", "system", "05T17:31")
    assert (swept.late, swept.state.late_done, swept.state.counts) == (True, True, {"overdue": 1})
    assert [effect.name for effect in swept.effects] == ["escalate"]
    assert late_act(REQUEST, swept.state, now=at("06T17:31")) is None
    assert not do(swept, "finish", "holder", "06T18:00", answer="好").state.late_done


def test_a_later_due_time_can_be_missed_anew() -> None:
    swept = do(handled(), "overdue", "system", "05T17:31")
    asked = do(swept, "ask_extension", "holder", "06T09:00", reason="等配件", until=at("12T17:30"))
    given = do(asked, "grant_extension", "duty:extension", "06T10:00", until=at("12T17:30"))
    assert late_act(REQUEST, given.state, now=at("12T17:31")) == "overdue"


def test_silence_of_the_reporter_is_taken_for_an_answer_only_when_time_has_run_out() -> None:
    waiting = answered()
    assert waiting.state.due_at == at("10T17:30")
    assert refused(waiting, "presume", "system", "10T17:00").code == "not_late"
    assert late_act(REQUEST, waiting.state, now=at("11T08:00")) == "presume"
    assert do(waiting, "presume", "system", "11T08:00").state.step == "review"


def test_a_suspended_case_is_never_late_and_is_resumed_when_its_day_comes() -> None:
    paused = do(handled(), "suspend", "supervisor", "04T09:30", reason="等", until=at("20T09:00"))
    assert late_act(REQUEST, paused.state, now=at("20T09:00")) is None
    assert refused(paused, "resume", "system", "19T09:00").code == "not_late"
    assert late_act(REQUEST, paused.state, now=at("20T09:01")) == "resume"
    assert do(paused, "resume", "system", "20T09:01").state.paused_at is None


def test_an_end_is_never_late() -> None:
    assert late_act(REQUEST, closed().state, now=at("30T09:00")) is None


def test_beyond_the_holiday_table_the_due_time_is_provisional() -> None:
    clock = Clock(known_until=date(2026, 11, 3))
    begun_late = start(REQUEST, now=at("03T17:00"), clock=clock, limits=LIMITS)
    assert begun_late.state.provisional
    assert not begun().state.provisional


def test_the_zone_of_now_makes_no_difference() -> None:
    state = handled().state
    there = do(state, "finish", "holder", at("03T10:00").astimezone(UTC), answer="好").state
    assert there == do(state, "finish", "holder", "03T10:00", answer="好").state


def test_a_state_survives_being_stored() -> None:
    paused = do(handled(), "suspend", "supervisor", "04T09:30", reason="等", until=at("20T09:00")).state
    for state in (begun().state, paused, closed().state):
        assert CaseState.from_json(state.step, state.due_at, state.duties, state.to_json()) == state


def test_coming_to_the_same_step_again_restarts_its_limit() -> None:
    text = FILE.read_text(encoding="utf-8") + (
        "  - {act: again, name: {zh: 重来, en: Again}, from: handle, to: handle, by: holder, needs: reason}\n"
    )
    late = replace(handled().state, late_done=True)
    again = plan(
        read(text),
        late,
        "again",
        roles={"holder"},
        given={"reason": "x"},
        now=at("04T09:00"),
        clock=CLOCK,
        limits=LIMITS,
    )
    assert (again.state.due_at, again.state.late_done) == (at("09T17:30"), False)
    assert (again.shuts, [duty.what for duty in again.opens]) == (("main",), ["main"])


moments = st.integers(0, 14 * 24 * 60)


@settings(max_examples=80, deadline=None)
@given(st.lists(moments, min_size=2, max_size=6, unique=True), st.integers(1, 60))
def test_pauses_cost_exactly_the_working_minutes_they_last(turns: list[int], hours: int) -> None:
    """Suspended and resumed at random, the case falls due when the unpaused working minutes are used up."""
    limits = {"handle": Limit(hours, "working_hours")}
    begin = at("02T08:30")
    taken = do(triaged(), "assign", "clerk", "02T08:20", holder="roads").state
    state = plan(REQUEST, taken, "take", roles={"holder"}, given={}, now=begin, clock=CLOCK, limits=limits).state
    pauses: list[range] = []
    ordered = sorted(turns)
    for stop, go in zip(ordered[::2], ordered[1::2], strict=False):
        if state.late(begin + timedelta(minutes=stop)):
            break
        until = begin + timedelta(days=300)
        state = do(state, "suspend", "supervisor", begin + timedelta(minutes=stop), reason="等", until=until).state
        state = do(state, "resume", "holder", begin + timedelta(minutes=go)).state
        pauses.append(range(stop, go))
    assert state.due_at == _naive_due(begin, hours * 60, pauses)


def _naive_due(begin: datetime, left: int, pauses: list[range]) -> datetime:
    minute = 0
    while left or any(minute in pause for pause in pauses):
        moment = begin + timedelta(minutes=minute)
        clock = (moment.hour, moment.minute)
        works = moment.weekday() < 5 and ((8, 30) <= clock < (12, 0) or (14, 0) <= clock < (17, 30))
        left -= works and not any(minute in pause for pause in pauses)
        minute += 1
    return begin + timedelta(minutes=minute)
