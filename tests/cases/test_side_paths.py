"""Every side path of the request's loop (B5), each driven by two people: what it does to step, due time, holder, inbox."""

from datetime import datetime, timedelta

import pytest

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.undoing import undo
from lianxin.cases.models import Case, Duty
from lianxin.cases.values import Draft, Holder
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.queries import unit_by_key
from lianxin.workflow.engine import Refused
from towns import MONDAY, ZONE, reporter_of, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B5")]


def at(text):
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=ZONE)


class Walk:
    """A case going through acts by named people, an hour of work apart."""

    def __init__(self, town, kind="request", **draft):
        self.town, self.now = town, MONDAY
        self.done = open_case(
            Draft(kind=kind, title="路灯不亮", text="村口路灯坏了", lon=117.005, lat=34.605, **draft),
            actor=nobody(town),
            now=self.now,
        )
        self.reporter = reporter_of(town, self.done)

    def unit(self, key):
        return Holder(unit_by_key(self.town, key).pk)

    def do(self, name, act, when=None, **given):
        self.now = when or self.now + timedelta(minutes=10)
        actor = self.reporter if name == "reporter" else who(self.town, name)
        self.done = transition(self.done.case.pk, act, actor=actor, now=self.now, given=given)
        return self

    def to_handling(self):
        self.do("clerk", "accept").do("clerk", "assign", holder=self.unit("utilities"))
        return self.do("handler", "take")

    @property
    def case(self):
        return Case.objects.for_system("tests", self.town).get(pk=self.done.case.pk)

    @property
    def holder(self):
        return (self.case.unit.key, self.case.post.account.name if self.case.post else None)

    def inbox(self, name):
        """Open duties of this case that stand in a person's inbox."""
        actor = who(self.town, name)
        rows = Duty.objects.for_system("tests", self.town).filter(
            case_id=self.case.pk, done_at=None, unit_id=actor.unit_id
        )
        return sorted(duty.what for duty in rows if duty.post_id in (None, actor.post_id))

    def refused(self, name, act, **given):
        with pytest.raises(Refused) as caught:
            self.do(name, act, **given)
        return caught.value.code


@pytest.fixture
def walk(town):
    made = Walk(town)
    yield made
    assert list(verify(town)) == []
    for duty in Duty.objects.for_system("tests", town).filter(done_at=None).select_related("case"):
        says_itself = (duty.workflow_id, duty.paused, duty.step if duty.what == "main" else duty.case.step)
        stopped = duty.what == "main" and duty.case.state["paused_at"] is not None
        assert says_itself == (duty.case.workflow_id, stopped, duty.case.step)


def test_send_back_退回_returns_the_turn_to_the_desk_and_twice_is_enough(walk):
    walk.to_handling()
    assert walk.inbox("handler") == ["main"]
    walk.do("handler", "send_back", reason="不归我们管")
    assert (walk.case.step, walk.holder[0]) == ("triage", "desk")
    assert (walk.inbox("handler"), walk.inbox("clerk")) == ([], ["main"])
    walk.do("clerk", "assign", holder=walk.unit("sanitation")).do("sanitation", "send_back", reason="也不归我们管")
    walk.do("clerk2", "assign", holder=walk.unit("utilities")).do("handler", "take")
    assert walk.refused("handler", "send_back", reason="再退") == "too_often"


def test_an_extension_延期_moves_the_date_only_when_another_person_grants_it(walk):
    walk.to_handling()
    due, later = walk.case.due_at, at("20 17:30")
    walk.do("handler", "ask_extension", reason="等配件", until=later)
    assert walk.case.due_at == due
    assert (walk.inbox("handler"), walk.inbox("supervisor")) == (["main"], ["extension"])
    assert walk.refused("handler", "grant_extension", until=later) == "not_yours"
    walk.do("supervisor", "grant_extension", until=later)
    assert (walk.case.due_at, walk.inbox("supervisor"), walk.inbox("handler")) == (later, [], ["main"])
    main = Duty.objects.for_system("tests", walk.town).get(case_id=walk.case.pk, what="main", done_at=None)
    assert main.due_at == later


def test_an_extension_refused_驳回_leaves_the_date(walk):
    walk.to_handling()
    due = walk.case.due_at
    walk.do("handler", "ask_extension", reason="等配件", until=at("20 17:30")).do(
        "supervisor", "refuse_extension", reason="库存充足"
    )
    assert (walk.case.due_at, walk.inbox("supervisor")) == (due, [])


