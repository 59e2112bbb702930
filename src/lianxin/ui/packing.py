"""Pages for those on a slow line are sent packed."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_string

Next = Callable[[HttpRequest], HttpResponseBase]

LEAST = 1400  # bytes: what goes in one packet anyway is not worth the work
KINDS = ("text/html", "text/javascript", "application/geo+json", "application/atom+xml")
NOISE = 100  # random bytes at most, so that lengths tell nothing


class PackedMiddleware:
    """Packs pages of whoever has no session: residents and the public.

    Staff are left out: packing costs their server a part of the time of a page, and a page that holds what only its
    reader may see, beside words an attacker chose, must not tell its secrets by its length.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pack the answer where that is safe and worth it."""
        if asked := request.META.get("HTTP_IF_NONE_MATCH"):
            request.META["HTTP_IF_NONE_MATCH"] = asked.replace('W/"', '"')  # compared weakly (RFC 9110 §13.1.2)
            request.__dict__.pop("headers", None)  # if somebody has read them already
        response = self.get_response(request)
        if not isinstance(response, HttpResponse) or not _worth_packing(response):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        known = settings.SESSION_COOKIE_NAME in request.COOKIES or settings.SESSION_COOKIE_NAME in response.cookies
        if known or "gzip" not in request.headers.get("Accept-Encoding", ""):
            return response
        response.content = compress_string(response.content, max_random_bytes=NOISE)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.content))
        if (tag := response.headers.get("ETag", "")).startswith('"'):
            response.headers["ETag"] = f"W/{tag}"
        return response


def _worth_packing(response: HttpResponse) -> bool:
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    return kind in KINDS and len(response.content) > LEAST and "Content-Encoding" not in response.headers
