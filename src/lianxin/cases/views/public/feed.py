"""The board as a feed, RSS 2.0 or Atom (RFC 4287): what is published, of the town, a grid, or a group of categories."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianxin.cases.messages import TO_REPORTERS
from lianxin.cases.pickers import grid_name
from lianxin.cases.queries.board import BoardFilter, board, board_item, groups
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.views.public.board import kept_query, read_filter
from lianxin.cases.views.public.pages import TownRequest
from lianxin.cases.words import act_name
from lianxin.keys.models import Town
from lianxin.keys.numbers import spoken
from lianxin.ledger.models import Entry
from lianxin.ui import words

MOST = 50
ANSWERS = frozenset({"finish", "answer"})  # acts that carry the public answer
FRESH = 900  # seconds a reader need not ask again


class _Steady(SyndicationFeed):
    """A feed that changes only when an entry does: an empty one is not "of now", which would be another each time."""

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=datetime(2000, 1, 1, tzinfo=UTC))


class _Atom(_Steady, Atom1Feed):
    pass


class _Rss(_Steady, Rss201rev2Feed):
    pass


FORMS: dict[str, type[_Steady]] = {"atom": _Atom, "rss": _Rss}


@require_safe
def feed(request: TownRequest, form: str) -> HttpResponse:
    """The newest entries, the same whoever reads: no cookie, no count of readers."""
    asked = read_filter(request)
    return _answer(request, form, _of_board(request, form, BoardFilter(asked.grid, asked.category)))


@require_safe
def item_feed(request: TownRequest, number: str, form: str) -> HttpResponse:
    """What happens to one request on the board: an entry for each act that its own reporters are told of."""
    row = board_item(request.town, number)
    if row is None:
        raise Http404
    return _answer(request, form, _of_item(request, form, row))


def _answer(request: TownRequest, form: str, body: bytes) -> HttpResponse:
    tag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type=f"application/{form}+xml; charset=utf-8")
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = f"public, max-age={FRESH}"
    return response


def _of_board(request: TownRequest, form: str, wanted: BoardFilter) -> bytes:
    site, query = request.build_absolute_uri("/").rstrip("/"), kept_query(wanted)
    title = _title(request.town, wanted)
    made = FORMS[form](
        title=title, link=f"{site}{reverse('board')}{query}",
        feed_url=f"{site}{reverse('board-feed', args=[form])}{query}", description=title, language=get_language(),
    )  # fmt: skip
    for row in board(request.town, wanted, most=MOST)["rows"]:
        told = "\n\n".join(part for part in (row["text"], row["answer"]) if part)
        link = site + reverse("board-item", args=[row["number"]])
        made.add_item(row["title"], link, told, unique_id=link, pubdate=row["at"], updateddate=row["at"],
                      categories=[part for part in (row["category"], row["place"]) if part])  # fmt: skip
    return str(made.writeString("utf-8")).encode()


def _of_item(request: TownRequest, form: str, row: dict[str, Any]) -> bytes:
    link = request.build_absolute_uri(reverse("board-item", args=[row["number"]]))
    title, flow = f"{spoken(row['number'])} · {row['title']}", workflow_by_id(request.town, row["workflow_id"])
    address = request.build_absolute_uri(reverse("board-item-feed", args=[row["number"], form]))
    made = FORMS[form](title=title, link=link, feed_url=address, description=row["title"], language=get_language())
    rows = Entry.objects.for_system("a published request", request.town).filter(
        subject_kind="case", subject_id=row["case_id"], act__in=TO_REPORTERS
    )
    for pk, act, source, at in rows.order_by("-seq").values_list("id", "act", "source", "at")[:MOST]:
        told = row["answer"] if act in ANSWERS else ""
        made.add_item(act_name(flow, act, source), link, told, unique_id=f"{link}#{pk}", pubdate=at, updateddate=at)
    return str(made.writeString("utf-8")).encode()


def _title(town: Town, wanted: BoardFilter) -> str:
    group = dict(groups(town)).get(wanted.category or 0, "")
    parts = (words.name_of(town), grid_name(town, wanted.grid) if wanted.grid else "", group, _("The public board"))
    return " · ".join(part for part in parts if part)
