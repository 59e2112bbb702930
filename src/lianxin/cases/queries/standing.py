"""A case as an actor may see it, with its open duties."""

from typing import Any

from django.db.models import QuerySet

from lianxin.cases.models import Case, Duty
from lianxin.cases.queries.shapes import like, made_once
from lianxin.cases.values import Standing
from lianxin.keys.cache import cached
from lianxin.keys.prepared import Prepared
from lianxin.keys.rows import read
from lianxin.ledger.models import Entry
from lianxin.people.actors import Actor


class NotSeen(LookupError):
    """There is no such case, or it is not this actor's to see: the two are not told apart."""


def stand(actor: Actor, **where: int | str) -> Standing:
    """The case found by `pk=` or `number=`, as the actor sees it; raises NotSeen."""
    wanted = {"id" if name == "pk" else name: value for name, value in where.items()}
    case = next(iter(read(Case, "standing: seen or not is asked below", actor.town_id, wanted)), None)
    if case is None or not _sees(actor, case):
        raise NotSeen
    open_duties = read(Duty, "standing", actor.town_id, {"case_id": case.pk, "done_at": None})
    return Standing(case, tuple(sorted(open_duties, key=lambda duty: duty.pk)))


def _sees(actor: Actor, case: Case) -> bool:
    """What the guard says; who sees the whole town need not ask it about a kind that is not kept from them."""
    whole = actor.is_staff and actor.reporter_of is None and actor.sees == "town"
    if whole and case.kind not in Case.secret_from(actor):
        return True
    if not actor.is_staff or actor.reporter_of is not None or actor.role == "system":
        return Case.objects.seen_by(actor).filter(pk=case.pk).exists()

    def build(post: int, unit: int, pk: int) -> QuerySet[Case, Any]:
        return Case.objects.seen_by(like(actor, post, unit)).filter(pk=pk).values_list("id")

    found = made_once(actor, "sees", lambda: Prepared(build, post=int, unit=int, pk=int))
    return bool(found.rows(post=actor.post_id, unit=actor.unit_id, pk=case.pk))


def newest(actor: Actor) -> int:
    """The youngest entry of the actor's town: another one says that something has happened, not what, nor to whom."""

    def build() -> Prepared:
        every = Entry.objects.for_system("desk: has anything happened", actor.town)
        return Prepared(lambda: every.order_by("-id").values_list("id")[:1])

    rows = cached(actor.town, "newest entry", build).rows()
    return int(rows[0][0]) if rows else 0
