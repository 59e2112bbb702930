"""What erasing a case would take away, counted without showing any of it: who decides does not read cases."""

from dataclasses import dataclass

from lianxin.cases.columns import ERASED
from lianxin.cases.models import Case, Photo, Publication, Reporter
from lianxin.cases.queries.standing import NotSeen
from lianxin.keys.models import Town
from lianxin.keys.numbers import tidy
from lianxin.ledger.models import Entry, Text

SUCCEEDED = "succeed"  # the act of a case whose next reporter speaks for it
FORGOTTEN = "forget"  # the act in the chain of a person whose details were erased


@dataclass(frozen=True, slots=True)
class Erasure:
    """The case and its appeals (the first of `cases` is the case itself) and how much of each sort they hold."""

    cases: tuple[Case, ...]
    texts: int
    people: int
    photos: int
    published: int
    waiting: int = 0  # how many others wait for the case: theirs stays, and so does the town's answer
    succeeded: bool = False  # who raised it has been erased, and another of those who wait speaks for it now

    @property
    def case(self) -> Case:
        """The case that was asked about."""
        return self.cases[0]

    @property
    def done(self) -> bool:
        """Whether it has been erased, and nothing has come since."""
        return self.case.title == ERASED and not (self.texts or self.people or self.photos or self.published)


def erasure_of(town: Town, number: str) -> Erasure:
    """Count what goes with a case of this number; raises NotSeen when the town has none."""
    found = Case.objects.for_system("erasing: counted, not shown", town).filter(number=tidy(number)).first()
    if found is None:
        raise NotSeen
    cases = with_appeals(found)
    ids = [case.pk for case in cases]
    texts = Text.objects.for_system("erasing", town).filter(subject_id__in=ids, entry__subject_kind="case")
    people = Reporter.objects.for_system("erasing", town).filter(case_id__in=ids)
    photos = Photo.objects.for_system("erasing", town).filter(case_id__in=ids)
    published = Publication.objects.for_system("erasing", town).filter(case_id__in=ids)
    return Erasure(
        tuple(cases), texts.filter(erased_at=None).count(), sum(1 for each in people if each.name or each.phone),
        photos.count(), published.count(), _waiting(cases[0]), _succeeded(cases[0]),
    )  # fmt: skip


def _succeeded(case: Case) -> bool:
    rows = Entry.objects.for_system("erasing", case.town_id).filter(subject_kind="case", subject_id=case.pk)
    return rows.filter(act=SUCCEEDED).exists()


def _waiting(case: Case) -> int:
    """How many beside who speaks for the case."""
    first = Reporter.objects.for_system("erasing", case.town_id).filter(case_id=case.pk, first=True).first()
    return len(others_waiting(case, but=first.pk)) if first is not None else 0


def with_appeals(case: Case) -> list[Case]:
    """The case, read anew, and the appeals that repeat its words."""
    found = [Case.objects.for_system("erase", case.town_id).get(pk=case.pk)]
    for each in found:
        found += Case.objects.for_system("erase", case.town_id).filter(parent_id=each.pk, channel="appeal")
    return found


def others_waiting(case: Case, *, but: int) -> list[int]:
    """The reporters beside one who wait for what comes of a case: who joined it, and of what was merged into it."""
    rows = Reporter.objects.for_system("erase", case.town_id)
    joined = rows.filter(case_id=case.pk).exclude(pk=but).values_list("id", flat=True)
    merged = rows.filter(case__parent_id=case.pk).exclude(case__channel="appeal").values_list("id", flat=True)
    found = [*joined, *merged]
    gone = Entry.objects.for_system("erase", case.town_id).filter(
        subject_kind="person", subject_id__in=found, act=FORGOTTEN
    )
    return sorted(set(found) - set(gone.values_list("subject_id", flat=True)))
