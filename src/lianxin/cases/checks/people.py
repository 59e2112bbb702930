"""Reporters against the history of their case, and their details against the digest it keeps of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lianxin.cases.cards import CARD, EMPTY, card_of
from lianxin.cases.models import Case, Reporter
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import Broken
from lianxin.people.cipher import as_stored, phone_blinds, readable

RAISED = ("open", "join")  # the acts that bring a reporter


def reporters_of(town: Town, case_ids: Sequence[int]) -> list[Reporter]:
    """The reporters of cases, their details read; None in the place of one that cannot be."""
    rows: Any = Reporter.objects.for_system("verify", town).filter(case_id__in=case_ids).defer("name", "phone")
    found = list(rows.annotate(name_stored=as_stored("name"), phone_stored=as_stored("phone")))
    for row in found:
        row.name, row.phone = readable(row.name_stored), readable(row.phone_stored)
    return found


def cards_of(town: Town, reporter_ids: Sequence[int]) -> dict[int, Text]:
    """The digest that was kept last of each reporter's details; none of who came before there were any."""
    rows = Text.objects.for_system("verify", town).filter(subject_id__in=reporter_ids, field=CARD)
    return {text.subject_id: text for text in rows.order_by("id")}


def reporters_hold(
    case: Case, entries: Sequence[Entry], rows: Sequence[Reporter], cards: Mapping[int, Text]
) -> Iterator[Broken]:
    """Who raised or joined the case is there, with the last rating they gave; one told by telephone is the first's,
    or of who speaks for the case since the first had their details erased.
    """
    told: dict[int, int | None] = {}
    first = 0
    for entry in entries:
        given = entry.data.get("given", {})
        if entry.act in RAISED:
            told[given["reporter"]] = None
            first = first or given["reporter"]
        elif entry.act == "succeed":
            first = given["reporter"]
        elif "rating" in given:
            told[given.get("reporter", first)] = int(given["rating"])
    if told != {reporter.pk: reporter.rating for reporter in rows}:
        yield Broken(f"case:{case.number}", 0, "its reporters or their ratings disagree with its history")
    elif {row.pk for row in rows if row.first} != {first}:
        yield Broken(f"case:{case.number}", 0, "who speaks for it disagrees with its history")
    for row in rows:
        yield from _details(case, row, cards.get(row.pk))


def _details(case: Case, row: Reporter, card: Text | None) -> Iterator[Broken]:
    """The details are those that were told last; of who came before digests were kept, they agree with one another."""
    if row.name is None or row.phone is None:
        yield Broken(f"case:{case.number}", 0, "a reporter's name or telephone cannot be read", str(row.pk))
        return
    now = {name: getattr(row, name) for name in EMPTY}
    kept = card is None or (now == EMPTY if card.erased_at else card.body == card_of(row))
    if not kept or now != {**now, **phone_blinds(row.phone)}:
        what = "a reporter's details, consent or account disagree with its history"
        yield Broken(f"case:{case.number}", 0, what, str(row.pk))
