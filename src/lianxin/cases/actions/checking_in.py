"""Checking in (签到): somebody says by a press that they are at a case's place, at a site, or in a grid."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction as database
from django.db.models import Q

from lianxin.cases.models import Case, CheckIn
from lianxin.keys.ids import new_id
from lianxin.keys.models import Town
from lianxin.keys.once import OnceKey, claim
from lianxin.people.actors import Actor
from lianxin.places.datum import BadPoint, to_wgs84
from lianxin.places.models import Site

LATEST = timedelta(hours=24)  # how long a press may lie on a phone without a net
AHEAD = timedelta(minutes=5)  # a phone's clock may be fast
AT_ONCE = 5000  # deleted in one go
FARTHEST = 100_000  # metres: a doubt beyond this is no place at all


@dataclass(frozen=True, slots=True)
class Told:
    """What the phone told: a place in WGS-84 with its doubt in metres, if it had one, and when the press was."""

    place: str = ""
    accuracy: int | None = None
    at: datetime | None = None


def read_told(data: Any) -> Told:
    """What a form says (lon, lat, accuracy, at); what makes no sense is taken as not told, the press counts."""
    lon, lat = str(data.get("lon", "")).strip(), str(data.get("lat", "")).strip()
    place, accuracy = "", str(data.get("accuracy", "")).strip()
    if lon and lat:
        try:
            place = "{:.6f},{:.6f}".format(*to_wgs84(lon, lat, "wgs84"))
        except BadPoint:
            place = ""
    doubt = round(float(accuracy)) if place and re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,12})?", accuracy) else None
    return Told(place, doubt if doubt is not None and doubt <= FARTHEST else None, _moment(str(data.get("at", ""))))


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return at if at.tzinfo else None


def check_in(
    told: Told, *, actor: Actor, now: datetime, case: Case | None = None, site: Site | None = None,
    grid_id: int | None = None, once: OnceKey | None = None,
) -> CheckIn | None:  # fmt: skip
    """Keep that the actor was there; the caller has seen the case. None for a repeat. Raises PermissionDenied.

    One of `case`, `site` and `grid_id` says where; a site's grid is where it was entered.

    The time of the press counts while it is of the last day; one the phone's clock cannot be right about is now.
    """
    if actor.post_id is None or not actor.can("register"):
        raise PermissionDenied
    at = told.at if told.at is not None and now - LATEST <= told.at <= now + AHEAD else now
    made = CheckIn(
        id=new_id(), town_id=actor.town_id, case_id=case.pk if case else None, post_id=actor.post_id,
        site_id=site.pk if site else None, grid_id=case.grid_id if case else site.grid_id if site else grid_id,
        at=min(at, now), recorded_at=now, place=told.place,
        accuracy=told.accuracy,
    )  # fmt: skip
    with database.atomic():
        if claim(once, town_id=actor.town_id, result=made.pk, now=now) is not None:
            return None
        made.save(force_insert=True)
    return made


def forget_check_ins(town: Town, *, now: datetime) -> int:
    """Delete the check-ins that are of no more use; returns how many.

    That is so many days (`LIANXIN_CHECKIN_DAYS`) after their case was closed, or after the press in a grid.
    """
    before = now - timedelta(days=settings.LIANXIN_CHECKIN_DAYS)
    over = Case.objects.for_system("forget check-ins", town).filter(closed_at__lt=before)
    rows = CheckIn.objects.for_system("forget check-ins", town)
    old = rows.filter(Q(case_id__in=over.values("id")) | Q(case_id=None, at__lt=before))
    gone = list(old[:AT_ONCE])
    for each in gone:
        each.delete()
    return len(gone)
