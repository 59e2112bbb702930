"""The fields of a register: the same one reads a form, a file and a program's JSON, and says a value in words.

A value is *raw* as a form or a file gives it (text, lists, mappings), *plain* as the row's column holds it in JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.cases.words import said
from lianxin.keys.ids import read_number
from lianxin.places.datum import BadPoint, Datum, to_wgs84
from lianxin.town.imports.cleaning import clean_line
from lianxin.ui.words import is_chinese
from lianxin.workflow.clock import UNITS, Limit

if TYPE_CHECKING:
    from django.http import QueryDict

    from lianxin.keys.models import Town

Widget = dict[str, Any]
Option = tuple[Any, str, str]  # the value the column holds, what a file calls it, what a person reads
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
PARTS = re.compile(r"[、，,;；\n\r]+")


class Wrong(Exception):
    """What was given cannot be taken; `said` is the sentence beside the field."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line of text; the other fields say otherwise.

    `column` is the row's own (`parent_id`), `file` what a file calls it. `fixed`: given when the row is made, and kept.
    """

    column: str
    label: Callable[[], str] = lambda: ""
    hint: Callable[[], str] | None = None
    required: bool = False
    fixed: bool = False
    most: int = 80

    @property
    def file(self) -> str:
        """What a file calls the field."""
        return self.column.removesuffix("_id")

    def shape(self) -> dict[str, Any]:
        """What a program sends and gets, as JSON Schema."""
        return {"type": "string", "maxLength": self.most}

    def take(self, data: QueryDict) -> Any:
        """The raw value of a form."""
        return data.get(self.column, "")

    def load(self, town: Town, raw: Any) -> Any:
        """The plain value of a raw one; raises Wrong."""
        if not isinstance(raw, str | int | float | None) or isinstance(raw, bool):
            raise Wrong(_("This is not a line of text."))
        text = clean_line("" if raw is None else str(raw))
        if len(text) > self.most:
            raise Wrong(_("At most %(most)s characters.") % {"most": self.most})
        if self.required and not text:
            raise Wrong(_("This is needed."))
        return text

    def dump(self, town: Town, value: Any) -> Any:
        """A plain value as a file says it; `load` gives it back."""
        return value

    def said(self, town: Town, value: Any) -> str:
        """A plain value in words, "" for none."""
        return str(value or "")

    def widgets(self, town: Town, value: Any, typed: QueryDict | None) -> list[Widget]:
        """What a form shows: arguments of the macro `field`, the first with the field's label."""
        shown = typed.get(self.column, "") if typed is not None else value
        return [self.widget(type="text", value=shown, most=0, attrs={"maxlength": str(self.most)})]

    def widget(self, **more: Any) -> Widget:
        """A widget with the field's own name, label and hint."""
        about = {"name": self.column, "label": self.label(), "required": self.required}
        return {**about, "hint": self.hint() if self.hint else "", "autocomplete": "off", **more}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key(Field):
    """What files and programs call a row: small letters, digits, underscores. Empty: the system gives one."""

    most: int = 40
    fixed: bool = True

    def shape(self) -> dict[str, Any]:
        """A word."""
        return {"type": "string", "pattern": rf"^({KEY.pattern})?$", "maxLength": self.most}

    def load(self, town: Town, raw: Any) -> Any:
        """The key, or "" where the system is to give one."""
        text: str = Field.load(self, town, raw)
        if text and not KEY.fullmatch(text):
            raise Wrong(_("Small Latin letters, digits and _, a letter first."))
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Both(Field):
    """A name or sentence in Chinese and English, `{"zh": …, "en": …}`; the Chinese is needed where the field is."""

    rows: int = 1

    def shape(self) -> dict[str, Any]:
        """An object by language."""
        each = Field.shape(self)
        return {"type": "object", "properties": {"zh": each, "en": each}, "additionalProperties": False}

    def take(self, data: QueryDict) -> Any:
        """Two fields of the form."""
        return {tongue: data.get(f"{self.column}_{tongue}", "") for tongue in ("zh", "en")}

    def load(self, town: Town, raw: Any) -> Any:
        """Both, cleaned; without what is empty."""
        given = {"zh": raw} if isinstance(raw, str) else raw or {}
        if not isinstance(given, Mapping):
            raise Wrong(_("This is not a name in two languages."))
        both = {tongue: Field.load(_plain(self), town, given.get(tongue, "")) for tongue in ("zh", "en")}
        if self.required and not both["zh"]:
            raise Wrong(_("The Chinese is needed."))
        return {tongue: text for tongue, text in both.items() if text}

    def said(self, town: Town, value: Any) -> str:
        """In the reader's language."""
        return said(value or {})

    def widgets(self, town: Town, value: Any, typed: QueryDict | None) -> list[Widget]:
        """One for each language."""
        shown = self.take(typed) if typed is not None else value or {}
        kind = {"type": "textarea", "rows": self.rows} if self.rows > 1 else {"type": "text"}
        zh = self.widget(name=f"{self.column}_zh", value=shown.get("zh", ""), **kind)
        label = _("%(name)s in English") % {"name": self.label()}
        en = self.widget(name=f"{self.column}_en", label=label, value=shown.get("en", ""), **kind)
        return [zh, {**en, "required": False, "hint": ""}]


