"""Saved views (常用视图): those an actor may open, what each asks for in words, and how many duties it holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.cases.models import FirstView, SavedView
from lianxin.cases.pickers import category_name, grid_names, unit_name
from lianxin.cases.queries.inbox import InboxFilter, duties_of, read_filter
from lianxin.cases.queries.setup import categories, kinds, step_names
from lianxin.cases.words import channel_name, choice_name, duty_name, said
from lianxin.keys.cache import cached
from lianxin.keys.models import Town
from lianxin.keys.prepared import Prepared
from lianxin.people.actors import Actor
from lianxin.people.queries import units
from lianxin.workflow.definition import PHASE_NAMES

Row = dict[str, Any]
_COLUMNS = ("id", "name", "query", "post_id", "unit_id", "post__account__name", "first")
ASKED = ("scope", "step", "phase", "light", "duty", "kind", "category", "grid", "unit", "channel", "urgency")


def query_of(filters: InboxFilter) -> str:
    """A filter as the inbox's address writes it, always in the same order; "" for the inbox as it is."""
    asked = {name: value for name in ASKED if (value := getattr(filters, name))}
    if asked.get("scope") == "mine":
        del asked["scope"]
    if filters.shared:
        asked["shared"] = "1"
    if words := filters.words or filters.number or filters.phone:
        asked["q"] = words
    return urlencode(asked)


def filter_of(query: str) -> InboxFilter:
    """The filter a saved query asks for."""
    return read_filter(dict(parse_qsl(query)))


def saved_views(actor: Actor) -> list[Row]:
    """The views an actor may open, by name: id, name, query, mine, shared, first (one's inbox opens with it).

    One statement.
    """
    if not actor.is_staff:
        return []

    def build(post: int, unit: int) -> QuerySet[SavedView, Any]:
        firsts = FirstView.objects.for_system("one's own first view", actor.town_id)
        first = Exists(firsts.filter(post_id=post, view_id=OuterRef("id")))
        rows: Any = SavedView.objects.seen_by(Actor(actor.town, post_id=post, unit_id=unit)).annotate(first=first)
        return rows.order_by("name", "id").values_list(*_COLUMNS)  # type: ignore[no-any-return]

    asked = cached(actor.town, "saved views", lambda: Prepared(build, post=int, unit=int))
    return [
        {
            "id": pk, "name": name, "query": query, "mine": post_id == actor.post_id, "shared": unit_id is not None,
            "by": by, "first": bool(first),
        }
        for pk, name, query, post_id, unit_id, by, first in asked.rows(post=actor.post_id, unit=actor.unit_id)
    ]  # fmt: skip


def count_of(actor: Actor, query: str, *, now: datetime) -> int:
    """How many open duties a saved query holds for this actor. One statement."""
    return duties_of(actor, filter_of(query), now=now).count()


def asked_in_words(town: Town, filters: InboxFilter) -> str:
    """What a filter asks for, as one would say it."""
    return " · ".join(parts_in_words(town, filters).values())


def parts_in_words(town: Town, filters: InboxFilter) -> Mapping[str, str]:
    """Each thing a filter asks for, by its name and as one would say it; `scope` always, others where asked."""
    typed = filters.words or filters.number or filters.phone
    named = {
        "scope": {"unit": _("My unit"), "all": _("All I see")}.get(filters.scope, _("Mine")),
        "light": lights().get(filters.light, ""),
        "step": _step(town, filters.step, filters.kind),
        "phase": said(PHASE_NAMES[filters.phase]) if filters.phase else "",
        "duty": duty_name(filters.duty) if filters.duty else "",
        "kind": next((said(flow.name) for flow in kinds(town) if flow.key == filters.kind), ""),
        "category": _named(categories(town), filters.category, category_name),
        "grid": grid_names(town).get(filters.grid or 0, "") or (_("(gone)") if filters.grid else ""),
        "unit": _named(units(town), filters.unit, unit_name),
        "channel": channel_name(filters.channel) if filters.channel else "",
        "urgency": choice_name("urgency", filters.urgency) if filters.urgency else "",
        "shared": _("Several people wait") if filters.shared else "",
        "q": typed and _("“%(words)s”") % {"words": typed},
    }
    return {name: words for name, words in named.items() if words}


def lights() -> Mapping[str, str]:
    """What the lights of a list are called."""
    return {"late": _("Late"), "soon": _("Due soon"), "ok": _("In time"), "paused": _("Clock stopped")}


def _named(rows: Mapping[int, Any], pk: int | None, name: Any) -> str:
    if pk is None:
        return ""
    return str(name(rows[pk])) if pk in rows else _("(gone)")


def _step(town: Town, key: str, kind: str) -> str:
    names = {of: said(name) for of, name in step_names(town, key).items()}
    return names.get(kind) or pgettext("list", ", ").join(dict.fromkeys(names.values())) or key
