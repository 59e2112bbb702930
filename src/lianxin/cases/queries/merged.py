"""What was merged into a case, for who has it on hand: each request's words, time and people, read-only.

Whoever reads a case reads what was merged into it: it is answered together with it. What is confidential is shown only
to those who may see it by itself.
"""

from collections import Counter
from typing import Any

from lianxin.cases.models import Case, Reporter
from lianxin.cases.queries.history import History
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.keys.numbers import spoken
from lianxin.ledger.models import Text
from lianxin.people.actors import Actor
from lianxin.people.masking import mask_name, mask_phone

Row = dict[str, Any]
MOST = 50
WHY = "case page: merged into a case in view"


def merged_into(actor: Actor, case: Case, history: History) -> list[Row]:
    """The requests merged into a case, the oldest first; none for residents. No statement where none ever was.

    Each: number, spoken, title, text, address, at, people [{name, phone}] (masked), seen (the actor may open it),
    waiting (how many people it is of, whether they left a name or not).
    """
    if not actor.is_staff or not any(entry.act == "absorb" for entry in history.entries):
        return []
    town = actor.town
    under = Case.objects.for_system(WHY, town).filter(parent_id=case.pk).exclude(channel="appeal").order_by("id")[:MOST]
    rows = [each for each in under if workflow_by_id(town, each.workflow_id).steps[each.step].outcome == "merged"]
    ids = [each.pk for each in rows]
    seen = set(Case.objects.seen_by(actor).filter(id__in=ids).values_list("id", flat=True))
    rows = [each for each in rows if each.pk in seen or not workflow_by_id(town, each.workflow_id).confidential]
    texts, (people, waiting) = _texts(actor, ids), _people(actor, ids)
    return [
        {
            "number": each.number, "spoken": spoken(each.number), "title": each.title, "text": texts.get(each.pk, ""),
            "address": each.address, "at": each.recorded_at, "people": people.get(each.pk, []), "seen": each.pk in seen,
            "waiting": waiting[each.pk],
        }
        for each in rows
    ]  # fmt: skip


def _texts(actor: Actor, ids: list[int]) -> dict[int, str]:
    """What each was raised with; what was erased is empty."""
    rows = Text.objects.for_system(WHY, actor.town).filter(subject_id__in=ids, field="text")
    rows = rows.filter(entry__subject_kind="case", entry__act="open").order_by("id")
    return dict(rows.values_list("subject_id", "body"))


def _people(actor: Actor, ids: list[int]) -> tuple[dict[int, list[Row]], Counter[int]]:
    """Who left a name or a number, masked; and how many they are in all."""
    found: dict[int, list[Row]] = {}
    waiting: Counter[int] = Counter()
    rows = Reporter.objects.for_system(WHY, actor.town).filter(case_id__in=ids).order_by("id")
    for case_id, name, phone in rows.values_list("case_id", "name", "phone"):
        waiting[case_id] += 1
        if name or phone:
            found.setdefault(case_id, []).append({"name": mask_name(name), "phone": mask_phone(phone)})
    return found, waiting
