"""What cannot be saved just now: the database is locked or full, the disk is full or does not take anything."""

import errno
import logging

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from lianxin.ui.middleware import Next
from lianxin.ui.typed import sent, typed

RETRY = 30  # seconds
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
log = logging.getLogger("lianxin.unsaved")


def cannot_be_saved(error: BaseException) -> bool:
    """Whether an error says that nothing can be written now, through no fault of who wrote."""
    return isinstance(error, OperationalError) or (isinstance(error, OSError) and error.errno in _DISK)


class UnsavedMiddleware:
    """Answers what could not be saved with a page that says so: nothing was changed, send it again in a while.

    What was typed stands on the page, and goes again from there under the same key; photos have to be chosen anew.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page; None for any other error, which is our fault."""
        if not cannot_be_saved(error):
            return None
        log.exception("%s %s could not be saved", request.method, request.path, exc_info=error)
        again = sent(request)
        context = {"typed": typed(request), "sent": again, "photos": bool(again) and bool(request.FILES)}
        response = render(request, "503.html", context, status=503)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Retry-After"] = str(RETRY)
        return response
