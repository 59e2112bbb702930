"""A history in words: who did what, when, from what to what, and the button that puts it back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from lianxin.cases.acts import act_word
from lianxin.ledger.rows import NOW, WAS, can_go_back, pasts_of
from lianxin.people.models import Account, Leave, LineService
from lianxin.town.registers.records import LEAVES, LINES, PEOPLE, POSTS
from lianxin.town.registers.register import gone, told_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lianxin.ledger.models import Entry
    from lianxin.ledger.rows import Change
    from lianxin.people.actors import Actor
    from lianxin.people.models import Post
    from lianxin.town.registers.records import Record

Row = dict[str, Any]
MOST: Final = 30  # changes beside a record; its own page has them all
# Acts that are told though they say nothing of a field; what an account does with its tokens is its own.
TOLD: Final = frozenset(
    {"add", "change", "restore", "drop", "import", "create", "give", "leave", "end", "follow", "reset_password",
     "change_password", "disable"}
)  # fmt: skip


def told_rows(told: Sequence[Change], back: Callable[[Change], str] = lambda _change: "") -> list[Row]:
    """Changes as the panel of a history shows them; `back`: the address that puts one back, "" for none."""
    people = Account.objects.in_bulk([each.entry.account_id for each in told if each.entry.account_id])
    return [
        {
            "act": act_word(each.entry.subject_kind, each.entry.act), "at": each.entry.at, "fields": each.fields,
            "who": who(people, each.entry), "why": each.why, "about": "", "gone": each.entry.act == "drop",
            "seq": each.entry.seq if can_go_back(each.entry) else 0,  # 0: nothing was before it
            "back": back(each) if can_go_back(each.entry) else "",
        }
        for each in told
    ]  # fmt: skip


def who(people: Mapping[int, Account], entry: Entry) -> str:
    """Who signed an entry."""
    return getattr(people.get(entry.account_id or 0), "name", "") or _("The system")


def history(
    actor: Actor, record: Record, rows: Iterable[Any], about: Callable[[Any], str] = lambda _row: ""
) -> list[Row]:
    """What was done to some rows of a sort, the newest first: of those the actor may read. Three statements.

    `about`: what each change says of its row, where several stand in one list.
    """
    town = actor.town
    seen = {row.pk: row for row in rows if record.sees(actor, row)}
    if not seen:
        return []
    keeps = {pk for pk, row in seen.items() if record.keeps(actor, row)}
    told = [told_of(record, town, entry) for entry in reversed(pasts_of(town, record.kind, seen))]
    told = [
        _short(record, seen[each.entry.subject_id], each) for each in told if each.fields or each.entry.act in TOLD
    ]

    last = {change.entry.subject_id: change.entry for change in reversed(told)}

    def back(change: Change) -> str:
        pk, newest = change.entry.subject_id, last[change.entry.subject_id]
        lost = newest.act == "drop" and change.entry != newest  # it comes back as it was last, not as it was earlier
        return reverse("record", args=[record.key, pk]) if pk in keeps and not lost else ""

    shown = told_rows(told, back)
    for each, change in zip(shown, told, strict=True):
        each["about"] = about(seen[change.entry.subject_id])
    return shown


def _short(record: Record, row: Any, change: Change) -> Change:
    """Without what means nothing of the row; what was entered or taken away also without what its title says anyway."""
    changed = WAS in change.entry.data and NOW in change.entry.data
    silent = {*record.hides(row), *(() if changed else record.titled)}
    labels = {each.label() for each in record.fields if each.column in silent}
    return replace(change, fields=tuple(each for each in change.fields if each[0] not in labels))


def of_post(actor: Actor, post: Post) -> list[Row]:
    """What was done to a post, to its leaves, and to the name and telephone of its holder."""
    leaves = Leave.objects.for_system("history of a post", actor.town).filter(post=post).select_related("post")
    parts = ((POSTS, [post]), (LEAVES, list(leaves)), (PEOPLE, [post.account]))
    shown: list[Row] = []
    for record, rows in parts:
        shown += [{**each, "about": record.name()} for each in history(actor, record, rows)]
    return sorted(shown, key=lambda each: each["at"], reverse=True)[:MOST]


def of_lines(actor: Actor, grid_id: int) -> list[Row]:
    """What was said of the lines of one grid, what is said no more among it."""
    town = actor.town
    rows = LineService.objects.for_system("history of lines", town).filter(grid_id=grid_id)
    past = [each.row for each in gone(LINES, town, where={"grid_id": grid_id})]
    return history(actor, LINES, [*rows, *past], lambda row: str(LineService.Line(row.line).label))[:MOST]
