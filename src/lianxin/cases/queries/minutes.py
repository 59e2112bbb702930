"""The minutes of a conference: who called it, who was asked, who came, what was said, what was decided."""

from typing import Any

from lianxin.cases.pickers import unit_name
from lianxin.cases.queries.history import history_of, timeline
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.values import Standing
from lianxin.people.actors import Actor
from lianxin.people.queries import units
from lianxin.workflow.definition import Workflow

Row = dict[str, Any]


def minutes_of(actor: Actor, standing: Standing, seq: int) -> Row | None:
    """The minutes that an entry of a case in view holds; None where it holds none, or for residents.

    present, said, decided; held (the entry's own row); called (the entry that asked for it, None where none did), units
    (who was asked), words (what others of them wrote meanwhile).
    """
    if not actor.is_staff:
        return None
    case, flow = standing.case, workflow_by_id(actor.town, standing.case.workflow_id)
    history = history_of(actor.town, case)
    rows = {row["seq"]: row for row in timeline(actor, case, flow, history)}
    held = rows.get(seq)
    texts = {text["field"]: text["body"] for text in held["texts"]} if held else {}
    if held is None or "minutes" not in texts:
        return None
    entry = next(each for each in history.entries if each.seq == seq)
    what = _settled(flow, entry.source, entry.act)
    asked = [each for each in history.entries if each.seq < seq and _units(each.data, what)]
    called = rows[asked[-1].seq] if asked else None
    between = [rows[at] for at in range(called["seq"] + 1 if called else seq, seq) if at in rows]
    return {
        "held": held,
        "called": called,
        "present": texts.get("present", ""),
        "said": texts["minutes"],
        "decided": texts.get("note", ""),
        "units": [unit_name(units(actor.town)[pk]) for pk in _units(asked[-1].data, what)] if asked else [],
        "words": [row for row in between if row["texts"]],
    }


def _settled(flow: Workflow, source: str, act: str) -> str:
    """The duty that an act settles."""
    made = flow.transition(source, act)
    effect = made.effect("settle") if made is not None else None
    return str(effect.args["what"]) if effect is not None else ""


def _units(data: Row, what: str) -> list[int]:
    """The units on which an entry laid a duty of that name."""
    return [each["unit"] for each in data.get("opens", ()) if what and each["what"] == what]