def test_suspension_挂账_stops_the_clock_and_resumption_恢复_gives_back_what_was_left(walk):
    walk.to_handling()
    left = walk.case.due_at
    walk.do("supervisor", "suspend", when=at("03 08:30"), reason="等汛期过去", until=at("16 08:30"))
    assert walk.case.due_at == at("16 08:30")
    assert walk.refused("handler", "finish", answer="好了") == "paused"
    walk.do("handler", "resume", when=at("10 08:30"))
    assert walk.case.due_at == left + timedelta(days=7)
    assert walk.case.step == "handle"


def test_a_conference_会商_gives_each_unit_a_duty_and_the_conclusion_ends_them(walk):
    walk.to_handling()
    units = [walk.unit("sanitation").unit_id, walk.unit("police").unit_id]
    walk.do("handler", "confer", units=units, note="三家一起看现场")
    assert (walk.inbox("sanitation"), walk.inbox("handler")) == (["conference"], ["main"])
    assert walk.refused("handler2", "conclude", note="好") == "not_yours"
    walk.do("clerk", "conclude", note="由公用事业站更换，环卫所清运")
    assert walk.inbox("sanitation") == []
    assert walk.holder == ("utilities", "handler")


def test_co_handlers_协办_end_their_own_part_and_the_main_handler_keeps_his(walk):
    walk.to_handling()
    walk.do("handler", "cohandle", units=[walk.unit("sanitation").unit_id, walk.unit("police").unit_id])
    assert (walk.inbox("sanitation"), walk.inbox("handler")) == (["cohandle"], ["main"])
    walk.do("sanitation", "co_done", note="已清运")
    assert walk.inbox("sanitation") == []
    open_whats = Duty.objects.for_system("tests", walk.town).filter(case_id=walk.case.pk, done_at=None)
    assert sorted(open_whats.values_list("what", flat=True)) == ["cohandle", "main"]


def test_merging_并案_puts_a_duplicate_under_the_main_case_and_splitting_拆分_takes_it_out(town, walk):
    main = Walk(town)
    main.to_handling()
    walk.do("clerk", "accept").do("clerk", "merge", case=main.case.pk)
    assert (walk.case.step, walk.case.parent_id, walk.case.closed_at) == ("merged", main.case.pk, walk.now)
    assert (walk.inbox("clerk"), main.inbox("handler")) == ([], ["main"])
    told = Entry.objects.for_system("tests", town).filter(subject_id=main.case.pk, act="absorb").get()
    assert told.data["given"] == {"case": walk.case.pk}
    walk.do("clerk2", "split", reason="不是同一盏灯")
    assert (walk.case.step, walk.case.parent_id, walk.case.closed_at) == ("triage", None, None)
    assert walk.inbox("clerk") == ["main"]


def test_a_case_is_not_merged_into_itself_nor_into_one_that_is_merged(town, walk):
    main = Walk(town)
    assert walk.refused("clerk", "merge", case=walk.case.pk) == "bad_value"
    walk.do("clerk", "merge", case=main.case.pk)
    third = Walk(town)
    assert third.refused("clerk", "merge", case=walk.case.pk) == "bad_value"


def test_supervision_督办_demands_a_reply_of_the_holder_by_a_date(walk):
    walk.to_handling()
    walk.do("leader", "supervise", demand="三天内修好并报告", until=at("05 17:30"))
    assert walk.inbox("handler") == ["main", "supervise"]
    walk.do("handler", "comply", note="已更换灯具")
    assert (walk.inbox("handler"), walk.case.state["counts"]["supervised"]) == (["main"], 1)


def test_a_reminder_催办_is_counted_and_changes_nothing_else(walk):
    walk.to_handling()
    before = (walk.case.due_at, walk.holder, walk.inbox("handler"))
    walk.do("supervisor", "remind", note="请抓紧").do("reporter", "remind")
    assert (walk.case.due_at, walk.holder, walk.inbox("handler")) == before
    assert walk.case.state["counts"]["reminded"] == 2


def test_who_reminds_again_within_the_hour_is_told_when_they_may_and_others_press_on(walk):
    first = walk.to_handling().do("supervisor", "remind", note="请抓紧").now
    with pytest.raises(Refused) as caught:
        walk.do("supervisor", "remind")
    assert (caught.value.code, caught.value.detail["again"]) == ("pressed", first + timedelta(hours=1))
    walk.do("clerk", "remind").do("reporter", "remind")
    assert walk.refused("reporter", "remind") == "pressed"
    walk.do("supervisor", "remind", when=first + timedelta(hours=1))
    assert walk.case.state["counts"]["reminded"] == 4


