"""Everything a page can do, a program can do: every address that takes a form names its operation, or says why none."""

import pytest
from django.urls import get_resolver

from calling import operations

DESK = ("POST /cases/{number}/transitions",)


class Page(str):
    """Why a page has no operation: it is of the browser alone."""


OF_SESSION = Page("a program has its token instead of a session: nothing to sign in to, to leave or to choose")
OF_SECRETS = Page("who may hold a password or a token is decided by a person who has signed in, never by a token")
OF_LINKS = Page("whoever works by a link has a browser and no program; the office writes down what they did")
READS = Page("answers a form as it answers a link: it writes nothing")
OF_LETTERS = Page("the link of a letter is its reader's: following is begun and ended where the address is proved")
OF_DOORSTEP = Page("asked while a form is filled in; a program has the categories, the grids and the board to ask")
# What a program cannot do yet. The list may only grow shorter.
OWED = Page("owed")

TABLE = {
    # The public's and the reporter's.
    "report": ("POST /reports",),
    "report-places": OF_DOORSTEP,
    "report-similar": OF_DOORSTEP,
    "join": ("POST /board/{number}/join",),
    "find": ("GET /reports/{number}",),
    "follow": ("GET /reports/{number}",),
    "follow-private": ("POST /reports/{number}/transitions",),
    "follow-details": ("PATCH /reports/{number}/details",),
    "follow-erase": ("POST /reports/{number}/erase",),
    "mine-details": ("PATCH /mine/details",),
    "mine-erase": ("POST /mine/erase",),
    "mine-sign-in": OF_SESSION,
    "mine-code": OF_SESSION,
    "mine-sign-out": OF_SESSION,
    "watch": OF_LETTERS,
    "watch-one": OF_LETTERS,
    "watch-item": OF_LETTERS,
    "watch-request": ("POST /reports/{number}/watch",),
    **dict.fromkeys(("daily-letter", "daily-confirm", "daily-stop"), OF_LETTERS),
    # Signing in, and what keeps one's own access.
    "sign-in": OF_SESSION,
    "sign-out": OF_SESSION,
    "choose-post": OF_SESSION,
    "change-password": OF_SECRETS,
    "tokens": OF_SECRETS,
    "revoke-token": OF_SECRETS,
    "staff-passwords": OF_SECRETS,
    "staff-password": OF_SECRETS,
    # Cases.
    "desk-register": ("POST /cases",),
    "field-raise": ("POST /cases",),
    "case-transition": DESK,
    "field-act": DESK,
    "desk-triage": DESK,
    "desk-merge": DESK,
    "desk-split": DESK,
    "desk-publish-one": ("POST /cases/{number}/publication",),
    "desk-cover": ("POST /cases/{number}/photos/{photo}/cover", "DELETE /cases/{number}/photos/{photo}/cover"),
    "case-undo": ("POST /cases/{number}/undo",),
    "desk-bulk": ("POST /batches",),
    "register-out": ("GET /cases",),
    "bulk-undo": ("POST /batches/{batch}/undo",),
    "case-contact": ("POST /cases/{number}/contact",),
    "case-slip-pdf": Page("paper: what stands on it is the case, which is read; a telephone is given for a reason by case-contact"),
    "case-erase": ("POST /cases/{number}/erase",),
    "case-links": ("POST /cases/{number}/links",),
    "case-link-renew": ("POST /cases/{number}/links/{link}/renew",),
    "case-link-end": ("POST /cases/{number}/links/{link}/end",),
    "work": OF_LINKS,
    **dict.fromkeys(("desk", "desk-search", "desk-pulse", "desk-publish", "desk-covered"), READS),
    "follow-up-set": ("POST /cases/{number}/follow-ups",),
    "follow-up-done": ("POST /follow-ups/{follow_up}/done",),
    "messages-read": ("POST /messages/read",),
    "supervise-draw": ("POST /samples",),
    "field-check-in": ("POST /check-ins",),
    # What the desk keeps.
    "view-save": ("POST /views",),
    "view-change": ("PATCH /views/{view}", "DELETE /views/{view}"),
    "replies": ("POST /replies",),
    "reply": ("PATCH /replies/{reply}",),
    "reply-back": ("POST /replies/{reply}/back",),
    # Ground.
    "grid-change": ("PATCH /grids/{code}",),
    "grid-reform": ("POST /grids/{code}/reform", "POST /grids/{code}/boundary"),
    "grid-boundary": ("POST /grids/{code}/boundary",),
    "grid-micro": ("POST /grids/{code}/micro",),
    "micro-change": ("PATCH /grids/{code}/representative",),
    "micro-end": ("POST /grids/{code}/end",),
    "centre": ("POST /centres/{centre}/look", "POST /centres/{centre}/erase"),
    "ledger-check": ("POST /ledger/checks",),
    "grid-lines": ("POST /grids/{code}/lines",),
    "site-new": ("POST /setup/sites",),
    "site-change": ("PATCH /setup/sites/{site}",),
    "site-end": ("DELETE /setup/sites/{site}",),
    # People.
    "staff-new": ("POST /posts",),
    "staff-change": ("PATCH /posts/{post}",),
    "staff-leave": ("POST /posts/{post}/end",),
    "staff-away": ("POST /posts/{post}/leaves",),
    "staff-back": ("DELETE /posts/{post}/leaves/{leave}",),
    # The set-up.
    "setup-town": ("PATCH /setup/town",),
    "setup-new": ("POST /setup/{key}",),
    "setup-row": ("PATCH /setup/{key}/{row}",),
    "setup-back": ("POST /setup/{key}/{row}/back",),
    "setup-town-back": ("POST /setup/town/back",),
    "record": ("POST /records/{key}/{row}/back",),
    "setup-holidays": ("POST /setup/{key}", "PUT /setup"),
    "setup-drop": ("DELETE /setup/{key}/{row}",),
    "workflow-new": ("POST /setup/workflows/{kind}",),
    "workflow-change": ("POST /setup/workflows/{kind}",),
    "workflow-newer": ("POST /setup/workflows/{kind}",),
    "route-new": ("POST /setup/routes",),
    "route": ("PATCH /setup/routes/{rule}", "DELETE /setup/routes/{rule}"),
    "questions-of": ("POST /setup/questions/{category}",),
    "setup-import": ("POST /setup/imports",),
    "setup-import-take": ("POST /setup/imports/{upload}/take",),
    "setup-import-drop": ("DELETE /setup/imports/{upload}",),
    "setup-import-back": ("POST /setup/imported/{imported}/back",),
    "setup-export": ("POST /setup/exports",),
    "wall-displays": OF_SECRETS,
    "wall-display-end": OF_SECRETS,
}
MOST_OWED = 0


