"""The saved views of the post that asks, read only."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Router, Schema

from lianxin.cases.api.credentials import allowed
from lianxin.cases.api.describing import Described
from lianxin.cases.api.examples import example
from lianxin.cases.api.reading import guarded
from lianxin.cases.api.setup import SIGNED_IN, actor_of
from lianxin.cases.api.writing import respond
from lianxin.cases.queries.saved import asked_in_words, filter_of, saved_views

router = Router()
cases_tag = _("Staff: cases")


class ViewShape(Schema):
    """A filter of the inbox under a name; `query` is what follows `/desk/?`."""

    id: str
    name: str
    query: str
    words: str
    mine: bool
    shared: bool
    first: bool
    by: str


class Views(Schema):
    """The views a post may open, by name."""

    rows: list[ViewShape]


@router.get(
    "/views",
    auth=allowed("cases:read"),
    tags=[cases_tag],
    operation_id="listViews",
    **Described(
        _("List the saved views"),
        _(
            "The filters of the inbox that the post keeps, and those its unit shares. A view holds what is asked for, "
            "not what is found. Scope: cases:read."
        ),
        scope="cases:read",
        gives=Views,
        example=example("views"),
        fails=SIGNED_IN,
    ).options,
)
@guarded
def list_views(request: HttpRequest) -> HttpResponse:
    """One's own views and those of one's unit."""
    actor, rows = actor_of(request), []
    for row in saved_views(actor):
        told: dict[str, Any] = {**row, "id": str(row["id"])}
        rows.append(told | {"words": asked_in_words(actor.town, filter_of(row["query"]))})
    return respond({"rows": rows})
