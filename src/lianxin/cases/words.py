"""The words of the spine: what an act, a duty, a refusal is called and says, in the reader's language."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.ui import words
from lianxin.workflow.definition import FIELDS, Transition, Workflow
from lianxin.workflow.engine import Refused


def said(name: Mapping[str, str]) -> str:
    """A name of data ({zh, en}) in the reader's language; the other one where it is missing."""
    first, second = ("zh", "en") if words.is_chinese() else ("en", "zh")
    return name.get(first) or name.get(second) or ""


def spine_acts() -> dict[str, str]:
    """What the spine itself writes into a case's history, beside the acts of its workflow."""
    return {
        "open": _("Raised"),
        "absorb": _("Another case was merged into this one"),
        "release": _("A merged case was taken out again"),
        "join": _("Somebody else has the same trouble"),
        "erase": _("Personal words were erased"),
        "erase_photos": _("Photos were erased"),
        "retell": _("The answer told again, without who had their details erased"),
        "succeed": _("Who raised it had their details erased; another who waits speaks for it"),
        "publish": _("Published"),
        "withhold": _("Kept from publication"),
        "hand_over_work": _("Handed on, its holder has left the post"),
        "stand_in_work": _("Handed on, its holder is away"),
        "undo": _("Taken back"),
        "reckon": _("The holiday table went on: due time reckoned again"),
        "follow_grid": _("Its ground belongs to another grid now"),
        "contractor_record": _("The contractor has added a record"),
        "contractor_finish": _("The contractor says that the work is done"),
    }


def act_name(flow: Workflow, act: str, source: str = "") -> str:
    """What an act is called in a case's workflow; the spine's own acts have names of their own."""
    found = flow.transition(source, act) if source else None
    found = found or next((each for each in flow.transitions if each.act == act), None)
    return said(found.name) if found else spine_acts().get(act, act)


def step_name(flow: Workflow, step: str) -> str:
    """What a step is called."""
    return said(flow.steps[step].name) if step in flow.steps else step


def duty_name(what: str) -> str:
    """What a duty asks of its holder; "main" is the step's own turn."""
    names = {
        "main": _("The case itself"),
        "extension": _("Decide on an extension"),
        "conference": _("Take part in a conference"),
        "cohandle": _("Help to handle"),
        "supervise": _("Answer the supervision"),
        "offer": _("Take over or decline"),
        "watch": _("Keep an eye on a late case"),
    }
    return names.get(what, what)


def channels() -> dict[str, str]:
    """How a case may have come in."""
    return {
        "web": _("Web page"),
        "phone": _("By telephone"),
        "visit": _("At the counter"),
        "window": _("At the counter"),
        "walk-in": _("At the counter"),
        "12345": _("12345 hotline"),
        "hotline": _("12345 hotline"),
        "field": _("Found on the grid"),
        "patrol": _("Found on the grid"),
        "grid": _("Found on the grid"),
        "wechat": _("WeChat"),
        "api": _("Another system"),
        "import": _("Import"),
        "letter": _("Letter"),
        "appeal": _("Appeal"),
    }


def channel_name(channel: str) -> str:
    """How a case came in, in words."""
    return channels().get(channel, channel)


def kept_names() -> dict[str, str]:
    """What an import keeps beside the columns of a case is called."""
    return {
        "external_number": _("Number there"),
        "user": _("User there"),
        "source": _("Imported from"),
        "votes_for": _("In favour"),
        "votes_against": _("Against"),
    }


def choice_name(field: str, value: str) -> str:
    """What a value of a field with choices is called."""
    spec = FIELDS.get(field)
    found = next((each for each in spec.choices if each[0] == str(value)), None) if spec else None
    return said({"zh": found[1], "en": found[2]}) if found else str(value)


