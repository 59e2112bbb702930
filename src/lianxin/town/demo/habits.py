"""What a desk at work has set up for itself: reply texts, questions, a duty roster, leaves, shared views.

Each goes in by the same door as from the page, by whoever may, on a day before it is used. Nothing here draws dice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

import yaml
from django.utils import timezone

from lianxin.cases.actions.asking import publish_questions
from lianxin.cases.actions.leaving import LeaveAsked, set_leave
from lianxin.cases.actions.replies import ReplyFacts, add_reply
from lianxin.cases.actions.saved import save_view
from lianxin.cases.queries.asking import ASKED, asking_of, kept_as
from lianxin.cases.queries.inbox import InboxFilter
from lianxin.cases.queries.setup import categories
from lianxin.cases.values import Holder
from lianxin.forms.questions import Question, read_answers
from lianxin.people.models import Post
from lianxin.town.demo.rules import TOWNS
from lianxin.town.registers.known import ROSTER
from lianxin.town.registers.register import enter, read_file

if TYPE_CHECKING:
    from lianxin.people.actors import Actor
    from lianxin.town.demo.cast import Cast
    from lianxin.town.demo.lives import Life

Row = Mapping[str, Any]
SHIFT: Final = time(8, 30)  # when a turn begins, and ends the day after
WEEKS: Final = 3  # of the roster: the last one, this one, the next


def written() -> Mapping[str, Sequence[Row]]:
    """What lies about the desk, as it is written down."""
    found: Mapping[str, Sequence[Row]] = yaml.safe_load((TOWNS / "demo" / "desk.yaml").read_text("utf-8"))
    return found


def post_of(cast: Cast, username: str) -> Post:
    """The post by which somebody acts who can sign in."""
    posts = cast.setting.posts[cast.setting.printed[username].key]
    return next((each for each in posts if each.role.key == username), posts[0])


def actor_named(cast: Cast, username: str) -> Actor:
    """Somebody who can sign in, acting."""
    return cast.setting.actors[post_of(cast, username).pk]


def keep_replies(cast: Cast, *, now: datetime) -> None:
    """The texts of the town by its administrator, those of a unit by somebody in it."""
    for row in written()["replies"]:
        unit = row.get("unit", "")
        actor = cast.setting.actors[_people(cast, unit)[0].pk] if unit else actor_named(cast, "admin")
        category = cast.category(row["category"]) if "category" in row else None
        whose = actor.unit_id if unit else None
        facts = ReplyFacts(row["name"], row["text"], row["field"], category, row.get("phase", ""), whose)
        add_reply(facts, actor=actor, now=now)


def ask_questions(cast: Cast, *, now: datetime) -> None:
    """From now on some categories ask."""
    rows, admin = categories(cast.setting.town), actor_named(cast, "admin")
    for row in written()["questions"]:
        source = yaml.safe_dump({"questions": row["ask"]}, allow_unicode=True, sort_keys=False)
        publish_questions(rows[cast.category(row["category"])], source, base=0, why="例会商定", actor=admin, now=now)


def answers_to(cast: Cast, life: Life) -> dict[str, Any]:
    """What a resident answers to what the category of a request asks; by dice of the request's own."""
    asking = asking_of(cast.setting.town, cast.category(life.category))
    if asking is None:
        return {}
    rng = Random(life.text)  # noqa: S311 - draws a town, guards nothing
    given = {each.key: _answer(each, life, rng) for each in asking.sheet.questions}
    kept = kept_as(asking, read_answers(asking.sheet, given))
    return {ASKED: kept} if kept else {}


def _answer(question: Question, life: Life, rng: Random) -> str:
    if question.options:
        return rng.choice([value for value, _name in question.options if value not in question.stops])
    if question.type == "number":
        most = question.most or 10
        return str(min(most, (question.least or 1) + int(rng.expovariate(4 / most))))
    return (timezone.localtime(life.recorded_at).date() - timedelta(days=rng.randint(0, 6))).isoformat()


def settle_habits(cast: Cast, *, now: datetime) -> None:
    """Who is on duty, who is away, which views are kept, as of the day the town is loaded."""
    _roster(cast, now)
    for row in written()["leaves"]:
        _leave(cast, row, now)
    for row in written()["views"]:
        ask = dict(row["ask"])
        if "category" in ask:
            ask["category"] = cast.category(ask["category"])
        shared, actor = row.get("shared", False), actor_named(cast, row["by"])
        save_view(row["name"], InboxFilter(**ask), shared=shared, actor=actor, now=now - timedelta(days=5))


def _people(cast: Cast, unit: str) -> list[Post]:
    """The posts of a unit by which its work is done, one for each person."""
    posts = cast.setting.of_unit[cast.setting.units[unit]]
    fit = [each for each in posts if each.grid_id is None and each.basis != Post.Basis.VOLUNTEER]
    return list({each.account_id: each for each in reversed(fit)}.values())[::-1]


def _roster(cast: Cast, now: datetime) -> None:
    """Entered week by week, the Friday before; whoever can sign in has the turn of today."""
    admin, day = actor_named(cast, "admin"), timezone.localtime(now).date()
    on_turn = day if timezone.localtime(now).time() >= SHIFT else day - timedelta(days=1)
    first = day - timedelta(days=day.weekday() + 7)
    turns = []
    for row in written()["roster"]:
        own = post_of(cast, row["today"])
        others = [each for each in _people(cast, row["unit"]) if each.account_id != own.account_id]
        people = [own, *others][: row["people"]]
        for at in (first + timedelta(days=each) for each in range(7 * WEEKS)):
            who = people[(at - on_turn).days % len(people)]
            told = {"post": str(who.pk), "starts": _at(at, SHIFT), "ends": _at(at + timedelta(days=1), SHIFT)}
            turns.append((at, read_file(ROSTER, admin.town, told)))
    for at, reading in turns:
        friday = at - timedelta(days=at.weekday() + 3)
        enter(ROSTER, reading, actor=admin, now=min(_at(friday, time(16)), now))


def _leave(cast: Cast, row: Row, now: datetime) -> None:
    """Asked for two days before, or yesterday; the colleague beside stands in, or the unit as a whole."""
    people, day = _people(cast, row["unit"]), timezone.localtime(now).date()
    away, colleague = people[-row["nth"]], people[-row["nth"] - 1]
    first, last = (day + timedelta(days=row[name]) for name in ("first", "last"))
    to = Holder(away.unit_id, None if row.get("own") else colleague.pk)
    at = min(_at(first - timedelta(days=2), time(10, 20)), now - timedelta(days=1))
    set_leave(away, LeaveAsked(first, last, to, row["note"]), actor=cast.setting.actors[away.pk], now=at)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, timezone.get_current_timezone())
