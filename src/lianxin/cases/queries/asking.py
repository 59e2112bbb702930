"""The questions that categories ask, and the answers a case keeps of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lianxin.cases.models import Case, QuestionSheet
from lianxin.cases.queries.setup import category_chain
from lianxin.cases.words import said
from lianxin.forms.questions import LONGEST_ANSWER, Answers, Question, Sheet, read_sheet, told
from lianxin.keys.cache import cached
from lianxin.keys.ids import read_number
from lianxin.keys.models import Town

ASKED = "asked"  # where a case's answers hold them


@dataclass(frozen=True, slots=True)
class Asking:
    """A published sheet of questions: whose category's it is, which version, what it asks."""

    pk: int
    category_id: int
    version: int
    sheet: Sheet


def latest_sheets(town: Town) -> Mapping[int, QuestionSheet]:
    """The sheet published last of each category that has one."""

    def build() -> Mapping[int, QuestionSheet]:
        rows = QuestionSheet.objects.for_system("settings", town).order_by("version")
        return {row.category_id: row for row in rows}

    return cached(town, "question sheets", build)


def asking_of(town: Town, category_id: int | None) -> Asking | None:
    """What a category asks, or its group where it has no sheet of its own; None where that is nothing."""

    def build() -> Asking | None:
        rows = latest_sheets(town)
        row = next((rows[pk] for pk in category_chain(town, category_id) if pk in rows), None)
        sheet = read_sheet(row.source) if row is not None else Sheet()
        if row is None or not sheet.questions:
            return None
        return Asking(row.pk, row.category_id, row.version, sheet)

    return cached(town, f"asking:{category_id}", build)


def asking_as_shown(town: Town, category_id: int | None, marks: Collection[str]) -> Asking | None:
    """The sheet of a category that a page has shown, by the marks `sheet:question` it sent; else the latest.

    A page kept on a phone may be older than what was published since. A sheet of another category's is none.
    """
    pks = {pk for mark in marks if (pk := read_number(mark.partition(":")[0])) is not None}
    latest = asking_of(town, category_id)
    if not pks or (latest is not None and latest.pk in pks):
        return latest
    rows = QuestionSheet.objects.for_system("questions as shown", town).filter(id__in=pks)
    row = rows.filter(category_id__in=category_chain(town, category_id)).order_by("-version").first()
    return Asking(row.pk, row.category_id, row.version, read_sheet(row.source)) if row is not None else latest


def asked_of(case: Case) -> list[dict[str, str]]:
    """What a case was asked and how it was answered, in the words of then and the reader's language."""
    kept: Any = case.answers.get(ASKED)
    rows = kept.get("rows", []) if isinstance(kept, dict) else []
    return [
        {
            "key": row["key"], "ask": said(row["ask"]), "value": row["value"],
            "answer": said(row["says"]) if "says" in row else row["value"],
        }
        for row in rows
    ]  # fmt: skip


def asked_rows(case: Case) -> list[tuple[str, str]]:
    """The same in pairs, for a page."""
    return [(row["ask"], row["answer"]) for row in asked_of(case)]


def kept_as(asking: Asking, found: Answers) -> dict[str, Any]:
    """What a case keeps of its answers: the sheet, and each question in the words it was asked in."""
    rows = told(asking.sheet, found.values)
    return {"sheet": str(asking.pk), "version": asking.version, "rows": rows} if rows else {}


def fault_words(question: Question, code: str) -> str:
    """What is wrong with an answer, and what to do."""
    words = {"ask": said(question.ask), "least": question.least, "most": question.most, "n": LONGEST_ANSWER}
    sentences = {
        "missing": _("Please answer: %(ask)s"),
        "choice": _("Choose one of those listed."),
        "number": _("Write a number in figures."),
        "small": _("It must be at least %(least)s."),
        "large": _("It must be at most %(most)s."),
        "date": _("Write the day like 2026-11-21."),
        "long": _("At most %(n)s characters."),
        "text": _("This must be a text."),
    }
    return sentences.get(code, _("This is not asked here.")) % words
