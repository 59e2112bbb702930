"""The programs' door: `/api/v1`."""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext_noop as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from lianxin.cases.api import (
    attending,
    boundaries,
    bulk,
    erasing,
    followups,
    grids,
    joining,
    own,
    photos,
    public,
    publishing,
    replies,
    saved,
    setup,
    staff,
    worklinks,
)
from lianxin.cases.api.credentials import CHALLENGE
from lianxin.cases.api.describing import completed
from lianxin.cases.api.problems import BY_STATUS, Problem, answer, faults_of
from lianxin.cases.queries.standing import NotSeen
from lianxin.keys.once import KeyUsedOtherwise
from lianxin.ui.unsaved import RETRY, cannot_be_saved

log = logging.getLogger("lianxin.api")

CODE_OF: Mapping[type[Exception], str] = MappingProxyType(
    {
        NotSeen: "not_found",
        Http404: "not_found",
        PermissionDenied: "may_not",
        KeyUsedOtherwise: "key_used_otherwise",
        RequestDataTooBig: "too_large",
        TooManyFilesSent: "too_large",
        MultiPartParserError: "bad_request",
    }
)


class Door(NinjaAPI):
    """The API: every error in one shape, a schema in the reader's language."""

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        """Answer with a problem; what nobody foresaw is logged and told as our fault."""
        problem = problem_of(exc)
        if problem.code in {"fault", "unavailable"}:
            log.error("%s %s", request.method, request.path, exc_info=exc)
        return answer(problem)

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """The OpenAPI 3.1 document."""
        schema = super().get_openapi_schema(**kwargs)
        told = completed(dict(schema))
        schema.clear()
        schema.update(told)
        return schema


def problem_of(error: Exception) -> Problem:
    """What an exception of an operation is to its caller."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, ValidationError):  # what the framework reads itself: the path
        return Problem("invalid", faults_of([{**one, "loc": one["loc"][-1:]} for one in error.errors]))
    if isinstance(error, AuthenticationError):
        return Problem("sign_in", headers=CHALLENGE)
    if isinstance(error, HttpError):
        return Problem(BY_STATUS.get(error.status_code, "bad_request"))
    if cannot_be_saved(error):
        return Problem("unavailable", headers={"Retry-After": str(RETRY)})
    return Problem(next((code for kind, code in CODE_OF.items() if isinstance(error, kind)), "fault"))


api = Door(
    title=_("Lianxin: the programs' door"),
    version="1",
    description=_(
        "Everything the pages do, for programs. Ids are text. Times are ISO 8601 with their zone. Places are WGS-84. "
        "Errors are problems after RFC 9457, with a stable code and a sentence in the language of Accept-Language "
        "(zh, en). A write takes an Idempotency-Key and has one effect however often it is sent."
    ),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)
for each in (
    public.router,
    setup.router,
    boundaries.router,
    grids.router,
    staff.router,
    bulk.router,
    saved.router,
    worklinks.staff.router,
    own.router,
    joining.router,
    replies.staff.router,
    followups.staff.router,
    attending.staff.router,
    publishing.staff.router,
    erasing.staff.router,
    photos.router,
):
    api.add_router("", each)
