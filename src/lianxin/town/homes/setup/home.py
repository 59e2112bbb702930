"""The first page of the set-up: everything an administrator keeps, how much of it there is, and what is missing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianxin.cases.views.frame import StaffRequest, address, frame
from lianxin.people.actors import Actor
from lianxin.people.middleware import staff
from lianxin.town.homes.setup.missing import missing_in
from lianxin.town.registers.known import REGISTERS

MAY = ("configure", "manage_people")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the set-up: the name of its page, its words, its icon, who keeps it."""

    page: str
    text: Callable[[], str]
    about: Callable[[], str]
    icon: str
    may: str = "configure"


PARTS: tuple[tuple[Callable[[], str], tuple[Part, ...]], ...] = (
    (
        lambda: _("Town and people"),
        (
            Part("setup-town", lambda: _("About the town"), lambda: _("Name, telephone, working hours"), "home"),
            Part("staff-directory", lambda: _("Staff"), lambda: _("Posts, joining and leaving"), "users"),
        ),
    ),
    (
        lambda: _("Ground"),
        (
            Part("grids", lambda: _("Grids"), lambda: _("The tree, its boundaries and people"), "map"),
            Part("sites", lambda: _("Sites"), lambda: _("Compounds, enterprises, public places"), "pin"),
        ),
    ),
    (
        lambda: _("How requests go round"),
        (
            Part("workflows", lambda: _("Kinds of case"), lambda: _("Workflows: steps, acts, limits"), "refresh"),
            Part("routes", lambda: _("Rules of dispatch"), lambda: _("Where a case goes, and why"), "arrow"),
            Part("replies", lambda: _("Reply texts"), lambda: _("What is written every day, ready to choose"), "edit"),
            Part("questions", lambda: _("Questions of the categories"), lambda: _("Asked beside a report"), "list"),
        ),
    ),
    (
        lambda: _("Files"),
        (
            Part(
                "setup-import",
                lambda: _("Bring a file in"),
                lambda: _("Grids, people, sites, names, categories"),
                "file",
                "manage_people",
            ),
            Part(
                "setup-export",
                lambda: _("Take a table out"),
                lambda: _("Grids, people, sites, to be kept or changed"),
                "out",
                "manage_people",
            ),
        ),
    ),
)
OF_PART = {  # the group of a register, and its icon
    "units": (0, "users"), "roles": (0, "key"), "calendar": (0, "clock"), "roster": (0, "bell"),
    "groups": (1, "users"), "centres": (1, "home"),
    "points": (1, "flag"), "names": (1, "pin"), "categories": (2, "list"), "clauses": (2, "info"),
}  # fmt: skip


@staff
@never_cache
@require_safe
def setup(request: StaffRequest) -> HttpResponse:
    """Everything that is kept of the town, in three groups, and what is still to be done."""
    actor = request.actor
    if not any(actor.can(right) for right in MAY):
        raise PermissionDenied
    missing = missing_in(actor.town, now=timezone.now()) if actor.can("configure") else []
    return render(request, "town/setup.html", {**frame(request, "setup"), "parts": _parts(actor), "missing": missing})


def _parts(actor: Actor) -> list[dict[str, Any]]:
    found = []
    for at, (heading, parts) in enumerate(PARTS):
        rows = [
            {"href": address(part.page), "text": part.text(), "about": part.about(), "icon": part.icon}
            for part in parts
            if actor.can(part.may) and address(part.page)
        ]
        for key, register in REGISTERS.items():
            if OF_PART[key][0] == at and actor.can(register.may):
                href = reverse("setup-register", args=[key])
                rows.append({"href": href, "text": register.name(), "about": register.lede(), "icon": OF_PART[key][1]})
        if rows:
            found.append({"heading": heading(), "rows": rows})
    return found
