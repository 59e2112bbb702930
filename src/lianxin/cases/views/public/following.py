"""What a reporter may read of the case they follow, and do there: just what is theirs.

Of the history they see what was done and by which unit, never inner notes nor names of staff; of the words their own
and those meant for them: the answer, and why something was refused. Others who follow the same case stay unseen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.cases.actions.doors import state_of
from lianxin.cases.forms import fields_for
from lianxin.cases.links import link_code
from lianxin.cases.models import Case, Photo, Reporter
from lianxin.cases.pickers import category_name, grid_name, unit_name
from lianxin.cases.queries.setup import categories, clauses, workflow_by_id
from lianxin.cases.queries.standing import stand
from lianxin.cases.roles import roles_of
from lianxin.cases.values import Standing
from lianxin.cases.views.public.mine import title_for
from lianxin.cases.views.public.progress import progress_of
from lianxin.cases.views.public.standing import standing_of
from lianxin.cases.words import act_name, said
from lianxin.keys.models import Town
from lianxin.keys.numbers import spoken
from lianxin.ledger.models import Entry, Text
from lianxin.people.actors import Actor
from lianxin.people.actors import reporter as reporter_actor
from lianxin.people.models import Post
from lianxin.people.queries import units
from lianxin.ui import words
from lianxin.workflow.definition import Transition, Workflow
from lianxin.workflow.engine import available

REMIND_EVERY = timedelta(hours=24)
TOLD = frozenset({"answer"})  # texts meant for every reporter, whoever wrote them
TOLD_WITH = {"reject": frozenset({"reason"})}
OWN = frozenset({"title", "text", "note", "reason"})


@dataclass(slots=True)
class Following:
    """A reporter at their case: who looks, the case with its duties, and its history."""

    town: Town
    reporter: Reporter
    actor: Actor
    standing: Standing
    flow: Workflow
    entries: list[Entry]
    texts: dict[int, dict[str, str]] = field(default_factory=dict)
    photos: dict[int, list[Mapping[str, Any]]] = field(default_factory=dict)
    posts: dict[int, int] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        """The case."""
        return self.standing.case

    def own(self, entry: Entry) -> bool:
        """Whether this reporter made the entry (a clerk may have written the first one down for them)."""
        return bool(entry.data.get("given", {}).get("reporter") == self.reporter.pk)


def following(town: Town, reporter: Reporter) -> Following:
    """Read a case for its reporter; a constant number of statements. Raises NotSeen."""
    actor = reporter_actor(town, case_id=reporter.case_id, reporter_id=reporter.pk, first=reporter.first)
    standing = stand(actor, pk=reporter.case_id)
    flow = workflow_by_id(town, standing.case.workflow_id)
    made = Following(town, reporter, actor, standing, flow, _entries(town, reporter.case_id))
    rows = Text.objects.for_system("follow", town).filter(entry__subject_kind="case", subject_id=reporter.case_id)
    for entry_id, name, body in rows.filter(erased_at=None).values_list("entry_id", "field", "body"):
        made.texts.setdefault(entry_id, {})[name] = body
    photos = Photo.objects.for_system("follow", town).filter(case_id=reporter.case_id).order_by("at", "id")
    for photo in photos.values("id", "entry_id", "moment"):
        made.photos.setdefault(photo["entry_id"], []).append(photo)
    posts = {entry.post_id for entry in made.entries if entry.post_id is not None}
    made.posts = dict(Post.objects.for_system("follow", town).filter(id__in=posts).values_list("id", "unit_id"))
    return made


def _entries(town: Town, case_id: int) -> list[Entry]:
    rows = Entry.objects.for_system("follow", town).filter(subject_kind="case", subject_id=case_id)
    return list(rows.order_by("seq"))


def page_of(seen: Following, *, now: datetime) -> dict[str, Any]:
    """Everything the page shows."""
    case, town = seen.case, seen.town
    progress = progress_of(town, case, seen.entries, now=now)
    return {
        "number": spoken(case.number), "version": case.version, "first": seen.reporter.first, "progress": progress,
        **_about(seen),
        "standing": standing_of(town, case, seen.flow.steps[case.step], progress, may=_may(seen, now=now), now=now),
        "timeline": [*_present(progress), *timeline(seen, now=now)],
        "acts": acts_of(seen, now=now), "answers": _answers(seen, now=now),
        "refusal": _refusal(seen), "appeals": _appeals(seen), "main": _main(seen, progress, now=now),
        "has_phone": bool(seen.reporter.phone),
    }  # fmt: skip


def _about(seen: Following) -> dict[str, Any]:
    """What it is about: to the first reporter in their own words, to others as far as anybody may read."""
    case, town = seen.case, seen.town
    category = categories(town).get(case.category_id or 0)
    place = grid_name(town, case.grid_id)
    kind = category_name(category) if category else ""
    title = title_for(town, case, seen.reporter)
    if not seen.reporter.first:
        return {"title": title, "text": "", "place": place, "kind": kind}
    words_of = next((seen.texts.get(entry.pk, {}) for entry in seen.entries if entry.act == "open"), {})
    return {
        "title": title, "text": words_of.get("text", ""), "kind": kind,
        "place": " ".join(part for part in (place, case.address) if part),
    }  # fmt: skip


def _plain() -> dict[str, str]:
    """Acts in a resident's words; an act that is not here is shown by its name where it moves the case, else not."""
    return {
        "open": _("You raised it"),
        "join": _("You joined it"),
        "accept": pgettext("resident", "Taken up"),
        "assign": _("Passed to %(unit)s"),
        "take": _("%(unit)s took it on"),
        "take_over": _("Now with %(unit)s"),
        "contact": _("Got in touch about it"),
        "grant_extension": _("More time given, until %(until)s"),
        "suspend": _("Waiting; looked at again by %(until)s"),
        "resume": pgettext("resident", "Work goes on"),
        "finish": pgettext("resident", "Answered"),
        "answer": pgettext("resident", "Answered"),
        "send_back": _("Sent back to be reassigned"),
        "overdue": _("Overdue: supervisors were told"),
        "escalate": _("Moved up one level"),
        "supervise": _("Urged by supervisors"),
        "remind": _("Asked for an answer"),
        "call_back": _("Asked again how it went"),
        "satisfied": _("Found satisfactory"),
        "dissatisfied": _("Found not satisfactory: handled again"),
        "presume": _("No word in time: taken as settled"),
        "reopen": pgettext("resident", "Handled again"),
        "not_solved": _("Reported as not solved: looked at again"),
        "close": pgettext("resident", "Closed"),
        "reject": pgettext("resident", "Not taken up"),
        "withdraw": pgettext("resident", "Withdrawn"),
        "appeal": pgettext("resident", "Appealed"),
        "merge": _("Handled together with a request of the same matter"),
        "split": _("Handled on its own again"),
        "add": _("You added"),
    }


