"""Files in and out: looked at with every fault by its row, taken in once; tables out as they come in again."""

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field

from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import examples_in
from lianxin.cases.api.operations import StaffRouter
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import FORM, body_of, key_of
from lianxin.cases.api.setup import actor_of
from lianxin.cases.api.shapes import Taken, Text
from lianxin.cases.api.writing import done_response, respond
from lianxin.keys.ids import read_number
from lianxin.keys.once import OnceKey, digest_of
from lianxin.people.actors import Actor
from lianxin.places.datum import Datum
from lianxin.town.homes.importing.exporting import LONGEST_REASON, OFFERS, Wanted, take_out
from lianxin.town.homes.importing.pages import sorts_of
from lianxin.town.homes.importing.words import as_shown
from lianxin.town.imports.cleaning import clean_line
from lianxin.town.imports.sorts import SORTS, Options
from lianxin.town.imports.uploads import MOST_BYTES, Brought, Changed, TooBig, ask_for, drop, faults_path, receive
from lianxin.town.models import Upload

example = examples_in(Path(__file__).with_name("examples.yaml"))
staff = StaffRouter(_("Staff: files in and out"), "setup")
FORM_FIELDS = {
    "what": {"type": "string", "enum": list(SORTS)},
    "file": {"type": "string", "format": "binary"},
    "datum": {"type": "string", "enum": ["", *Datum]},
    "overwrite": {"type": "boolean"},
}
State = Upload.State


class RowFaultShape(Schema):
    """What is wrong in a row, as a spreadsheet program numbers it; what is not grave is a note."""

    row: int
    column: str
    reason: str
    grave: bool


class UploadShape(Schema):
    """A file: what it would do, or did. It can be taken in where `state` is looked and `grave` 0.

    `counts`: added, changed, same and others, by what the file holds; the first hundred faults and names are told.
    """

    id: str
    what: str
    name: str
    state: Literal["waiting", "looked", "unreadable", "taking", "done"]
    until: datetime
    counts: dict[str, Any]
    grave: int
    faults: int
    first: list[RowFaultShape]
    added: list[str]
    changed: list[str]
    unreadable: str


class UploadList(Schema):
    """One's own files that are still kept, the newest first."""

    rows: list[UploadShape]


class ExportBody(Taken):
    """Which table, in which form. `personal`: telephone numbers in full, for a reason that stays in the history."""

    what: Literal[tuple(OFFERS)]  # type: ignore[valid-type]  # which there are is said once, by the page
    form: str = Field(max_length=10, description=_("geojson, shp, xlsx or csv, as far as the table has it."))
    personal: bool = False
    reason: Text = ""


@staff.read(
    "/setup/imports",
    "listImports",
    Described(
        _("List one's files"),
        _("The files one has brought, as long as they are kept: an hour, or a day once taken in. Scope: setup:read."),
        gives=UploadList,
        example=example("uploads"),
        fails=("may_not",),
    ),
)
def list_uploads(request: HttpRequest) -> HttpResponse:
    """One's own files."""
    actor = _may_bring(request)
    rows = Upload.objects.seen_by(actor).filter(expires_at__gt=timezone.now()).order_by("-id")[:50]
    return respond({"rows": [_told(row) for row in rows]})


