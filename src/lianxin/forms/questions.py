"""Questions as data: what is asked beside a report, in which order, when, and where an answer should stop the form.

A sheet of questions is a file of YAML; reading it tells everything that is wrong with it at once. It holds no
expressions: a question is shown when earlier answers are among those named (`when`), and that is all. Pure.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from lianxin.workflow.definition import Fault
from lianxin.workflow.definition.model import Name
from lianxin.workflow.definition.source import Path, Source, load

TYPES: Final = ("text", "number", "choice", "yes_no", "date")
KEYS: Final = ("key", "ask", "type", "required", "hint", "options", "least", "most", "when", "stop")
MOST_QUESTIONS, MOST_OPTIONS, LONGEST_ASK, LONGEST_ANSWER = 20, 20, 120, 500
WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,23}")
YES_NO: Final[tuple[tuple[str, Name], ...]] = (("yes", {"zh": "是", "en": "Yes"}), ("no", {"zh": "否", "en": "No"}))
FIRST, LAST = date(1900, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `options` of a choice or of yes and no, in their order. `when`: shown where each of these earlier
    answers is among those named. `stops`: what to tell whoever answers so (call 110 …). `least`, `most` of a number.
    """

    key: str
    ask: Name
    type: str
    required: bool = False
    hint: Name = field(default_factory=dict)
    options: tuple[tuple[str, Name], ...] = ()
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stops: Mapping[str, Name] = field(default_factory=dict)
    least: int | None = None
    most: int | None = None

    def shown(self, answers: Mapping[str, str]) -> bool:
        """Whether it is asked of somebody who has answered so."""
        return all(answers.get(key) in values for key, values in self.when.items())


@dataclass(frozen=True, slots=True)
class Sheet:
    """The questions of a category, in their order."""

    questions: tuple[Question, ...] = ()

    def shown(self, answers: Mapping[str, str]) -> list[Question]:
        """Those that are asked of somebody who has answered so; an answer to one that is not asked does not count."""
        found, counted = [], dict[str, str]()
        for each in self.questions:
            if each.shown(counted):
                found.append(each)
                if each.key in answers:
                    counted[each.key] = answers[each.key]
        return found


@dataclass(slots=True)
class Answers:
    """What was answered, as it is kept (by key, all of it text), and by key what is wrong: missing, choice, number,
    small, large, date, long, not_asked. `stops`: the questions whose answer should stop the form.
    """

    values: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    stops: list[Question] = field(default_factory=list)


class BadSheet(ValueError):
    """The text is no sheet of questions; `faults` holds everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = list(faults)


def read_sheet(raw: str) -> Sheet:
    """The sheet of a text, or BadSheet with every fault; an empty list of questions asks nothing."""
    source = load(raw)
    if source.faults and source.data is None:
        raise BadSheet(source.faults)
    reader = _Reader(source)
    sheet = reader.sheet(source.data)
    if source.faults:
        raise BadSheet(sorted(set(source.faults)))
    return sheet


def read_answers(sheet: Sheet, given: Mapping[str, Any], *, strict: bool = False) -> Answers:
    """Check what was given, question by question, in their order.

    What was given for a question that is not asked is left out; `strict`: it is a fault, and so is a key unknown.
    """
    found = Answers()
    for each in sheet.questions:
        if not each.shown(found.values):
            continue
        value, fault = _value(each, given.get(each.key))
        if fault:
            found.faults[each.key] = fault
        elif value:
            found.values[each.key] = value
            if value in each.stops:
                found.stops.append(each)
        elif each.required:
            found.faults[each.key] = "missing"
    if strict:
        asked = {each.key for each in sheet.shown(found.values)}
        found.faults |= dict.fromkeys(sorted(set(given) - asked), "not_asked")
    return found


def told(sheet: Sheet, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Questions with their answers in the words they were asked in, as a case keeps them."""
    rows = []
    for each in sheet.shown(values):
        if each.key in values:
            says = dict(each.options).get(values[each.key])
            row: dict[str, Any] = {"key": each.key, "ask": dict(each.ask), "value": values[each.key]}
            rows.append(row | ({"says": dict(says)} if says else {}))
    return rows


