"""What somebody wrote into a form that cannot be taken now: given back, so that nothing has to be thought of twice."""

from collections.abc import Iterable

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

# Fields in which people write, however short or plain it is; of the others what reads as words.
WRITTEN = frozenset({
    "address", "agreement", "answer", "asked", "demand", "description", "details", "materials", "measure", "minutes",
    "name", "note", "phone", "present", "reason", "text", "title", "why", "words",
})  # fmt: skip
OURS = frozenset({"act", "csrfmiddlewaretoken", "do", "idempotency_key", "next", "of", "version"})

Pairs = list[tuple[str, str]]


def sent(request: HttpRequest) -> Pairs:
    """Every value of a form that was sent, by name, passwords never; empty where there is none that can be read."""
    if request.method != "POST":
        return []
    try:
        hidden = getattr(request, "sensitive_post_parameters", ())
        names = [] if hidden == "__ALL__" else [name for name in request.POST if not _hidden(name, hidden)]
        return [(name, value) for name in names for value in request.POST.getlist(name)]
    except (MultiPartParserError, RequestDataTooBig, SuspiciousOperation, UnreadablePostError):
        return []


def _hidden(name: str, hidden: Iterable[str]) -> bool:
    """What a view calls sensitive, and passwords also where no view has been asked yet."""
    return "password" in name or name in hidden


def typed(request: HttpRequest) -> Pairs:
    """What was written in a form that was sent, to be shown for copying: ("", text) each."""
    return [("", value) for name, value in sent(request) if name not in OURS and value.strip() and _reads(name, value)]


def _reads(name: str, value: str) -> bool:
    """Whether a value was written by hand; ids, keys and choices have no signs but those of a program."""
    return name in WRITTEN or not value.isascii() or " " in value.strip() or "\n" in value
