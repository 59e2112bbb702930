"""Reading what was sent: JSON or a form, the idempotency key, photos."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

import msgspec
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import ValidationError

from lianxin.cases.api.problems import Problem, faults_of
from lianxin.forms.photos import PhotoRefused, StoredPhoto, path_of, store
from lianxin.keys.ids import read_number
from lianxin.keys.models import Town

BodyT = TypeVar("BodyT", bound=Schema)
View = Callable[..., HttpResponse]
MOST_PHOTOS = 9
JSON, FORM = "application/json", "multipart/form-data"
_KEY = re.compile(r"[A-Za-z0-9._:-]{8,120}")
_SALT = "lianxin.api.photo"


def key_of(request: HttpRequest) -> str:
    """The Idempotency-Key, which every write needs."""
    key = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if not _KEY.fullmatch(key):
        raise Problem("key_missing")
    return key


def body_of(request: HttpRequest, model: type[BodyT], *, form: bool = False) -> BodyT:
    """The body as a model; `form` also takes multipart/form-data. Raises Problem."""
    kind = request.content_type
    if kind not in ({JSON, FORM} if form else {JSON}):
        raise Problem("unsupported_media", types=f"{JSON}, {FORM}" if form else JSON)
    data = _form(request) if kind == FORM else _json(request)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise Problem("invalid", faults_of(error.errors(include_url=False))) from error


def _json(request: HttpRequest) -> Any:
    try:
        return msgspec.json.decode(request.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Problem("bad_json") from error


def _form(request: HttpRequest) -> dict[str, Any]:
    """A flat form; `contact.name` and the like are put into their object."""
    data: dict[str, Any] = {}
    for name, values in request.POST.lists():
        first, _dot, second = name.partition(".")
        if second:
            data.setdefault(first, {})
            if isinstance(data[first], dict):
                data[first][second] = values[-1]
        elif name == "photos":
            data[name] = [value for value in values if value]
        elif values[-1] != "":
            data[name] = values[-1]
    return data


def query_of(request: HttpRequest, model: type[BodyT]) -> BodyT:
    """The query string as a model: a parameter nobody knows is a fault, not a filter that silently does nothing."""
    try:
        return model.model_validate(request.GET.dict())
    except ValidationError as error:
        raise Problem("invalid", faults_of(error.errors(include_url=False))) from error


def guarded(view: View) -> View:
    """Refuse, before anything is read, a body too large to be taken, and characters no database keeps."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        length = read_number(str(request.META.get("CONTENT_LENGTH") or "0"))
        most = MOST_PHOTOS * settings.LIANXIN_PHOTO_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length is None or length > most:
            raise Problem("too_large")
        if "\x00" in request.path or any("\x00" in value for values in request.GET.lists() for value in values[1]):
            raise Problem("bad_request")
        return view(request, *args, **kwargs)

    return wrapped


def sent_photos(request: HttpRequest, town: Town, *, name: str = "photos") -> list[StoredPhoto]:
    """The photos of a form, cleaned and kept."""
    files = request.FILES.getlist(name) if request.content_type == FORM else []
    if len(files) > MOST_PHOTOS:
        raise Problem("invalid", {name: photo_sentence("too_many")})
    return [kept(file, town, name=name) for file in files]


def kept(file: Any, town: Town, *, name: str) -> StoredPhoto:
    """One photo, cleaned and kept on the disk."""
    if (file.size or 0) > settings.LIANXIN_PHOTO_BYTES:
        raise Problem("too_large", {name: photo_sentence("too_big")})
    try:
        return store(file.read(), town=town)
    except PhotoRefused as refused:
        raise Problem("invalid", {name: photo_sentence(refused.code)}) from refused


def photo_sentence(code: str) -> str:
    """Why a photo is not taken."""
    megabytes = settings.LIANXIN_PHOTO_BYTES // 1_000_000
    sentences = {
        "too_big": _("A photo may have %(n)s MB at most.") % {"n": megabytes},
        "too_many_pixels": _("This picture has too many pixels."),
        "too_many": _("At most %(n)s photos.") % {"n": MOST_PHOTOS},
        "empty": _("This photo is empty."),
        "missing": _("Send the photo as the field “photo”."),
    }
    return sentences.get(code, _("This is not a photo that can be read."))


def token_of_photo(photo: StoredPhoto, town: Town) -> str:
    """A signed word by which a photo already sent is named in a report."""
    facts = [town.pk, photo.digest, photo.sent, photo.size, photo.width, photo.height, photo.thumb]
    return signing.dumps(facts, salt=_SALT, compress=True)


def photos_by_token(tokens: Iterable[str], town: Town) -> list[StoredPhoto]:
    """The photos named by `token_of_photo`, which must still lie on the disk."""
    return [_photo_by_token(token, town) for token in tokens]


def _photo_by_token(token: str, town: Town) -> StoredPhoto:
    try:
        town_id, *facts = signing.loads(token, salt=_SALT, max_age=timedelta(hours=20))
    except signing.BadSignature as error:
        raise Problem("invalid", {"photos": _("This photo is not known any more. Send it again.")}) from error
    photo = StoredPhoto(*facts)
    if town_id != town.pk or not path_of(town.pk, photo.digest).exists():
        raise Problem("invalid", {"photos": _("This photo is not known any more. Send it again.")})
    return photo
