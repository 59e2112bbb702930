"""What every answer needs so that our pages' scripts are few and strict."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from lianxin.ui.receipts import RECEIPT
from lianxin.ui.tiles import base_map

Next = Callable[[HttpRequest], HttpResponseBase]

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)


def policy() -> str:
    """The policy of our pages, with the hosts of the base map's pictures where one is set."""
    base = base_map()
    pictures = "img-src 'self' data: blob:"
    return POLICY.replace(pictures, " ".join((pictures, *base.hosts))) if base else POLICY


class ContentPolicyMiddleware:
    """No script, style or frame but our own; a view that needs more sets the header itself."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the policy to the answer unless the view has set one."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy())
        return response


class SentByScriptMiddleware:
    """A form sent by script (``X-Lianxin-Send``) gets its redirect as a header, with the receipt if there is one.

    A script cannot see a redirect: it would fetch the next page, and with it any message shown
    only once, and then go there again.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Turn a redirect into an empty answer that names the next page."""
        response = self.get_response(request)
        location = response.headers.get("Location")
        if "X-Lianxin-Send" not in request.headers or not location:
            return response
        told = HttpResponse(status=204, headers={"X-Location": location})
        if RECEIPT in response.headers:
            told.headers[RECEIPT] = response.headers[RECEIPT]
        told.cookies = response.cookies
        return told
