"""A new person with a post, or another post for somebody who is there: for those who manage people."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from lianxin.cases.pickers import CHOSEN, grid_by, grid_name, unit_name
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.words import said
from lianxin.keys.ids import read_number
from lianxin.people.actions import NewPost, NotGiven, create_account, give_post
from lianxin.people.actors import Actor
from lianxin.people.directory import post_of
from lianxin.people.masking import tidy_phone
from lianxin.people.middleware import staff
from lianxin.people.models import Account, Post
from lianxin.people.queries import roles, units
from lianxin.people.views.signing import see
from lianxin.places.queries import grid_tree
from lianxin.town.homes.passwords import lasts
from lianxin.town.homes.people import basis_names
from lianxin.town.homes.rows import Row

USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")


@dataclass(slots=True)
class Hiring:
    """What the form says. `person`: somebody who is there already, else name, sign-in name and telephone are given."""

    person: Account | None = None
    name: str = ""
    username: str = ""
    phone: str = ""
    post: NewPost | None = None
    faults: dict[str, str] = field(default_factory=dict)


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def staff_new(request: StaffRequest) -> HttpResponse:
    """The form; a POST makes account and post. A first password is shown in the answer itself, and never again."""
    if not request.actor.can("manage_people"):
        raise PermissionDenied
    hiring = Hiring(person=_person(request))
    if request.method != "POST":
        return _page(request, hiring)
    read_hiring(request.actor, request.POST, hiring)
    return _page(request, hiring) if hiring.faults else _hire(request, hiring)


def _person(request: StaffRequest) -> Account | None:
    """Whom another post is for: the holder of the post named in the address; None for somebody new."""
    wanted = request.GET.get("person", "")
    if not wanted:
        return None
    post = post_of(request.actor, read_number(wanted) or 0)
    if post is None:
        raise Http404
    return post.account


def read_hiring(actor: Actor, data: Mapping[str, str], hiring: Hiring) -> None:
    """Read the form, all faults at once."""
    names = ("name", "username", "phone", "title")
    words = {name: " ".join(data.get(name, "").replace("\x00", "").split()) for name in names}
    if hiring.person is None:
        _read_person(words, hiring)
    unit = units(actor.town).get(read_number(data.get("unit", "")) or 0)
    role = roles(actor.town).get(data.get("role", ""))
    if unit is None:
        hiring.faults["unit"] = _("Choose a unit.")
    if role is None:
        hiring.faults["role"] = _("Choose a role: what may be seen and done follows from it.")
    if unit is not None and role is not None:
        basis = data.get("basis", "") if data.get("basis") in Post.Basis.values else Post.Basis.FULL
        hiring.post = NewPost(unit, role, grid_by(actor.town, data.get("grid", "")), words["title"][:60], basis)


def _read_person(words: Mapping[str, str], hiring: Hiring) -> None:
    hiring.name, hiring.username, phone = words["name"][:60], words["username"].lower(), words["phone"]
    hiring.phone = tidy_phone(phone)
    if not hiring.name:
        hiring.faults["name"] = _("Write the name.")
    if not USERNAME.fullmatch(hiring.username):
        hiring.faults["username"] = _("Three to forty small letters, figures, dots or dashes; a letter first.")
    elif Account.objects.filter(username=hiring.username).exists():
        hiring.faults["username"] = _("This sign-in name is taken. For another post, open the person's page.")
    if phone and not hiring.phone:
        hiring.faults["phone"] = _("This is not a phone number: enter 11 digits, or leave it empty.")


Opening = Callable[..., tuple[Account, str]]


def hire(hiring: Hiring, opening: Opening, *, actor: Actor, now: datetime) -> tuple[Post | None, str]:
    """Make the account of somebody new, and the post, or nothing; the first password is "" where none was made.

    `opening`: how accounts are made, with a first password or without. No post: `faults` say why.
    """
    account, plain = hiring.person, ""
    assert hiring.post is not None  # noqa: S101 - no fault was found
    try:
        with transaction.atomic():
            if account is None:
                account, plain = opening(hiring.username, hiring.name, actor=actor, now=now, phone=hiring.phone)
            return give_post(account, hiring.post, actor=actor, now=now), plain
    except NotGiven as refused:
        hiring.faults |= not_given(refused)
    except IntegrityError:  # two forms, one name, at the same moment
        hiring.faults["username"] = _("This sign-in name is taken. For another post, open the person's page.")
    return None, ""


@sensitive_variables("plain")
def _hire(request: StaffRequest, hiring: Hiring) -> HttpResponse:
    post, plain = hire(hiring, create_account, actor=request.actor, now=timezone.now())
    if post is None:
        return _page(request, hiring)
    if not plain:
        messages.success(request, _("The post has been given; it holds from now on."))
        return see(reverse("staff-post", args=[post.pk]))
    told = {"post": post, "account": post.account, "plain": plain, "lasts": lasts()}
    context = {**frame(request, "staff-directory"), **told}
    return render(request, "town/staff_made.html", context, status=201)


def not_given(refused: NotGiven) -> dict[str, str]:
    """Why no post was given, beside the field it is about ("": beside none)."""
    told = {
        "to_oneself": ("", _("Nobody gives themselves a post. Ask another administrator.")),
        "no_grid": ("grid", _("Who has this role works a grid: choose it.")),
        "basis": ("basis", _("Part-time and volunteer are said of posts of a grid: choose the grid too.")),
        "held": ("role", _("This person holds this post already.")),
    }
    name, sentence = told.get(refused.code, ("", _("This is not yours to do.")))
    return {name: sentence}


def _page(request: StaffRequest, hiring: Hiring) -> HttpResponse:
    town = request.actor.town
    nodes = sorted((node for node in grid_tree(town).values() if node.level in CHOSEN), key=lambda node: node.code)
    options: Row = {
        "of_unit": [{"value": unit.pk, "text": unit_name(unit)} for unit in units(town).values() if unit.active],
        "of_role": [{"value": role.key, "text": said(role.name)} for role in roles(town).values()],
        "of_grid": [{"value": node.id, "text": grid_name(town, node.id)} for node in nodes],
        "of_basis": [{"value": key, "text": text} for key, text in basis_names().items()],
    }
    context = {
        **frame(request, "staff-directory"), **options, "person": hiring.person, "data": request.POST,
        "faults": hiring.faults,
    }  # fmt: skip
    return render(request, "town/staff_new.html", context, status=422 if hiring.faults else 200)
