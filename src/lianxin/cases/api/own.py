"""A resident's own, by program: read, put right, taken along, erased, followed; by account or by one report's code."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from lianxin.cases.api.counting import slowed_down
from lianxin.cases.api.credentials import ReportCode, ResidentSession
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import OF_BODY
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.public import town_of
from lianxin.cases.api.reading import View, body_of, guarded, key_of
from lianxin.cases.api.shapes import Line, Phone, Taken
from lianxin.cases.api.writing import done_response, respond
from lianxin.cases.models import Reporter
from lianxin.cases.queries.own import erased_with, follows_from, own_requests
from lianxin.cases.values import Details
from lianxin.cases.views.public.mine import brief_of, private_path
from lianxin.cases.views.public.own import (
    Own,
    busy_words,
    erasable,
    erase_theirs,
    follows_words,
    held_of,
    kept_words,
    put_right,
)
from lianxin.cases.views.public.pages import TownRequest
from lianxin.cases.views.public.report_form import LONGEST_NAME
from lianxin.cases.views.public.taking import taken_along
from lianxin.cases.views.public.watch import ask_of
from lianxin.keys.numbers import tidy
from lianxin.keys.once import OnceKey, claim, digest_of
from lianxin.notices.ways import LONGEST
from lianxin.people.models import Account

example = examples_in(Path(__file__).with_name("own.yaml"))
router = Router()
tag = _("Residents: what is one's own")
OF_ACCOUNT = ("sign_in", "own_password_first")
OF_REPORT = ("code_missing", "slow_down")


class OwnRow(Schema):
    """One's own request: what it is called, where it stands; `link` opens it."""

    number: str
    title: str
    told: str
    link: str


class OwnList(Schema):
    """One's own requests, the newest first."""

    rows: list[OwnRow]


class DetailsShape(Schema):
    """What is kept of oneself. `first`: raised by oneself, so that the consent counts; `requests`: in how many."""

    name: str
    phone: str
    consent: bool
    first: bool
    requests: int


class DetailsBody(Taken):
    """What is to change: the fields that are named. Empty: it is deleted."""

    name: Annotated[Line, StringConstraints(max_length=LONGEST_NAME)] = ""
    phone: Phone = ""
    consent: bool = Field(False, description=_("Whether a clerk may publish it, once it is masked."))
    dry_run: bool = Field(False, description=_("true: nothing is written."))


class Follows(Schema):
    """What a change brings with it."""

    code: str
    words: str


class DetailsDone(Schema):
    """What changed, nothing for a dry run, and what follows from it."""

    changed: list[str]
    follows: list[Follows]


class EraseBody(Taken):
    """That one is sure: what is erased cannot be brought back."""

    sure: Literal[True]


class EraseShape(Schema):
    """What goes: `withdrawn` of the requests are open and end; for `shared` others wait, and those go on."""

    requests: int
    withdrawn: int
    shared: int


class WatchBody(Taken):
    """Where to be told: an address is asked first whether it is its owner's."""

    way: Literal["email", "sms"]
    address: Annotated[Line, StringConstraints(max_length=LONGEST)]


class WatchAsked(Schema):
    """A letter has gone to the address; nothing tells whether it was known."""

    way: str


def _of_account(request: HttpRequest) -> Own:
    account: Account = request.auth  # type: ignore[attr-defined]
    return Own(own_requests(account, town_of(request), now=timezone.now()), "account", "/mine/", account)


def _of_report(request: HttpRequest, number: str) -> Own:
    held: Reporter = request.reporter  # type: ignore[attr-defined]
    rows = Reporter.objects.for_system("api: their own", held.town_id).select_related("case", "town")
    found = rows.get(pk=held.pk, case__number=tidy(number))
    return Own([found], "link", private_path(found, found.case.number))


def _declare(method: str, end: str, name: str, told: Described, view: Any) -> None:
    """The same operation over all requests of whoever has signed in, and over the one whose code was shown."""
    writes = ("csrf",) if method != "GET" else ()
    of_all = replace(told, fails=(*told.fails, *OF_ACCOUNT, *writes))
    of_one = replace(told, fails=(*told.fails, *OF_REPORT))

    def mine(request: HttpRequest) -> HttpResponse:
        return cast("HttpResponse", view(request, _of_account(request)))

    def one(request: HttpRequest, number: str) -> HttpResponse:
        return cast("HttpResponse", view(request, _of_report(request, number)))

    _add(f"{method} /mine{end}", ResidentSession(), f"{name}OfMine", of_all, mine)
    _add(f"{method} /reports/{{number}}{end}", ReportCode(), f"{name}OfReport", of_one, one)


def _add(place: str, way: Any, name: str, told: Described, view: View) -> None:
    method, _space, path = place.partition(" ")
    router.api_operation([method], path, auth=[way], tags=[tag], operation_id=name, **told.options)(guarded(view))


def _list(request: HttpRequest) -> HttpResponse:
    town, now = town_of(request), timezone.now()
    rows = []
    for each in _of_account(request).reporters:
        brief = brief_of(town, each, now=now)
        told = {"number": each.case.number, "title": brief["title"], "told": brief["told"]}
        rows.append({**told, "link": request.build_absolute_uri(brief["href"])})
    return respond({"rows": rows})