@staff.write(
    "POST",
    "/setup/imports",
    "sendImport",
    Described(
        _("Send a file to be looked at"),
        _(
            "Grids, people, sites, categories and whatever else `what` names, as multipart/form-data. Nothing is "
            "written: the answer says what taking it in would do, and every fault by its row. A large file is looked "
            "at by the worker: ask again while `state` is waiting. Scope: setup:write."
        ),
        gives=UploadShape,
        status=201,
        example=example("upload"),
        form=FORM_FIELDS,
    ),
)
def send_upload(request: HttpRequest) -> HttpResponse:
    """Receive a file."""
    actor, key, now = _may_bring(request), key_of(request), timezone.now()
    brought = _brought(request, actor, key)
    try:
        upload = receive(brought, actor=actor, now=now)
    except TooBig as big:
        told = gettext("The file is larger than %(most)s MB: split it.") % {"most": MOST_BYTES // 1_000_000}
        raise Problem("too_large", {"file": told}) from big
    return done_response(_told(upload), repeated=upload.made_at != now)


@staff.read(
    "/setup/imports/{upload}",
    "readImport",
    Described(
        _("Read what a file would do"),
        _("Or what it did, once it is taken in. Scope: setup:read."),
        gives=UploadShape,
        example=example("upload"),
        fails=("may_not",),
    ),
)
def read_upload(request: HttpRequest, upload: str) -> HttpResponse:
    """A file that was brought."""
    return respond(_told(_found(request, upload)))


@staff.read(
    "/setup/imports/{upload}/faults",
    "readImportFaults",
    Described(
        _("Read every fault of a file"),
        _("As a table, CSV: row, column, reason in both languages, code. Scope: setup:read."),
        media="text/csv",
        fails=("may_not",),
    ),
)
def read_faults(request: HttpRequest, upload: str) -> HttpResponse:
    """The list of the faults."""
    path = faults_path(_found(request, upload))
    if not path.is_file():
        raise Problem("not_found")
    return FileResponse(path.open("rb"), content_type="text/csv; charset=utf-8")  # type: ignore[return-value]


@staff.write(
    "POST",
    "/setup/imports/{upload}/take",
    "takeImport",
    Described(
        _("Take a file in"),
        _(
            "Looks once more, and writes all or nothing, once. Where it would do anything else than was told, it is "
            "stale: read it again. A large file is taken in by the worker: ask again while `state` is taking. "
            "Scope: setup:write."
        ),
        gives=UploadShape,
        status=201,
        example=example("upload_done"),
        fails=("stale",),
    ),
)
def take_upload(request: HttpRequest, upload: str) -> HttpResponse:
    """Take a file in."""
    key_of(request)  # a file is taken in once, under whatever key
    held, actor = _found(request, upload), actor_of(request)
    repeated = held.state == State.DONE
    try:
        done = ask_for(held, actor=actor, now=timezone.now())
    except Changed as changed:
        told = gettext("It has faults, or would not do what was told any more. Read it again.")
        raise Problem("stale", sentence=told) from changed
    return done_response(_told(done), repeated=repeated)


@staff.write(
    "DELETE",
    "/setup/imports/{upload}",
    "dropImport",
    Described(
        _("Forget a file"),
        _("One that is not to be taken in. Answers with what it was. Scope: setup:write."),
        gives=UploadShape,
        example=example("upload"),
    ),
)
def drop_upload(request: HttpRequest, upload: str) -> HttpResponse:
    """Forget a file."""
    held = _found(request, upload)
    told = _told(held)
    drop(held)
    return respond(told)


@staff.write(
    "POST",
    "/setup/exports",
    "exportTable",
    Described(
        _("Take a table out"),
        _(
            "Grids, people, sites and whatever else `what` names, as an import takes it in again. Who took it stands "
            "in the history. Needs the right that bringing it in needs. Scope: setup:write."
        ),
        media="application/octet-stream",
        body=(ExportBody, example("export")),
    ),
)
def export_table(request: HttpRequest) -> HttpResponse:
    """A table as a file."""
    actor, key, body = actor_of(request), key_of(request), body_of(request, ExportBody)
    if body.form not in OFFERS[body.what].forms:
        raise Problem(
            "invalid", {"form": gettext("One of: %(names)s.") % {"names": ", ".join(OFFERS[body.what].forms)}}
        )
    personal, reason = body.personal and body.what == "people", clean_line(body.reason)
    if personal and not 0 < len(reason) <= LONGEST_REASON:
        raise Problem(
            "invalid", {"reason": gettext("Say what the telephone numbers are for; it stays in the history.")}
        )
    once = OnceKey(f"post:{actor.post_id}:export", key, digest_of(body.model_dump(mode="json")))
    wanted = Wanted(body.what, body.form, personal, reason if personal else "")
    return take_out(wanted, actor=actor, now=timezone.now(), once=once)


def _may_bring(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not sorts_of(actor):
        raise Problem("may_not")
    return actor


def _brought(request: HttpRequest, actor: Actor, key: str) -> Brought:
    """The file that was sent with what is said of it, or every fault."""
    if request.content_type != FORM:
        raise Problem("unsupported_media", types=FORM)
    data, file = request.POST, request.FILES.get("file")
    sort, datum, faults = SORTS.get(data.get("what", "")), data.get("datum", ""), {}
    if sort is None or sort not in sorts_of(actor):
        faults["what"] = gettext("One of: %(names)s.") % {"names": ", ".join(each.key for each in sorts_of(actor))}
    if file is None:
        faults["file"] = gettext("Choose the file.")
    if datum not in {"", *Datum}:
        faults["datum"] = gettext("One of: %(names)s.") % {"names": ", ".join(Datum)}
    if sort is None or file is None or faults:
        raise Problem("invalid", faults)
    overwrite = data.get("overwrite", "") in {"1", "true", "on"}
    options = Options(datum if sort.has_datum else "", overwrite, get_language() or settings.LANGUAGE_CODE)
    return Brought(sort.key, str(file.name or ""), file.chunks(), options, f"api:{key}")


def _found(request: HttpRequest, named: str) -> Upload:
    actor = _may_bring(request)
    pk = read_number(named) or 0
    rows = Upload.objects.seen_by(actor).filter(pk=pk, expires_at__gt=timezone.now())
    upload = rows.select_related("town").first()
    if upload is None:
        raise Problem("not_found")
    return upload


def _told(upload: Upload) -> dict[str, Any]:
    found, shown = upload.found, as_shown(upload)
    counts = found.get("done" if upload.state == State.DONE else "counts", {})
    names = ("row", "column", "reason", "grave")
    return {
        "id": str(upload.pk), "what": upload.what, "name": upload.name, "state": upload.state,
        "until": upload.expires_at, "counts": counts, "grave": found.get("grave", 0), "faults": found.get("faults", 0),
        "first": [{name: fault[name] for name in names} for fault in shown["faults"]],
        "added": found.get("added", []), "changed": found.get("changed", []), "unreadable": shown["unreadable"],
    }  # fmt: skip
