"""A post that has ended: what whoever held it is told of it when they come back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from lianxin.keys.models import Town
from lianxin.ledger.rows import past_of
from lianxin.people.models import Post
from lianxin.people.queries import posts_of, units
from lianxin.ui import words


@dataclass(frozen=True, slots=True)
class Ended:
    """What was told of an end. `off`: the first day without the post; `told_at`: when it was entered, None where that
    was never written; `unit`, `to`: the unit of the post, and the one its open work went to; `others`: whether who
    held it holds another post.
    """

    role: str
    unit: str
    to: str
    off: date
    told_at: datetime | None
    others: bool

    def sentence(self) -> str:
        """That the post has ended, since when, and who goes on with its work: a unit, as the public sees it too."""
        told = {"role": self.role, "unit": self.unit, "to": self.to, "off": words.day(self.off)}
        ended = _("Your post as %(role)s (%(unit)s) has ended: it holds no more since %(off)s.") % told
        entered = _(" This was entered at %(at)s.") % {"at": words.when(self.told_at)} if self.told_at else ""
        return ended + entered + _(" Its open work is with %(to)s now.") % told


class PostEnded(PermissionDenied):
    """Somebody acts in a post that has ended since; `ended` says what to tell them."""

    def __init__(self, ended: Ended) -> None:
        super().__init__()
        self.ended = ended


def ended_post(account_id: int, town: Town, *, on: date, pk: int | None = None) -> Ended | None:
    """The post of an account in a town that ended last before a day; ask for those who act in none any more.

    `pk`: that one alone.
    """
    rows = Post.objects.for_system("sign-in", town).select_related("role")
    rows = rows if pk is None else rows.filter(pk=pk)
    post = rows.filter(account_id=account_id, ends__lt=on).order_by("-ends", "-id").first()
    if post is None or post.ends is None:
        return None
    left = [entry for entry in past_of(town, "post", post.pk) if entry.act == "leave"]
    to = (left[-1].data.get("to") or {}).get("unit") if left else None
    return Ended(
        role=post.role.name.get("zh" if words.is_chinese() else "en") or post.role.key,
        unit=words.name_of(units(town)[post.unit_id]),
        to=words.name_of(units(town)[to or post.unit_id]),
        off=post.ends + timedelta(days=1),
        told_at=left[-1].at if left else None,
        others=bool(posts_of(account_id, town, on=on)),
    )
