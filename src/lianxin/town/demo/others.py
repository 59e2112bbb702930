"""A handful of each kind beside requests, walked through the same doors in the weeks before now.

They are raised after the anchor, so that the recorded year counts what it counted, and make every role's home alive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

import yaml
from django.utils import timezone

from lianxin.cases.actions import open_case, transition
from lianxin.cases.values import Contact, Draft, Holder, Standing
from lianxin.town.demo.cast import Cast, Miscast
from lianxin.town.demo.rules import TOWNS
from lianxin.town.demo.script import Photo
from lianxin.town.demo.walk import Act

if TYPE_CHECKING:
    from lianxin.people.actors import Actor
    from lianxin.town.demo.geography import Geography
    from lianxin.town.demo.names import People

Story = Mapping[str, Any]
OPENS: Final = (9, 17)  # when the offices act, whole hours
CHANNELS: Final = {"hazard": "patrol", "visit_problem": "visit", "application": "window", "dispute": "window"}
PERSON: Final = "person:"


def stories() -> Sequence[Story]:
    """The stories as they are written down."""
    found: Sequence[Story] = yaml.safe_load((TOWNS / "demo" / "others.yaml").read_text("utf-8"))
    return found


def play_others(cast: Cast, ground: Geography, people: People, *, seed: int, now: datetime) -> int:
    """Walk every story up to now; returns how many cases were opened. Raises Refused when one asks the impossible."""
    rng = Random(f"{seed} others")  # noqa: S311 - draws a town, guards nothing
    told = stories()
    for story in told:
        _play(cast, story, rng.choice(ground.places), rng, phone=people.phone() if "name" in story else "", now=now)
    return len(told)


def _play(cast: Cast, story: Story, place: Any, rng: Random, *, phone: str, now: datetime) -> None:
    local = timezone.localtime(now)
    at = min(office_hours(local - timedelta(days=story["days"], minutes=rng.randint(5, 200)), rng), now)
    by = story["by"]
    draft = Draft(
        kind=story["kind"], title=story["title"], text=story["text"], channel=CHANNELS.get(story["kind"], "web"),
        category_id=cast.category(story["category"]) if "category" in story else None, lon=place.lon, lat=place.lat,
        address=place.name, contact=Contact(story.get("name", ""), phone), quiet=True,
    )  # fmt: skip
    done = open_case(draft, actor=_opener(cast, by), now=at)
    if done.reporter_id is not None:
        cast.reporters[done.case.pk] = done.reporter_id
    standing = done.standing
    for hours, role, act, given in story["acts"]:
        at = office_hours(at + timedelta(hours=hours, minutes=rng.randint(1, 50)), rng)
        if at >= now:
            return
        standing = _act(cast, standing, Act(at, act, role, _person(cast, role), _given(cast, given, rng)))


def _opener(cast: Cast, by: str) -> Actor:
    if by == "resident":
        return cast.nobody
    return cast.actor(Act(timezone.now(), "open", by, _person(cast, by)), None)


def _act(cast: Cast, standing: Standing, act: Act) -> Standing:
    actor = cast.actor(act, standing)
    given = cast.given(act.given, int)
    return transition(standing, act.act, actor=actor, now=act.at, given=given, quiet=True).standing


def _person(cast: Cast, role: str) -> str:
    """Whoever can sign in as that role, so that their home is alive."""
    person = cast.setting.printed.get(role)
    return person.key if person is not None else ""


def _given(cast: Cast, given: Mapping[str, Any], rng: Random) -> dict[str, Any]:
    found = dict(given)
    if "photos" in found:
        scene, _, after = str(found["photos"]).partition(" ")
        found["photos"] = [Photo(scene, rng.randrange(2), bool(after))]
    if str(found.get("holder", "")).startswith(PERSON):
        found["holder"] = _post_of(cast, found["holder"].removeprefix(PERSON))
    return found


def _post_of(cast: Cast, username: str) -> Holder:
    person = cast.setting.printed.get(username)
    if person is None:
        raise Miscast(f"nobody signs in as {username}")
    post = next(each for each in cast.setting.posts[person.key] if each.role.key == username)
    return Holder(post.unit_id, post.pk)


def office_hours(at: datetime, rng: Random) -> datetime:
    """The same moment, or the next morning of a working day on which people act."""
    local = timezone.localtime(at)
    opens, shuts = OPENS
    if opens <= local.hour < shuts and local.weekday() < 5:
        return local
    day = local if local.hour < opens else local + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day.replace(hour=opens, minute=rng.randint(3, 55))
