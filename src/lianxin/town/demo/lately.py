"""What was done of late about cases that are still open: notes, a conference, what is to be looked at again, links for
contractors, check-ins. Each by its own door, at a moment between the last act and now.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from lianxin.cases.actions import transition
from lianxin.cases.actions.checking_in import Told, check_in
from lianxin.cases.actions.followups import follow_up, follow_up_done
from lianxin.cases.actions.worklinks import LinkFacts, link_opened, make_link, work_done
from lianxin.cases.models import Case, Photo
from lianxin.cases.pickers import category_name
from lianxin.cases.queries.setup import categories
from lianxin.cases.queries.standing import stand
from lianxin.cases.queries.worklinks import may_link
from lianxin.ledger.models import Entry
from lianxin.people.actors import contractor, system
from lianxin.town.demo.habits import Row, actor_named, post_of, written
from lianxin.town.demo.others import office_hours
from lianxin.town.demo.walk import Act
from lianxin.workflow.engine import Refused

if TYPE_CHECKING:
    from lianxin.cases.values import Standing
    from lianxin.people.actors import Actor
    from lianxin.town.demo.cast import Cast
    from lianxin.town.demo.names import People

AT_HAND: Final = ("handle",)  # the step at which somebody works on a case
AT_DESK: Final = ("collect", "triage")
EVENING: Final = time(17, 30)


@dataclass(slots=True)
class Lately:
    """Goes round the cases in the hands of those who can sign in, each in its turn."""

    cast: Cast
    people: People
    now: datetime
    _held: dict[str, list[Case]] = field(default_factory=dict)
    _turn: dict[str, int] = field(default_factory=dict)
    _last: dict[int, datetime] = field(default_factory=dict)

    def go_round(self) -> None:
        """All that is written down; whoever has no such case in hand, or may not act on it just now, is passed over."""
        lying = written()
        before: Case | None = None
        for row in lying["lately"]:
            before = before if row.get("same") else self._next(row["with"])
            self._act(before, row)
        for name, do in (("links", self._link), ("again", self._again), ("here", self._here)):
            self._turn.clear()
            for row in lying[name]:
                if (case := self._next(row["with"])) is not None:
                    do(case, row)

    def _next(self, username: str) -> Case | None:
        cases, turn = self._cases(username), self._turn.get(username, 0)
        self._turn[username] = turn + 1
        return cases[turn % len(cases)] if cases else None

    def _cases(self, username: str) -> list[Case]:
        """The open requests in somebody's hands, or at their desk, the oldest first."""
        if username not in self._held:
            post = post_of(self.cast, username)
            rows = Case.objects.for_system("demo", post.town_id)
            rows = rows.filter(kind="request", closed_at=None, unit=post.unit_id)
            mine = rows.filter(post=post.pk, step__in=AT_HAND)
            own = [each for each in mine.order_by("recorded_at") if not each.state.get("paused_at")]
            self._held[username] = own or list(rows.filter(step__in=AT_DESK).order_by("recorded_at"))
        return self._held[username]

    def _moment(self, case: Case) -> datetime:
        """Some way on from what was last done to a case; the next one after it."""
        if case.pk not in self._last:
            rows = Entry.objects.for_system("demo", case.town_id).filter(subject_kind="case", subject_id=case.pk)
            self._last[case.pk] = max(rows.values_list("at", flat=True))
        last = self._last[case.pk]
        at = last + (self.now - last) * 0.3
        opened = office_hours(at, Random(case.number))  # noqa: S311 - draws a town, guards nothing
        self._last[case.pk] = at = opened if opened < self.now else at
        return at

    def _standing(self, case: Case) -> Standing:
        return stand(system(self.cast.setting.town), pk=case.pk)

    def _act(self, case: Case | None, row: Row) -> None:
        if case is None:
            return
        role, at, standing = row["role"], self._moment(case), self._standing(case)
        given = dict(row["given"])
        if "until" in given:
            day = timezone.localtime(self.now).date() + timedelta(days=given["until"])
            given["until"] = datetime.combine(day, EVENING, timezone.get_current_timezone())
        printed = self.cast.setting.printed.get(role)
        act = Act(at, row["act"], role, printed.key if printed else "", given)
        told = self.cast.given(given, int)
        with suppress(Refused):  # somebody reminded an hour ago, or the limit lies beyond the day that is asked for
            transition(standing, act.act, actor=self.cast.actor(act, standing), now=at, given=told)

    def _again(self, case: Case, row: Row) -> None:
        actor = actor_named(self.cast, row["by"])
        came = case.recorded_at + timedelta(minutes=20)
        at = min(max(came, self.now + timedelta(days=row["set"])), self.now)
        day = timezone.localtime(self.now).date() + timedelta(days=row["day"])
        made = follow_up(case, max(day, timezone.localtime(at).date()), row["note"], actor=actor, now=at)
        if row.get("done"):
            follow_up_done(made.pk, actor=actor, now=self.now)

    def _link(self, case: Case, row: Row) -> None:
        actor: Actor = actor_named(self.cast, row["with"])
        town, made_at, standing = actor.town, self._moment(case), self._standing(case)
        if not may_link(actor, standing):
            return
        photos = Photo.objects.for_system("demo", town).filter(case_id=case.pk).values_list("id", flat=True)
        what = category_name(categories(town)[case.category_id or 0])
        facts = LinkFacts(
            row["company"], self.now + timedelta(days=row["days"]), what,
            task=row["task"], contact=row["contact"], phone=self.people.phone(), place=case.address,
            may=tuple(row["may"]), photos=tuple(photos),
        )  # fmt: skip
        link = make_link(standing, facts, actor=actor, now=made_at).link
        if "told" in row:
            opened, told = self._moment(case), self._moment(case)
            whose = contractor(town, link_id=link.pk)
            link_opened(link, actor=whose, now=opened)
            work_done(link, "finish" if row.get("finish") else "record", row["told"], [], actor=whose, now=told)

    def _here(self, case: Case, row: Row) -> None:
        check_in(Told(), actor=actor_named(self.cast, row["by"]), now=self._moment(case), case=case)


def lying_about(cast: Cast, people: People, *, now: datetime) -> None:
    """Everything of late; raises LookupError where it names somebody who is not there."""
    Lately(cast, people, now).go_round()

