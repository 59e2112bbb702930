"""The form of a transition, made from what it needs and takes: one reading of it for pages and the API alike.

`fields_for` says what to show, `parse_given` turns what came back into what the door takes. Every fault is told at
once, each beside its field, in the reader's language.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from unicodedata import category
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from lianxin.cases.fields import LONGEST_TEXT, fields_for, stars_of
from lianxin.cases.models import Case
from lianxin.cases.pickers import category_by, clause_by, grid_by, holder_by, unit_by, word
from lianxin.cases.values import Holder
from lianxin.cases.words import said
from lianxin.forms.photos import PhotoRefused, StoredPhoto, store
from lianxin.keys.ids import read_number
from lianxin.keys.numbers import tidy
from lianxin.people.actors import Actor
from lianxin.workflow.definition import FIELDS, FieldSpec, Transition

MOST_PHOTOS = 9
MOST_UNITS = 20
KEPT = "photos_kept"
_SALT = "lianxin.photos"
_FIRST_YEAR, _LAST_YEAR = 2000, 2200  # what lies outside is a slip of the keyboard

__all__ = [
    "KEPT", "LONGEST_TEXT", "MOST_PHOTOS", "FormFaults", "Wrong", "bytes_of", "clean_text", "fields_for", "keep",
    "parse_given",
    "parse_moment", "photo_fault", "read_kept", "values_of",
]  # fmt: skip

Data = Mapping[str, Any]


class FormFaults(ValueError):
    """What is wrong with a form: a sentence for each field. `kept` are photos that need not be sent again."""

    def __init__(self, faults: Mapping[str, str], kept: Sequence[StoredPhoto] = ()) -> None:
        super().__init__("; ".join(f"{key}: {text}" for key, text in faults.items()))
        self.faults, self.kept = dict(faults), list(kept)


class Wrong(ValueError):
    """One field's fault, as a sentence."""


@dataclass(slots=True)
class _Reading:
    """One form being read."""

    actor: Actor
    case: Case | None
    files: Mapping[str, Any]
    transition: Transition
    kept: list[StoredPhoto] = field(default_factory=list)


def parse_given(
    transition: Transition, data: Data, files: Mapping[str, Any] | None = None, *, actor: Actor, case: Case | None
) -> dict[str, Any]:
    """What a form or a JSON body gives for a transition, as the door takes it; empty fields are left out.

    Texts come back tidy, moments aware, `holder` as Holder, `units` as ids, `category`, `grid` and `case` as ids,
    `clause` as its key, `photos` as stored photos. Files may be uploads, bytes or StoredPhoto. Raises FormFaults.
    """
    reading = _Reading(actor, case, files or {}, transition)
    given: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for key in (*transition.needs, *transition.takes):
        try:
            value = _read(FIELDS[key], values_of(data, key), data, reading)
        except Wrong as wrong:
            faults[key] = str(wrong)
            continue
        if value not in (None, "", [], ()):
            given[key] = value
        elif key in transition.needs:
            faults[key] = _missing(FIELDS[key])
    for key in FIELDS:
        if key not in transition.needs and key not in transition.takes and any(map(_filled, values_of(data, key))):
            faults[key] = _("%(name)s is not asked for here.") % {"name": said(FIELDS[key].name)}
    if faults:
        raise FormFaults(faults, reading.kept)
    return given


