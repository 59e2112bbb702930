"""What happens in the demo town after its anchor: open cases go on, appeals are heard, and new requests come in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from lianxin.cases.actions.doors import state_of
from lianxin.cases.actions.publish import Public, publish
from lianxin.cases.queries.publishing import proposal
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.routes import why
from lianxin.people.queries import clock_of
from lianxin.town.demo.script import Photo
from lianxin.town.demo.texts import chinese_day
from lianxin.town.demo.walk import Act
from lianxin.workflow.clock import Limit
from lianxin.workflow.engine import late_act

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from random import Random

    from lianxin.cases.models import Case
    from lianxin.cases.values import Standing
    from lianxin.keys.models import Town
    from lianxin.town.demo.lives import Life
    from lianxin.town.demo.play import Stage
    from lianxin.town.demo.said import Said
    from lianxin.town.demo.staff import Person
    from lianxin.town.demo.texts import Texts
    from lianxin.workflow.clock import Clock

PUBLISHED: Final = 0.75  # of those that may be; the others wait to be checked
NOTICED: Final = timedelta(minutes=4)  # after a limit is past, until the sweep sees it
COLLECTING, TRIAGING = 60, 230  # working minutes a fresh request may have waited and still be in time
STEP_BACK: Final = timedelta(minutes=10)
LONGEST_BACK: Final = timedelta(days=20)  # a working week, the longest holiday, and the weekends about it
AGES: Final = (60, 70, 200, 420, 600, 1300)  # working minutes since they came
CALLED: Final = {"contacted": "reached", "note": "已电话联系，约好到现场查看。"}
SEEN: Final = {"note": "已到现场查看，材料和人手已安排。"}


@dataclass(slots=True)
class Onward:
    """Decides the next act of a case that the plan says no more about."""

    stage: Stage
    texts: Texts
    rng: Random
    said: Said

    @property
    def _town(self) -> Town:
        return self.stage.cast.setting.town

    def go_on(self, case_id: int, *, after: datetime, until: datetime) -> None:
        """Let people and time work on a case between two moments."""
        at = after
        while (act := self._next(self.stage.open[case_id], at, until)) is not None:
            self.stage.act(case_id, act)
            at = act.at

    def _next(self, standing: Standing, after: datetime, until: datetime) -> Act | None:
        case = standing.case
        if case.closed_at is not None:
            return None
        planned = self._by_people(standing, after)
        state, flow = state_of(standing), workflow_by_id(self._town, case.workflow_id)
        horizon = min(planned.at, until) if planned else until
        if (late := late_act(flow, state, now=horizon)) and state.due_at is not None:
            return Act(max(state.due_at + NOTICED, after + NOTICED), late, "system")
        return planned if planned and planned.at <= until else None

    def _by_people(self, standing: Standing, after: datetime) -> Act | None:
        case = standing.case
        if case.state.get("paused_at"):
            return None
        steps = {
            "collect": self._accept, "triage": self._triage, "dispatch": self._take, "handle": self._handle,
            "feedback": self._rate, "review": self._close,
        }  # fmt: skip
        return steps[case.step](standing, after)

    def _accept(self, standing: Standing, after: datetime) -> Act:
        return Act(self._work(after, 25), "accept", "clerk")

    def _triage(self, standing: Standing, after: datetime) -> Act:
        case, at = standing.case, self._work(after, 90)
        if case.channel == "appeal":
            return Act(at, "answer", "clerk", given={"answer": self._heard(at)})
        holder = why(self._town, category_id=case.category_id, grid_id=case.grid_id, now=at).holder
        return Act(at, "assign", "clerk", given={"holder": holder})

    def _take(self, standing: Standing, after: datetime) -> Act:
        return Act(self._work(after, 80), "take", "holder")

    def _handle(self, standing: Standing, after: datetime) -> Act:
        at, case = self._work(after, 900), standing.case
        if any(duty.what == "extension" for duty in standing.duties) and case.due_at is not None:
            until = clock_of(self._town).due(max(case.due_at, at), Limit(3, "working_days")).at
            return Act(self._work(after, 60), "grant_extension", "duty:extension", given={"until": until})
        given: dict[str, Any] = {"answer": self._answer(case, at)}
        life = self.stage.lives.get(case.pk)
        if life is not None and life.photos:
            given["photos"] = [Photo(life.photos[0].scene, life.photos[0].seed, after=True)]
        return Act(at, "finish", "holder", given=given)

    def _answer(self, case: Case, at: datetime) -> str:
        life = self.stage.lives.get(case.pk)
        if life is None:
            return self._heard(at)
        unit = self.stage.cast.setting.unit_names[case.unit_id or 0]
        facts = {"unit": unit, "other": unit, "d1": chinese_day(at.date(), 1), "d2": chinese_day(at.date())}
        story = replace(life.story, facts=facts)
        return self.said.once(self.rng, lambda dice: self.texts.answer(dice, story))

    def _heard(self, at: datetime) -> str:
        return self.said.once(self.rng, lambda dice: self.texts.heard(dice, timezone.localtime(at).date()))

    def _rate(self, standing: Standing, after: datetime) -> Act | None:
        life = self.stage.lives.get(standing.case.pk)
        if life is None or life.reporter.anonymous or self.rng.random() < 0.3:
            return None  # silent: time speaks
        stars = self.rng.choices((5, 4, 3), (55, 33, 12))[0]
        at = after + timedelta(hours=self.rng.uniform(2, 30))
        return Act(at, "satisfied", "reporter", given={"rating": str(stars)})

    def _close(self, standing: Standing, after: datetime) -> Act:
        return Act(self._work(after, 400), "close", "supervisor")

    def _work(self, after: datetime, mean: float) -> datetime:
        """So many working minutes later, about."""
        at, _ = clock_of(self._town).after(after, max(3, int(self.rng.expovariate(1 / mean))), working=True)
        return max(at, after) + timedelta(seconds=self.rng.randrange(5, 55))


def publish_some(stage: Stage, rng: Random, *, since: datetime, until: datetime) -> int:
    """Publish most of the answered requests whose reporters consented, as a clerk does after a day; how many."""
    town = stage.cast.setting.town
    clock, count = clock_of(town), 0
    for pk, standing in list(stage.open.items()):
        answered, life = _answered(standing.case), stage.lives.get(pk)
        if answered is None or answered < since or life is None:
            continue
        at = clock.after(answered, rng.randint(30, 700), working=True)[0]
        if not life.consent or at > until or rng.random() > PUBLISHED:
            continue
        clerk = stage.cast.actor(Act(at, "publish", "clerk"), standing)
        words = proposal(clerk, standing.case)
        photos = tuple(photo["id"] for photo in words["photos"])
        public = Public(words["title"], words["text"], words["answer"], words["place"], photos)
        publish(standing.case, public, actor=clerk, now=at)
        count += 1
    return count


def _answered(case: Case) -> datetime | None:
    """Since when a case that is not turned away has its answer."""
    if case.closed_at is not None:
        return case.closed_at if case.step == "closed" else None
    return datetime.fromisoformat(case.state["entered_at"]) if case.step in {"feedback", "review"} else None


def recent(lives: Sequence[Life], *, since: datetime, mark: str) -> list[Life]:
    """The lives recorded after a moment, under keys of their own; those merged into an older one are left out."""
    kept = {life.key for life in lives if life.recorded_at > since}
    whole = [life for life in lives if life.key in kept and _within(life, kept)]
    return [_renamed(life, mark) for life in whole]


def _within(life: Life, kept: set[str]) -> bool:
    return all(act.given["case"] in kept for act in life.acts if "case" in act.given)


def _renamed(life: Life, mark: str) -> Life:
    acts = tuple(
        replace(act, given={**act.given, "case": mark + act.given["case"]}) if "case" in act.given else act
        for act in life.acts
    )
    return replace(life, key=mark + life.key, acts=acts)


def varied(lives: Iterable[Life]) -> list[Life]:
    """The same lives, the first of each category before the second of any: one person's work is of all sorts."""
    seen: Counter[str] = Counter()
    ranked = []
    for life in lives:
        seen[life.category] += 1
        ranked.append((seen[life.category], life))
    return [life for _rank, life in sorted(ranked, key=itemgetter(0))]


