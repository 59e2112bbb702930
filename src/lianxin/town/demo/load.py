"""Load the demo town: plan it from a seed, then walk every life through the town's own doors.

Everything is one transaction: a loading that is broken off leaves nothing behind but drawn photos without an owner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Final

import yaml
from django.conf import settings
from django.db import transaction as database
from django.utils import timezone

from lianxin.cases.models import Case
from lianxin.keys.ids import new_id
from lianxin.keys.models import Town
from lianxin.ledger.actions import seal_all
from lianxin.people.actors import system
from lianxin.town.demo import geography
from lianxin.town.demo.beside import Beside, beside
from lianxin.town.demo.cast import Cast
from lianxin.town.demo.habits import answers_to, ask_questions, keep_replies, settle_habits
from lianxin.town.demo.lately import lying_about
from lianxin.town.demo.lives import Life, plan_lives
from lianxin.town.demo.micros import Planned, make_micros, settle_micros
from lianxin.town.demo.names import People
from lianxin.town.demo.onward import Onward, at_work, fresh, publish_some, recent, varied
from lianxin.town.demo.others import play_others
from lianxin.town.demo.play import Stage
from lianxin.town.demo.points import settle_points
from lianxin.town.demo.rules import TOWNS, Rules
from lianxin.town.demo.said import Said, Voices
from lianxin.town.demo.setting import Setting, make_town, settle
from lianxin.town.demo.signins import hand_out, new_password
from lianxin.town.demo.sites import make_sites, settle_sites
from lianxin.town.demo.staff import Staff, make_staff
from lianxin.town.demo.texts import Texts
from lianxin.town.watching import watch

Progress = Callable[[str, int, int], object]

RECENT: Final = timedelta(days=21)  # how far back today's life reaches
SHOWN: Final = timedelta(days=120)  # results closed so long before the anchor stand on the public board
REQUEST: Final = "request"  # what the recorded figures count
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
    micros: tuple[Planned, ...]

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
    lives = plan_lives(rng, ground, staff, rules, people, Voices(texts, Said()))
    micros = make_micros(rules.seed, ground, staff, people)
    return Plan(about, rules, ground, staff, people, texts, rng, tuple(lives), micros)


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
    with beside() as second:
        second.draw(town_id := new_id())
        progress("正在编排演示镇 / planning the demo town", 0, 0)
        plan = make_plan(seed, anchor)
        lately = second.call(plan_lately, plan, now) if now > plan.rules.anchor else None
        with database.atomic():
            return _load(plan, Loading(town_id, now, progress, most, second, lately))


@dataclass(frozen=True, slots=True)
class Loading:
    """What a loading is told and has at hand."""

    town_id: int
    now: datetime
    progress: Progress
    most: int | None
    second: Beside
    lately: Future[list[Life]] | None  # what the last weeks bring; None up to the anchor


def _load(plan: Plan, loading: Loading) -> Town:
    now, progress = loading.now, loading.progress
    lives = _whole(plan.lives[-loading.most :] if loading.most else plan.lives)
    progress("正在划网格、设岗位 / grids, units and people", 0, 0)
    setting = _set_up(plan, loading)
    stage = Stage(Cast(setting, loading.second.photos))
    acts = sum(len(life.acts) + 1 for life in lives)
    stage.play(lives, lambda done: progress("正在走完两年诉求 / two years of requests", done, acts))
    if not loading.most:
        assert_figures(setting.town, plan.about["figures"])
    if loading.lately is not None:
        lately = loading.lately.result()
        _go_on(plan, stage, loading, Said.of([*plan.lives, *lately]))
        _live_on(plan, stage, loading, lately, share=len(lives) / len(plan.lives))
    progress("正在公开结果 / publishing results", 0, 0)
    since = min(now, plan.rules.anchor) - SHOWN
    publish_some(stage, plan.rng, since=since, until=now)
    if loading.lately is not None:
        progress("正在走其他五类事项 / the five other kinds", 0, 0)
        play_others(stage.cast, plan.ground, plan.people, seed=plan.rules.seed, now=now)
        progress("正在摆好案头 / what lies about the desk", 0, 0)
        settle_habits(stage.cast, now=now)
        lying_about(stage.cast, plan.people, now=now)
    begun = plan.lives[0].recorded_at - BEFORE
    keep_replies(stage.cast, now=begun)
    settle_micros(plan.micros, plan.ground, plan.staff, setting, actor=system(setting.town), now=begun)
    progress("正在封存留痕 / sealing the history", 0, 0)
    seal_all(setting.town, now=now)
    hand_out(setting.sign_ins, new_password(settings.CONFIG))
    return setting.town


def plan_lately(plan: Plan, now: datetime) -> list[Life]:
    """Two years of requests up to now, of which only the last weeks will be used."""
    rules = replace(plan.rules, anchor=timezone.localtime(now))
    rng = Random(f"{plan.rules.seed} today")  # noqa: S311
    return plan_lives(rng, plan.ground, plan.staff, rules, plan.people, Voices(plan.texts, Said.of(plan.lives)))


def _whole(lives: Sequence[Life]) -> list[Life]:
    """Those whose main case, if they are merged, is among them."""
    keys = {life.key for life in lives}
    return [life for life in lives if all(act.given["case"] in keys for act in life.acts if "case" in act.given)]


def _set_up(plan: Plan, loading: Loading) -> Setting:
    first, anchor = plan.lives[0].recorded_at - BEFORE, plan.rules.anchor
    setting = make_town(loading.town_id, plan.about, plan.ground, anchor=anchor, first=first, now=loading.now)
    settle(setting, plan.staff, plan.busiest)
    sites = make_sites(plan.rules.seed, plan.ground)
    settle_sites(sites, setting.grids, actor=system(setting.town), now=first, ends=anchor)
    settle_points(sites, setting.grids, actor=system(setting.town), now=first)
    watch(setting.town, now=first)
    return setting


def assert_figures(town: Town, figures: dict[str, int]) -> None:
    """The twelve months to the anchor show what is recorded of them, by counting; raises FiguresDiffer.

    An appeal is a case of its own but no further request.
    """
    anchor = town.anchor
    if anchor is None:
        raise FiguresDiffer("the town has no anchor")
    year = Case.objects.for_system("demo", town).filter(kind=REQUEST).exclude(channel="appeal").filter(
        recorded_at__gt=anchor.replace(year=anchor.year - 1), recorded_at__lte=anchor
    )  # fmt: skip
    found = (year.count(), year.filter(closed_at__lte=anchor).count())
    if found != (figures["requests"], figures["closed"]):
        raise FiguresDiffer(f"recorded and closed {found}, not {figures['requests']} and {figures['closed']}")


def _go_on(plan: Plan, stage: Stage, loading: Loading, said: Said) -> None:
    """What was open at the anchor goes on; a few cases, and those that wait for works, are open still."""
    onward = Onward(stage, plan.texts, plan.rng, said)
    open_now = [pk for pk in stage.unfinished() if not stage.open[pk].case.state.get("paused_at")]
    open_now.sort(key=lambda pk: stage.open[pk].case.step == "handle")  # what stays open has been taken on
    going = dict.fromkeys([*open_now[: len(open_now) - LEFT], *stage.appeals])
    for done, pk in enumerate(going, start=1):
        begin = max(plan.rules.anchor, stage.open[pk].case.recorded_at)
        onward.go_on(pk, after=begin, until=loading.now)
        loading.progress("正在续办未结事项 / going on with open cases", done, len(going))


def _live_on(plan: Plan, stage: Stage, loading: Loading, lately: Sequence[Life], *, share: float) -> None:
    """The last weeks before now bring requests of their own, the last hours those that wait at the desk."""
    local = timezone.localtime(loading.now)
    since = max(plan.rules.anchor, local - RECENT)
    live = recent(lately, since=since, mark="N")
    older = [life for life in lately if since - OLDER < life.recorded_at <= since]
    count = max(1, round(WAITING * share))
    live += fresh(older, count, town=stage.cast.setting.town, now=local, mark="W", rng=plan.rng)
    taken = {life.key[1:] for life in live}
    live += _in_hand(plan, stage, [life for life in reversed(lately) if life.key not in taken], local)
    ask_questions(stage.cast, now=since)
    stage.asked = partial(answers_to, stage.cast)
    acts = sum(len(life.acts) + 1 for life in live)
    stage.play(live, lambda done: loading.progress("正在走近日诉求 / the last weeks", done, acts))


def _in_hand(plan: Plan, stage: Stage, lives: Sequence[Life], now: datetime) -> list[Life]:
    """Work for those who can sign in and handle: the handler, the grid's worker, the village's secretary."""
    setting, levels = stage.cast.setting, plan.rules.categories
    grid = plan.busiest
    village = {each.key for each in plan.ground.grids if setting.printed["village"].unit.endswith(each.village_key)}
    found: list[Life] = []
    for username, level, ground, hint in (
        ("handler", "utilities", setting.grids, "unit:utilities"),
        ("worker", "grid", {grid}, f"grid:{grid}"),
        ("village", "village", village, f"unit:{setting.printed['village'].unit}"),
    ):
        fit = [life for life in lives if levels[life.category].handled_by == level and life.grid in ground]
        who, mark = setting.printed[username], username[0].upper()
        found += at_work(varied(fit), who, hint, town=setting.town, now=now, mark=mark)
    return found
