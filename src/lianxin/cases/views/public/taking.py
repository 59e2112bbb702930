"""Everything the town holds of a resident, in one file, for people and for programs (个人信息保护法 §45)."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from lianxin.cases.models import Reporter
from lianxin.cases.queries.standing import NotSeen
from lianxin.cases.views.public.following import following, page_of, photo_digest
from lianxin.cases.views.public.own import Own
from lianxin.cases.views.public.pages import TownRequest, counted
from lianxin.forms.photos import path_of
from lianxin.keys.models import Town
from lianxin.keys.tries import spend
from lianxin.notices.models import Subscription
from lianxin.people.clients import client_of
from lianxin.ui import words

TAKEN, PER = 30, timedelta(hours=1)  # files made for one place


@counted
@require_safe
def export(request: TownRequest, own: Own) -> HttpResponse:
    """One zip: `data.json`, `index.html` and one's own photos."""
    return taken_along(request, own)


def taken_along(request: TownRequest, own: Own) -> HttpResponse:
    """The same for a page and for a program; raises TooManyTries."""
    spend(request.town.pk, "export", client_of(request), most=TAKEN, per=PER, now=timezone.now())
    told = _told(request.town, own, now=timezone.now())
    response = HttpResponse(_packed(request, told), content_type="application/zip")
    name = slugify(own.reporters[0].case.number) if own.way == "link" else "all"
    response.headers["Content-Disposition"] = f'attachment; filename="lianxin-{name}.zip"'
    return response


def _told(town: Town, own: Own, *, now: datetime) -> dict[str, Any]:
    account = own.account
    held = {"name": account.name, "phone": account.phone, "since": account.created_at} if account else None
    return {
        "town": words.name_of(town), "at": now, "account": held, "follows": list(_followed(town, own)),
        "requests": [one for each in own.reporters if (one := _request(town, each, now=now))],
    }  # fmt: skip


def _followed(town: Town, own: Own) -> Iterator[dict[str, Any]]:
    """The addresses that are told of these requests."""
    ids = [each.pk for each in own.reporters]
    rows = Subscription.objects.for_system("their own", town).filter(reporter_id__in=ids)
    for row in rows.order_by("id"):
        yield {"way": row.way, "address": row.address, "since": row.at, "confirmed": row.confirmed_at is not None}


def _request(town: Town, reporter: Reporter, *, now: datetime) -> dict[str, Any] | None:
    """One request as its reporter may read it, with their own details; None where it is no longer there."""
    try:
        page = page_of(following(town, reporter), now=now)
    except NotSeen:
        return None
    case, own = reporter.case, {}
    if reporter.first:
        own = {"text": page["text"], "address": case.address, "lon": case.lon, "lat": case.lat, "said": case.answers}
    photos = [photo["href"] for line in page["timeline"] for photo in line.get("photos", ())]
    return {
        "number": case.number, "role": "raised" if reporter.first else "joined", "at": reporter.at,
        "title": page["title"], "category": page["kind"], "place": page["place"], **own,
        "name": reporter.name, "phone": reporter.phone, "consent_to_publish": reporter.public_consent,
        "rating": reporter.rating, "state": page["progress"]["step"], "due": case.due_at, "closed": case.closed_at,
        "answers": [{"at": each["at"], "by": each["who"], "text": each["text"]} for each in page["answers"]],
        "history": [
            {"at": line.get("exact", line["at"]), "what": line["act"], "by": line["who"], "text": line.get("text", "")}
            for line in page["timeline"]
        ],
        "photos": list(_photos(town, reporter, photos)),
    }  # fmt: skip


def _photos(town: Town, reporter: Reporter, addresses: list[str]) -> Iterator[str]:
    """The names of the photos' files in the zip: by digest, so that none is there twice."""
    for address in dict.fromkeys(addresses):
        digest = photo_digest(town, reporter, int(address.rpartition("/")[2].removesuffix(".jpg")))
        if digest:
            yield f"photos/{digest}.jpg"


def _packed(request: TownRequest, told: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("data.json", json.dumps(told, ensure_ascii=False, indent=2, default=_plain))
        made.writestr("index.html", render_to_string("cases/public/taken.html", {"told": told}))
        for name in sorted({photo for each in told["requests"] for photo in each["photos"]}):
            path = path_of(request.town.pk, name.removeprefix("photos/").removesuffix(".jpg"))
            if path.exists():
                made.write(path, name, zipfile.ZIP_STORED)
    return out.getvalue()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
