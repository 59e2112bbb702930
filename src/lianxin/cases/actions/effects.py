"""What a transition changes beside the step: who holds the duties, and the effects that the spine carries out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from lianxin.cases.actions.writing import Sheet, entry_of, save_changes, save_rows
from lianxin.cases.columns import apply
from lianxin.cases.models import Case, Duty, Reporter
from lianxin.cases.roles import MAIN, holds, seat_of
from lianxin.cases.routes import grid_chain
from lianxin.cases.values import Holder, Standing
from lianxin.keys.models import Town
from lianxin.keys.rows import change
from lianxin.ledger.models import Entry
from lianxin.people.actors import Actor
from lianxin.people.models import Post
from lianxin.people.queries import clock_of, desk_of, today, units
from lianxin.workflow.clock import Due
from lianxin.workflow.definition.naming import HOLDER
from lianxin.workflow.engine import DutyOpen, Plan, Refused, by_hours


@dataclass(slots=True)
class Move:
    """A transition being made: what was seen, what the engine decided, and the sheet it is written on."""

    standing: Standing
    plan: Plan
    sheet: Sheet
    actor: Actor
    now: datetime
    given: Mapping[str, Any]
    extra: dict[str, Any] = field(default_factory=dict)
    handler: dict[str, Any] | None = None
    later: list[Callable[[Entry], object]] = field(default_factory=list)  # inside the transaction

    def columns(self) -> dict[str, Any]:
        """What the case's columns become."""
        case, state = self.standing.case, self.plan.state
        kept = {key: value for key, value in case.state.items() if key in {"barred", "stand_in", "handler"}}
        if self.handler is not None:
            kept["handler"] = self.handler
        columns: dict[str, Any] = {
            "step": state.step,
            "due_at": state.due_at,
            "state": {**state.to_json(), **kept},
            "closed_at": (case.closed_at or self.now) if self.plan.closes else self._still_closed(),
        }
        main = next((duty for duty in self.sheet.opens if duty.what == MAIN), None)
        if main is not None:
            columns["unit_id"], columns["post_id"] = main.unit_id, main.post_id
        for name, column in (("category", "category_id"), ("grid", "grid_id"), ("urgency", "urgency")):
            if name in self.given:
                columns[column] = self.given[name]
        return {**columns, **self.extra}

    def _still_closed(self) -> datetime | None:
        stays = self.plan.transition.to is None
        return self.standing.case.closed_at if stays else None


def carry_out(move: Move) -> None:
    """Fill the sheet with duties to shut and open, and prepare the effects."""
    for closing in move.plan.closings:
        of_name = [duty for duty in move.standing.duties if duty.what == closing.what]
        own = [duty for duty in of_name if holds(move.actor, duty)]
        move.sheet.shuts += own if closing.own else of_name
    for opening in move.plan.opens:
        for holder in _holders(move, opening):
            duty = move.sheet.open_duty(opening.what, opening.who, holder, opening.due, move.plan.state.step)
            _date(move, opening, duty)
    _move_due(move)
    _rate(move)
    for effect in move.plan.effects:
        _EFFECTS[effect.name](move)


def _date(move: Move, opening: DutyOpen, duty: Duty) -> None:
    """A limit runs by the hours of the unit it comes to; the plan was made by those of the unit that had the case."""
    town = move.actor.town
    clock = clock_of(town, duty.unit_id)
    if opening.due is None or clock is clock_of(town, move.standing.case.unit_id):
        return
    if opening.what == MAIN and opening.limit is not None:
        state, due = by_hours(move.plan.state, opening.limit, clock)
        move.plan = replace(move.plan, state=state)
    elif opening.limit is not None:
        due = clock.due(move.now, opening.limit)
    else:
        due = clock.until(move.now, opening.due.at, working=True)
    duty.due_at, duty.soon_at = due.at, due.soon_at


