"""The case page put together: what was read, what was typed and refused, what has just been revealed."""

from collections.abc import Mapping
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from lianxin.cases.actions.looking import Revealed
from lianxin.cases.forms import keep, values_of
from lianxin.cases.queries.followups import follow_ups_of
from lianxin.cases.queries.page import case_page
from lianxin.cases.queries.standing import NotSeen, stand
from lianxin.cases.queries.worklinks import links_of, may_link
from lianxin.cases.values import Standing
from lianxin.cases.views.case.attempt import Attempt, lost_words
from lianxin.cases.views.frame import FIELD, StaffRequest, frame
from lianxin.cases.views.keys import keyed
from lianxin.keys.numbers import tidy
from lianxin.people.actors import Actor
from lianxin.people.views.signing import wanted

Row = dict[str, Any]


def actor_of(request: HttpRequest) -> Actor:
    """Who asks (set by the middleware)."""
    return request.actor  # type: ignore[attr-defined, no-any-return]


def seen(request: HttpRequest, number: str) -> Standing:
    """The case of a number as the person may see it; 404 for none, and for one that is not theirs to see."""
    if not (tidied := tidy(number)):
        raise Http404
    try:
        return stand(actor_of(request), number=tidied)
    except NotSeen:
        raise Http404 from None


def show_page(
    request: HttpRequest,
    standing: Standing,
    *,
    attempt: Attempt | None = None,
    revealed: Revealed | None = None,
    told: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the case page; never kept by a cache, for it holds what is this person's alone."""
    context = about(request, standing, attempt=attempt, revealed=revealed, told=told)
    response = render(request, "cases/case/page.html", context, status=attempt.status if attempt else status)
    response["Cache-Control"] = "private, no-store"
    return response


def about(
    request: HttpRequest,
    standing: Standing,
    *,
    attempt: Attempt | None = None,
    revealed: Revealed | None = None,
    told: str = "",
) -> Row:
    """What the page of a case shows, wherever it is shown: on the desk, or in short on the phone."""
    actor = actor_of(request)
    now = timezone.now()
    page = case_page(actor, standing, now)
    acts = _with_typed(page["acts"], attempt, actor) if attempt is not None else page["acts"]
    return {
        **frame(cast(StaffRequest, request), _place(actor)),
        "page": page,
        "acts": keyed(acts),
        "attempt": attempt,
        "faults": _faults(acts, attempt),
        "changed": _changed(page, attempt),
        "lost": lost_words(attempt.act, attempt.data, {act["act"] for act in acts}) if attempt else [],
        "moments": moment_names(),
        "revealed": revealed,
        "reasons": look_reasons(),
        "told": told,
        "follow_ups": follow_ups_of(actor, standing.case),
        "links": links_of(actor, standing.case, now=now),
        "may_link": may_link(actor, standing),
        "may_erase": actor.can("erase"),
        "next_url": wanted(request),
    }


def _place(actor: Actor) -> str:
    """The place of work from which somebody comes to a case."""
    if actor.role in FIELD:
        return "field"
    return {"supervisor": "supervise", "leader": "town-page"}.get(actor.role, "desk")


def moment_names() -> Mapping[str, str]:
    """What the moments of photos are called."""
    return {"before": _("before"), "during": _("meanwhile"), "after": _("after")}


def look_reasons() -> Mapping[str, str]:
    """The usual reasons for looking at somebody's details."""
    return {
        "handle": _("To handle the case"),
        "place": _("To find the place"),
        "callback": _("To call back"),
    }


def _with_typed(acts: list[Row], attempt: Attempt, actor: Actor) -> list[Row]:
    """Put what was typed back into its form, with the faults beside the fields and the photos already sent."""
    for act in acts:
        if act["act"] != attempt.act:
            continue
        act.update(open=True, key=attempt.key, kept=len(attempt.kept))
        act["kept_token"] = keep(attempt.kept, town_id=actor.town_id)
        for field in act["fields"]:
            typed = [str(value) for value in values_of(attempt.data, field["name"])]
            field["value"] = typed if field["control"] == "checks" else (typed[0] if typed else "")
            field["error"] = attempt.faults.get(field["name"], "")
    return acts


def _faults(acts: list[Row], attempt: Attempt | None) -> list[Row]:
    """The list of faults above the page, each leading to its field."""
    if attempt is None:
        return []
    labels = {field["name"]: field["label"] for act in acts if act["act"] == attempt.act for field in act["fields"]}
    rows = [
        {"field": f"{attempt.act}-{name}" if name in labels else "", "text": f"{labels.get(name, '')}{_(': ')}{text}"}
        for name, text in attempt.faults.items()
    ]
    return [*([{"field": "", "text": attempt.sentence}] if attempt.sentence else []), *rows]


def _changed(page: Row, attempt: Attempt | None) -> list[Row]:
    """What was done to the case since the person opened the page."""
    if attempt is None or not attempt.stale or attempt.seen < 0:
        return []
    return [row for row in page["timeline"] if row["seq"] > attempt.seen]
