"""Every error of the programs' door in one shape: RFC 9457, a stable code, a sentence in the caller's language."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from http.client import responses
from types import MappingProxyType
from typing import Any

import msgspec
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.ui import words

MEDIA_TYPE = "application/problem+json"

# Code: status, and the sentence of `detail`. A code never changes its meaning.
CODES: Mapping[str, tuple[int, Promise]] = MappingProxyType(
    {
        "bad_request": (400, _("This request cannot be read.")),
        "bad_json": (400, _("The body is not JSON.")),
        "key_missing": (
            400,
            _("Send a header Idempotency-Key: 8 to 120 letters, digits, dots, colons, dashes or underscores."),
        ),
        "sign_in": (401, _("Sign in, or send an access token.")),
        "token_unknown": (401, _("No such access token is known here.")),
        "token_expired": (401, _("This access token has expired. Make a new one.")),
        "token_revoked": (401, _("This access token has been revoked.")),
        "post_ended": (401, _("The post behind this access token is no longer held.")),
        "code_missing": (401, _("Send the code of the report: Authorization: Report <code>.")),
        "own_password_first": (403, _("Sign in in a browser and choose your own password first.")),
        "csrf": (403, _("A request of a signed-in browser needs the header X-CSRFToken.")),
        "post_over": (403, _("Your post has ended.")),
        "not_staff": (403, _("Only people in a post of this town may do this.")),
        "staff_account": (403, _("The account of somebody of the staff is not erased here.")),
        "scope_missing": (403, _("This access token lacks the scope %(scope)s.")),
        "may_not": (403, _("Your post does not allow this.")),
        "not_yours": (403, _("In this step that act is not yours.")),
        "not_found": (404, _("There is nothing here, or it is not yours to see.")),
        "bad_method": (405, _("This address does not take %(method)s.")),
        "stale": (409, _("The case has moved on since version %(seen)s. Read it again.")),
        "key_used_otherwise": (409, _("This Idempotency-Key was used for something else. Take a new one.")),
        "not_from_here": (409, _("That act is not possible in the step the case is in now.")),
        "too_often": (409, _("That act has been done as often as it may.")),
        "pressed": (409, _("You have reminded them within the hour.")),
        "no_such_duty": (409, _("Nothing is waiting for that act.")),
        "paused": (409, _("The case is suspended.")),
        "not_paused": (409, _("The case is not suspended.")),
        "not_late": (409, _("The case is not late.")),
        "undo_passed": (409, _("Something has happened in the case since.")),
        "undo_not_yours": (403, _("Only who did this may take it back.")),
        "undo_late": (409, _("The time to take this back is over.")),
        "undo_final": (409, _("This cannot be taken back.")),
        "refused": (409, _("The case does not allow this now.")),
        "too_large": (413, _("This is more than is taken at once.")),
        "unsupported_media": (415, _("Send %(types)s.")),
        "invalid": (422, _("Some fields are not as they must be.")),
        "missing": (422, _("Something the act needs is missing.")),
        "not_asked": (422, _("The act has no use for some of the fields.")),
        "bad_value": (422, _("Some fields are not as they must be.")),
        "bad_date": (422, _("The date must lie ahead, and within ten years.")),
        "slow_down": (429, _("Very much has been sent from here in a short time. Try again later.")),
        "unavailable": (503, _("This cannot be saved just now. Nothing was changed. Send it again with the same key.")),
        "fault": (500, _("Something went wrong on our side. Nothing was changed. Please try again.")),
    }
)

TITLES: Mapping[int, Promise] = MappingProxyType(
    {
        400: _("Bad request"),
        401: _("Not signed in"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("Wrong method"),
        409: _("Not possible now"),
        413: _("Too large"),
        415: _("Wrong kind of content"),
        422: _("Not as it must be"),
        429: _("Too many requests"),
        500: _("Our fault"),
        503: _("Not now"),
    }
)

# Status of an error that did not come through the door's own operations.
BY_STATUS: Mapping[int, str] = MappingProxyType(
    {
        400: "bad_request", 401: "sign_in", 403: "csrf", 404: "not_found", 405: "bad_method", 413: "too_large",
        415: "unsupported_media", 429: "slow_down", 503: "unavailable",
    }
)  # fmt: skip


class Problem(Exception):
    """Stop here and answer with a problem.

    `faults`: a sentence for each field; `words`: holes of the detail; `sentence`: a better detail than the code's own.
    """

    def __init__(
        self,
        code: str,
        faults: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        sentence: str = "",
        **words: object,
    ) -> None:
        super().__init__(code)
        self.code, self.faults, self.headers, self.sentence, self.words = code, faults, headers, sentence, words


def answer(problem: Problem) -> HttpResponse:
    """The response of a problem."""
    status, sentence = CODES[problem.code]
    holes = {"scope": "", "method": "", "seen": "?", "types": "JSON", **problem.words}
    body: dict[str, Any] = {
        "type": f"/api/v1/docs#code-{problem.code}",
        "title": str(TITLES.get(status, responses.get(status, ""))),
        "status": status,
        "code": problem.code,
        "detail": problem.sentence or str(sentence) % holes,
    }
    if problem.faults:
        body["faults"] = {name: str(sentence) for name, sentence in problem.faults.items()}
    response = HttpResponse(msgspec.json.encode(body), status=status, content_type=MEDIA_TYPE)
    for name, value in (problem.headers or {}).items():
        response.headers[name] = value
    return response


def stale_problem(who: str, at: datetime | None) -> Problem:
    """Somebody else was first: who and when, as far as the history says."""
    if at is None:
        return Problem("stale", sentence=gettext("It has been changed since it was read. Read it again."))
    told = gettext("%(who)s changed it at %(when)s, after it was read. Read it again.")
    return Problem("stale", sentence=told % {"who": who or gettext("The system"), "when": words.stamp(at)})


SENTENCES: Mapping[str, Promise] = MappingProxyType(
    {
        "missing": _("This is needed."),
        "string_type": _("This must be text."),
        "string_too_long": _("At most %(max_length)s characters."),
        "string_too_short": _("At least %(min_length)s characters."),
        "string_pattern_mismatch": _("This is not written as it must be."),
        "extra_forbidden": _("No field of this name is known here."),
        "list_type": _("This must be a list."),
        "too_long": _("At most %(max_length)s entries."),
        "dict_type": _("This must be an object."),
        "model_type": _("This must be an object."),
        "model_attributes_type": _("This must be an object."),
        "literal_error": _("One of: %(expected)s."),
        "enum": _("One of: %(expected)s."),
        "greater_than_equal": _("At least %(ge)s."),
        "less_than_equal": _("At most %(le)s."),
        "finite_number": _("This must be a number."),
        "timezone_aware": _("A time needs its zone, as in 2026-03-02T09:00:00+08:00."),
    }
)
_BY_START = (
    ("int", _("This must be a whole number.")),
    ("float", _("This must be a number.")),
    ("bool", _("This must be true or false.")),
    ("datetime", _("Write a time as in 2026-03-02T09:00:00+08:00.")),
    ("date", _("Write a day as in 2026-03-02.")),
)


def faults_of(errors: Sequence[Mapping[str, Any]], *, skip: int = 0) -> dict[str, str]:
    """Sentences by field for what pydantic found; `skip` leaves out the first parts of the place (query, body)."""
    found: dict[str, str] = {}
    for error in errors:
        place = ".".join(str(part) for part in error["loc"][skip:]) or "body"
        found.setdefault(place, _sentence(error))
    return found


def _sentence(error: Mapping[str, Any]) -> str:
    kind, holes = str(error["type"]), error.get("ctx") or {}
    if kind == "value_error":  # one of our own checks, which speaks for itself
        return str(holes["error"])
    if kind in {"too_long", "too_short"} and isinstance(error.get("input"), str):
        kind = f"string_{kind}"
    if "expected" in holes:  # 'a', 'b' or 'c', in English
        holes = {**holes, "expected": ", ".join(re.findall(r"'([^']*)'", str(holes["expected"])))}
    if kind.startswith("date") and "outside expected range" in str(holes.get("error", "")):
        return str(_("There is no such day."))
    if kind in SENTENCES:
        return str(SENTENCES[kind]) % holes
    return str(next((words for start, words in _BY_START if kind.startswith(start)), _("This cannot be read.")))
