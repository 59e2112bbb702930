"""Texts that are published version by version (workflows, questions): what is sent, and what is wrong line by line."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import BeforeValidator, Field, StringConstraints

from lianxin.cases.api.problems import Problem
from lianxin.cases.api.shapes import Line, Taken, Word
from lianxin.town.registers.faults import in_words
from lianxin.workflow.definition import Fault

Why = Annotated[Line, StringConstraints(max_length=200)]


def _lines(value: Any) -> Any:
    return value.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "") if isinstance(value, str) else value


class TextBody(Taken):
    """A text to be looked at (dry_run), then published. For the way back, send the text of an earlier version."""

    source: Annotated[str, BeforeValidator(_lines), StringConstraints(max_length=200_000)] = Field(
        description=_("The text, YAML.")
    )
    base: Annotated[int, Field(ge=0, le=999_999)] = Field(
        description=_("The version it was made from: the latest; 0 where there is none yet.")
    )
    why: Why = Field("", description=_("A sentence for the history; not needed for a dry run."))
    seen: Word = Field("", description=_("`seen` of the dry run: nothing is published unseen."))
    dry_run: bool = Field(False, description=_("true: nothing is written."))


class VersionShape(Schema):
    """A version: who published it, when and why; `open`: cases under way on it, null where one may not know."""

    version: int
    at: datetime
    who: str
    why: str
    open: int | None


def seen_of(body: TextBody) -> str:
    """Names exactly this text."""
    return hashlib.sha256(body.source.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def must_be_seen(body: TextBody) -> None:
    """What is published was looked at, and says why; raises Problem."""
    faults = {}
    if body.seen != seen_of(body):
        faults["seen"] = gettext("Ask with dry_run first, and send the `seen` it answers with.")
    if not body.why:
        faults["why"] = gettext("Say in a sentence why.")
    if faults:
        raise Problem("invalid", faults)


def line_problem(faults: Iterable[Fault]) -> Problem:
    """What is wrong in a text, by its line: `source.12`."""
    found: dict[str, str] = {}
    for each in faults:
        place = f"source.{each.line}" if each.line else "source"
        told = in_words(each.message)
        found[place] = f"{found[place]} {told}" if place in found else told
    return Problem("invalid", found)


def not_published(code: str) -> Problem:
    """Another version came first, or the latest says the same."""
    if code == "same":
        return Problem("refused", sentence=gettext("Nothing was published: the latest version says so already."))
    return Problem("stale", sentence=gettext("Another version has been published meanwhile. Read it, then look again."))
