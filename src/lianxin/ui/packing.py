"""Pages for those on a slow line are sent packed."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_string

Next = Callable[[HttpRequest], HttpResponseBase]

LEAST = 1400  # bytes: what goes in one packet anyway is not worth the work
KINDS = ("text/html", "text/javascript", "application/geo+json", "application/atom+xml", "application/rss+xml")
NOISE = 100  # random bytes at most, so that lengths tell nothing


class PackedMiddleware:
    """Packs pages: those of the public always, those of whoever has a session where the session's own pages ask.

    A page that holds what only its reader may see, beside words an attacker chose, must not tell its secrets by its
    length (BREACH). So with a session nothing is packed that another site's page asked for, and nothing that answers a
    POST: what is shown once, a telephone number, a token, a display's link, comes so. Tokens of forms are masked anew
    in each page.
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
        if "gzip" not in request.headers.get("Accept-Encoding", "") or (known and not _asked_by_its_reader(request)):
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


def _asked_by_its_reader(request: HttpRequest) -> bool:
    """Whether a page of ours, or the reader's own hand, asked for a page and nobody's site in between."""
    if request.method not in ("GET", "HEAD"):
        return False
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in ("same-origin", "none")
    # Browsers that do not say so yet, iOS before 16.4 among them: a page of ours names itself in full.
    return urlsplit(request.headers.get("Referer", "")).netloc == request.get_host()