def _move_due(move: Move) -> None:
    """A pause, a resumption or an extension moves the open main duty's date with the case's."""
    main, state = move.standing.main, move.plan.state
    paused = state.paused_at is not None
    if main is None or main in move.sheet.shuts or (main.due_at, main.paused) == (state.due_at, paused):
        return
    main.due_at, main.soon_at, main.paused = state.due_at, state.soon_at, paused
    moved = {"due_at": state.due_at, "soon_at": state.soon_at, "swept": False, "paused": paused}
    move.later.append(lambda _: change(Duty, main.town_id, {"id": main.pk}, moved))


def _rate(move: Move) -> None:
    """A rating is its reporter's; one told on the telephone is the first reporter's."""
    if "rating" not in move.given:
        return
    case, whose = move.standing.case, move.actor.reporter_id
    where = {"case_id": case.pk, **({"id": whose} if whose else {"first": True})}
    rated = {"rating": int(move.given["rating"])}
    move.later.append(lambda _: change(Reporter, case.town_id, where, rated))


def _holders(move: Move, opening: DutyOpen) -> list[Holder]:
    """Who is to hold a duty the engine opens."""
    if opening.who == "given:units":
        return [Holder(pk) for pk in move.given["units"]]
    if opening.who == "given:holder":
        return [move.given["holder"]]
    if opening.who == "holder":
        return [_handler(move, opening.what)]
    return [Holder(desk_of(move.actor.town, seat_of(opening.who, move.standing.case.state)))]


def _handler(move: Move, what: str) -> Holder:
    """The handler: who is named now; who takes it on; who had it last (首接负责), or their unit once they have left."""
    actor, main = move.actor, move.standing.main
    if what == MAIN and "holder" in move.given:
        holder: Holder = move.given["holder"]
    elif what == MAIN and main is not None and holds(actor, main) and HOLDER & set(move.plan.transition.by):
        holder = Holder(actor.unit_id or _last(move).unit_id, actor.post_id)
    else:
        holder = _still_there(_last(move), move)
    if what == MAIN:
        move.handler = {"unit": holder.unit_id, "post": holder.post_id}
    return holder


def _last(move: Move) -> Holder:
    case = move.standing.case
    if known := case.state.get("handler"):
        return Holder(known["unit"], known["post"])
    return Holder(case.unit_id or desk_of(move.actor.town, "clerk"), case.post_id)


def _still_there(holder: Holder, move: Move) -> Holder:
    """The holder, or the unit alone when the post has ended or its person's account is closed: somebody must do it."""
    if holder.post_id is None:
        return holder
    rows = Post.objects.for_system("handler", move.actor.town).filter(pk=holder.post_id, account__is_active=True)
    on = today(move.now)
    return holder if rows.filter(Q(ends=None) | Q(ends__gte=on)).exists() else Holder(holder.unit_id)


def _reseat(move: Move, holder: Holder) -> None:
    """Give the main duty to somebody else, its date unchanged."""
    main, state = move.standing.main, move.plan.state
    due = Due(state.due_at, state.soon_at or state.due_at, state.provisional) if state.due_at else None
    if main is not None and main not in move.sheet.shuts:
        move.sheet.shuts.append(main)
    move.sheet.open_duty(MAIN, "holder", holder, due, state.step)
    move.handler = {"unit": holder.unit_id, "post": holder.post_id}


def _hand_over(move: Move) -> None:
    """接手: who accepts an offer takes the main duty; until now the first unit answered for it."""
    _reseat(move, Holder(move.actor.unit_id or desk_of(move.actor.town, "clerk"), move.actor.post_id))


def _escalate(move: Move) -> None:
    """升级: to the next level that can carry it: grid worker → village → town's dispatchers → its supervisors."""
    if move.plan.transition.to is not None:
        _open_above(move)
        return
    case, main = move.standing.case, move.standing.main
    if main is None:
        return
    above = _above(move.actor.town, case.unit_id, case.post_id)
    if above is not None and main.who == "holder":
        _reseat(move, above)
    elif not any(duty.what == "watch" for duty in move.standing.duties):
        _watched(move)