_PRIVATE = frozenset({"open", "join", "add"})  # what another reporter did is nobody else's
_LATE = frozenset({"overdue", "reject", "dissatisfied"})


def _present(progress: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What goes on now, at the head of what was done."""
    if progress["ended"]:
        return []
    until = _("until %(due)s") % progress if progress["due"] else ""
    act = _("Now: %(step)s") % progress
    who = "" if progress["yours"] else progress["unit"]
    return [{"act": act, "at": until, "who": who, "tone": "present " + progress["light"]}]


def timeline(seen: Following, *, now: datetime) -> list[dict[str, Any]]:
    """What was done, the newest first."""
    plain = _plain()
    rows = [row for entry in seen.entries if (row := _line(seen, entry, plain, now)) is not None]
    return rows[::-1]


def _line(seen: Following, entry: Entry, plain: Mapping[str, str], now: datetime) -> dict[str, Any] | None:
    own = seen.own(entry)
    if entry.act == "open" and not own:
        act = _("Another resident raised it")
    elif entry.act in _PRIVATE and not own:
        return None
    elif entry.act in plain:
        act = plain[entry.act] % {"unit": _unit_now(seen, entry), "until": _until(entry, now)}
    elif entry.step != entry.source:
        act = act_name(seen.flow, entry.act, entry.source)
    else:
        return None
    tone = "late" if entry.act in _LATE else "moved" if entry.step != entry.source else ""
    unit = "" if own else _who(seen, entry)
    return {
        "act": act, "at": words.when(entry.at, now), "exact": entry.at.isoformat(), "who": "" if unit in act else unit,
        "text": _text(seen, entry, own), "tone": tone, "photos": _photos(seen, entry, own),
    }  # fmt: skip


def _who(seen: Following, entry: Entry) -> str:
    """Which unit, never which person."""
    unit = units(seen.town).get(seen.posts.get(entry.post_id or 0, 0))
    return unit_name(unit) if unit else ""


def _unit_now(seen: Following, entry: Entry) -> str:
    """The unit that has the case after an entry, as far as the entry says."""
    opened = next((each["unit"] for each in entry.data.get("opens", ()) if each["what"] == "main"), None)
    unit = units(seen.town).get(opened or seen.posts.get(entry.post_id or 0, 0))
    return unit_name(unit) if unit else _("The town")


def _until(entry: Entry, now: datetime) -> str:
    until = entry.data.get("given", {}).get("until")
    return words.when(datetime.fromisoformat(until), now) if until else ""


def _text(seen: Following, entry: Entry, own: bool) -> str:
    held = seen.texts.get(entry.pk, {})
    if entry.act == "open":
        return ""  # it stands at the top of the page
    allowed = OWN | TOLD if own else TOLD | TOLD_WITH.get(entry.act, frozenset())
    return "\n".join(body for name, body in sorted(held.items()) if name in allowed and body)


def _photos(seen: Following, entry: Entry, own: bool) -> list[dict[str, str]]:
    """A reporter's own photos, and those of the result."""
    tags = {"before": _("Before"), "after": _("After")}
    shown = [photo for photo in seen.photos.get(entry.pk, ()) if own or photo["moment"] == "after"]
    return [{**photo_urls(seen, photo["id"]), "tag": tags.get(photo["moment"], "")} for photo in shown]


def photo_urls(seen: Following, photo_id: int) -> dict[str, str]:
    """The addresses of a photo's small and full size on the reporter's private page."""
    where = {"number": seen.case.number, "code": link_code(seen.reporter.pk), "photo": photo_id}
    full = reverse("follow-photo", kwargs=where)
    return {"src": f"{full}?small=1", "href": full}


def photo_digest(town: Town, reporter: Reporter, photo_id: int) -> str | None:
    """The digest of a photo this reporter may see, else None."""
    seen = following(town, reporter)
    for entry in seen.entries:
        own = seen.own(entry)
        for photo in seen.photos.get(entry.pk, ()):
            if photo["id"] == photo_id and (own or photo["moment"] == "after"):
                rows = Photo.objects.for_system("follow", town).filter(id=photo_id)
                return rows.values_list("file__digest", flat=True).first()
    return None


def _answers(seen: Following, *, now: datetime) -> list[dict[str, Any]]:
    """The public answers, the newest first, each with the photos of the result."""
    return [
        {"text": body, "who": _who(seen, entry), "at": words.when(entry.at, now),
         "photos": _photos(seen, entry, False)}
        for entry in reversed(seen.entries) if (body := seen.texts.get(entry.pk, {}).get("answer"))
    ]  # fmt: skip


def _refusal(seen: Following) -> dict[str, str] | None:
    """Why a request was not taken up, and the way on; while it stands refused."""
    if seen.flow.steps[seen.case.step].outcome != "refused":
        return None
    for entry in reversed(seen.entries):
        clause = clauses(seen.town).get(str(entry.data.get("given", {}).get("clause", "")))
        if clause is not None:
            told = {"name": said(clause.name), "text": said(clause.text), "appeal": said(clause.appeal)}
            return {**told, "reason": seen.texts.get(entry.pk, {}).get("reason", "")}
    return None


def _appeals(seen: Following) -> list[dict[str, str]]:
    """The appeals this reporter made, which are cases of their own."""
    if not seen.reporter.first:
        return []
    rows = Reporter.objects.for_system("follow", seen.town).filter(
        case__parent_id=seen.case.pk, case__channel="appeal", first=True
    )
    return [
        {"number": spoken(number),
         "href": reverse("follow-private", kwargs={"number": number, "code": link_code(pk)})}
        for pk, number in rows.values_list("id", "case__number")
    ]  # fmt: skip


def _main(seen: Following, progress: Mapping[str, Any], *, now: datetime) -> dict[str, Any] | None:
    """For a merged case: how the one it went into gets on, and its public answer; none of its words."""
    if progress["outcome"] != "merged" or seen.case.parent_id is None:
        return None
    case = Case.objects.for_system("follow a merged case", seen.town).filter(pk=seen.case.parent_id).first()
    if case is None:
        return None
    entries = _entries(seen.town, case.pk)
    rows = Text.objects.for_system("follow a merged case", seen.town).filter(
        entry__subject_kind="case", subject_id=case.pk, field="answer", erased_at=None
    )
    answers = {entry_id: body for entry_id, body in rows.values_list("entry_id", "body") if body}
    told = [{"text": answers[e.pk], "at": words.when(e.at, now)} for e in reversed(entries) if e.pk in answers]
    main = progress_of(seen.town, case, entries, now=now)
    return {"progress": {**main, "small": ""}, "answers": told}  # what its own reporters may do is not to be done here


def offered(seen: Following, *, now: datetime) -> list[Transition]:
    """The transitions this reporter may make now. Who joined may add and press; the workflow says so."""
    every = available(seen.flow, state_of(seen.standing), roles=roles_of(seen.actor, seen.case, seen.standing.duties))
    pressed = any(e.act == "remind" and seen.own(e) and now - e.at < REMIND_EVERY for e in seen.entries)
    asked = bool(seen.case.state["counts"].get("asked_still"))  # that it is still good is said when one is asked
    shut = {"remind"} if pressed else set()
    return [each for each in every if each.act not in (shut if asked else {*shut, "still_good"})]


def _may(seen: Following, *, now: datetime) -> set[str]:
    """The acts that are or will be open to this reporter; of a case that has ended, those that are open now."""
    if seen.flow.steps[seen.case.step].end:
        return {each.act for each in offered(seen, now=now)}
    role = "reporter" if seen.reporter.first else "joiner"
    every = {each.act for each in seen.flow.transitions if role in each.by}
    # The way on is told ahead; that one may press is told where the act stands below, and only then.
    return every if any(each.act == "remind" for each in offered(seen, now=now)) else every - {"remind"}


def acts_of(seen: Following, *, now: datetime) -> list[dict[str, Any]]:
    """What the page offers: each act with its words and fields. Content and not content are one form, by rating."""
    found = {each.act: each for each in offered(seen, now=now)}
    rows = []
    if {"satisfied", "dissatisfied"} <= set(found):
        rows.append({**_words()["rate"], "act": "rate", "fields": []})
        del found["satisfied"], found["dissatisfied"]
    known = _words()
    for act, transition in found.items():
        plain = {"title": said(transition.name), "lede": "", "send": said(transition.name), "open": False}
        fields = fields_for(transition, seen.actor, seen.case)
        rows.append({**plain, **known.get(act, {}), "act": act, "fields": fields})
    order = ["rate", "still_good", "appeal", "not_solved", "add", "remind", "withdraw"]
    return sorted(rows, key=lambda row: order.index(row["act"]) if row["act"] in order else len(order))


def _words() -> dict[str, dict[str, Any]]:
    return {
        "rate": {
            "title": _("Are you satisfied with it?"), "open": True, "icon": "star", "send": _("Send my rating"),
            "lede": _("If it is not settled, say so: it goes back to be handled again."),
        },
        "still_good": {
            "title": _("Is it still good?"), "open": True, "icon": "check", "send": _("Yes, it is still good"),
            "lede": _("It was closed four weeks ago. If it is no longer good, say below that it is not solved."),
        },
        "add": {
            "title": _("Add words or photos"), "icon": "plus", "send": pgettext("resident", "Add"),
            "lede": _("Whoever has it will see them at once."),
        },
        "remind": {
            "title": _("Ask for an answer"), "icon": "bell", "send": pgettext("resident", "Press"),
            "lede": _("Once an hour. It is recorded, and supervisors see it."),
        },
        "not_solved": {
            "title": _("It is not solved"), "icon": "return", "send": _("Have it looked at again"),
            "lede": _("Say what is still wrong; it is looked at again from the beginning."),
        },
        "withdraw": {
            "title": pgettext("resident", "Withdraw"), "icon": "close", "danger": True,
            "send": _("Withdraw my request"),
            "lede": _("It will no longer be handled. This cannot be undone, but you may report it again."),
        },
        "appeal": {
            "title": pgettext("resident", "Appeal"), "icon": "flag", "send": _("Send my appeal"),
            "lede": _("Another person looks at it than the one who refused. You get a number of its own."),
        },
    }  # fmt: skip