def writes(view):
    """Whether a view takes POST: it says so itself, or says nothing of what it takes."""
    said, seen = [], set()
    waits = [view]
    while waits:
        each = waits.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        cells = getattr(each, "__closure__", None) or ()
        names = each.__code__.co_freevars if cells else ()
        for name, cell in zip(names, cells, strict=True):
            held = cell.cell_contents
            if name == "request_method_list":
                said.append("POST" in held)
            elif callable(held):
                waits.append(held)
        if hasattr(each, "__wrapped__"):
            waits.append(each.__wrapped__)
    return all(said)


def pages(patterns, before=""):
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from pages(pattern.url_patterns, route)
        elif not route.startswith("api/v1/"):
            yield pattern.name, pattern.callback


FORMS = {name for name, view in pages(get_resolver().url_patterns) if writes(view)}
OFFERED = {f"{method} {path}" for method, path, _operation in operations()}


def test_every_form_has_an_operation_or_a_reason():
    assert sorted(FORMS - set(TABLE)) == []
    assert sorted(set(TABLE) - FORMS) == []


@pytest.mark.parametrize("name", TABLE)
def test_an_operation_that_is_named_is_there(name):
    told = TABLE[name]
    assert isinstance(told, Page) or (told and set(told) <= OFFERED)


def test_what_is_owed_grows_no_more():
    assert len([name for name, told in TABLE.items() if told is OWED]) <= MOST_OWED
