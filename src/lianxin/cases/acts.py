"""What acts are called: one word for one act in every history, in the ledger and for programs.

An act is told by the kind of its subject: the ledger's kinds and acts all stand in ACTS_OF. The acts of a case are its
workflow's, beside those of the spine (`words.spine_acts`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import pgettext_lazy as pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise

_ROW: Final = ("add", "change", "restore", "drop", "found")
_ON_GROUND: Final = (*_ROW, "follow")
ACTS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "account": ("create", "change", "restore", "rename", "reset_password", "change_password", "disable", "create_token",
                "revoke_token", "prove_phone", "release_phone", "forget", "set_email", "prove_email", "drop_email"),
    "post": ("give", "create", "change", "leave", "restore", "follow", "found"), "leave": (*_ROW, "end"), "turn": _ROW,
    "role": _ROW, "unit": _ON_GROUND, "town": ("set_up", "change", "restore", "found"), "calendar": _ROW,
    "category": (*_ROW, "end"), "clause": _ROW, "questions": ("publish",), "workflow": ("publish",),
    "newer_workflow": ("keep",),
    "route": _ON_GROUND, "reply": (*_ROW, "end", "again"),
    "grid": ("begin", "take_over", "end", "rename", "describe", "redraw", "import", "restore", "drop"),
    "site": (*_ROW, "end"),
    "representative": _ON_GROUND, "party_group": _ON_GROUND, "centre": _ON_GROUND, "line_service": _ON_GROUND,
    "service_point": _ON_GROUND, "name": (*_ON_GROUND, "import"),
    "publication": ("publish", "withhold", "cover", "uncover", "consent_withdrawn"),
    "person": ("look", "change_details", "adopt", "forget"), "erasure": ("erase",),
    "follow_up": ("set", "done"), "work_link": ("make", "renew", "open", "retell", "end"), "sample": ("draw",),
    "import": ("import", "restore"), "export": ("export",), "ledger": ("look", "ask_check", "verify"),
}  # fmt: skip
# Acts that have another word with one kind than with the others.
OWN_WORDS: Final[Mapping[tuple[str, str], Promise]] = {
    ("account", "create"): pgettext("act", "Account made"),
    ("account", "rename"): pgettext("act", "Called otherwise"),
    ("account", "forget"): pgettext("act", "Account erased"), ("leave", "end"): pgettext("act", "Leave ended"),
    ("grid", "end"): pgettext("act", "Grid ended"), ("person", "look"): pgettext("act", "Details read"),
    ("person", "forget"): pgettext("act", "Details erased"), ("route", "drop"): pgettext("act", "Rule ended"),
    ("work_link", "end"): pgettext("act", "Link ended"),
    ("publication", "publish"): pgettext("act", "Made public"),
}  # fmt: skip
_WORDS: Final[Mapping[str, Promise]] = {
    "add": pgettext("act", "Entered"), "change": pgettext("act", "Changed"), "restore": pgettext("act", "Put back"),
    "drop": pgettext("act", "Taken away"), "import": pgettext("act", "Taken from a file"),
    "export": pgettext("act", "Taken out as a file"), "set_up": pgettext("act", "The town was set up"),
    "end": pgettext("act", "Put out of use"), "again": pgettext("act", "Taken up again"),
    "follow": pgettext("act", "Followed its grid"), "publish": pgettext("act", "Published"),
    "found": pgettext("act", "Written down as it stood"), "keep": pgettext("act", "The town's own was kept"),
    "give": pgettext("act", "Post given"), "create": pgettext("act", "Post given by a table"),
    "leave": pgettext("act", "Post ended"), "reset_password": pgettext("act", "New password given"),
    "change_password": pgettext("act", "Own password chosen"), "disable": pgettext("act", "Account shut"),
    "create_token": pgettext("act", "Token made"), "revoke_token": pgettext("act", "Token revoked"),
    "prove_phone": pgettext("act", "Telephone proven"), "release_phone": pgettext("act", "Telephone let go"),
    "set_email": pgettext("act", "Address of e-mail given"),
    "prove_email": pgettext("act", "Address of e-mail proven"),
    "drop_email": pgettext("act", "Address of e-mail taken away"),
    "begin": pgettext("act", "Begun"), "take_over": pgettext("act", "Took over"),
    "rename": pgettext("act", "Renamed"), "describe": pgettext("act", "Numbers changed"),
    "redraw": pgettext("act", "Boundary redrawn"),
    "withhold": pgettext("act", "Kept from the public"), "cover": pgettext("act", "Photo covered"),
    "uncover": pgettext("act", "Cover taken off a photo"),
    "consent_withdrawn": pgettext("act", "Consent withdrawn"),
    "change_details": pgettext("act", "Own details changed"),
    "adopt": pgettext("act", "Came to the account of its telephone"),
    "erase": pgettext("act", "Erased for good"), "set": pgettext("act", "Follow-up set"),
    "done": pgettext("act", "Follow-up done"), "make": pgettext("act", "Link made"),
    "renew": pgettext("act", "Link renewed"), "open": pgettext("act", "Link opened"),
    "retell": pgettext("act", "Details taken out of a link"),
    "draw": pgettext("act", "Sample drawn"), "look": pgettext("act", "Ledger read"),
    "ask_check": pgettext("act", "Check asked for"), "verify": pgettext("act", "Checked"),
}  # fmt: skip


def act_word(kind: str, act: str) -> str:
    """What was done to a subject of a kind, in words; the bare key where nobody gave it one."""
    return str(OWN_WORDS.get((kind, act)) or _WORDS.get(act) or act)