def _value(question: Question, raw: Any) -> tuple[str, str]:
    """An answer as it is kept ("" for none), and what is wrong with it."""
    if isinstance(raw, bool):
        raw = "yes" if raw else "no"
    if not isinstance(raw, str | int | float | None):
        return "", "choice" if question.options else question.type if question.type in ("number", "date") else "text"
    text = "" if raw is None else _clean(str(raw))
    if not text:
        return "", ""
    if question.options:
        return (text, "") if text in dict(question.options) else ("", "choice")
    if question.type == "number":
        return _number(question, text)
    if question.type == "date":
        return _date(text)
    return (text, "") if len(text) <= LONGEST_ANSWER else ("", "long")


def _clean(text: str) -> str:
    kept = "".join(char for char in text if char in "\n\t" or (char.isprintable() and not "\ud800" <= char <= "\udfff"))
    return kept.strip()


def _number(question: Question, text: str) -> tuple[str, str]:
    try:
        number = Decimal(text) if len(text) <= 20 and text.isascii() else Decimal("NaN")
    except InvalidOperation:
        return "", "number"
    if not number.is_finite() or abs(number) >= 10**12 or number.as_tuple().exponent < -6:  # type: ignore[operator]
        return "", "number"
    if question.least is not None and number < question.least:
        return "", "small"
    if question.most is not None and number > question.most:
        return "", "large"
    return f"{number.normalize():f}" if number else "0", ""


def _date(text: str) -> tuple[str, str]:
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    return (day.isoformat(), "") if day is not None and FIRST <= day <= LAST else ("", "date")


