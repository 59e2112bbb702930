"""What subjects, acts, facts and texts of the ledger are called, and what verify says does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.town.homes.importing.words import sort_names

if TYPE_CHECKING:
    from collections.abc import Mapping

SYSTEM: Final = frozenset({"system", "系统"})  # who is asked for where nobody in person acted


def kind_names() -> dict[str, str]:
    """The kinds of subject a history can be of, in words."""
    return {
        "case": pgettext("ledger", "Case"), "person": pgettext("ledger", "Somebody's details"),
        "publication": pgettext("ledger", "Publication"), "erasure": pgettext("ledger", "Erasure"),
        "account": pgettext("ledger", "Account"), "post": pgettext("ledger", "Post"),
        "leave": pgettext("ledger", "Leave"), "turn": pgettext("ledger", "Turn of duty"),
        "unit": pgettext("ledger", "Unit"), "role": pgettext("ledger", "Role"), "town": pgettext("ledger", "Town"),
        "calendar": pgettext("ledger", "Day of the calendar"), "grid": pgettext("ledger", "Grid"),
        "representative": pgettext("ledger", "Representative"), "party_group": pgettext("ledger", "Party group"),
        "centre": pgettext("ledger", "Centre household"), "line_service": pgettext("ledger", "Line of service"),
        "site": pgettext("ledger", "Site"), "service_point": pgettext("ledger", "Service point"),
        "name": pgettext("ledger", "Name of a place"), "category": pgettext("ledger", "Category"),
        "clause": pgettext("ledger", "Ground for refusal"), "questions": pgettext("ledger", "Questions"),
        "route": pgettext("ledger", "Rule of dispatch"), "workflow": pgettext("ledger", "Workflow"),
        "reply": pgettext("ledger", "Reply text"), "sample": pgettext("ledger", "Sample"),
        "import": pgettext("ledger", "File brought in"),
        "export": pgettext("ledger", "Table taken out"), "ledger": pgettext("ledger", "The ledger itself"),
        "newer_workflow": pgettext("ledger", "The product's newer workflow"),
        "follow_up": pgettext("ledger", "Follow-up"), "work_link": pgettext("ledger", "Contractor's link"),
    }  # fmt: skip


def fact_names() -> Mapping[str, str]:
    """Facts of entries that are told as they stand: none of them is about a person."""
    return {
        "code": pgettext("ledger", "Code"), "level": pgettext("ledger", "Level"),
        "parent": pgettext("ledger", "Above it"), "households": pgettext("ledger", "Households"),
        "population": pgettext("ledger", "Residents"), "version": pgettext("ledger", "Version"),
        "key": pgettext("ledger", "Key"), "what": pgettext("ledger", "What"), "format": pgettext("ledger", "Format"),
        "rows": pgettext("ledger", "Rows"), "personal": pgettext("ledger", "Personal details in full"),
        "added": pgettext("ledger", "Added"), "changed": pgettext("ledger", "Changed"),
        "gone": pgettext("ledger", "Taken away"), "same": pgettext("ledger", "As before"),
        "back": pgettext("ledger", "As before again"), "again": pgettext("ledger", "There again"),
        "ends": pgettext("ledger", "Brought to an end"), "stays": pgettext("ledger", "Not put back"),
        "of": pgettext("ledger", "Of"), "erased": pgettext("ledger", "Texts erased"),
        "valid_to": pgettext("ledger", "Until"), "duties": pgettext("ledger", "Duties handed on"),
        "entries": pgettext("ledger", "Entries"), "chains": pgettext("ledger", "Chains"),
        "seals": pgettext("ledger", "Seals"), "broken": pgettext("ledger", "What does not hold"),
    }  # fmt: skip


def value_names() -> Mapping[str, Mapping[str, str]]:
    """Values that facts hold by a key, in words: what a file was of, of what level a grid is."""
    files = {key: each["text"] for key, each in sort_names().items()}
    files |= {"cases": pgettext("ledger", "Cases"), "ledger": pgettext("ledger", "The ledger itself")}
    levels = {
        "town": pgettext("ledger", "Town"), "village": pgettext("ledger", "Village"),
        "grid": pgettext("ledger", "Small grid"), "micro": pgettext("ledger", "Micro-grid"),
    }  # fmt: skip
    return {"what": files, "level": levels, "of": kind_names()}


def text_names() -> Mapping[str, str]:
    """What the texts beside an entry are called."""
    return {
        "reason": pgettext("ledger", "Reason"), "note": pgettext("ledger", "Note"),
        "answer": pgettext("ledger", "Answer"), "title": pgettext("ledger", "Title"),
        "text": pgettext("ledger", "Text"), "name": pgettext("ledger", "Name"), "demand": pgettext("ledger", "Demand"),
        "reporter": pgettext("ledger", "Digest of who it is"), "place": pgettext("ledger", "Place"),
        "says": pgettext("ledger", "Digest of what it says"),
    }  # fmt: skip


def broken_words() -> Mapping[str, str]:
    """What verify says does not hold, in words."""
    return {**_of_histories(), **_of_what_they_tell()}


def _of_histories() -> Mapping[str, str]:
    return {
        "a former boundary that nobody replaced": _("a former boundary that nobody replaced"),
        "a photo is missing": _("a photo is missing"),
        "a photo was changed": _("a photo was changed"),
        "a published workflow was changed or taken away": _("a published workflow was changed or taken away"),
        "a text does not match its entry": _("a text does not match its entry"),
        "a text was erased without an erasure in its history": _("a text was erased without an erasure in its history"),
        "a workflow that nobody published": _("a workflow that nobody published"),
        "altered or out of order": _("altered or out of order"),
        "an entry is missing": _("an entry is missing"),
        "an entry it sealed was changed": _("an entry it sealed was changed"),
        "an open duty disagrees with its case": _("an open duty disagrees with its case"),
        "entries it sealed are missing or added": _("entries it sealed are missing or added"),
        "has entries but no row": _("has entries but no row"),
        "its boundary is not the one that was drawn": _("its boundary is not the one that was drawn"),
        "its open duties disagree with its history": _("its open duties disagree with its history"),
        "its photos disagree with its history": _("its photos disagree with its history"),
        "its reporters or their ratings disagree with its history":
            _("its reporters or their ratings disagree with its history"),
        "its row is missing": _("its row is missing"),
        "its whole chain is missing": _("its whole chain is missing"),
        "its whole history is missing": _("its whole history is missing"),
        "missing or out of order": _("missing or out of order"),
        "not made with the town's key": _("not made with the town's key"),
        "published questions were changed or taken away": _("published questions were changed or taken away"),
        "published, but no longer in the database as it was": _("published, but no longer in the database as it was"),
        "questions that nobody published": _("questions that nobody published"),
        "stands although it was taken away": _("stands although it was taken away"),
        "the boundary it had before was changed or taken away":
            _("the boundary it had before was changed or taken away"),
        "the chain does not end where its row says": _("the chain does not end where its row says"),
        "the published list of seals is missing": _("the published list of seals is missing"),
        "the row is not what was last written": _("the row is not what was last written"),
    }  # fmt: skip


def _of_what_they_tell() -> Mapping[str, str]:
    return {
        "a cover that nobody made, or that was taken away": _("a cover that nobody made, or that was taken away"),
        "a cover was taken away behind the history": _("a cover was taken away behind the history"),
        "a duty disagrees with its case": _("a duty disagrees with its case"),
        "a file that nobody sent lies among the photos": _("a file that nobody sent lies among the photos"),
        "a photo that belongs to nothing": _("a photo that belongs to nothing"),
        "a published workflow is called, numbered or dated otherwise than it was published":
            _("a published workflow is called, numbered or dated otherwise than it was published"),
        "a reporter's details, consent or account disagree with its history":
            _("a reporter's details, consent or account disagree with its history"),
        "a reporter's name or telephone cannot be read": _("a reporter's name or telephone cannot be read"),
        "a row that nobody made": _("a row that nobody made"),
        "it is not what was decided": _("it is not what was decided"),
        "it stands although nobody decided so, or it was taken down":
            _("it stands although nobody decided so, or it was taken down"),
        "its duties disagree with its history": _("its duties disagree with its history"),
        "its history or its row cannot be read": _("its history or its row cannot be read"),
        "its size is not that of the photo": _("its size is not that of the photo"),
        "published questions say another category, number or date than was told":
            _("published questions say another category, number or date than was told"),
        "rows of this kind, or their histories, cannot be read":
            _("rows of this kind, or their histories, cannot be read"),
        "the cover is not the one that was made": _("the cover is not the one that was made"),
        "the row is not what was last told": _("the row is not what was last told"),
        "the small picture of a photo is missing": _("the small picture of a photo is missing"),
        "the small picture of a photo was changed": _("the small picture of a photo was changed"),
        "what was decided is not there": _("what was decided is not there"),
        "who speaks for it disagrees with its history": _("who speaks for it disagrees with its history"),
    }  # fmt: skip
