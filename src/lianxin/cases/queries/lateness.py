"""Which entries tell that a step of the units' own outlasted its limit."""

from django.db.models import Exists, OuterRef, Q

from lianxin.cases.models import Case
from lianxin.cases.queries.setup import workflow_of, workflows
from lianxin.keys.models import Town


def late_at(town: Town, phases: tuple[str, ...]) -> Q:
    """Entries made late at a step of these phases.

    The same key may name a step of another phase in another workflow; of such an entry alone its case is asked.
    """
    of_phase: dict[str, set[int]] = {}
    elsewhere: set[str] = set()
    for pk, version in workflows(town).items():
        for step in workflow_of(version).steps.values():
            if not step.end and step.phase in phases:
                of_phase.setdefault(step.key, set()).add(pk)
            else:
                elsewhere.add(step.key)
    found = Q(source__in=sorted(set(of_phase) - elsewhere))
    for key in sorted(set(of_phase) & elsewhere):
        cases = Case.objects.for_system("figures: cases are scoped", town).filter(id=OuterRef("subject_id"))
        found |= Q(source=key) & Q(Exists(cases.filter(workflow_id__in=sorted(of_phase[key]))))
    return Q(late=True) & found
