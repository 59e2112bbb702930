"""How a request goes in the demo town: who does what, after how long, in which words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from lianxin.town.demo.rhythm import awake
from lianxin.town.demo.texts import Story, chinese_day
from lianxin.town.demo.walk import Walk
from lianxin.workflow.clock import Limit

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from lianxin.town.demo.rules import Rules
    from lianxin.town.demo.said import Voices
    from lianxin.town.demo.staff import Person, Staff

# The commoner grounds stand more often.
CLAUSES: Final = (
    "court", "court", "discipline", "review", "petition", "petition", "petition", "beyond", "beyond", "untrue",
    "unclear",
)  # fmt: skip
# Share of the cases in which each side path is taken while they are handled.
SIDES: Final = {
    "extension": 0.045, "cohandle": 0.045, "confer": 0.016, "supervise": 0.025, "remind": 0.05, "reassign": 0.022,
    "escalate": 0.06, "add": 0.05, "suspend": 0.012,
}  # fmt: skip
RIVALS: Final = (
    "enforcement", "construction", "utilities", "sanitation", "police", "traffic", "governance", "civil", "farm",
    "market",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Photo:
    """A drawn photo: the scene, which of its variants, and whether the trouble is over."""

    scene: str
    seed: int
    after: bool


@dataclass(frozen=True, slots=True)
class Case:
    """What a script is told of a case. `fate`: normal, refused, withdrawn, returned, late or answered."""

    story: Story
    category: str
    recorded_at: datetime
    channel: str
    fate: str
    reachable: bool
    photo_seed: int
    pace: float = 1.0
    hold_until: datetime | None = None


class Script:
    """Writes one life into a walk; the methods are the chapters, in order."""

    def __init__(
        self, rules: Rules, staff: Staff, voices: Voices, rng: Random, case: Case, *, stop: datetime
    ) -> None:
        self._rules, self._staff, self._rng, self.case = rules, staff, rng, case
        self._texts, self._said = voices.texts, voices.said
        self.walk = Walk(rules, rng, case.category, case.recorded_at, stop)
        self._now = case.recorded_at
        self._urgent = rules.categories[case.category].urgency == "emergency"
        self._clerk = self._somebody("desk", "clerk")
        self._supervisor = self._somebody("supervision", "supervisor")
        self._unit, self._hint, self._handler = self._first_holder()

    def play(self) -> None:
        """The whole life; Halted when time is up."""
        self.receive()
        if self.case.fate == "refused":
            self.refuse()
        elif self.case.fate == "withdrawn":
            self._do("withdraw", "reporter", reason=self._say("withdraw_reason"), after=self._online(90))
        elif self.case.fate == "answered":
            self.answer_at_once()
        else:
            self.dispatch()
            self.handle()
        if self.walk.state.step in {"feedback", "review"}:
            self.conclude()

    def receive(self) -> None:
        """受理: at the desk at once, from the net in the clerk's next minutes."""
        quick = self.case.channel in {"phone", "window"}
        given = {"category": self.case.category, "grid": self.case.story.spot.grid} if self._rng.random() < 0.6 else {}
        self._do("accept", "clerk", self._clerk, after=self._work(4 if quick else 14, most=52), **given)

    def merge_into(self, main: str) -> None:
        """并案: accepted, found to be the same matter, put under the first."""
        self.receive()
        self._do(
            "merge", "clerk", self._clerk, after=self._work(35, most=200), case=main, note=self._say("merge_reason")
        )

    def refuse(self) -> None:
        """不予受理, with its ground; some appeal."""
        clause = self._rng.choice(CLAUSES)
        self._do(
            "reject",
            "clerk",
            self._clerk,
            after=self._work(70, most=220),
            clause=clause,
            reason=self._say("reject_reason"),
        )
        if self._rng.random() < 0.16:
            self._do("appeal", "reporter", after=self._online(40), reason=self._once("appeal_reason", "appeal_more"))

    def answer_at_once(self) -> None:
        """直接答复: what a clerk knows needs no handler."""
        self._tell_days()
        given = {"contacted": "reached"} if self.case.reachable else {}
        self._do("answer", "clerk", self._clerk, after=self._work(80, most=230), answer=self._answer(), **given)

    def dispatch(self) -> None:
        """分派、接单; a first wrong guess comes back."""
        if self.case.fate == "returned":
            self._returned()
        self._assign(after=self._work(45, most=225))
        self._do("take", "holder", self._handler, after=self._work(40, most=200))

    def _returned(self) -> None:
        right, wrong = self._unit, self._other_unit()
        self._assign(after=self._work(30, most=120), hint=f"unit:{wrong}")
        reason = self._say("return_reason", other=self._staff.unit(right).short)
        self._do("send_back", "holder", self._somebody(wrong), after=self._work(90, most=230), reason=reason)

    def _assign(self, after: datetime, hint: str = "") -> None:
        note = self._say("assign_note")
        self._do(
            "assign",
            "clerk",
            self._clerk,
            after=after,
            holder=hint or self._hint,
            category=self.case.category,
            note=note,
        )

    def handle(self) -> None:
        """事件处置: contact, side paths, records, the result."""
        if self.walk.state.step != "handle":
            return
        late = self.case.fate == "late"
        self._contact()
        for side, share in SIDES.items():
            if self._rng.random() < share:
                self._chapters()[side]()
        if self.case.hold_until:
            self._suspend(self.case.hold_until)
        for _ in range(self._rng.choice((0, 1, 1, 1, 2, 2, 3))):
            self._toward(self._rng.uniform(0.1, 0.5))
            self._do("record", "holder", self._handler, after=self._work(20), note=self._say("records"))
        self._toward(self._rng.uniform(1.05, 2.6) if late else self._rng.betavariate(2.2, 2.6) * 0.97)
        if late and self._rng.random() < 0.4:
            self._supervise()
        self._finish()

    def conclude(self) -> None:
        """跟踪反馈、督查考核: the reporter speaks or is silent; checked, and closed or handled again."""
        self._feedback()
        if self.walk.state.step == "review":
            self._review()
        again = self.case.reachable and self.walk.state.step == "closed" and self._rng.random() < 0.009
        if again and self._do("not_solved", "reporter", after=self._online(90), reason=self._say("not_solved")):
            self._assign(after=self._work(40, most=220))
            self._do("take", "holder", self._handler, after=self._work(30, most=200))
            self._finish_again()
            self._feedback(settle=True)
            self._review()

    # ---- handling ---------------------------------------------------------------------------------

    def _chapters(self) -> dict[str, Callable[[], None]]:
        return {
            "extension": self._extension, "cohandle": self._cohandle, "confer": self._confer,
            "supervise": self._supervise, "remind": self._remind, "reassign": self._reassign,
            "escalate": self._escalate, "add": self._add,
            "suspend": lambda: self._suspend(self._workdays(self._rng.randint(8, 35))),
        }  # fmt: skip

    def _contact(self) -> None:
        if not self.case.reachable:
            if self._rng.random() < 0.3:
                self._do("contact", "holder", self._handler, after=self._work(30), contacted="none")
            return
        if self._rng.random() < 0.12:
            self._do("contact", "holder", self._handler, after=self._work(20), contacted="no_reply")
        how = self._rng.choice(("reached", "reached", "reached", "visited"))
        self._do("contact", "holder", self._handler, after=self._work(45), contacted=how, note=self._say("contact"))

    def _extension(self) -> None:
        due = self.walk.state.due_at
        if due is None or self.walk.state.paused_at:
            return
        self._toward(self._rng.uniform(0.3, 0.6))
        until = self._close_after(due, self._rng.choice((2, 3, 5)))
        if not self._do(
            "ask_extension",
            "holder",
            self._handler,
            after=self._work(10),
            reason=self._say("extension_reason"),
            until=until,
        ):
            return
        if self._rng.random() < 0.8:
            self._do("grant_extension", "duty:extension", self._supervisor, after=self._work(60, most=300), until=until)
        else:
            self._do(
                "refuse_extension",
                "duty:extension",
                self._supervisor,
                after=self._work(60, most=300),
                reason=self._say("extension_refused"),
            )

    def _suspend(self, until: datetime) -> None:
        self._toward(0.3)
        reason = self._say("suspend_reason", date_until=f"{until.month}月{until.day}日")
        if not self._do("suspend", "supervisor", self._supervisor, after=self._work(30), reason=reason, until=until):
            return
        if self._rng.random() < 0.5:  # the others wait for the date itself
            early = until - timedelta(hours=self._rng.randint(20, 90))
            self._do("resume", "holder", self._handler, after=max(early, self._now), note=self._say("resume_note"))
        else:
            self.walk.sweep(min(until + timedelta(minutes=30), self.walk.until))
            self._now = max(self._now, until + timedelta(minutes=30))

    def _confer(self) -> None:
        other = self._other_unit()
        if self._do(
            "confer",
            "holder",
            self._handler,
            after=self._work(60),
            units=[f"unit:{other}"],
            note=self._say("confer_note"),
        ):
            note = self._say("conclude_note", other=self._staff.unit(other).short)
            self._do("conclude", "clerk", self._clerk, after=self._work(200, most=600), note=note)

    def _cohandle(self) -> None:
        other = self._other_unit()
        if self._do(
            "cohandle",
            "holder",
            self._handler,
            after=self._work(40),
            units=[f"unit:{other}"],
            note=self._say("cohandle_note"),
        ):
            self._do(
                "co_done",
                "duty:cohandle",
                self._somebody(other),
                after=self._work(200, most=700),
                note=self._say("co_done_note"),
            )

    def _supervise(self) -> None:
        until = self._workdays(self._rng.randint(1, 3))
        leader = self._rng.random() < 0.25
        role, who = ("leader", self._somebody("party_office", "leader")) if leader else ("supervisor", self._supervisor)
        if self._do("supervise", role, who, after=self._work(60), demand=self._say("demand"), until=until):
            self._do(
                "comply",
                "duty:supervise",
                self._handler,
                after=self._work(150, most=400),
                note=self._say("comply_note"),
            )

    def _remind(self) -> None:
        role = "reporter" if self.case.reachable and self._rng.random() < 0.5 else "supervisor"
        who = "" if role == "reporter" else self._supervisor
        after = self._online(10) if role == "reporter" else self._work(90)
        self._do("remind", role, who, after=after, note=self._say("remind_note"))

    def _add(self) -> None:
        if self.case.reachable:
            self._do("add", "reporter", after=self._online(8), note=self._say("add_note"))

    def _reassign(self) -> None:
        other = self._other_unit()
        reason = self._say("reassign_reason", other=self._staff.unit(other).short)
        if not self._do("reassign", "clerk", self._clerk, after=self._work(60), holder=f"unit:{other}", reason=reason):
            return
        if self._rng.random() < 0.25:
            self._do(
                "decline",
                "duty:offer",
                self._somebody(other),
                after=self._work(60, most=200),
                reason=self._say("decline_reason"),
            )
        elif self._do("take_over", "duty:offer", self._somebody(other), after=self._work(50, most=200)):
            self._unit, self._hint, self._handler = other, f"unit:{other}", self._somebody(other)

    def _escalate(self) -> None:
        """小事不出格: what a grid or a village cannot carry goes up, and from there to the unit whose line it is."""
        target = self._line_unit()
        if target == self._unit:
            return
        if self._do("escalate", "holder", self._handler, after=self._work(120), reason=self._say("escalate_reason")):
            reason = self._say("reassign_reason", other=self._staff.unit(target).short)
            self._do(
                "reassign", "clerk", self._clerk, after=self._work(40, most=150), holder=f"unit:{target}", reason=reason
            )
            if self._do("take_over", "duty:offer", self._somebody(target), after=self._work(40, most=150)):
                self._unit, self._hint, self._handler = target, f"unit:{target}", self._somebody(target)

    def _finish(self) -> bool:
        self._tell_days()
        given: dict[str, Any] = {}
        if self.case.story.leaf.scene and self._rng.random() < 0.78:
            given["photos"] = [Photo(self.case.story.leaf.scene, self.case.photo_seed, after=True)]
        if self.case.reachable and self._rng.random() < 0.6:
            given["contacted"] = self._rng.choice(("reached", "reached", "visited"))
        return self._do("finish", "holder", self._handler, after=self._work(15), answer=self._answer(), **given)

    def _finish_again(self) -> None:
        self._contact()
        self._toward(self._rng.uniform(0.2, 0.8))
        self._do("record", "holder", self._handler, after=self._work(20), note=self._say("records"))
        self._finish()

    # ---- after ------------------------------------------------------------------------------------

    def _feedback(self, *, settle: bool = False) -> None:
        """Until the case is past feedback: content, silent, or handled again and asked again."""
        draw = self._rng.random()
        if not self.case.reachable or (draw < 0.24 and not settle and self.case.pace == 1):
            due = self.walk.state.due_at
            if due is not None and self.walk.state.step == "feedback":
                if self._rng.random() < 0.1 and self.case.reachable:
                    self._call_back("clerk", self._clerk)
                    return
                self._now = due.astimezone(self._now.tzinfo) + timedelta(minutes=10)
                self._halt_or_sweep()
            return
        at = self._online(18)
        if draw > 0.972 and not settle:
            reason, rating = self._say("dissatisfied_reason"), self._rng.choice(("1", "2", "2"))
            if self._do("dissatisfied", "reporter", after=at, reason=reason, rating=rating):
                self._finish_again()
                self._feedback(settle=True)
            return
        stars = self._rng.choices((5, 4, 3), (56, 33, 11))[0]
        self._do("satisfied", "reporter", after=at, rating=str(stars), note=self._texts.rating_words(self._rng, stars))

    def _review(self) -> None:
        if self.case.reachable and self._rng.random() < 0.2:
            bad = self._rng.random() < 0.05
            self._call_back("supervisor", self._supervisor, bad=bad)
            if bad and self._do(
                "reopen", "supervisor", self._supervisor, after=self._work(20), reason=self._say("reopen_reason")
            ):
                self._finish_again()
                self._feedback(settle=True)
        self._do("close", "supervisor", self._supervisor, after=self._work(330), note=self._say("close_note"))

    def _call_back(self, role: str, who: str, *, bad: bool = False) -> None:
        rating = "2" if bad else self._rng.choice(("5", "5", "4", "4", "3"))
        note = self._say("call_back_bad" if bad else "call_back_note")
        self._do("call_back", role, who, after=self._work(150), rating=rating, note=note, contacted="reached")

    def _halt_or_sweep(self) -> None:
        self.walk.sweep(min(self._now, self.walk.until))

    # ---- people, words and time -------------------------------------------------------------------

    def _do(self, act: str, role: str, who: str = "", *, after: datetime, **given: Any) -> bool:
        filled = {key: value for key, value in given.items() if value}
        done = self.walk.do(after, act, role, who, **filled)
        self._now = max(self._now, after) if done else self._now
        return done

    def _say(self, what: str, **facts: str) -> str:
        return self._texts.say(self._rng, what, self._with(facts))

    def _once(self, what: str, more: str) -> str:
        story = self._with({})
        first, other = (partial(self._texts.say, what=each, story=story) for each in (what, more))
        return self._said.once(self._rng, first, other)

    def _answer(self) -> str:
        return self._said.once(self._rng, partial(self._texts.answer, story=self._with({})))

    def _with(self, facts: dict[str, str]) -> Story:
        story = self.case.story
        other = facts.get("other") or self._staff.unit(self._other_unit()).short
        days = dict.fromkeys(("d1", "d2"), chinese_day(self._now))
        return replace(story, facts={"unit": self._name(), "other": other, **days, **story.facts, **facts})

    def _tell_days(self) -> None:
        """The days an answer speaks of: first contact, the work, today."""
        taken = next((act.at for act in self.walk.acts if act.act == "contact"), self._now)
        days = {"d1": chinese_day(taken), "d2": chinese_day(self._now)}
        self.case = replace(self.case, story=replace(self.case.story, facts={**self.case.story.facts, **days}))

    def _name(self) -> str:
        return self._staff.unit(self._unit).short

    def _first_holder(self) -> tuple[str, str, str]:
        """(unit, hint, person): the lowest level able to handle it, by the category."""
        grid, level = self.case.story.spot.grid, self._rules.categories[self.case.category].handled_by
        village = self._staff.of_grid[grid][0].unit
        if level == "grid":
            return village, f"grid:{grid}", self._rng.choice(self._staff.of_grid[grid][:2]).key
        unit = village if level == "village" else level
        return unit, f"unit:{unit}", self._somebody(unit)

    def _line_unit(self) -> str:
        level = self._rules.categories[self.case.category].handled_by
        return level if level not in {"grid", "village"} else "governance"

    def _other_unit(self) -> str:
        return self._rng.choice([unit for unit in RIVALS if unit != self._unit])

    def _somebody(self, unit: str, role: str = "handler") -> str:
        people: list[Person] = self._staff.of_unit[unit]
        able = [person for person in people if role in person.roles and not person.grid]
        return self._rng.choice(able or people).key

    def _work(self, mean: float, most: float = 10_000) -> datetime:
        """So many minutes of work from now, about; round the clock in an emergency."""
        minutes = min(self._rng.expovariate(1 / mean), most) * self.case.pace
        if self._urgent:
            return self._now + timedelta(minutes=max(2.0, minutes / 3))
        at, _ = self._rules.clock.after(self._now, max(2, int(minutes)), working=True)
        return at.astimezone(self._now.tzinfo) + timedelta(seconds=self._rng.randrange(2, 58))

    def _online(self, hours: float) -> datetime:
        """Some hours from now, when people are awake."""
        wait = timedelta(hours=self._rng.expovariate(1 / hours) * self.case.pace, minutes=self._rng.randint(3, 40))
        return awake(self._rng, self._now + wait)

    def _toward(self, share: float) -> None:
        """Let so much of the limit pass, counted from entering the step; never backwards."""
        state = self.walk.state
        if state.due_at is None or state.step != "handle" or state.paused_at:
            return
        working, clock = state.working, self._rules.clock
        limit = clock.between(state.entered_at, state.due_at, working=working)
        at, _ = clock.after(state.entered_at, int(limit * share * self.case.pace), working=working)
        self._now = max(self._now, at.astimezone(self._now.tzinfo))

    def _workdays(self, count: int) -> datetime:
        return self._close_after(self._now, count)

    def _close_after(self, moment: datetime, count: int) -> datetime:
        return self._rules.clock.due(moment, Limit(count, "working_days")).at.astimezone(self._now.tzinfo)
