"""Operations of the staff, declared in few lines: who may come in, what is said of them, and one effect for one key."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router

from lianxin.cases.api.credentials import allowed
from lianxin.cases.api.describing import Described
from lianxin.cases.api.problems import Problem
from lianxin.cases.api.reading import View, guarded, key_of
from lianxin.cases.api.setup import SIGNED_IN, actor_of
from lianxin.keys.once import OnceKey, claim, digest_of, found

OF_BODY = ("bad_json", "unsupported_media", "too_large", "invalid")
Declare = Callable[[View], View]


@dataclass(frozen=True, slots=True)
class StaffRouter:
    """Operations under one heading. `area`: setup or cases, the scope a token must hold to read or write there."""

    tag: str
    area: str
    router: Router = field(default_factory=Router)

    def read(self, path: str, name: str, told: Described, *, may: str = "") -> Declare:
        """A GET operation; `may` is the right the post must have."""
        refused = ("may_not",) if may else ()
        asked = ("invalid",) if told.query else ()
        full = replace(told, scope=f"{self.area}:read", fails=(*told.fails, *SIGNED_IN, *refused, *asked))
        return self._declare("GET", path, name, full, may)

    def write(self, method: str, path: str, name: str, told: Described, *, may: str = "") -> Declare:
        """An operation that writes; a POST takes a key, the others say what they saw."""
        of_body = OF_BODY if told.body or told.form else ()
        fails = (*told.fails, *SIGNED_IN, "csrf", "may_not", *of_body)
        full = replace(told, scope=f"{self.area}:write", keyed=method == "POST", fails=fails)
        return self._declare(method, path, name, full, may)

    def _declare(self, method: str, path: str, name: str, told: Described, may: str) -> Declare:
        def declare(view: View) -> View:
            held: View = self.router.api_operation(
                [method], path, auth=allowed(told.scope), tags=[self.tag], operation_id=name, **told.options
            )(guarded(_for_holders(view, may)))
            return held

        return declare


def _for_holders(view: View, may: str) -> View:
    """The view for those whose post has a right."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if may and not actor_of(request).can(may):
            raise Problem("may_not")
        return view(request, *args, **kwargs)

    return wrapped


@dataclass(frozen=True, slots=True)
class Made:
    """The id of what a write made, and whether an earlier request under the same key made it."""

    pk: int
    repeated: bool


def make_once(request: HttpRequest, what: str, body: Any, make: Callable[[], int], *, now: datetime) -> Made:
    """Make something once for a key, however often it is sent; `make` writes it and tells its id.

    Raises KeyUsedOtherwise where the key came with another body, and whatever `make` raises.
    """
    actor = actor_of(request)
    once = OnceKey(f"post:{actor.post_id}:{what}", key_of(request), digest_of({"body": body}))
    earlier = found(once, town_id=actor.town_id)
    if earlier is not None:
        return Made(earlier, repeated=True)
    try:
        with transaction.atomic():
            pk = make()
            earlier = claim(once, town_id=actor.town_id, result=pk, now=now)
            if earlier is not None:
                transaction.set_rollback(True)
    except Exception:
        # Two at a time under one key: what the first wrote is in the second one's way.
        earlier = found(once, town_id=actor.town_id)
        if earlier is None:
            raise
    return Made(pk, repeated=False) if earlier is None else Made(earlier, repeated=True)
