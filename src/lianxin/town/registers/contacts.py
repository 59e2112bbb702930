"""The fields of a register that tell how somebody is reached: telephones, checked; a person's own details, masked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from lianxin.cases.views.public.report_form import not_dialled
from lianxin.people.masking import mobile_off, tidy_phone
from lianxin.town.registers.fields import Field, Widget, Wrong

if TYPE_CHECKING:
    from django.http import QueryDict

    from lianxin.keys.models import Town


WRITTEN = re.compile(r"[0-9０-９+＋() （）.·\-－–—]+")  # what a number is written with, each sign of it


def dialled(text: str) -> str:
    """The figures of a telephone number as it is dialled; raises Wrong for what is none."""
    digits = tidy_phone(text)
    if digits:
        return digits
    raise Wrong(not_dialled(text) if mobile_off(text) else no_number())


def no_number() -> str:
    """That something is no telephone number, and what is one."""
    return _("No telephone number: write a mobile, a landline with its area code, or a service number such as 12345.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone(Field):
    """A telephone number of an office, which is public: kept as it is written, if it can be dialled."""

    most: int = 30

    def load(self, town: Town, raw: Any) -> Any:
        """The number as it is written; raises Wrong for what is none."""
        text: str = Field.load(self, town, raw)
        if text and not WRITTEN.fullmatch(text):
            raise Wrong(no_number())
        if text:
            dialled(text)
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Private(Field):
    """A person's own detail: shown and told masked; the masked one sent back stands for what is held.

    `tidy`: the detail as it is kept; raises Wrong for what is none.
    """

    mask: Callable[[str], str]
    tidy: Callable[[str], str] | None = None

    def load(self, town: Town, raw: Any) -> Any:
        """The detail in full; raises Wrong for one with stars."""
        text: str = Field.load(self, town, raw)
        if "*" in text:
            raise Wrong(_("Write it in full: stars stand for what is not shown."))
        return self.tidy(text) if text and self.tidy is not None else text

    def dump(self, town: Town, value: Any) -> Any:
        """Masked, as everywhere."""
        return self.mask(value)

    def said(self, town: Town, value: Any) -> str:
        """Masked."""
        return self.mask(value or "")

    def widgets(self, town: Town, value: Any, typed: QueryDict | None) -> list[Widget]:
        """A line of text that begins masked."""
        shown = typed.get(self.column, "") if typed is not None else self.said(town, value)
        return [self.widget(type="text", value=shown, most=0, attrs={"maxlength": str(self.most)})]
