"""What the build made, sent packed: on a slow line the sheet alone would take a second longer.

The server's own static route sends files as they lie; this one packs each once in the life of a process.
"""

import gzip
import re
from functools import cache
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from lianxin.ui.assets import STATIC

KINDS: Final = {
    ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
}  # fmt: skip
A_YEAR, AN_HOUR = 365 * 86400, 3600
NAMED_BY_CONTENT = re.compile(r"-[\w-]{8}\.\w+$")


@cache
def _packed(name: str, changed_at: int) -> tuple[bytes, bytes]:
    """A file as it is and packed; `changed_at` makes a new build be read anew."""
    body = (STATIC / name).read_bytes()
    return body, gzip.compress(body, 9, mtime=0) if changed_at else body


@require_safe
def made(request: HttpRequest, name: str) -> HttpResponse:
    """A built file; what is named by its content is kept for a year, the rest for an hour."""
    path = STATIC / name
    if path.suffix not in KINDS or path.parent != STATIC or not path.is_file():
        raise Http404
    plain, packed = _packed(name, path.stat().st_mtime_ns)
    wanted = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(packed if wanted else plain, content_type=KINDS[path.suffix])
    if wanted:
        response.headers["Content-Encoding"] = "gzip"
    age = A_YEAR if NAMED_BY_CONTENT.search(name) else AN_HOUR
    response.headers["Cache-Control"] = f"public, max-age={age}" + (", immutable" if age == A_YEAR else "")
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
