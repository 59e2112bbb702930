"""The staff directory: search, one person's page, and the hand-over of work when somebody leaves."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases.actions.handing import Leaving, NotHanded, leave_post, work_of
from lianxin.cases.actions.leaving import may_set_leave
from lianxin.cases.models import Case
from lianxin.cases.pickers import grid_name, holder_by, unit_name
from lianxin.cases.queries.rows import rows_of
from lianxin.cases.views.frame import StaffRequest, frame
from lianxin.cases.words import said
from lianxin.people.actors import Actor
from lianxin.people.directory import Wanted, colleagues, directory, others_of, post_of, read_wanted, tallies
from lianxin.people.middleware import staff
from lianxin.people.models import Post
from lianxin.people.passwords import without_password
from lianxin.people.persons import may_change, stamp_of_person
from lianxin.people.queries import roles, today, units
from lianxin.people.standing_in import leaves_of
from lianxin.people.views.signing import see
from lianxin.places.queries import grid_tree
from lianxin.town.homes.records.showing import of_post
from lianxin.town.homes.reform.micro import speakers
from lianxin.town.homes.rows import Row, dress
from lianxin.town.registers.fields import Wrong
from lianxin.town.registers.times import day_of


@staff
@never_cache
@require_safe
def staff_directory(request: StaffRequest) -> HttpResponse:
    """Who works for the town, by name, unit, grid or role; who joined and left lately."""
    actor, now = request.actor, timezone.now()
    wanted = read_wanted(request.GET)
    page = directory(actor, wanted, now=now, after=request.GET.get("after", ""))
    counts = tallies(actor, now=now)
    context = {
        **frame(request, "staff-directory"),
        "page": page, "rows": [person(actor, row) for row in page["rows"]], "wanted": wanted, "counts": counts,
        **_controls(actor), "states": _states(wanted.state, counts), "basis": basis_names(),
        "may_give": actor.can("manage_people"), "missing": _no_password(actor, now),
        "speakers": [] if wanted != Wanted(grid=wanted.grid) else speakers(actor.town, wanted.grid),
    }  # fmt: skip
    return render(request, "town/staff.html", context)


def _no_password(actor: Actor, now: datetime) -> int:
    """How many people cannot sign in yet, for those who can help it."""
    if not actor.can("manage_people"):
        return 0
    return without_password(actor.town, now=now).order_by().values("account_id").distinct().count()


def person(actor: Actor, row: Row) -> Row:
    """A row of the directory in words."""
    return {
        **row, "href": reverse("staff-post", args=[row["id"]]), "role": said(row["role"]),
        "unit": unit_name(row["unit"]) if row["unit"] else "", "grid": grid_name(actor.town, row["grid_id"]),
        "basis": basis_names().get(row["basis"], "") if row["grid_id"] else "",
    }  # fmt: skip


def basis_names() -> dict[str, str]:
    """On what footing somebody works on a grid: 专职 兼职 义务."""
    return {"full": _("Full-time"), "part": _("Part-time"), "volunteer": _("Volunteer")}


def _controls(actor: Actor) -> Row:
    every = [{"value": "", "text": _("All")}]
    town = actor.town
    places = [node for node in grid_tree(town).values() if node.level in ("village", "grid")]
    return {
        "of_unit": every + [{"value": unit.pk, "text": unit_name(unit)} for unit in units(town).values()],
        "of_role": every + [{"value": role.key, "text": said(role.name)} for role in roles(town).values()],
        "of_grid": every + [{"value": node.id, "text": grid_name(town, node.id)} for node in places],
        "of_basis": every + [{"value": key, "text": text} for key, text in basis_names().items()],
    }


def _states(state: str, counts: Row) -> list[Row]:
    names = {"": _("In post"), "joined": _("Joined lately"), "left": _("Left lately")}
    found = {"": counts["people"], "joined": counts["joined"], "left": counts["left"]}
    return [{"text": names[key], "href": f"?state={key}", "on": key == state, "count": found[key]} for key in names]


@staff
@never_cache
@require_safe
def staff_post(request: StaffRequest, pk: int) -> HttpResponse:
    """One person in one post: how to reach them, what else they hold, what is open with them."""
    return post_page(request, found(request, pk))


@staff
@never_cache
@require_http_methods(["POST"])
def staff_leave(request: StaffRequest, pk: int) -> HttpResponse:
    """End a post and hand its open work over; for those who manage people."""
    actor, now = request.actor, timezone.now()
    post = found(request, pk)
    if not actor.can("manage_people"):
        raise PermissionDenied
    faults: dict[str, str] = {}
    leaving = _leaving(request, actor, faults)
    if leaving is None:
        return post_page(request, post, faults=faults)
    try:
        n = leave_post(post, leaving, actor=actor, now=now)
    except NotHanded as refused:
        return post_page(request, post, faults=not_handed(refused))
    told = ngettext("%(n)s duty was handed over.", "%(n)s duties were handed over.", n) % {"n": n}
    messages.success(request, _("The post has ended.") + " " + told)
    return see(reverse("staff-post", args=[pk]))


def found(request: StaffRequest, pk: int) -> Post:
    """The post of an address; 404 for none in the town."""
    post = post_of(request.actor, pk)
    if post is None:
        raise Http404
    return post


def _leaving(request: StaffRequest, actor: Actor, faults: dict[str, str]) -> Leaving | None:
    to = holder_by(actor.town, request.POST.get("to", ""))
    reason = request.POST.get("reason", "").replace("\x00", "").strip()
    try:
        off = day_of(request.POST.get("off", ""))
    except Wrong as wrong:
        faults["off"], off = wrong.said, date.min
    if to is None:
        faults["to"] = _("Choose who takes the work over.")
    if not reason:
        faults["reason"] = _("Say why; it stays in the history of each case.")
    return None if faults or to is None else Leaving(off, to, reason[:1000])


def not_handed(refused: NotHanded) -> dict[str, str]:
    """Why a post was not ended, beside the field it is about ("": beside none)."""
    told = {
        "bad_day": ("off", _("Not later than today, and not before the post began.")),
        "to_itself": ("to", _("Choose somebody else: this is the post that ends.")),
        "bad_holder": ("to", _("This person is no more in that unit.")),
        "ended": ("", _("This post has ended already.")),
    }
    name, sentence = told.get(refused.code, ("", _("This is not yours to do.")))
    return {name: sentence}


def post_page(request: StaffRequest, post: Post, *, faults: dict[str, str] | None = None) -> HttpResponse:
    """The page of a post, with what was wrong in what was sent."""
    actor, now = request.actor, timezone.now()
    duties = work_of(post)
    seen = Case.objects.seen_by(actor).filter(id__in=duties.values("case_id"), closed_at=None)
    context = {
        **frame(request, "staff-directory"),
        "post": post, "unit": unit_name(post.unit), "role": said(post.role.name),
        "grid": grid_name(actor.town, post.grid_id), "basis": basis_names().get(post.basis, ""),
        "others": [person(actor, row) for row in others_of(actor, post, now=now)], "duties": duties.count(),
        "rows": dress(rows_of(actor, seen.order_by("due_at", "id"), now=now, most=50)),
        "held": post.ends is None or post.ends >= today(now), "faults": faults or {}, "data": request.POST,
        "may_end": actor.can("manage_people"), "own": post.account_id == actor.account_id,
        "may_leave": may_set_leave(actor, post),
        "away": leaves_of(post, now=now), **_followers(actor, post, now), "today": today(now),
        "history": of_post(actor, post), "may_change": may_change(actor, post), "seen": stamp_of_person(post),
        "of_basis": [{"value": key, "text": text} for key, text in basis_names().items()],
    }  # fmt: skip
    return render(request, "town/post.html", context, status=422 if faults else 200)


def _followers(actor: Actor, post: Post, now: datetime) -> dict[str, Any]:
    """Who may take the work over: the unit itself, its people, any other unit; who stands in: not another unit."""
    if not may_set_leave(actor, post):
        return {"followers": [], "stand_ins": []}
    near = [
        {"value": f"post:{row['id']}", "text": f"{row['name']} · {row['title'] or said(row['role'])}"}
        for row in colleagues(actor, post.unit_id, now=now)
        if row["id"] != post.pk
    ]
    own = [{"value": f"unit:{post.unit_id}", "text": _("%(unit)s, as a whole") % {"unit": unit_name(post.unit)}}]
    others = [unit for unit in units(actor.town).values() if unit.active and unit.pk != post.unit_id]
    far = [{"value": f"unit:{unit.pk}", "text": unit_name(unit)} for unit in others]
    return {"followers": own + near + far, "stand_ins": own + near}
