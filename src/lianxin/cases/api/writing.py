"""From what was sent to what the doors take."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianxin.cases.actions import transition
from lianxin.cases.api.problems import CODES, Problem, stale_problem
from lianxin.cases.api.reading import photos_by_token, sent_photos
from lianxin.cases.api.shapes import Act, Registration, Report, ReporterAct
from lianxin.cases.forms import FormFaults, parse_given
from lianxin.cases.pickers import category_by, grid_by, unit_name
from lianxin.cases.queries.asking import ASKED, asking_of, fault_words, kept_as
from lianxin.cases.queries.history import quicker, since
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.values import Contact, Done, Draft, Standing, title_of
from lianxin.cases.words import refusal, said
from lianxin.forms.photos import StoredPhoto
from lianxin.forms.questions import read_answers
from lianxin.keys.models import Town
from lianxin.keys.once import OnceKey, digest_of, found
from lianxin.people.actors import Actor
from lianxin.people.queries import units
from lianxin.places.datum import BadPoint, to_wgs84
from lianxin.workflow.engine import Refused


def respond(data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """An answer in JSON, by the fast encoder."""
    response = HttpResponse(msgspec.json.encode(data), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def done_response(data: Any, *, repeated: bool, location: str = "") -> HttpResponse:
    """201 for what was just made; 200 with Idempotency-Replayed for what an earlier request made."""
    if repeated:
        return respond(data, headers={"Idempotency-Replayed": "true"})
    return respond(data, status=201, headers={"Location": location} if location else None)


def draft_of(report: Report, request: HttpRequest, town: Town, *, kind: str, channel: str, urgency: str = "") -> Draft:
    """The case to be opened, or a problem that names every field at fault."""
    faults: dict[str, str] = {}
    lon, lat = _place(report, faults)
    category = picked("category", report.category, category_by(town, report.category), faults)
    grid = picked("grid", report.grid, grid_by(town, report.grid), faults)
    asked = _asked(report, town, category, faults)
    if faults:
        raise Problem("invalid", faults)
    return Draft(
        kind=kind, title=report.title or title_of(report.text), text=report.text, channel=channel, urgency=urgency,
        lon=lon, lat=lat, category_id=category, grid_id=grid, address=report.address, happened_at=report.happened_at,
        contact=Contact(report.contact.name, report.contact.phone, report.public_consent),
        photos=[*photos_by_token(report.photos, town), *sent_photos(request, town)],
        answers={ASKED: asked} if asked else {},
    )  # fmt: skip


def _asked(report: Report, town: Town, category: int | None, faults: dict[str, str]) -> dict[str, Any]:
    """The answers to the category's questions as a case keeps them; every fault by the question's key.

    What must be answered is asked of whoever sends a report for themselves; who registers a call sends what was said.
    """
    asking = asking_of(town, category)
    if asking is None:
        faults |= {f"answers.{key}": _("This is not asked here.") for key in report.answers}
        return {}
    found = read_answers(asking.sheet, report.answers, strict=True)
    known = {each.key: each for each in asking.sheet.questions}
    for key, code in found.faults.items():
        if code != "missing" or not isinstance(report, Registration):
            known_one = known.get(key)
            told = fault_words(known_one, code) if known_one else _("This is not asked here.")
            faults[f"answers.{key}"] = told
    return kept_as(asking, found)


def picked(name: str, wanted: str, pk: int | None, faults: dict[str, str]) -> int | None:
    """The id of what was named, or a fault where the town has none such."""
    if wanted and pk is None:
        faults[name] = _("There is none such in this town.")
    return pk


def _place(report: Report, faults: dict[str, str]) -> tuple[float | None, float | None]:
    if report.lon is None and report.lat is None:
        return None, None
    try:
        return to_wgs84(report.lon, report.lat, report.datum)
    except BadPoint as bad:
        faults["lon" if report.lat is not None else "lat"] = str(bad)
        return None, None


def once_of(scope: str, key: str, body: Mapping[str, Any], photos: list[StoredPhoto]) -> OnceKey:
    """The key with the digest of what was meant; photos take part by their digests."""
    plain = {name: value for name, value in body.items() if name != "photos"}
    return OnceKey(scope, key, digest_of({**plain, "photos": sorted(photo.digest for photo in photos)}))


def act_on(standing: Standing, body: Act | ReporterAct, *, actor: Actor, key: str, version: int | None) -> Done:
    """One transition; a replay is answered before anything is compared. Raises Problem."""
    try:
        return _act_on(standing, body, actor=actor, key=key, version=version)
    except Refused as refused:
        raise refused_problem(refused, standing, actor=actor) from refused


def _act_on(standing: Standing, body: Act | ReporterAct, *, actor: Actor, key: str, version: int | None) -> Done:
    case = standing.case
    given = dict(body.given)
    photos = _act_photos(given, actor.town)
    said_by = f"post:{actor.post_id}" if actor.is_staff else f"reporter:{actor.reporter_id}"
    meant = {"number": case.number, "act": body.act, "version": version, "given": given}
    once = once_of(f"{said_by}:act", key, meant, photos)
    if version != case.version and found(once, town_id=case.town_id) is not None:
        return Done(standing, None)
    if version is not None and version != case.version:
        raise Refused("stale", seen=version)
    flow = workflow_by_id(actor.town, case.workflow_id)
    found_act = flow.transition(case.step, body.act)
    parsed: dict[str, Any] = {}
    if found_act is not None:  # else the door says why not
        parsed = _parsed(found_act, {**given, "photos": photos}, actor=actor, standing=standing)
    return transition(standing, body.act, actor=actor, now=timezone.now(), given=parsed, once=once)


def _act_photos(given: dict[str, Any], town: Town) -> list[StoredPhoto]:
    tokens = given.pop("photos", [])
    if not isinstance(tokens, list) or not all(isinstance(each, str) for each in tokens) or len(tokens) > 9:
        raise Problem("invalid", {"given.photos": _("This must be a list of tokens of photos, nine at most.")})
    return photos_by_token(tokens, town)


def _parsed(act: Any, given: Mapping[str, Any], *, actor: Actor, standing: Standing) -> dict[str, Any]:
    unknown = sorted(set(given) - {"photos"} - set(act.needs) - set(act.takes))
    try:
        parsed = parse_given(act, given, actor=actor, case=standing.case)
    except FormFaults as faults:
        raise Problem("invalid", {f"given.{name}": text for name, text in faults.faults.items()}) from faults
    if unknown:
        raise Problem("not_asked", {f"given.{name}": _("The act has no use for this.") for name in unknown})
    return parsed


def refused_problem(refused: Refused, standing: Standing, *, actor: Actor) -> Problem:
    """A refusal of the engine as a problem, in its own words; where the case has moved on, who moved it and when."""
    flow = workflow_by_id(actor.town, standing.case.workflow_id)
    if (last := since(actor, standing.case, flow, refused)) is not None:
        return stale_problem(quicker(last), last["at"])
    code = refused.code if refused.code in CODES else "refused"
    names = [*_strings(refused.detail.get("needs")), *_strings(refused.detail.get("fields"))]
    names += [str(refused.detail["field"])] if "field" in refused.detail else []
    faults = {f"given.{name}": _("This cannot be taken.") for name in names} if CODES[code][0] == 422 else None
    sentence = "" if code == "stale" else refusal(refused, flow)
    return Problem(code, faults, sentence=sentence, seen=refused.detail.get("seen", "?"))


def _strings(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple | set | frozenset) else []


def moved(actor: Actor, standing: Standing) -> dict[str, Any]:
    """What an act brought about."""
    case = standing.case
    step = workflow_by_id(actor.town, case.workflow_id).steps[case.step]
    unit = units(actor.town).get(case.unit_id or 0)
    return {
        "number": case.number, "version": case.version, "step": case.step, "step_name": said(step.name),
        "due_at": None if step.end else case.due_at, "unit": unit_name(unit) if unit else "", "ended": step.end,
    }  # fmt: skip
