"""Changing what is said of a colleague (name, telephone, what the post is called), on the page of their post."""

from collections.abc import Mapping
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lianxin.cases.views.frame import StaffRequest
from lianxin.keys.models import Town
from lianxin.ledger.rows import StaleRow
from lianxin.people.middleware import staff
from lianxin.people.persons import OF_PERSON, OF_POST, NotChanged, change_person
from lianxin.people.views.signing import see
from lianxin.town.homes.people import found, post_page
from lianxin.town.registers.fields import Field, Wrong
from lianxin.town.registers.records import PEOPLE, POSTS

OF_DETAILS: Final[Mapping[str, Field]] = {
    each.column: each for each in (*PEOPLE.fields, *POSTS.fields) if each.column in {*OF_PERSON, *OF_POST}
}
WHY: Final = Field(column="why", most=200)


@staff
@require_POST
def staff_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change what is said of a colleague, or one's own telephone; what is not sent stays."""
    post = found(request, pk)
    said, faults = read_details(request.actor.town, request.POST)
    why = said.pop("why", "")
    if faults:
        return post_page(request, post, faults=faults)
    try:
        done = change_person(
            post, said, actor=request.actor, now=timezone.now(), seen=request.POST.get("seen", ""), why=why
        )  # fmt: skip
    except NotChanged as refused:
        if refused.code == "not_yours":
            raise PermissionDenied from refused
        return post_page(request, found(request, pk), faults=not_changed(refused))
    except StaleRow:
        told = _("Somebody changed it meanwhile. Below is what you wrote; look at the history, then save again.")
        return post_page(request, found(request, pk), faults={"": told})
    messages.success(request, _("Saved.") if done else _("Nothing was changed."))
    return see(reverse("staff-post", args=[pk]))


def read_details(town: Town, data: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What is said, tidy, of the fields that were sent; and what is wrong with the others."""
    said, faults = dict[str, str](), dict[str, str]()
    for name, each in {**OF_DETAILS, "why": WHY}.items():
        if name in data:
            try:
                said[name] = each.load(town, data[name])
            except Wrong as wrong:
                faults[name] = wrong.said
    return said, faults


def not_changed(refused: NotChanged) -> dict[str, str]:
    """Why nothing was changed, beside the field it is about ("": beside none)."""
    told = {
        "no_name": ("name", _("Write the name.")),
        "no_grid": ("basis", _("The post is of no grid: there is nothing to say here.")),
        "ended": ("", _("This post has ended already.")),
        "elsewhere": ("", _("This person works for another town as well: neither changes name or telephone alone.")),
    }
    name, sentence = told.get(refused.code, ("", _("This is not yours to do.")))
    return {name: sentence}
