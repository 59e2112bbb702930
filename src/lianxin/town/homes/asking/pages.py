"""What categories ask beside a report: read, written, looked at as residents see it, published, put back."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases.actions.asking import SUBJECT, NotPublished, publish_questions
from lianxin.cases.models import Category, QuestionSheet
from lianxin.cases.pickers import category_name
from lianxin.cases.queries.asking import latest_sheets
from lianxin.cases.queries.setup import below, categories
from lianxin.cases.views.frame import StaffRequest, frame, see_other
from lianxin.cases.words import said
from lianxin.forms.questions import BadSheet, Question, Sheet, read_sheet
from lianxin.keys.models import Town
from lianxin.ledger.models import Entry, Text
from lianxin.people.middleware import staff
from lianxin.people.models import Post
from lianxin.town.base import BASE
from lianxin.town.homes.workflows.pages import must_configure
from lianxin.town.homes.workflows.showing import diff_lines, numbered
from lianxin.town.registers.faults import in_words
from lianxin.workflow.definition import Fault

LONGEST_WHY, MOST_TEXT = 200, 40_000
SAMPLE = "new_questions.yaml"  # of the base town: what stands in the form of a category that asks nothing yet
Row = dict[str, Any]


@dataclass(slots=True)
class Writing:
    """A text being worked on. `base`: the version it was made from; `sheet`: what it says, once it is sound."""

    source: str
    base: int
    why: str = ""
    checked: str = ""
    sheet: Sheet | None = None
    faults: list[Fault] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Of the text: only what was looked at is published."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:32]


@staff
@never_cache
@require_safe
def question_list(request: StaffRequest) -> HttpResponse:
    """The categories, each with how much it asks."""
    must_configure(request)
    context = {**frame(request, "setup"), "groups": _groups(request.town)}
    return render(request, "town/questions.html", context)


def _groups(town: Town) -> list[Row]:
    sheets = latest_sheets(town)
    return [
        {**_line(group, sheets), "leaves": [_inside(town, group, row, sheets) for row in below(town, group.pk)]}
        for group in below(town, None)
        if group.parent_id is None
    ]


def _inside(town: Town, group: Category, row: Category, sheets: Any) -> Row:
    """A category in a group; one further down is told with what it is in."""
    deeper = row.parent_id != group.pk
    return {**_line(row, sheets), "name": category_name(row, whole=deeper, town=town)}


def _line(row: Category, sheets: Any) -> Row:
    own = sheets.get(row.pk)
    count = len(read_sheet(own.source).questions) if own else None
    return {"pk": row.pk, "name": category_name(row), "count": count, "version": own.version if own else 0}


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def question_page(request: StaffRequest, pk: int) -> HttpResponse:
    """What one category asks: as residents see it, its text, its versions; POST looks at a new text or publishes it."""
    must_configure(request)
    category = categories(request.town).get(pk)
    if category is None:
        raise Http404
    rows = sheets_of(request.town, pk)
    base = rows[0].version if rows else 0
    if request.method != "POST":
        wanted = request.GET.get("from", "")
        begun = next((row for row in rows if str(row.version) == wanted), rows[0] if rows else None)
        source = begun.source if begun else (BASE / SAMPLE).read_text("utf-8")
        return _page(request, category, Writing(source, base), rows)
    writing = _read(request.POST)
    if request.POST.get("do") != "publish" or writing.sheet is None or writing.checked != writing.digest:
        return _page(request, category, writing, rows)
    if not 0 < len(writing.why) <= LONGEST_WHY:
        most = _("At most %(n)s characters.") % {"n": LONGEST_WHY}
        writing.wrong["why"] = most if writing.why else _("Say in a sentence why.")
        return _page(request, category, writing, rows)
    return _publish(request, category, writing, rows)


def _publish(request: StaffRequest, category: Category, writing: Writing, rows: list[QuestionSheet]) -> HttpResponse:
    try:
        publish_questions(
            category, writing.source, base=writing.base, why=writing.why, actor=request.actor, now=timezone.now()
        )
    except NotPublished as refused:
        if refused.code == "same":
            messages.info(request, _("Nothing was published: the latest version says so already."))
            return see_other(reverse("questions-of", args=[category.pk]))
        writing.wrong[""] = _(
            "Somebody has published another version meanwhile. See what it changed, then look at yours again."
        )
        rows = sheets_of(request.town, category.pk)
        writing.base = rows[0].version
        return _page(request, category, writing, rows, status=409)
    messages.success(request, _("Published. Whoever reports about this is asked so from now on."))
    return see_other(reverse("questions"))


def _read(data: QueryDict) -> Writing:
    base = data.get("base", "")
    text = data.get("source", "").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    writing = Writing(
        text, int(base) if base.isascii() and base.isdigit() and len(base) < 7 else 0,
        " ".join(data.get("why", "").replace("\x00", "").split()), data.get("checked", ""),
    )  # fmt: skip
    if len(text) > MOST_TEXT:
        writing.faults = [Fault(0, f"the file has more than {MOST_TEXT} characters")]
        return writing
    try:
        writing.sheet = read_sheet(text)
    except BadSheet as bad:
        writing.faults = bad.faults
    return writing


def _page(
    request: StaffRequest, category: Category, writing: Writing, rows: list[QuestionSheet], *, status: int = 0
) -> HttpResponse:
    town, latest = request.town, rows[0] if rows else None
    looked = request.method == "POST" and writing.sheet is not None
    shown = writing.sheet if looked else read_sheet(latest.source) if latest else None
    faults = [Fault(each.line, in_words(each.message)) for each in writing.faults]
    context = {
        **frame(request, "setup"), "category": category, "name": category_name(category, whole=True, town=town),
        "writing": writing, "faults": faults, "lines": numbered(writing.source, faults) if faults else [],
        "looked": looked, "shown": [_asked(each, shown) for each in shown.questions] if shown else [],
        "ends": shown is not None and not shown.questions, "latest": latest, "longest_why": LONGEST_WHY,
        "same": looked and latest is not None and latest.source == writing.source,
        "diff": diff_lines(latest.source, writing.source) if looked and latest else [],
        "versions": sheet_rows(town, rows), "most": MOST_TEXT,
    }  # fmt: skip
    wrong = bool(writing.faults or writing.wrong)
    return render(request, "town/question.html", context, status=status or (422 if wrong else 200))


def _asked(each: Question, sheet: Sheet) -> Row:
    """A question as residents see it, and in words when it is shown and where it stops the form."""
    known = {question.key: question for question in sheet.questions}
    when = [_condition(known[key], values) for key, values in each.when.items()]
    stops = [{"answer": _option(each, value), "say": said(text)} for value, text in each.stops.items()]
    return {
        "key": each.key, "ask": said(each.ask), "hint": said(each.hint) if each.hint else "", "required": each.required,
        "type": type_names()[each.type], "options": [said(name) for _value, name in each.options],
        "when": when, "stops": stops, "least": each.least, "most": each.most,
    }  # fmt: skip


def _condition(earlier: Question, values: tuple[str, ...]) -> str:
    told = pgettext("values", " or ").join(f"“{_option(earlier, value)}”" for value in values)
    return _("“%(ask)s” is answered with %(values)s") % {"ask": said(earlier.ask), "values": told}


def _option(question: Question, value: str) -> str:
    return said(dict(question.options).get(value, {})) or value


def type_names() -> dict[str, str]:
    """What sorts of answers there are."""
    return {
        "text": _("in words"), "number": _("a number"), "choice": _("one of these"), "yes_no": _("yes or no"),
        "date": _("a day"),
    }  # fmt: skip


def sheets_of(town: Town, pk: int) -> list[QuestionSheet]:
    """All versions of what a category asks, the newest first."""
    rows = QuestionSheet.objects.for_system("questions: versions", town).filter(category_id=pk)
    return list(rows.order_by("-version"))


def sheet_rows(town: Town, rows: list[QuestionSheet]) -> list[Row]:
    """The versions with who published each, and why."""
    entries = Entry.objects.for_system("questions: history", town).filter(
        subject_kind=SUBJECT, subject_id__in=[row.pk for row in rows]
    )
    acts = {entry.subject_id: entry for entry in entries}
    ids = [entry.pk for entry in acts.values()]
    texts = Text.objects.for_system("questions: history", town).filter(entry_id__in=ids)
    why = dict(texts.values_list("entry_id", "body"))
    posts = Post.objects.for_system("questions: history", town).filter(id__in=[e.post_id for e in acts.values()])
    names = dict(posts.values_list("id", "account__name"))
    return [
        {
            "version": row.version, "at": row.published_at, "count": len(read_sheet(row.source).questions),
            "who": names.get(acts[row.pk].post_id or 0, "") if row.pk in acts else "",
            "why": why.get(acts[row.pk].pk, "") if row.pk in acts else "",
        }
        for row in rows
    ]  # fmt: skip
