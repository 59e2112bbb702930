"""The questions of a category on a report's form: asked round by round, so that it works without a script.

What is shown may depend on earlier answers; a question that comes up by an answer is asked once before anything is
sent. An answer may stop the form with advice (call 110 …): whoever wants to send it all the same can.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from lianxin.cases.queries.asking import Asking, asking_as_shown, asking_of, fault_words, kept_as
from lianxin.cases.queries.setup import leaves
from lianxin.cases.views.public.report_form import Report
from lianxin.cases.words import said
from lianxin.forms.questions import LONGEST_ANSWER, Question, read_answers

PREFIX = "q_"  # before a question's key, in names of fields
ROUND = "shown_q"  # the questions that stood on the page that was sent
LIVE = "asked_live"  # set by the page's script: whoever sent it has seen the questions that their page knew


@dataclass(slots=True)
class Answering:
    """A form's questions: rows for the page, whether some stand on it for the first time, what to do before sending."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    fresh: bool = False
    advice: list[str] = field(default_factory=list)
    heeded: bool = False  # the advice was read; send it all the same

    @property
    def open(self) -> bool:
        """Whether something must still be seen before the report goes out."""
        return self.fresh or bool(self.advice and not self.heeded)


def answer(report: Report, data: QueryDict, category_id: int | None, *, needed: bool = True) -> Answering:
    """Read the answers of a form into the report; faults stand beside the questions that were shown.

    `needed`: whether what must be answered stops the report; somebody who takes down a call writes what they hear.
    A page that asks by its script may be older than the sheet: its answers are those to the sheet it knew.
    """
    marks = {mark for value in data.getlist(ROUND) for mark in value.split(",")}
    asking = asking_as_shown(report.town, category_id, marks) if data.get(LIVE) else asking_of(report.town, category_id)
    if asking is None:
        return Answering()
    given = {each.key: data.get(PREFIX + each.key, "") for each in asking.sheet.questions}
    found = read_answers(asking.sheet, given)
    shown = {mark for mark in marks if mark.startswith(f"{asking.pk}:")}
    if needed:
        wrong = {key: code for key, code in found.faults.items() if f"{asking.pk}:{key}" in shown}
    else:
        wrong = {key: code for key, code in found.faults.items() if code != "missing"}
    report.faults |= {PREFIX + key: fault_words(_by_key(asking, key), code) for key, code in wrong.items()}
    report.asked = kept_as(asking, found)
    visible = asking.sheet.shown(found.values)
    return Answering(
        _rows(visible, asking, data, report),
        not data.get(LIVE) and any(f"{asking.pk}:{each.key}" not in shown for each in visible),
        [said(each.stops[found.values[each.key]]) for each in found.stops],
        bool(data.get("anyway")),
    )


def every_sheet(report: Report, data: QueryDict) -> list[dict[str, Any]]:
    """What each category asks, for a page that asks by itself: the categories of a sheet, and rows for all it asks.

    The rows hold what was sent, and what is wrong with it.
    """
    found: dict[int, tuple[Asking, list[str]]] = {}
    for leaf in leaves(report.town):
        if (asking := asking_of(report.town, leaf.pk)) is not None:
            found.setdefault(asking.pk, (asking, []))[1].append(str(leaf.pk))
    chosen = str(report.category or "")
    return [
        {"of": of, "rows": _rows(asking.sheet.questions, asking, data if chosen in of else QueryDict(), report)}
        for asking, of in found.values()
    ]  # fmt: skip


def _rows(questions: Iterable[Question], asking: Asking, data: QueryDict, report: Report) -> list[dict[str, Any]]:
    return [_row(each, asking, data, report) for each in questions]


def _by_key(asking: Asking, key: str) -> Question:
    return next(each for each in asking.sheet.questions if each.key == key)


def _row(question: Question, asking: Asking, data: QueryDict, report: Report) -> dict[str, Any]:
    name = PREFIX + question.key
    sort = {"text": "text", "number": "text", "date": "date"}.get(question.type, "radio")
    return {
        "name": name, "label": said(question.ask), "type": sort, "value": data.get(name, ""),
        "required": question.required, "hint": said(question.hint) if question.hint else "",
        "mark": f"{asking.pk}:{question.key}",
        "options": [{"value": value, "text": said(text)} for value, text in question.options],
        "error": report.faults.get(name, ""), "inputmode": "decimal" if question.type == "number" else "",
        "most": LONGEST_ANSWER if question.type == "text" else 0,
        "when": json.dumps({PREFIX + key: list(values) for key, values in question.when.items()}),
        "stops": json.dumps({value: said(text) for value, text in question.stops.items()}, ensure_ascii=False),
    }  # fmt: skip
