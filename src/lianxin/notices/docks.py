"""Who follows an area goes on following it when its grid ends in another, or is split. Nobody is shown who that is."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from lianxin.keys.models import Town
from lianxin.notices.models import Subscription
from lianxin.places.reform.docks import Dock, Held, Moves, Signed, dock

SAME = ("way", "address_blind", "about", "category_id", "reporter_id")


def _held(town: Town, grids: Sequence[int]) -> list[Held]:
    rows = Subscription.objects.for_system("docked", town).filter(grid_id__in=grids).order_by("id")
    return [Held(pk, grid or 0) for pk, grid in rows.values_list("id", "grid_id")]


def _move(signed: Signed, moves: Moves) -> None:
    """One letter a week is enough for an address: of two wishes for the same area the confirmed one stays."""
    rows = Subscription.objects.for_system("follow", signed.town)
    for held in rows.filter(id__in=list(moves)).order_by("id"):
        twin = rows.filter(grid_id=moves[held.pk], **{name: getattr(held, name) for name in SAME}).first()
        if twin is None:
            rows.filter(pk=held.pk).update(grid_id=moves[held.pk])
        elif twin.confirmed_at is None and held.confirmed_at is not None:
            twin.delete()
            rows.filter(pk=held.pk).update(grid_id=moves[held.pk])
        else:
            held.delete()


def _share(signed: Signed, moves: Moves) -> None:
    """The wish was for the whole ground: it goes on for each part."""
    rows = Subscription.objects.for_system("follow", signed.town)
    for held in rows.filter(id__in=list(moves)).order_by("id"):
        Subscription(
            town_id=held.town_id, grid_id=moves[held.pk], address=held.address, language=held.language, site=held.site,
            at=held.at, confirmed_at=held.confirmed_at, told_at=held.told_at,
            **{name: getattr(held, name) for name in SAME},
        ).save(force_insert=True)  # fmt: skip


dock(Dock("subscriptions", Subscription, _("Those who follow the area"), _held, _move, share=_share))
