"""Load the demo town: plan it from a seed, then walk every life through the town's own doors.

Everything is one transaction: a loading that is broken off leaves nothing behind but drawn photos without an owner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import yaml
from django.conf import settings
from django.db import transaction as database
from django.utils import timezone

from lianxin.cases.models import Case
from lianxin.keys.models import Town
from lianxin.ledger.actions import seal
from lianxin.town.demo import geography
from lianxin.town.demo.cast import Cast
from lianxin.town.demo.lives import Life, plan_lives
from lianxin.town.demo.names import People
from lianxin.town.demo.onward import Onward, fresh, recent
from lianxin.town.demo.play import Stage
from lianxin.town.demo.rules import TOWNS, Rules
from lianxin.town.demo.setting import Setting, make_town, settle
from lianxin.town.demo.signins import hand_out, new_password
from lianxin.town.demo.staff import Staff, make_staff
from lianxin.town.demo.texts import Texts

Progress = Callable[[str, int, int], object]

RECENT: Final = timedelta(days=21)  # how far back today's life reaches
WAITING: Final = 40  # requests at the desk when the town is loaded
LEFT: Final = 8  # of those open at the anchor, still open today
BEFORE: Final = timedelta(days=2)  # the town was set up so long before its first request
OLDER: Final = timedelta(days=45)


class FiguresDiffer(RuntimeError):
    """The loaded town does not show the figures it is recorded with."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The demo town on paper."""

    about: dict[str, Any]
    rules: Rules
    ground: geography.Geography
    staff: Staff
    people: People
    texts: Texts
    rng: Random
    lives: tuple[Life, ...]

    @property
    def busiest(self) -> str:
        """The grid whose own people have most to do."""
        levels = self.rules.categories
        count = Counter(life.grid for life in self.lives if levels[life.category].handled_by == "grid")
        return max(sorted(count), key=count.__getitem__) if count else self.ground.grids[0].key


def make_plan(seed: int | None = None, anchor: datetime | None = None) -> Plan:
    """Plan the town; the same seed and anchor give the same plan."""
    about = yaml.safe_load((TOWNS / "demo" / "town.yaml").read_text("utf-8"))
    rules = Rules.read()
    rules = replace(rules, seed=rules.seed if seed is None else seed, anchor=anchor or rules.anchor)
    rng = Random(rules.seed)  # noqa: S311 - draws a town, guards nothing
    people, ground, texts = People(rng), geography.make(rules.seed), Texts.read()
    staff = make_staff(rng, ground, rules.units, people)
    lives = plan_lives(rng, ground, staff, rules, people, texts)
    return Plan(about, rules, ground, staff, people, texts, rng, tuple(lives))


def load_demo(
    *,
    seed: int | None = None,
    anchor: datetime | None = None,
    now: datetime | None = None,
    progress: Progress = lambda stage, done, whole: None,
    most: int | None = None,
) -> Town:
    """Load the demo town and hand out its sign-ins; returns the town.

    `most`: only so many lives, for trials; the recorded figures are then not asserted. `now`: what today's life is
    reckoned to. Raises FiguresDiffer, Unplayable, Miscast; then nothing is loaded.
    """
    now = now or timezone.now()
    progress("正在编排演示镇 / planning the demo town", 0, 0)
    plan = make_plan(seed, anchor)
    lives = plan.lives[-most:] if most else plan.lives
    lives = _whole(lives)
    with database.atomic():
        progress("正在划网格、设岗位 / grids, units and people", 0, 0)
        setting = _set_up(plan, now)
        stage = Stage(Cast(setting))
        acts = sum(len(life.acts) + 1 for life in lives)
        stage.play(lives, lambda done: progress("正在走完两年诉求 / two years of requests", done, acts))
        if not most:
            assert_figures(setting.town, plan.about["figures"])
        _go_on(plan, stage, now=now, progress=progress, share=len(lives) / len(plan.lives))
        _seal(setting.town, now=now)
        hand_out(setting.sign_ins, new_password(settings.CONFIG))
    return setting.town


def _whole(lives: Sequence[Life]) -> list[Life]:
    """Those whose main case, if they are merged, is among them."""
    keys = {life.key for life in lives}
    return [life for life in lives if all(act.given["case"] in keys for act in life.acts if "case" in act.given)]


def _set_up(plan: Plan, now: datetime) -> Setting:
    first = plan.lives[0].recorded_at - BEFORE
    setting = make_town(plan.about, plan.ground, anchor=plan.rules.anchor, first=first, now=now)
    settle(setting, plan.staff, plan.busiest)
    return setting


def assert_figures(town: Town, figures: dict[str, int]) -> None:
    """The twelve months to the anchor show what is recorded of them, by counting; raises FiguresDiffer.

    An appeal is a case of its own but no further request.
    """
    anchor = town.anchor
    if anchor is None:
        raise FiguresDiffer("the town has no anchor")
    year = Case.objects.for_system("demo", town).exclude(channel="appeal").filter(
        recorded_at__gt=anchor.replace(year=anchor.year - 1), recorded_at__lte=anchor
    )  # fmt: skip
    found = (year.count(), year.filter(closed_at__lte=anchor).count())
    if found != (figures["requests"], figures["closed"]):
        raise FiguresDiffer(f"recorded and closed {found}, not {figures['requests']} and {figures['closed']}")


def _go_on(plan: Plan, stage: Stage, *, now: datetime, progress: Progress, share: float) -> None:
    """From the anchor to now: what was open goes on, and the last weeks bring requests of their own."""
    anchor, town = plan.rules.anchor, stage.cast.setting.town
    if now <= anchor:
        return
    villages = {village.key: village.name for village in plan.ground.villages}
    homes = {grid.key: villages[grid.village_key] for grid in plan.ground.grids}
    places = [(place.grid_key, place.name) for place in plan.ground.places]
    onward = Onward(stage, plan.texts, plan.rng, places, homes)
    going = [pk for pk in stage.unfinished() if not stage.open[pk].case.state.get("paused_at")]
    for done, pk in enumerate(going[: len(going) - LEFT] + stage.appeals):
        onward.go_on(pk, after=max(anchor, stage.open[pk].case.recorded_at), until=now)
        progress("正在续办未结事项 / going on with open cases", done + 1, len(going))
    progress("正在编排近日诉求 / planning the last weeks", 0, 0)
    local = timezone.localtime(now)
    rules = replace(plan.rules, anchor=local)
    lately = plan_lives(plan.rng, plan.ground, plan.staff, rules, plan.people, plan.texts)
    since = max(anchor, local - RECENT)
    live = recent(lately, since=since, mark="N")
    older = [life for life in lately if since - OLDER < life.recorded_at <= since]
    live += fresh(older, round(WAITING * share) or 1, town=town, now=local, mark="W", rng=plan.rng)
    acts = sum(len(life.acts) + 1 for life in live)
    stage.play(live, lambda done: progress("正在走近日诉求 / the last weeks", done, acts))


def _seal(town: Town, *, now: datetime) -> None:
    while seal(town, now=now) is not None:
        pass
