"""One try to make a transition from the page: what was typed, what came of it, what is kept for the next try."""

import hashlib
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from lianxin.cases.actions import transition
from lianxin.cases.forms import KEPT, FormFaults, parse_given, values_of
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.values import Done, Standing
from lianxin.cases.views.replies.inserting import INSERT, PICKED, inserted
from lianxin.cases.words import refusal, said, used_otherwise
from lianxin.forms.photos import StoredPhoto
from lianxin.keys.once import KeyUsedOtherwise, OnceKey, digest_of, found
from lianxin.people.actors import Actor
from lianxin.people.queries import roles
from lianxin.workflow.definition import FIELDS
from lianxin.workflow.engine import Refused

_KEY = re.compile(r"[\w-]{8,100}")
_OWN = frozenset({"csrfmiddlewaretoken", "version", "idempotency_key", "next", PICKED})


@dataclass(slots=True)
class Attempt:
    """What somebody sent. `seen`: the version of the case before them; `faults` by field, `sentence` for the whole."""

    act: str
    data: Mapping[str, Any]
    seen: int
    key: str
    faults: dict[str, str] = field(default_factory=dict)
    sentence: str = ""
    kept: list[StoredPhoto] = field(default_factory=list)
    stale: bool = False
    unsent: bool = False  # a text was put into the form; nothing was to be done yet

    @property
    def status(self) -> int:
        """The answer's status: 409 when the case has moved on, 200 where nothing was asked for yet, else 422."""
        if self.unsent:
            return 200
        return 409 if self.stale else 422

    def texts(self) -> list[tuple[str, str]]:
        """What was written, by field: shown to be copied when its form is no longer there."""
        return _texts(self.data)


def _texts(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = [(key, str(value)) for key in FIELDS for value in values_of(data, key)]
    return [(key, value) for key, value in rows if FIELDS[key].type == "text" and value.strip()]


def lost_words(act: str, data: Mapping[str, Any], offered: Container[str]) -> list[tuple[str, str]]:
    """What was written in the form of an act that is no longer among those offered: (name of the field, text)."""
    if act in offered:
        return []
    return [(said(FIELDS[key].name), text) for key, text in _texts(data)]


def attempt_of(request: HttpRequest) -> Attempt:
    """Read what was sent, whatever it is."""
    version = request.POST.get("version", "")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else -1
    key = request.POST.get("idempotency_key", "")
    return Attempt(request.POST.get("act", ""), request.POST, seen, key if _KEY.fullmatch(key) else "")


def perform(request: HttpRequest, standing: Standing, attempt: Attempt, actor: Actor) -> Done | None:
    """Make the transition; None when it was refused, and then `attempt` says why and keeps what was typed.

    A form sent twice (a slow network, a nervous thumb) is answered as the first time.
    """
    if INSERT in request.POST:
        attempt.data = inserted(request.POST, standing, actor)
        attempt.act, attempt.unsent = str(attempt.data["act"]), True
        return None
    now = timezone.now()
    once = _once(request, attempt, standing, actor)
    try:
        if found(once, town_id=actor.town_id) is not None:
            return transition(standing, attempt.act, actor=actor, now=now, once=once)
        return _act(request, standing, attempt, actor=actor, now=now, once=once)
    except FormFaults as told:
        attempt.faults, attempt.kept = told.faults, told.kept
    except Refused as refused:
        _refused(attempt, refused, standing, actor)
    except KeyUsedOtherwise:
        attempt.sentence, attempt.key, attempt.stale = used_otherwise(), "", True
    return None


def _act(
    request: HttpRequest, standing: Standing, attempt: Attempt, *, actor: Actor, now: datetime, once: OnceKey | None
) -> Done:
    case = standing.case
    flow = workflow_by_id(actor.town, case.workflow_id)
    wanted, stale = flow.transition(case.step, attempt.act), attempt.seen != case.version
    if wanted is None:
        raise Refused("stale" if stale else "not_from_here", act=attempt.act, step=case.step)
    given = parse_given(wanted, attempt.data, request.FILES, actor=actor, case=case)
    attempt.kept = given.get("photos", [])
    if stale:
        raise Refused("stale", seen=attempt.seen)
    before = attempt.data.get("moment") == "before"
    return transition(standing, attempt.act, actor=actor, now=now, given=given, once=once, before=before)


def _refused(attempt: Attempt, refused: Refused, standing: Standing, actor: Actor) -> None:
    flow = workflow_by_id(actor.town, standing.case.workflow_id)
    names = {key: role.name for key, role in roles(actor.town).items()}
    sentence = refusal(refused, flow, names)
    attempt.stale = refused.code == "stale"
    if refused.code in {"bad_date", "bad_value"} and refused.detail.get("field") in FIELDS:
        attempt.faults = {str(refused.detail["field"]): sentence}
    else:
        attempt.sentence = sentence


def _once(request: HttpRequest, attempt: Attempt, standing: Standing, actor: Actor) -> OnceKey | None:
    """One key, one effect: the digest covers everything typed and every photo, but not the version seen."""
    if not attempt.key:
        return None
    typed = {key: request.POST.getlist(key) for key in request.POST if key not in _OWN and key != KEPT}
    files = [_digest(file) for key in request.FILES for file in request.FILES.getlist(key)]
    body = {"case": str(standing.case.pk), "typed": typed, "files": files}
    return OnceKey(f"page:{actor.account_id}", attempt.key, digest_of(body))


def _digest(file: Any) -> str:
    made = hashlib.sha256()
    for chunk in file.chunks():
        made.update(chunk)
    file.seek(0)
    return made.hexdigest()