def test_a_reminder_that_was_taken_back_may_be_made_again(town, walk):
    done = walk.to_handling().do("supervisor", "remind").done
    undo(done.case.pk, [done.entry.pk], actor=who(town, "supervisor"), now=walk.now)
    walk.do("supervisor", "remind")
    assert walk.case.state["counts"]["reminded"] == 1


def test_refusal_不予受理_names_its_ground_and_an_appeal_申诉_goes_to_another_person(town, walk):
    assert walk.refused("clerk", "reject", reason="不归镇里管") == "missing"
    walk.do("clerk", "reject", clause="court", reason="法院正在审理")
    assert (walk.case.step, walk.inbox("clerk")) == ("refused", [])
    walk.do("reporter", "appeal", reason="没有起诉过")
    appeal = Case.objects.for_system("tests", town).get(parent_id=walk.case.pk)
    assert (appeal.channel, appeal.unit.key, appeal.step) == ("appeal", "supervision", "collect")
    with pytest.raises(Refused) as caught:
        transition(appeal.pk, "accept", actor=who(town, "clerk"), now=walk.now)
    assert caught.value.code == "not_yours"
    transition(appeal.pk, "accept", actor=who(town, "supervisor"), now=walk.now)
    assert walk.refused("reporter", "appeal", reason="再申诉") == "too_often"


def test_reassignment_改派_leaves_the_duty_with_the_first_unit_until_the_other_accepts(walk):
    walk.to_handling()
    due = walk.case.due_at
    walk.do("clerk", "reassign", holder=walk.unit("sanitation"), reason="归环卫所")
    assert (walk.holder[0], walk.inbox("handler"), walk.inbox("sanitation")) == ("utilities", ["main"], ["offer"])
    walk.do("sanitation", "take_over")
    assert (walk.holder, walk.inbox("handler"), walk.inbox("sanitation")) == (
        ("sanitation", "sanitation"),
        [],
        ["main"],
    )
    assert walk.case.due_at == due


def test_an_offer_declined_不接_changes_no_holder(walk):
    walk.to_handling()
    walk.do("clerk", "reassign", holder=walk.unit("sanitation"), reason="归环卫所").do(
        "sanitation", "decline", reason="灯杆不归我们"
    )
    assert (walk.holder, walk.inbox("sanitation")) == (("utilities", "handler"), [])


def test_escalation_升级_climbs_from_grid_worker_to_village_to_town(walk):
    worker = who(walk.town, "worker")
    walk.do("clerk", "accept").do("clerk", "assign", holder=Holder(worker.unit_id, worker.post_id))
    walk.do("worker", "take").do("worker", "escalate", reason="需要登高车")
    assert walk.holder == ("village_1", None)
    assert (walk.inbox("worker"), walk.inbox("chief")) == (["main"], ["main"])
    walk.do("chief", "escalate", reason="村里没有登高车")
    assert walk.holder[0] in {"governance", "desk"}


def test_a_late_case_climbs_by_the_sweep_through_the_same_door(walk):
    from lianxin.cases.tasks import sweep

    worker = who(walk.town, "worker")
    walk.do("clerk", "accept").do("clerk", "assign", holder=Holder(worker.unit_id, worker.post_id)).do("worker", "take")
    late = walk.case.due_at + timedelta(minutes=1)
    assert sweep(walk.town, now=late) == 1
    assert sweep(walk.town, now=late + timedelta(minutes=1)) == 0
    entry = Entry.objects.for_system("tests", walk.town).filter(subject_id=walk.case.pk).order_by("-seq").first()
    assert (entry.act, entry.late, entry.counts, entry.account_id) == ("overdue", True, "overdue", None)
    assert walk.holder == ("village_1", None)


def test_nobody_answers_for_ever_a_silent_reporter_is_presumed_content_回访(walk):
    from lianxin.cases.tasks import sweep

    walk.to_handling().do("handler", "finish", answer="已更换灯具")
    assert sweep(walk.town, now=walk.case.due_at + timedelta(minutes=1)) == 1
    assert (walk.case.step, walk.inbox("supervisor")) == ("review", ["main"])
    walk.now = walk.case.due_at
    walk.do("supervisor", "call_back", rating="2", note="说还不亮")
    walk.do("supervisor", "reopen", reason="回访不满意")
    assert (walk.case.step, walk.holder, walk.inbox("handler")) == ("handle", ("utilities", "handler"), ["main"])