def values_of(data: Data, key: str) -> list[Any]:
    """All values of a field, whether the data is a QueryDict, JSON or a plain mapping."""
    getlist = getattr(data, "getlist", None)
    if getlist is not None:
        return list(getlist(key))
    value = data.get(key)
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _filled(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value not in (None, [], {}, ())


def _read(spec: FieldSpec, values: list[Any], data: Data, reading: _Reading) -> Any:
    if spec.type == "photos":
        return _photos(values, data, reading)
    filled = [value for value in values if _filled(value)]
    if not filled:
        return None
    if spec.type != "units" and len(filled) > 1:
        raise Wrong(_("Choose one only."))
    return _READ[spec.type](spec, filled, reading)


def _missing(spec: FieldSpec) -> str:
    name = said(spec.name)
    if spec.type == "text":
        return _("Write something here: %(name)s.") % {"name": name}
    if spec.type == "photos":
        return _("Add at least one photo.")
    if spec.type == "datetime":
        return _("Set a date and an hour.")
    return _("Choose: %(name)s.") % {"name": name}


def clean_text(value: Any) -> str:
    """A text as it is kept: no control characters, no half characters, plain line ends; raises Wrong."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise Wrong(_("This must be a text."))
    text = word(value).replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(char for char in text if char in "\n\t" or category(char) not in {"Cc", "Cs"}).strip()
    if len(text) > LONGEST_TEXT:
        raise Wrong(_("At most %(n)s characters.") % {"n": LONGEST_TEXT})
    return text


def _text(_spec: FieldSpec, values: list[Any], _reading: _Reading) -> str:
    return clean_text(values[0])


def parse_moment(value: Any, *, zone: str = "") -> datetime:
    """A moment from a form or from JSON: without a zone it is the town's, without an hour the end of the day."""
    text = str(value).strip() if isinstance(value, str | datetime) else ""
    town = ZoneInfo(zone or settings.TIME_ZONE)
    try:
        at = datetime.fromisoformat(text)
        if len(text) <= 10:
            at = datetime.combine(at.date(), time(23, 59))
        if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
            raise ValueError
        return at if at.tzinfo else at.replace(tzinfo=town)
    except (ValueError, OverflowError) as error:
        raise Wrong(_("This is not a date: write it like 2026-11-21 17:30.")) from error


def _datetime(_spec: FieldSpec, values: list[Any], _reading: _Reading) -> datetime:
    return parse_moment(values[0])


def _choice(spec: FieldSpec, values: list[Any], _reading: _Reading) -> str:
    value = word(values[0])
    if value not in {choice[0] for choice in spec.choices}:
        raise Wrong(_("Choose one of those listed."))
    return value


def _rating(spec: FieldSpec, values: list[Any], reading: _Reading) -> str:
    value = _choice(spec, values, reading)
    if int(value) not in stars_of(reading.transition, reading.actor, reading.case):
        raise Wrong(_("One or two stars say that it is not settled, three or more that it is: choose what fits."))
    return value


def _found(value: Any) -> Any:
    if value is None:
        raise Wrong(_("Choose one of those listed."))
    return value


def _holder(_spec: FieldSpec, values: list[Any], reading: _Reading) -> Holder:
    return _found(holder_by(reading.actor.town, values[0]))  # type: ignore[no-any-return]


def _units(_spec: FieldSpec, values: list[Any], reading: _Reading) -> list[int]:
    if len(values) > MOST_UNITS:
        raise Wrong(_("At most %(n)s units.") % {"n": MOST_UNITS})
    return list(dict.fromkeys(_found(unit_by(reading.actor.town, value)) for value in values))


def _category(_spec: FieldSpec, values: list[Any], reading: _Reading) -> int:
    return _found(category_by(reading.actor.town, values[0]))  # type: ignore[no-any-return]


def _grid(_spec: FieldSpec, values: list[Any], reading: _Reading) -> int:
    return _found(grid_by(reading.actor.town, values[0]))  # type: ignore[no-any-return]


def _clause(_spec: FieldSpec, values: list[Any], reading: _Reading) -> str:
    return _found(clause_by(reading.actor.town, values[0]))  # type: ignore[no-any-return]


def _case(_spec: FieldSpec, values: list[Any], reading: _Reading) -> int:
    """Another case, by its number or id, among those the actor may see; not the case itself."""
    text = word(values[0])[:40]
    number = tidy(text)
    rows = Case.objects.seen_by(reading.actor)
    if number:
        rows = rows.filter(number=number)
    elif (named := read_number(text)) is not None:
        rows = rows.filter(pk=named)
    else:
        raise Wrong(_("This is not a case number."))
    pk = rows.values_list("id", flat=True).first()
    if pk is None:
        raise Wrong(_("There is no case of this number that you can see."))
    if reading.case is not None and pk == reading.case.pk:
        raise Wrong(_("This is the number of the case itself."))
    return pk


_READ: Mapping[str, Callable[[FieldSpec, list[Any], _Reading], Any]] = {
    "text": _text,
    "datetime": _datetime,
    "rating": _rating,
    "choice": _choice,
    "holder": _holder,
    "units": _units,
    "category": _category,
    "grid": _grid,
    "clause": _clause,
    "case": _case,
}


def _photos(values: list[Any], data: Data, reading: _Reading) -> list[StoredPhoto]:
    """Photos kept from an earlier try, then those sent now; each fault names its file."""
    town = reading.actor.town
    reading.kept = read_kept(data, town_id=town.pk)
    sent = [*(value for value in values if isinstance(value, StoredPhoto)), *values_of(reading.files, "photos")]
    sent = [each for each in sent if not _no_file(each)]
    if len(reading.kept) + len(sent) > MOST_PHOTOS:
        raise Wrong(_("At most %(n)s photos.") % {"n": MOST_PHOTOS})
    faults = []
    for at, each in enumerate(sent, start=1):
        try:
            photo = each if isinstance(each, StoredPhoto) else store(bytes_of(each), town=town)
        except PhotoRefused as refused:
            faults.append(photo_fault(refused.code, str(getattr(each, "name", "") or at)))
            continue
        if photo.digest not in {held.digest for held in reading.kept}:
            reading.kept.append(photo)
    if faults:
        raise Wrong(" ".join(faults))
    return list(reading.kept)


def _no_file(each: Any) -> bool:
    return each is None or (getattr(each, "size", None) == 0 and not getattr(each, "name", ""))


def bytes_of(each: Any) -> bytes:
    """The bytes of an upload; one that is too large is not even read."""
    if isinstance(each, bytes | bytearray):
        return bytes(each)
    if (getattr(each, "size", 0) or 0) > settings.LIANXIN_PHOTO_BYTES:
        raise PhotoRefused("too_big")
    read = getattr(each, "read", None)
    if read is None:
        raise PhotoRefused("not_a_photo")
    each.seek(0)
    body = read()
    return body if isinstance(body, bytes) else b""


def photo_fault(code: str, name: str) -> str:
    """Why a file was not taken as a photo, and what to do."""
    mega = settings.LIANXIN_PHOTO_BYTES // 1_000_000
    sentences = {
        "too_big": _("%(name)s is larger than %(mega)s MB: send a smaller photo."),
        "too_many_pixels": _("%(name)s has too many pixels: send a smaller photo."),
        "too_many": _("At most %(most)s photos."),
        "empty": _("%(name)s is empty: choose the photo again."),
    }
    words = {"name": name[-60:], "mega": mega, "most": MOST_PHOTOS}
    return sentences.get(code, _("%(name)s is not a photo: send a JPEG, PNG, WebP or HEIC file.")) % words


def keep(photos: Sequence[StoredPhoto], *, town_id: int) -> str:
    """Stored photos as a signed value for the hidden field `photos_kept`, so that nobody sends them twice."""
    rows = [[each.digest, each.sent, each.size, each.width, each.height, each.thumb] for each in photos]
    return signing.dumps([town_id, rows], salt=_SALT, compress=True) if rows else ""


def read_kept(data: Data, *, town_id: int) -> list[StoredPhoto]:
    """The photos that an earlier try left on the disk; none when the value is not ours or older than a day."""
    for value in values_of(data, KEPT):
        try:
            town, rows = signing.loads(str(value), salt=_SALT, max_age=86400)
        except (signing.BadSignature, ValueError):
            continue
        if town == town_id:
            return [StoredPhoto(*row) for row in rows][:MOST_PHOTOS]
    return []
