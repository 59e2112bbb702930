"""Passwords handed out by whoever manages people: a new one to one person, first ones to all who have none."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from lianxin.cases.pickers import unit_name
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.keys.ids import read_number
from lianxin.people.middleware import staff
from lianxin.people.passwords import (
    MOST,
    NotGivenOut,
    first_lasts,
    give_first_passwords,
    give_password,
    without_password,
)
from lianxin.people.queries import units
from lianxin.town.homes.people import found, post_page
from lianxin.town.homes.rows import Row


@staff
@never_cache
@require_http_methods(["POST"])
@sensitive_variables("plain")
def staff_password(request: StaffRequest, pk: int) -> HttpResponse:
    """Give one person another password: it is shown in the answer itself, and never again."""
    post = found(request, pk)
    if not request.actor.can("manage_people"):
        raise PermissionDenied
    try:
        plain = give_password(post, actor=request.actor, now=timezone.now())
    except NotGivenOut as refused:
        return post_page(request, post, faults={"": _told(refused)})
    told = {"post": post, "account": post.account, "plain": plain, "anew": True, "lasts": lasts()}
    context = {**frame(request, "staff-directory"), **told}
    return render(request, "town/staff_made.html", context, status=201)


@staff
@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_variables("slips")
def staff_passwords(request: StaffRequest) -> HttpResponse:
    """Who cannot sign in yet, unit by unit; a POST gives them one each and answers with slips to print, once."""
    if not request.actor.can("manage_people"):
        raise PermissionDenied
    unit = units(request.actor.town).get(read_number(request.POST.get("unit", "")) or 0)
    slips: list[Row] = []
    if request.method == "POST":
        given = give_first_passwords(actor=request.actor, now=timezone.now(), unit_id=unit.pk if unit else None)
        slips = [{"post": each.post, "unit": unit_name(each.post.unit), "plain": each.plain} for each in given]
    context = {
        **frame(request, "staff-directory"), **_missing(request), "slips": slips, "most": MOST,
        "lasts": lasts(),
    }  # fmt: skip
    return render(request, "town/staff_passwords.html", context, status=201 if slips else 200)


def lasts() -> int:
    """For how many days a first password opens the door; 0: until it is replaced."""
    held = first_lasts()
    return held.days if held else 0


def _missing(request: StaffRequest) -> Row:
    """How many people have no password, in all and by unit; somebody with two posts counts with the first."""
    posts = without_password(request.actor.town, now=timezone.now())
    unit_of = {post.account_id: post.unit for post in reversed(posts)}
    counted: dict[int, int] = {}
    for unit in unit_of.values():
        counted[unit.pk] = counted.get(unit.pk, 0) + 1
    known = units(request.actor.town)
    options = [{"value": pk, "text": _("%(unit)s: %(n)s") % {"unit": unit_name(known[pk]), "n": n}}
               for pk, n in counted.items()]  # fmt: skip
    return {"missing": len(unit_of), "of_unit": options}


def _told(refused: NotGivenOut) -> str:
    return {
        "own": _("Your own password you change in your own menu, with the old one."),
        "ended": _("This post has ended already."),
        "elsewhere": _("This account has a post in another town as well: the operator of the installation resets it."),
        "office": _("You and this administrator watch each other: the operator of the installation resets it."),
    }.get(refused.code, _("This is not yours to do."))
