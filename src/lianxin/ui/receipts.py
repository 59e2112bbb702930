"""What was received, named by a digest: a phone deletes what it sent only when the answer names the same."""

import hashlib
from typing import IO, Any

from django.http import HttpRequest, HttpResponse

RECEIPT = "X-Lianxin-Receipt"
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field; a form resent later carries another one
PART = 1 << 16


def digest_of_form(request: HttpRequest) -> str:
    """The digest of a form as it came: SHA-256 over one line for each value, sorted.

    A line is the field's name, a space and the SHA-256 of its value: of a text in UTF-8 with plain line ends, of a
    file's bytes. The token against forgery is left out. The browser makes the same of what it sends
    (`digestOf` in frontend/src/outbox-store.ts).
    """
    lines = [
        f"{name} {hashlib.sha256(_plain(value)).hexdigest()}"
        for name, values in request.POST.lists()
        if name != TOKEN
        for value in values
    ]
    lines += [f"{name} {_of_file(file)}" for name, files in request.FILES.lists() for file in files]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _plain(value: Any) -> bytes:
    return str(value).replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")


def _of_file(file: IO[bytes]) -> str:
    file.seek(0)
    total = hashlib.sha256()
    while part := file.read(PART):
        total.update(part)
    return total.hexdigest()


def receipted(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Say in an answer that what was sent has been taken: only once it is on the disk."""
    response.headers[RECEIPT] = digest_of_form(request)
    return response
