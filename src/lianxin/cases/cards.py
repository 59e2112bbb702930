"""What the history keeps of a reporter's details, of what a link says, of a note: a digest, never the words.

The digest is made under the key of personal data, which is not in the database, and stands beside its entry as a text
of that person, link or note: under a random key of its own, which goes when they are erased. Who may read or write the
database can neither find the details by it nor make another to fit.
"""

import json
from typing import Final

from lianxin.cases.models import FollowUp, Reporter, WorkLink
from lianxin.ledger.chain import moment
from lianxin.people.cipher import blind

CARD: Final = "reporter"  # the text beside an entry
CARRIES: Final = ("id", "case_id", "account_id", "name", "phone", "public_consent", "at")
EMPTY: Final = {  # what is left of the details of who was erased
    "name": "", "phone": "", "phone_blind": "", "phone_tail": "", "public_consent": False, "account_id": None,
}  # fmt: skip


def card_of(reporter: Reporter) -> str:
    """The keyed digest of who a reporter is, how to reach them, whose account it is and what they consent to."""
    told = {name: getattr(reporter, name) for name in CARRIES} | {"at": moment(reporter.at)}
    return blind("reporter", json.dumps(told, ensure_ascii=False, sort_keys=True))


SAYS: Final = "says"  # the text beside an entry of a link or a follow-up
OF_LINK: Final = ("company", "contact", "phone", "title", "task", "place")


def says_of(row: WorkLink | FollowUp) -> str:
    """The keyed digest of what a link says, or of the note of a follow-up: both stand encrypted in their row alone."""
    names = OF_LINK if isinstance(row, WorkLink) else ("note",)
    told = {"id": row.pk, **{name: getattr(row, name) for name in names}}
    return blind(type(row).__name__, json.dumps(told, ensure_ascii=False, sort_keys=True))
