"""What stands around every staff page: the places of work, the search, the own menu."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from lianxin.cases.queries.counts import own
from lianxin.cases.queries.messages import COUNTED, unread
from lianxin.cases.words import said
from lianxin.keys.models import Town
from lianxin.people.actors import Actor
from lianxin.people.queries import roles


class StaffRequest(HttpRequest):
    """A request as the middleware hands it to a view behind `@staff`."""

    town: Town
    actor: Actor


Tally = dict[str, Any]
"""A number beside a place of work: `count`, `tone`, `told` (what it counts, in words), `own` (it follows the pulse)."""

DESK = ("clerk", "dispatcher")
FIELD = ("handler", "grid_worker", "grid_chief", "mediator", "inspector", "window", "visitor", "volunteer")
OVERSEE = ("supervisor", "leader")


def places(actor: Actor) -> list[tuple[str, str, str]]:
    """The places of work of a post, the most used first: (name of the address, words, icon)."""
    desk, publish = ("desk", _("Inbox"), "inbox"), ("desk-publish", _("Publication"), "globe")
    register = ("desk-register", _("Register"), "phone")
    town, people = ("town-page", pgettext("place of work", "Town"), "chart"), ("staff-directory", _("Staff"), "users")
    grids, late = ("grids", _("Grids"), "map"), ("supervise", _("Supervision"), "bell")
    field, raised = ("field", _("My cases"), "list"), ("field-raise", _("Raise"), "plus")
    if actor.role in DESK:
        found = [desk, register, publish, town, grids, people]
    elif actor.role in FIELD:
        found = [field, raised, desk, town, grids, people]
    elif actor.role in OVERSEE:
        found = [late, town, desk, grids, people] if actor.role == "supervisor" else [town, late, desk, grids, people]
    else:
        screens = ("wall-displays", pgettext("place of work", "Screens"), "chart")
        setup = ("setup", pgettext("place of work", "Set-up"), "settings")
        ledger = ("ledger", pgettext("place of work", "Ledger"), "list")
        found = [ledger, setup, ("erase", _("Erase"), "lock"), grids, people, desk, screens]
    needs = {
        "erase": "erase", "wall-displays": "tokens", "desk-publish": "publish", "desk-register": "register",
        "field-raise": "register", "ledger": "audit",
    }  # fmt: skip
    kept = {"setup": actor.can("configure") or actor.can("manage_people")}
    return [each for each in found if kept.get(each[0], each[0] not in needs or actor.can(needs[each[0]]))]


def own_tally(actor: Actor, *, now: datetime) -> Tally:
    """The number beside one's own place of work: the same on every page, whatever its list shows. One statement."""
    number, late = own(actor, now=now)
    told = ngettext("%(num)s open duty of mine", "%(num)s open duties of mine", number) % {"num": number}
    if late:
        told = _("%(told)s, %(late)s of them late") % {"told": told, "late": late}
    return {"count": number, "tone": "late" if late else "", "told": told, "own": True}


def frame(request: StaffRequest, on: str = "", counts: Mapping[str, Tally] | None = None) -> dict[str, Any]:
    """The context of `ui/app.html`. `on`: the address the page belongs to; `counts`: numbers beside other places."""
    actor = request.actor
    nav: list[dict[str, Any]] = []
    tallies = {"field" if actor.role in FIELD else "desk": own_tally(actor, now=timezone.now()), **(counts or {})}
    for name, text, icon in places(actor):
        if href := address(name):
            item = {"text": text, "href": href, "icon": icon, "on": name == on, "key": str(len(nav) + 1)}
            nav.append({**item, "tally": tallies.get(name)})
    role = roles(actor.town).get(actor.role)
    menu = [
        ("today", _("The day at a glance"), "sun"),
        ("choose-post", _("Change post"), "refresh"),
        ("change-password", _("Change password"), "key"),
        ("tokens", _("Access tokens"), "link"),
    ]
    return {
        "nav": nav,
        "me": {"name": actor.name, "post": said(role.name) if role else ""},
        "menu": [*_own_page(actor), *({"text": text, "href": href, "icon": icon} for name, text, icon in menu
                                      if (href := address(name)))],
        "bell": {"href": address("messages"), "count": unread(actor), "most": COUNTED, "on": on == "messages"},
        "search_url": address("desk-search"),
        "palette_url": address("palette"),
        "sign_out_url": address("sign-out"),
    }


def _own_page(actor: Actor) -> list[dict[str, str]]:
    """The page of one's own post, where one's telephone is put right."""
    href = address("staff-post", actor.post_id) if actor.post_id else ""
    return [{"text": _("My post and telephone"), "href": href, "icon": "user"}] if href else []


@lru_cache(maxsize=256)  # every staff page names a dozen
def address(name: str, *of: int) -> str:
    """A named page's address, "" while the installation has none of that name."""
    try:
        return reverse(name, args=of)
    except NoReverseMatch:
        return ""


def see_other(url: str) -> HttpResponse:
    """The answer to a form that was taken: look there now (303), so that reloading sends nothing again."""
    return HttpResponse(status=303, headers={"Location": url})
