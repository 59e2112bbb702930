"""Keeping a filter of the inbox under a name, sharing it, and opening one's inbox with it."""

from dataclasses import replace
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db import transaction as database
from django.db.models import Q

from lianxin.cases.models import FirstView, SavedView
from lianxin.cases.queries.inbox import InboxFilter
from lianxin.cases.queries.saved import query_of
from lianxin.people.actors import Actor
from lianxin.people.masking import mask_text

LONGEST = 24  # of a name: a chip on a phone
MOST = 20  # one's own, and as many shared by a unit: more are not found again


class ViewRefused(ValueError):
    """A view that cannot be kept. `code`: no_name | long_name | taken | plain | personal | full."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def save_view(name: str, filters: InboxFilter, *, shared: bool, actor: Actor, now: datetime) -> SavedView:
    """Keep a filter under a name, for oneself or shared by one's unit. The same again changes nothing.

    Raises ViewRefused: for no or a long name, a name one has used otherwise, a filter that asks for nothing, one that
    holds a telephone or a case number (a view is no place for personal details), or too many.
    """
    query = _query_to_keep(filters)
    same = SavedView.objects.seen_by(actor).filter(post_id=_post(actor), name=_name(name), query=query).first()
    if same is not None:
        return same
    unit = actor.unit_id if shared else None
    if SavedView.objects.seen_by(actor).filter(Q(unit_id=unit) if shared else _own(actor)).count() >= MOST:
        raise ViewRefused("full")
    row = SavedView(town=actor.town, name=_name(name), query=query, post_id=_post(actor), unit_id=unit, at=now)
    return _kept(row)


def change_view(pk: int, name: str, *, shared: bool, actor: Actor) -> SavedView:
    """Rename a view, share it or keep it to oneself. Raises SavedView.DoesNotExist, ViewRefused.

    A shared view is its unit's: whoever is in the unit may change it. Kept back, it is again its maker's alone.
    """
    row = SavedView.objects.seen_by(actor).get(pk=pk)
    row.name = _name(name)
    if shared != (row.unit_id is not None):
        row.unit_id = actor.unit_id if shared else None
    return _kept(row)


def drop_view(pk: int, *, actor: Actor) -> None:
    """Forget a view; inboxes that opened with it open plain again. Raises SavedView.DoesNotExist."""
    SavedView.objects.seen_by(actor).get(pk=pk).delete()


def start_with(pk: int | None, *, actor: Actor) -> None:
    """Open one's inbox with a view from now on; None: with the plain inbox. Raises SavedView.DoesNotExist."""
    with database.atomic():
        FirstView.objects.seen_by(actor).delete()
        if pk is not None:
            view = SavedView.objects.seen_by(actor).get(pk=pk)
            FirstView.objects.create(town=actor.town, post_id=_post(actor), view_id=view.pk)


def _post(actor: Actor) -> int:
    if actor.post_id is None:
        raise PermissionDenied
    return actor.post_id


def _name(name: str) -> str:
    told = " ".join(name.replace("\x00", "").split())
    if not told:
        raise ViewRefused("no_name")
    if len(told) > LONGEST:
        raise ViewRefused("long_name")
    return told


def _query_to_keep(filters: InboxFilter) -> str:
    if filters.number or filters.phone or filters.tail or mask_text(filters.words) != filters.words:
        raise ViewRefused("personal")
    query = query_of(replace(filters, closed=False))
    if not query:
        raise ViewRefused("plain")
    return query


def _own(actor: Actor) -> Q:
    return Q(post_id=_post(actor), unit_id=None)


def _kept(row: SavedView) -> SavedView:
    """Written, unless its maker has another of this name."""
    try:
        with database.atomic():
            row.save()
    except IntegrityError:
        raise ViewRefused("taken") from None
    return row
