"""Walk planned lives through the town's doors in the order of time, some hundreds of acts in one transaction."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.db import transaction as database

from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import Case, Reporter
from lianxin.cases.queries.standing import stand
from lianxin.cases.values import Contact, Draft, Standing
from lianxin.people.actors import system
from lianxin.town.demo.walk import Act
from lianxin.workflow.engine import Refused

if TYPE_CHECKING:
    from lianxin.town.demo.cast import Cast
    from lianxin.town.demo.lives import Life

BATCH: Final = 1500  # acts in one transaction


class Unplayable(RuntimeError):
    """A planned act was refused at the door: the plan and the town's rules do not agree."""


@dataclass(order=True, slots=True)
class _Event:
    """The next thing that happens in a life: `step` -1 opens the case, n is its n-th act."""

    at: datetime
    order: int
    life: Life = field(compare=False)
    step: int = field(compare=False, default=-1)


@dataclass(slots=True)
class Stage:
    """What has happened so far: every case that is still open, as it stands."""

    cast: Cast
    kind: str = "request"
    ids: dict[str, int] = field(default_factory=dict)  # of cases, by the key of their life
    open: dict[int, Standing] = field(default_factory=dict)
    lives: dict[int, Life] = field(default_factory=dict)
    appeals: list[int] = field(default_factory=list)
    asked: Callable[[Life], dict[str, Any]] = lambda life: {}  # what was answered to what its category asks

    def play(self, lives: Sequence[Life], progress: Callable[[int], object]) -> None:
        """All acts of these lives, earliest first; raises Unplayable."""
        events = [_Event(life.recorded_at, order, life) for order, life in enumerate(lives)]
        heapq.heapify(events)
        done, next_weighing = 0, BATCH
        while events:
            with database.atomic(savepoint=False):
                for event in _taken(events, BATCH):
                    self._happen(event)
                    if event.step + 1 < len(event.life.acts):
                        event.step += 1
                        event.at = event.life.acts[event.step].at
                        heapq.heappush(events, event)
                    done += 1
            if done >= next_weighing:
                next_weighing = 2 * done
                _weigh()
            progress(done)

    def _happen(self, event: _Event) -> None:
        life = event.life
        try:
            if event.step < 0:
                self.begin(life, at=event.at)
            else:
                self.act(self.ids[life.key], life.acts[event.step])
        except (Refused, LookupError) as error:
            what = life.acts[event.step].act if event.step >= 0 else "open"
            raise Unplayable(f"{life.key} {what} at {event.at:%Y-%m-%d %H:%M}: {error!r}") from error

    def begin(self, life: Life, *, at: datetime) -> int:
        """Open the case of a life; its id."""
        draft = Draft(
            kind=self.kind, title=life.title, text=life.text, channel=life.channel,
            category_id=self.cast.category(life.category), lon=life.lon, lat=life.lat, address=life.address,
            contact=Contact(life.reporter.name, life.reporter.phone, public_consent=life.consent),
            photos=[self.cast.photo(each) for each in life.photos], quiet=True,
            answers=self.asked(life),
        )  # fmt: skip
        done = open_case(draft, actor=self.cast.opener(life), now=at)
        case = done.case
        self.ids[life.key], self.lives[case.pk], self.open[case.pk] = case.pk, life, done.standing
        if done.reporter_id is not None:
            self.cast.reporters[case.pk] = done.reporter_id
        return case.pk

    def act(self, case_id: int, act: Act) -> Standing:
        """Make one transition through the door; the case as it stands then."""
        standing = self.open[case_id]
        given = self.cast.given(act.given, lambda key: self.ids[key])
        actor = self.cast.actor(act, standing)
        done = transition(standing, act.act, actor=actor, now=act.at, given=given, quiet=True)
        self.open[case_id] = done.standing
        if "case" in given:  # the main case's history has grown too
            self._look_again(given["case"])
        if act.act == "appeal":
            self._appealed(case_id)
        return done.standing

    def _look_again(self, case_id: int) -> None:
        self.open[case_id] = stand(system(self.cast.setting.town), pk=case_id)

    def _appealed(self, case_id: int) -> None:
        """The appeal is a case of its own: remember it and its reporter."""
        town = self.cast.setting.town
        made = Case.objects.for_system("demo", town).get(parent_id=case_id, channel="appeal")
        self._look_again(made.pk)
        self.appeals.append(made.pk)
        self.cast.reporters[made.pk] = Reporter.objects.for_system("demo", town).get(case_id=made.pk, first=True).pk

    def unfinished(self) -> list[int]:
        """Ids of the cases that have not ended, in the order they were opened."""
        return [pk for pk, standing in self.open.items() if standing.case.closed_at is None]


def _taken(events: list[_Event], count: int) -> Iterator[_Event]:
    for _ in range(count):
        if not events:
            return
        yield heapq.heappop(events)


def _weigh() -> None:
    """Let PostgreSQL see how large the tables have become.

    What it prepared when they were empty walks a table from end to end, and goes on doing so: nobody but a transaction
    itself can weigh what it has written. SQLite makes its plans by the indexes there are.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