def _plain(field: Field) -> Field:
    """The field without its need, for a part of it."""
    return Field(column=field.column, label=field.label, most=field.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines(Field):
    """A text of several lines."""

    def load(self, town: Town, raw: Any) -> Any:
        """The text with its line breaks, without blank ends."""
        if not isinstance(raw, str | None):
            raise Wrong(_("This is not a line of text."))
        text = (raw or "").replace("\r\n", "\n").replace("\x00", "").strip()
        if len(text) > self.most:
            raise Wrong(_("At most %(most)s characters.") % {"most": self.most})
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Field):
    """Several words, one to a line or between commas, as a list."""

    many: int = 60

    def shape(self) -> dict[str, Any]:
        """A list of words."""
        return {"type": "array", "items": Field.shape(self), "maxItems": self.many}

    def load(self, town: Town, raw: Any) -> Any:
        """The words, each once, in their order."""
        parts = PARTS.split(raw) if isinstance(raw, str) else raw or []
        if not isinstance(parts, Sequence) or not all(isinstance(part, str) for part in parts):
            raise Wrong(_("This is not a list of words."))
        found = list(dict.fromkeys(filter(None, map(clean_line, parts))))
        if len(found) > self.many or any(len(word) > self.most for word in found):
            told = {"many": self.many, "most": self.most}
            raise Wrong(_("At most %(many)s words of %(most)s characters.") % told)
        return found

    def said(self, town: Town, value: Any) -> str:
        """The words with commas."""
        return pgettext("list", ", ").join(value or [])

    def widgets(self, town: Town, value: Any, typed: QueryDict | None) -> list[Widget]:
        """A text area."""
        shown = typed.get(self.column, "") if typed is not None else self.said(town, value)
        return [self.widget(type="textarea", rows=3, value=shown)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Field):
    """A whole number."""

    least: int = 0
    highest: int = 30000

    def shape(self) -> dict[str, Any]:
        """A whole number."""
        return {"type": "integer", "minimum": self.least, "maximum": self.highest}

    def load(self, town: Town, raw: Any) -> Any:
        """The number; empty is the least."""
        text = str(raw if raw is not None else "").strip()
        if not text:
            return self.least
        number = read_number(text, self.highest)
        if number is None or number < self.least:
            raise Wrong(
                _("A whole number from %(least)s to %(highest)s.") % {"least": self.least, "highest": self.highest}
            )
        return number

    def said(self, town: Town, value: Any) -> str:
        """The figures."""
        return str(value)

    def widgets(self, town: Town, value: Any, typed: QueryDict | None) -> list[Widget]:
        """A short field with the digits' keyboard."""
        shown = typed.get(self.column, "") if typed is not None else value
        return [self.widget(type="text", value=shown, inputmode="numeric", short=True, required=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Yes(Field):
    """Yes or no."""

    def shape(self) -> dict[str, Any]:
        """True or false."""
        return {"type": "boolean"}

    def load(self, town: Town, raw: Any) -> Any:
        """A tick, or true in a file."""
        return raw in (True, 1, "1", "true", "yes", "on", "是")

    def said(self, town: Town, value: Any) -> str:
        """The word."""
        return _("yes") if value else _("no")

    def widgets(self, town: Town, value: Any, typed: QueryDict | None) -> list[Widget]:
        """A box to tick."""
        return [self.widget(type="checkbox", value=bool(self.take(typed)) if typed is not None else value)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point(Field):
    """Where something is, [longitude, latitude] in WGS-84: taken on a map, or written."""

    def shape(self) -> dict[str, Any]:
        """Two numbers, or null."""
        return {"type": ["array", "null"], "items": {"type": "number"}, "minItems": 2, "maxItems": 2}

    def take(self, data: QueryDict) -> Any:
        """The point of the map where one was taken there, else what was written."""
        if data.get("source") and data.get("lon") and data.get("lat"):
            return [data["lon"], data["lat"]]
        return data.get(self.column, "")

    def load(self, town: Town, raw: Any) -> Any:
        """The two figures; None where nothing is given."""
        parts = PARTS.sub(" ", raw).split() if isinstance(raw, str) else raw or []
        if not parts:
            return None
        if not isinstance(parts, list | tuple) or len(parts) != 2:
            raise Wrong(_("Write longitude and latitude, as 117.0021, 34.6034."))
        try:
            return list(to_wgs84(parts[0], parts[1], Datum.WGS84))
        except BadPoint as bad:
            raise Wrong(str(bad)) from None

    def said(self, town: Town, value: Any) -> str:
        """The two figures."""
        return f"{value[0]}, {value[1]}" if value else ""

    def widgets(self, town: Town, value: Any, typed: QueryDict | None) -> list[Widget]:
        """A map, and a line of text that needs none."""
        shown = typed.get(self.column, "") if typed is not None else self.said(town, value)
        lon, lat = value or ("", "")
        over = {"type": "map", "over": self.label(), "under": self.hint() if self.hint else "", "lon": lon, "lat": lat}
        written = {"id": f"f-{self.column}-written", "label": _("Longitude, latitude"), "hint": ""}
        return [{**self.widget(name="map", value=""), **over}, self.widget(type="text", value=shown, **written)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Field):
    """One of several; a file names it by its own word. `empty` is what no choice is called."""

    options: Callable[[Town], Iterable[Option]]
    none: Any = ""
    empty: Callable[[], str] | None = None

    def shape(self) -> dict[str, Any]:
        """The option's word; null for none."""
        return {"type": ["string", "null"]}

    def load(self, town: Town, raw: Any) -> Any:
        """The value of the option chosen."""
        text = "" if raw is None else str(raw).strip()
        if not text:
            if self.required and self.none in ("", None):
                raise Wrong(_("Choose one."))
            return self.none
        for value, named, _words in self.options(town):
            if text in (str(value), named):
                return value
        raise Wrong(_("There is none such: %(what)s") % {"what": text[:40]})

    def dump(self, town: Town, value: Any) -> Any:
        """The option's word."""
        return next((named for held, named, _words in self.options(town) if held == value), None)

    def said(self, town: Town, value: Any) -> str:
        """As a person reads it."""
        if value == self.none:
            return self.empty() if self.empty else ""
        return next((words for held, _named, words in self.options(town) if held == value), str(value))

    def widgets(self, town: Town, value: Any, typed: QueryDict | None) -> list[Widget]:
        """A list to choose from."""
        shown = typed.get(self.column, "") if typed is not None else value
        offered = [{"value": held, "text": words} for held, _named, words in self.options(town)]
        given = {"options": offered, "placeholder": self.empty() if self.empty else _("Please choose")}
        return [self.widget(type="select", value="" if shown is None else shown, **given)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Several(Field):
    """Any of several, as a list of the options' values in their order."""

    options: Callable[[Town], Iterable[Option]]

    def shape(self) -> dict[str, Any]:
        """The options' words."""
        return {"type": "array", "items": {"type": "string"}}

    def take(self, data: QueryDict) -> Any:
        """All that are ticked."""
        return data.getlist(self.column)

    def load(self, town: Town, raw: Any) -> Any:
        """The values of those chosen."""
        if not isinstance(raw or [], list | tuple):
            raise Wrong(_("This is not a list of words."))
        asked = [str(each) for each in raw or []]
        found = [held for held, named, _words in self.options(town) if {str(held), named} & set(asked)]
        known = {text for held, named, _words in self.options(town) for text in (str(held), named)}
        if unknown := [each for each in asked if each not in known]:
            raise Wrong(_("There is none such: %(what)s") % {"what": unknown[0][:40]})
        return found

    def dump(self, town: Town, value: Any) -> Any:
        """Their words in a file."""
        return [named for held, named, _words in self.options(town) if held in (value or [])]

    def said(self, town: Town, value: Any) -> str:
        """As a person reads them."""
        return pgettext("list", ", ").join(words for held, _n, words in self.options(town) if held in (value or []))

    def widgets(self, town: Town, value: Any, typed: QueryDict | None) -> list[Widget]:
        """Boxes to tick."""
        shown = self.take(typed) if typed is not None else value or []
        offered = [{"value": held, "text": words} for held, _named, words in self.options(town)]
        return [self.widget(type="checks", value=shown, options=offered, cols="three", required=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(Field):
    """Limits by name, `{"handle": "3 working_days"}`; one that is empty leaves it to the group or the workflow."""

    names: Callable[[Town], Mapping[str, str]]

    def shape(self) -> dict[str, Any]:
        """An object of limits by name."""
        return {"type": "object", "additionalProperties": {"type": "string"}}

    def take(self, data: QueryDict) -> Any:
        """A number and a unit for each limit of the form."""
        found = {}
        for name in data:
            if name.startswith(f"{self.column}_n_"):
                key = name.removeprefix(f"{self.column}_n_")
                if number := data.get(name, "").strip():
                    found[key] = f"{number} {data.get(f'{self.column}_u_{key}', '')}"
        return found

    def load(self, town: Town, raw: Any) -> Any:
        """The limits, each as the clock reads it."""
        if not isinstance(raw or {}, Mapping):
            raise Wrong(_("These are not limits."))
        found = {}
        for name, text in (raw or {}).items():
            if name not in self.names(town):
                raise Wrong(_("No workflow knows this limit: %(name)s") % {"name": str(name)[:40]})
            try:
                found[name] = str(Limit.parse(str(text)))
            except ValueError:
                wrong = {"name": self.names(town)[name]}
                raise Wrong(_("%(name)s: a whole number that is not too large, and a unit.") % wrong) from None
        return found

    def said(self, town: Town, value: Any) -> str:
        """Each with its name."""
        names = self.names(town)
        told = [f"{names.get(name, name)} {amount(text)}" for name, text in (value or {}).items()]
        return pgettext("list", ", ").join(told)

    def widgets(self, town: Town, value: Any, typed: QueryDict | None) -> list[Widget]:
        """A number beside a unit for each limit that a workflow knows."""
        shown, made = self.take(typed) if typed is not None else value or {}, []
        for name, words in self.names(town).items():
            number, _sep, unit = str(shown.get(name, "")).partition(" ")
            about = {"name": f"{self.column}_n_{name}", "unit_name": f"{self.column}_u_{name}", "label": words}
            wrong = typed is not None and name in shown and not _is_limit(shown[name])
            held = {"value": number, "unit": unit or "working_days", "units": unit_names(), "wrong": wrong}
            made.append(self.widget(type="amount", **about | held))
        made[0]["over"], made[0]["under"] = self.label(), self.hint() if self.hint else ""
        return made


def _is_limit(text: str) -> bool:
    try:
        Limit.parse(text)
    except ValueError:
        return False
    return True


def unit_names() -> dict[str, str]:
    """The units of a limit in words."""
    return {
        "working_hours": _("working hours"), "working_days": _("working days"), "hours": _("hours"),
        "days": _("days"), "minutes": _("minutes"),
    }  # fmt: skip


def amount(text: str) -> str:
    """A limit in words: 3 个工作日."""
    number, _sep, unit = text.partition(" ")
    words = unit_names().get(unit, unit) if unit in UNITS else unit
    return f"{number}{'' if is_chinese() else ' '}{words}"
