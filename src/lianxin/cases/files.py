"""Photos served through the guard: only to whom may see their case, and kept by no shared cache."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase

from lianxin.cases.models import Case, Photo
from lianxin.forms.photos import path_of
from lianxin.keys.ids import LARGEST

KEPT_SECONDS = 3600  # in the reader's own browser; short, for a photo may be erased


def photo_response(request: HttpRequest, case: Case, pk: int) -> HttpResponse:
    """The photo of a case, `?size=small` for its thumbnail; 404 when it is not this case's, or was erased."""
    rows = Photo.objects.for_system("serve a photo", case.town_id).filter(case_id=case.pk, pk=pk)
    digest = rows.values_list("file__digest", flat=True).first() if pk <= LARGEST else None
    if digest is None:
        raise Http404
    small = request.GET.get("size") == "small"
    response = _file(request, case.town_id, digest, small=small)
    response["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    response["ETag"] = _tag(digest, small)
    return response  # type: ignore[return-value]


def _tag(digest: str, small: bool) -> str:
    return f'"{digest[:32]}{"-s" if small else ""}"'


def _file(request: HttpRequest, town_id: int, digest: str, *, small: bool) -> HttpResponseBase:
    if request.headers.get("If-None-Match") == _tag(digest, small):
        return HttpResponseNotModified()
    try:
        return FileResponse(path_of(town_id, digest, thumb=small).open("rb"), content_type="image/jpeg")
    except FileNotFoundError:
        raise Http404 from None