def _read(_request: HttpRequest, own: Own) -> HttpResponse:
    held = held_of(own)
    first = any(each.first for each in own.reporters)
    facts = {"name": held.name, "phone": held.phone, "consent": held.consent, "first": first}
    return respond({**facts, "requests": len(own.reporters)})


def _change(request: HttpRequest, own: Own) -> HttpResponse:
    body, held = body_of(request, DetailsBody), held_of(own)
    given = body.model_fields_set
    wanted = Details(
        body.name if "name" in given else held.name,
        body.phone if "phone" in given else held.phone,
        body.consent if "consent" in given else held.consent,
    )
    codes = follows_from(own.reporters, wanted)
    changed = [] if body.dry_run else put_right(cast("TownRequest", request), own, wanted)
    by_link = own.way == "link"
    told = [{"code": code, "words": follows_words(code, by_link=by_link)} for code in codes if code != "nothing"]
    named = ["consent" if name == "public_consent" else name for name in changed]
    return respond({"changed": named, "follows": told})


def _export(request: HttpRequest, own: Own) -> HttpResponse:
    with slowed_down(town_of(request)):
        response = taken_along(cast("TownRequest", request), own)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _look(_request: HttpRequest, own: Own) -> HttpResponse:
    return respond(erased_with(own.reporters))


def _erase(request: HttpRequest, own: Own) -> HttpResponse:
    key_of(request)  # what was erased has no key either: sent again, the code and the session open nothing any more
    body_of(request, EraseBody)
    if not erasable(request, own):
        raise Problem("staff_account", sentence=kept_words())
    told = erased_with(own.reporters)
    if left := erase_theirs(cast("TownRequest", request), own):
        raise Problem("refused", sentence=busy_words(left))
    return respond(told, status=201)


def _watch(request: HttpRequest, number: str) -> HttpResponse:
    body, now, town = body_of(request, WatchBody), timezone.now(), town_of(request)
    held: Reporter = request.reporter  # type: ignore[attr-defined]
    once = OnceKey(
        f"reporter:{held.pk}:watch", key_of(request), digest_of({"number": tidy(number), **body.model_dump()})
    )
    with slowed_down(town), transaction.atomic():
        repeated = claim(once, town_id=town.pk, result=held.pk, now=now) is not None
        fault = "" if repeated else ask_of(
            cast("TownRequest", request), body.way, body.address, {"reporter_id": held.pk}
        )  # fmt: skip
        if fault:
            raise Problem("invalid", {"address": fault})
    return done_response({"way": body.way}, repeated=repeated)


_add(
    "GET /mine",
    ResidentSession(),
    "listMine",
    Described(
        _("List one's own requests"),
        _("All requests of the telephone that signed in, the newest first."),
        gives=OwnList,
        example=example("mine"),
        fails=OF_ACCOUNT,
    ),
    _list,
)
_declare(
    "GET",
    "/details",
    "readDetails",
    Described(
        _("Read one's own details"),
        _("Name, telephone and consent as they are kept (个人信息保护法 §45)."),
        gives=DetailsShape,
        example=example("details"),
    ),
    _read,
)
_declare(
    "PATCH",
    "/details",
    "changeDetails",
    Described(
        _("Put one's own details right"),
        _(
            "What is named changes in all of one's requests, the rest stays; empty, it is deleted "
            "(个人信息保护法 §46). With dry_run nothing is written: `follows` says what a change brings with it."
        ),
        gives=DetailsDone,
        example=example("details_done"),
        body=(DetailsBody, example("details_body")),
        fails=OF_BODY,
    ),
    _change,
)
_declare(
    "GET",
    "/export",
    "exportOwn",
    Described(
        _("Take one's own along"),
        _("Everything the town holds of oneself as a zip: data.json, a page to read, one's own photos."),
        media="application/zip",
        fails=("slow_down",),
    ),
    _export,
)
_declare(
    "GET",
    "/erase",
    "lookAtErasing",
    Described(
        _("See what erasing takes"),
        _("How many requests go, which of them end, and for which others wait."),
        gives=EraseShape,
        example=example("erase"),
    ),
    _look,
)
_declare(
    "POST",
    "/erase",
    "eraseOwn",
    Described(
        _("Erase one's own"),
        _(
            "For good: words, photos, name, telephone, and what staff wrote that names one (个人信息保护法 §47). Where "
            "others wait, the request goes on without one. Sent again, code and session open nothing any more."
        ),
        gives=EraseShape,
        status=201,
        example=example("erase"),
        body=(EraseBody, example("erase_body")),
        keyed=True,
        fails=(*OF_BODY, "refused", "staff_account"),
    ),
    _erase,
)
_add(
    "POST /reports/{number}/watch",
    ReportCode(),
    "watchReport",
    Described(
        _("Be told of one's own report"),
        _("A letter asks the address whether it is its owner's; from then on it is told of every step."),
        gives=WatchAsked,
        status=201,
        example=example("watch"),
        body=(WatchBody, example("watch_body")),
        keyed=True,
        fails=(*OF_REPORT, *OF_BODY),
    ),
    _watch,
)