def role_name(who: str, names: Mapping[str, Mapping[str, str]]) -> str:
    """Who may do something: a role's name, or what a workflow calls the holder and the reporter."""
    if who.startswith("duty:"):
        return _("whoever is asked: %(duty)s") % {"duty": duty_name(who.removeprefix("duty:"))}
    fixed = {
        "holder": _("whoever has the case"),
        "holder_in_person": _("whoever has the case under their own name"),
        "reporter": _("the resident"),
        "joiner": _("whoever joined in"),
        "system": _("the clockwork"),
    }
    return fixed.get(who) or said(names.get(who, {})) or who


def refusal(refused: Refused, flow: Workflow, roles: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Why an act was refused, and what to do, in one sentence or two."""
    detail = refused.detail
    names = {
        "act": act_name(flow, str(detail.get("act", ""))),
        "step": step_name(flow, str(detail.get("step", ""))),
        "by": pgettext("list", ", ").join(role_name(str(who), roles or {}) for who in _list(detail.get("by"))),
        "fields": _field_names(detail),
        "n": detail.get("at_most", ""),
        "duty": duty_name(str(detail.get("duty", ""))),
        **{name: _moment(detail.get(name)) for name in ("after", "at", "again")},
        "minutes": detail.get("minutes", ""),
    }
    return _refusals().get(refused.code, _("%(act)s cannot be done now.")) % names


def _refusals() -> dict[str, str]:
    return {
        "not_from_here": _("The case stands at “%(step)s”, where %(act)s cannot be done. Look at what was done last."),
        "not_yours": _("%(act)s is for %(by)s. If it should be yours, ask for the case to be reassigned."),
        "missing": _("%(act)s needs: %(fields)s."),
        "not_asked": _("%(act)s has no use for: %(fields)s."),
        "bad_value": _("This cannot be taken: %(fields)s. Choose another."),
        "bad_date": _("The date must be later than %(after)s, and within ten years."),
        "too_often": _("%(act)s has been done %(n)s times in this case, which is the most."),
        "pressed": _("You did this at %(at)s: %(act)s. Again from %(again)s on, once an hour at most."),
        "no_such_duty": _("Nothing is waiting for %(act)s: there is no open duty “%(duty)s”."),
        "paused": _("The clock of this case is stopped. Resume it first, then do this: %(act)s."),
        "not_paused": _("The clock of this case is running: there is nothing to resume."),
        "not_late": _("The case is not late, so it is too early for this: %(act)s."),
        "stale": _("Somebody has acted on this case since you opened the page. See what changed, then send again."),
        "undo_passed": _("Something has happened in this case since. What was done is put right by another act now."),
        "undo_not_yours": _("Only who did this may take it back."),
        "undo_late": _("%(act)s may be taken back within %(minutes)s minutes, and they are over."),
        "undo_final": _("%(act)s cannot be taken back. Another act leads on from it."),
    }


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple | set | frozenset) else []


def _field_names(detail: Mapping[str, object]) -> str:
    one = [detail["field"]] if "field" in detail else []
    keys = [*_list(detail.get("needs")), *_list(detail.get("fields")), *one]
    return pgettext("list", ", ").join(said(FIELDS[str(key)].name) if str(key) in FIELDS else str(key) for key in keys)


def _moment(value: object) -> str:
    return words.when(value) if isinstance(value, datetime) else ""


def used_otherwise() -> str:
    """A key of a write that came back with other words."""
    return _("This form was sent before with other words. Open the page again and send what is right.")


def done_sentence(flow: Workflow, transition: Transition, step: str, due: datetime | None) -> str:
    """What an act has brought about, and by when what follows is due."""
    name = said(transition.name)
    if transition.to is None:
        return _("Noted: %(act)s.") % {"act": name}
    if flow.steps[step].end or due is None:
        return _("Done: %(act)s. The case now stands at “%(step)s”.") % {"act": name, "step": step_name(flow, step)}
    values = {"act": name, "step": step_name(flow, step), "due": words.when(due)}
    return _("Done: %(act)s. Next: %(step)s, by %(due)s.") % values