def at_work(lives: Iterable[Life], who: Person, hint: str, *, town: Town, now: datetime, mark: str) -> list[Life]:
    """Requests of the last days that somebody who can sign in has to handle: some to take on, some under way."""
    clock, found = clock_of(town), []
    for waited, life in zip(AGES, (life for life in lives if not life.merged_into), strict=False):
        came = _waited(clock, now, waited)
        steps = [
            (12, Act(came, "accept", "clerk")),
            (30, Act(came, "assign", "clerk", given={"holder": hint, "category": life.category})),
            (75, Act(came, "take", "holder", who.key)),
            (95, Act(came, "contact", "holder", who.key, CALLED)),
            (400, Act(came, "record", "holder", who.key, SEEN)),
        ]
        past = [(clock.after(came, minutes, working=True)[0], act) for minutes, act in steps if minutes < waited]
        acts = tuple(replace(act, at=at) for at, act in past)
        found.append(replace(life, key=mark + life.key, recorded_at=came, acts=acts, open=True))
    return found


def _waited(clock: Clock, now: datetime, most: int) -> datetime:
    """The moment from which until now no more than so many working minutes have passed."""
    at = now
    while clock.between(at - STEP_BACK, now, working=True) < most and now - at < LONGEST_BACK:
        at -= STEP_BACK
    return at


def fresh(lives: Sequence[Life], count: int, *, town: Town, now: datetime, mark: str, rng: Random) -> list[Life]:
    """Requests that came in the last hours and wait at the desk: some just taken in, most of them in time."""
    clock = clock_of(town)
    early, late = _waited(clock, now, COLLECTING), _waited(clock, now, TRIAGING)
    chosen = rng.sample([life for life in lives if not life.merged_into and life.acts], count)
    found = []
    for at, life in enumerate(chosen):
        taken_in = at % 3 != 0
        begin = late if taken_in else early
        came = begin + (now - begin) * rng.uniform(0.03, 0.95)
        first = next((act for act in life.acts if act.act == "accept"), None)
        acts = (replace(first, at=came + (now - came) * rng.uniform(0.1, 0.8)),) if taken_in and first else ()
        found.append(replace(life, key=mark + life.key, recorded_at=came, acts=acts, open=True))
    return found