def _open_above(move: Move) -> None:
    """With a change of step: whoever would have its turn there, the level above has it; who was named by hand stays."""
    main = next((duty for duty in move.sheet.opens if duty.what == MAIN), None)
    if main is None:
        return
    above = _above(move.actor.town, main.unit_id, main.post_id)
    if above is None or main.who != "holder" or "holder" in move.given:
        _watched(move)
        return
    move.sheet.opens.remove(main)
    due = Due(main.due_at, main.soon_at or main.due_at, False) if main.due_at else None
    move.sheet.open_duty(MAIN, main.who, above, due, main.step)
    move.handler = {"unit": above.unit_id, "post": above.post_id}


def _watched(move: Move) -> None:
    """A desk, or who has nobody above, stays responsible; its supervisors are told by a duty of their own."""
    desk = Holder(desk_of(move.actor.town, "supervisor"))
    move.sheet.open_duty("watch", "supervisor", desk, None, move.plan.state.step)


def _above(town: Town, unit_id: int | None, post_id: int | None) -> Holder | None:
    if post_id is not None and unit_id is not None and units(town)[unit_id].grid_id is not None:
        return Holder(unit_id)
    here = units(town).get(unit_id or 0)
    if here is not None and here.grid_id is not None:
        chain = grid_chain(town, here.grid_id)[1:]
        higher = next((pk for pk, unit in units(town).items() if unit.grid_id in chain), None)
        return Holder(higher if higher is not None else desk_of(town, "dispatcher"))
    return None


def _merge(move: Move) -> None:
    """并案: this case goes under the main one, keeps its reporters, and the main one's history says so.

    An appeal belongs to the case it is about already, and is decided by itself.
    """
    case, main_id = move.standing.case, move.given["case"]
    if case.parent_id is not None:
        raise Refused("bad_value", act=move.plan.transition.act, field="case")
    main = Case.objects.seen_by(move.actor).filter(pk=main_id).first()
    if main is None or main.pk == case.pk or main.parent_id is not None or main.closed_at is not None:
        raise Refused("bad_value", act=move.plan.transition.act, field="case")
    if Case.objects.for_system("merge", case.town_id).filter(parent_id=case.pk, closed_at__isnull=False).exists():
        raise Refused("bad_value", act=move.plan.transition.act, field="case")
    move.extra["parent_id"] = main_id
    move.later.append(lambda _: note_on(main, "absorb", {"case": case.pk}, actor=move.actor, now=move.now))


def _split(move: Move) -> None:
    """拆分: the case stands on its own again."""
    case, main = move.standing.case, move.standing.case.parent
    if main is None:
        raise Refused("bad_value", act=move.plan.transition.act, field="case")
    move.extra["parent_id"] = None
    move.later.append(lambda _: note_on(main, "release", {"case": case.pk}, actor=move.actor, now=move.now))


def note_on(
    case: Case, act: str, given: dict[str, Any], *, actor: Actor, now: datetime, texts: dict[str, str] | None = None
) -> None:
    """Leave an entry on a case that another case's transition touches; in the caller's transaction."""
    seen = case.version
    sheet = Sheet(case, actor, now, act, given=given, texts=texts or {}, source=case.step, quiet=True)
    entry, told = entry_of(sheet, apply(case, {}))
    save_changes(case, seen, {})
    save_rows(sheet, entry, told)


def _appeal(move: Move) -> None:
    """申诉: a case of its own, linked, that goes to another person than who refused."""
    from lianxin.cases.actions.appeals import open_appeal

    case, reason, photos = move.standing.case, move.given["reason"], move.given.get("photos", ())
    move.later.append(lambda entry: open_appeal(case, reason, actor=move.actor, now=move.now, photos=photos))


_EFFECTS: Mapping[str, Callable[[Move], None]] = {
    "hand_over": _hand_over,
    "escalate": _escalate,
    "merge": _merge,
    "split": _split,
    "appeal": _appeal,
}
