"""Tables of the spine: what a town sets up, the cases themselves, and what hangs on them."""

from lianxin.cases.models.batches import Batch
from lianxin.cases.models.cases import Case, Duty
from lianxin.cases.models.followups import FollowUp
from lianxin.cases.models.presence import Presence
from lianxin.cases.models.replies import ReplyText
from lianxin.cases.models.saved import FirstView, SavedView
from lianxin.cases.models.setup import Category, Clause, QuestionSheet, Route, WorkflowVersion
from lianxin.cases.models.sides import CheckIn, Photo, Publication, Reporter
from lianxin.cases.models.worklinks import WorkLink

__all__ = [
    "Batch", "Case", "Category", "CheckIn", "Clause", "Duty", "FirstView", "FollowUp", "Photo", "Presence",
    "Publication", "QuestionSheet", "ReplyText", "Reporter", "Route", "SavedView", "WorkLink", "WorkflowVersion",
]  # fmt: skip
