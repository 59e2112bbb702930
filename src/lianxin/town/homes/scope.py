"""What a figure counts, in words that stand beside it: of which kinds, from when until when, and for whom."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianxin.cases.queries.setup import kinds
from lianxin.cases.words import said
from lianxin.keys.models import Town
from lianxin.people.actors import Actor


def kind_words(town: Town, kind: str) -> str:
    """The kind that is counted; "" counts all of them."""
    names = {flow.key: said(flow.name) for flow in kinds(town)}
    return names.get(kind) or _("All kinds")


def as_of(now: datetime) -> str:
    """That a figure is of this moment: 截至 17:40."""
    return _("as of %(at)s") % {"at": f"{timezone.localtime(now):%H:%M}"}


def scope(actor: Actor, kind: str, when: str) -> str:
    """The scope of a group of figures in a line: 全部类型 · 截至 17:40."""
    mine = "" if actor.sees == "town" else _("what you may see")
    return " · ".join(part for part in (kind_words(actor.town, kind), when, mine) if part)


def paper(title: str, n: int | None, parts: list[str], now: datetime) -> dict[str, Any]:
    """What stands at the head of a printed page, and only there. `n`: how many cases its list holds."""
    if n is not None:
        title = ngettext("%(what)s, %(n)s case", "%(what)s, %(n)s cases", n) % {"what": title, "n": n}
    return {"title": title, "parts": [part for part in parts if part], "at": now}


def of_them(shown: int, n: int | None) -> str:
    """That a page of a list holds only some of its rows."""
    return _("%(shown)s of them on this page") % {"shown": shown} if n is not None and shown < n else ""