def test_dissatisfied_不满意_reopens_重办_with_the_same_handler(walk):
    walk.to_handling().do("handler", "finish", answer="修好了")
    walk.do("reporter", "dissatisfied", reason="还是不亮", rating="1")
    assert (walk.case.step, walk.holder) == ("handle", ("utilities", "handler"))
    assert walk.case.state["counts"]["reopened"] == 1


def test_closed_归档_and_not_solved_仍未解决_begins_again_at_triage(walk):
    walk.to_handling().do("handler", "finish", answer="修好了").do("reporter", "satisfied", rating="5")
    walk.do("supervisor", "close")
    assert (walk.case.step, walk.case.closed_at) == ("closed", walk.now)
    walk.do("reporter", "not_solved", reason="又坏了")
    assert (walk.case.step, walk.case.closed_at, walk.inbox("clerk")) == ("triage", None, ["main"])


def test_a_stale_act_is_refused_and_changes_nothing(town, walk):
    from lianxin.cases.queries.standing import stand

    walk.do("clerk", "accept")
    seen = stand(who(town, "clerk2"), pk=walk.case.pk)
    walk.do("clerk", "assign", holder=walk.unit("utilities"))
    entries = Entry.objects.for_system("tests", town).count()
    with pytest.raises(Refused) as caught:
        transition(seen, "assign", actor=who(town, "clerk2"), now=walk.now, given={"holder": walk.unit("police")})
    assert caught.value.code == "stale"
    assert (Entry.objects.for_system("tests", town).count(), walk.holder[0]) == (entries, "utilities")


def test_who_joined_may_add_and_remind_but_not_speak_for_the_reporter(town, walk):
    from lianxin.people.actors import reporter

    joined = reporter(town, case_id=walk.case.pk, reporter_id=1, first=False)
    for act, given in (("add", {"note": "我家门口也是"}), ("remind", {})):
        walk.done = transition(walk.case.pk, act, actor=joined, now=walk.now, given=given)
    with pytest.raises(Refused) as caught:
        transition(walk.case.pk, "withdraw", actor=joined, now=walk.now)
    assert caught.value.code == "not_yours"


@pytest.mark.row("B4")
def test_what_comes_back_for_the_third_time_goes_a_level_up(walk):
    """The resident sends it back three times; the third time the village has it, not the grid worker."""
    worker = who(walk.town, "worker")
    walk.do("clerk", "accept").do("clerk", "assign", holder=Holder(worker.unit_id, worker.post_id)).do("worker", "take")
    for time in (1, 2, 3):
        assert walk.holder == ("village_1", worker.name)
        walk.do("worker", "finish", answer="好了").do("reporter", "dissatisfied", reason="没好", rating="1")
        assert walk.case.state["counts"]["reopened"] == time
    assert walk.holder == ("village_1", None)
    assert walk.inbox("chief") == ["main"]
    walk.do("chief", "finish", answer="村里修好了").do("reporter", "dissatisfied", reason="还是没好", rating="1")
    assert walk.holder[0] in {"governance", "desk"}


@pytest.mark.row("B4")
def test_what_a_unit_of_the_town_does_badly_three_times_its_supervisors_watch(walk):
    walk.to_handling()
    for _ in range(3):
        assert walk.inbox("supervisor") == []
        walk.do("handler", "finish", answer="好了").do("reporter", "dissatisfied", reason="没好", rating="1")
    assert walk.holder[0] == "utilities"
    assert walk.inbox("supervisor") == ["watch"]


def test_a_supervisor_who_names_a_handler_is_obeyed_and_the_case_watched(walk):
    walk.to_handling()
    for _ in range(2):
        walk.do("handler", "finish", answer="好了").do("reporter", "dissatisfied", reason="没好", rating="1")
    walk.do("handler", "finish", answer="好了").do("reporter", "satisfied", rating="3")
    walk.do("supervisor", "reopen", reason="现场看没好", holder=walk.unit("sanitation"))
    assert walk.holder[0] == "sanitation"
    assert walk.inbox("supervisor2") == ["watch"]


def test_still_not_solved_after_closing_comes_back_to_triage_and_the_third_time_is_watched(walk):
    walk.to_handling()
    for time in (1, 2, 3):
        walk.do("handler", "finish", answer="好了").do("reporter", "satisfied", rating="5").do("supervisor", "close")
        walk.do("reporter", "not_solved", reason="又坏了")
        assert walk.inbox("supervisor") == (["watch"] if time == 3 else [])
        walk.do("clerk", "assign", holder=walk.unit("utilities")).do("handler", "take")