class _Reader:
    """Builds what can be built of each question, noting what cannot, so that one slip does not hide the next."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.before: dict[str, Question] = {}

    def fault(self, path: Path, message: str) -> None:
        self.source.faults.append(Fault(self.source.line(path), message))

    def sheet(self, raw: object) -> Sheet:
        data = self._mapping(raw, (), "the file", ("questions",))
        rows = data.get("questions")
        if not isinstance(rows, list):
            self.fault(("questions",), "questions: not a list")
            return Sheet()
        if len(rows) > MOST_QUESTIONS:
            self.fault(("questions",), f"more than {MOST_QUESTIONS} questions: nobody answers so many")
        for index, row in enumerate(rows):
            self._question(index, row)
        return Sheet(tuple(self.before.values()))

    def _question(self, index: int, raw: object) -> None:
        path: Path = ("questions", index)
        what = f"question {index + 1}"
        item = self._mapping(raw, path, what, KEYS)
        key = item.get("key")
        if not isinstance(key, str) or not WORD.fullmatch(key):
            self.fault((*path, "key"), f"{what}: key: {_shown(key)} is not a word of small letters, digits and _")
            key = f"_{index}"
        if key in self.before:
            self.fault((*path, "key"), f"{what}: {key} is said twice")
        sort = item.get("type")
        if sort not in TYPES:
            self.fault((*path, "type"), f"{what}: type: {_shown(sort)} is none of {', '.join(TYPES)}")
        options = self._options(item, sort, path, what)
        made = Question(
            key, self._name(item.get("ask"), (*path, "ask"), f"{what}: ask"), sort if sort in TYPES else "text",
            self._flag(item.get("required"), (*path, "required"), f"{what}: required"),
            self._name(item["hint"], (*path, "hint"), f"{what}: hint") if "hint" in item else {}, options,
            self._when(item.get("when"), (*path, "when"), what), self._stops(item, options, path, what),
            *(self._bound(item, name, sort, path, what) for name in ("least", "most")),
        )  # fmt: skip
        if made.least is not None and made.most is not None and made.least > made.most:
            self.fault((*path, "most"), f"{what}: least is more than most")
        self.before[key] = made

    def _options(self, item: Mapping[str, Any], sort: object, path: Path, what: str) -> tuple[tuple[str, Name], ...]:
        at = (*path, "options")
        if sort == "yes_no":
            if "options" in item:
                self.fault(at, f"{what}: yes and no need no options")
            return YES_NO
        if sort != "choice":
            if "options" in item:
                self.fault(at, f"{what}: only a choice has options")
            return ()
        rows = self._mapping(item.get("options"), at, f"{what}: options")
        if not 2 <= len(rows) <= MOST_OPTIONS:
            self.fault(at, f"{what}: a choice has 2 to {MOST_OPTIONS} options")
        for value in rows:
            if not WORD.fullmatch(value):
                said = f"{what}: options: {_shown(value)} is not a word of small letters, digits and _"
                self.fault((*at, value), said)
        return tuple((value, self._name(name, (*at, value), f"{what}: {value}")) for value, name in rows.items())

    def _when(self, raw: object, path: Path, what: str) -> dict[str, tuple[str, ...]]:
        if raw is None:
            return {}
        found = {}
        for key, value in self._mapping(raw, path, f"{what}: when").items():
            earlier = self.before.get(key)
            if earlier is None:
                self.fault((*path, key), f"{what}: when: there is no earlier question {key}")
                continue
            values = tuple(map(_word, value if isinstance(value, list) else [value]))
            self._known(values, earlier.options, (*path, key), f"{what}: when")
            found[key] = values
        return found

    def _stops(
        self, item: Mapping[str, Any], options: tuple[tuple[str, Name], ...], path: Path, what: str
    ) -> dict[str, Name]:
        if "stop" not in item:
            return {}
        at = (*path, "stop")
        stop = self._mapping(item["stop"], at, f"{what}: stop", ("when", "say"))
        say = self._name(stop.get("say"), (*at, "say"), f"{what}: say", longest=LONGEST_ANSWER)
        when = stop.get("when")
        values = tuple(map(_word, when if isinstance(when, list) else [when]))
        self._known(values, options, (*at, "when"), f"{what}: stop")
        return dict.fromkeys(values, say)

    def _known(self, values: Collection[str], options: tuple[tuple[str, Name], ...], path: Path, what: str) -> None:
        if not options:
            self.fault(path, f"{what}: goes by a choice or by yes and no alone")
            return
        for value in values:
            if value not in dict(options):
                self.fault(path, f"{what}: {_shown(value)} is none of {', '.join(dict(options))}")

    def _bound(self, item: Mapping[str, Any], name: str, sort: object, path: Path, what: str) -> int | None:
        raw = item.get(name)
        if raw is None:
            return None
        if sort != "number":
            self.fault((*path, name), f"{what}: only a number has {name}")
        try:
            return int(str(raw)) if len(str(raw)) < 10 else int("")
        except ValueError:
            self.fault((*path, name), f"{what}: {name}: {_shown(raw)} is not a whole number")
            return None

    def _mapping(self, raw: object, path: Path, what: str, allowed: Collection[str] | None = None) -> dict[str, Any]:
        if not isinstance(raw, dict):
            self.fault(path, f"{what}: not a mapping")
            return {}
        for key in raw:
            if allowed is not None and key not in allowed:
                self.fault((*path, key), f"{what}: {_shown(key)} is not known here")
        return raw

    def _name(self, raw: object, path: Path, what: str, *, longest: int = LONGEST_ASK) -> Name:
        item = self._mapping(raw, path, what, ("zh", "en"))
        for language in ("zh", "en"):
            text = item.get(language)
            if not isinstance(text, str) or not text.strip():
                self.fault(path, f"{what}: no words in {language}")
            elif len(text) > longest:
                self.fault((*path, language), f"{what}: longer than {longest} characters")
        return {language: str(item.get(language, "")) for language in ("zh", "en")}

    def _flag(self, raw: object, path: Path, what: str) -> bool:
        if raw is None or isinstance(raw, bool):
            return bool(raw)
        self.fault(path, f"{what}: {_shown(raw)} is neither true nor false")
        return False


def _word(raw: object) -> str:
    """What an answer is called in a file: YAML reads yes and no as true and false."""
    return {True: "yes", False: "no"}[raw] if isinstance(raw, bool) else str(raw)


def _shown(raw: object) -> str:
    return str(raw)[:60] if isinstance(raw, str | int | float | None) else f"a {type(raw).__name__}"
