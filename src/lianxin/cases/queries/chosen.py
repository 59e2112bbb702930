"""Several cases chosen by their numbers, as one actor sees them, in a constant number of statements."""

from collections.abc import Iterable

from lianxin.cases.models import Batch, Case, Duty
from lianxin.cases.values import Standing
from lianxin.keys.numbers import tidy
from lianxin.people.actors import Actor


def chosen(actor: Actor, numbers: Iterable[str], *, most: int) -> list[Standing]:
    """The cases of these numbers that the actor sees, in the order they were named; what is none is passed over."""
    wanted = [number for number in dict.fromkeys(tidy(each) for each in numbers) if number][:most]
    rows = {case.number: case for case in Case.objects.seen_by(actor).filter(number__in=wanted)}
    duties: dict[int, list[Duty]] = {case.pk: [] for case in rows.values()}
    held = Duty.objects.for_system("chosen: of cases seen", actor.town).filter(case_id__in=list(duties), done_at=None)
    for duty in held.order_by("id"):
        duties[duty.case_id].append(duty)
    return [Standing(rows[each], tuple(duties[rows[each].pk])) for each in wanted if each in rows]


def batch_of(actor: Actor, pk: int) -> Batch | None:
    """A batch of the actor's own."""
    return Batch.objects.seen_by(actor).filter(pk=pk).first()
