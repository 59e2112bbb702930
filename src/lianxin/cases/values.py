"""What the doors take and give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lianxin.cases.models import Case, Duty
from lianxin.forms.photos import StoredPhoto
from lianxin.ledger.models import Entry


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is to hold a duty: a unit always, a post when it is known."""

    unit_id: int
    post_id: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Who raises a case, as far as they say."""

    name: str = ""
    phone: str = ""
    public_consent: bool = False


@dataclass(frozen=True, slots=True)
class Details:
    """What a request says of who raised it. `consent` counts for who raised it, not for who joined."""

    name: str
    phone: str
    consent: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A case to be opened. Place in WGS-84; `happened_at` when the resident, or the old system, says otherwise."""

    kind: str
    title: str
    text: str = ""
    channel: str = "web"
    category_id: int | None = None
    urgency: str = ""
    lon: float | None = None
    lat: float | None = None
    grid_id: int | None = None
    address: str = ""
    happened_at: datetime | None = None
    contact: Contact = Contact()
    photos: Sequence[StoredPhoto] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    parent_id: int | None = None
    state: Mapping[str, Any] = field(default_factory=dict)  # barred, stand_in: see `roles_of`
    holder: Holder | None = None
    quiet: bool = False  # an import: nobody is told


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as somebody saw it: the row and its open duties."""

    case: Case
    duties: tuple[Duty, ...]

    @property
    def main(self) -> Duty | None:
        """The duty of the step's own turn."""
        return next((duty for duty in self.duties if duty.what == "main"), None)


@dataclass(frozen=True, slots=True)
class Done:
    """What a door did: the case as it stands now, and the entry (None when the write was a repeat)."""

    standing: Standing
    entry: Entry | None
    reporter_id: int | None = None

    @property
    def case(self) -> Case:
        """The case."""
        return self.standing.case

    @property
    def repeated(self) -> bool:
        """Whether an earlier write under the same key is answered with."""
        return self.entry is None


TITLE = 30  # characters of a title made from the text


def title_of(text: str) -> str:
    """The first words of a text as its title: its first sentence, cut at a comma where it is long."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    ends = [at for at in (first.find(mark) for mark in "。！？!?；;") if at > 0]
    first = first[: min(ends)] if ends else first
    if len(first) <= TITLE:
        return first
    comma = max(first.rfind(mark, 8, TITLE) for mark in "，,、 ")
    return first[:comma] if comma > 0 else f"{first[: TITLE - 1]}…"
