"""Every contact with the resident, in one list: tried, reached, answered, called back, rated; out of the history."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from lianxin.cases.queries.history import History
from lianxin.cases.words import choice_name
from lianxin.ledger.models import Entry

Row = dict[str, Any]


def contacts(timeline: Sequence[Row], history: History) -> list[Row]:
    """The rows of a timeline that staff may read in which the resident was spoken to, written to, or spoke, the
    latest first.

    Each: how, at, by, unit, texts. An act that was taken back is none.
    """
    undone = {seq for entry in history.entries for seq in _taken_back(entry)}
    by_seq = {entry.seq: entry for entry in history.entries if entry.seq not in undone}
    found = []
    for row in timeline:
        entry = by_seq.get(row["seq"])
        how = _how(entry, row) if entry is not None else ""
        if how:
            texts = [text["body"] for text in row["texts"] if text["field"] in ("answer", "note", "reason", "text")]
            found.append({"how": how, "at": row["at"], "by": row["by"], "unit": row["unit"], "texts": texts})
    return found[::-1]


def _taken_back(entry: Entry) -> range:
    given = entry.data.get("given", {})
    return range(given["first"], entry.seq) if entry.act == "undo" else range(0)


def _how(entry: Entry, row: Row) -> str:
    """How they were in touch; "" where they were not."""
    given = entry.data.get("given", {})
    parts = [choice_name(key, given[key]) for key in ("contacted", "rating") if key in given]
    if parts:
        return _("%(act)s: %(what)s") % {"act": row["name"], "what": " · ".join(parts)}
    answered = any(text["field"] == "answer" for text in row["texts"])
    by_resident = entry.post_id is None and "reporter" in given and entry.act != "open"
    return str(row["name"]) if answered or by_resident else ""
