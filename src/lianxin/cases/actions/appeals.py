"""An appeal against a refusal (申诉) is a case of its own, linked, and goes to another person."""

from collections.abc import Sequence
from datetime import datetime

from lianxin.cases.actions.doors import open_case
from lianxin.cases.models import Case, Reporter
from lianxin.cases.values import Contact, Done, Draft
from lianxin.forms.photos import StoredPhoto
from lianxin.ledger.models import Entry
from lianxin.people.actors import Actor


def open_appeal(
    case: Case, reason: str, *, actor: Actor, now: datetime, photos: Sequence[StoredPhoto] = ()
) -> Done:
    """Open the appeal: those who acted on the refused case are barred from it, the supervisors stand in for its desk.

    What the resident shows with it stands in the appeal itself: whoever decides need not look elsewhere.
    """
    acted = Entry.objects.for_system("appeal", case.town_id).filter(
        subject_kind="case", subject_id=case.pk, post_id__isnull=False
    )
    reporter = Reporter.objects.for_system("appeal", case.town_id).filter(case_id=case.pk, first=True).first()
    barred = sorted({pk for pk in acted.values_list("account_id", flat=True) if pk})
    draft = Draft(
        kind=case.kind, title=f"申诉：{case.title}", text=reason, channel="appeal", category_id=case.category_id,
        urgency=case.urgency, lon=case.lon, lat=case.lat, grid_id=case.grid_id, address=case.address,
        parent_id=case.pk, state={"barred": barred, "stand_in": "supervisor"},
        contact=Contact(reporter.name, reporter.phone, reporter.public_consent) if reporter else Contact(),
        photos=photos,
    )  # fmt: skip
    return open_case(draft, actor=actor, now=now)
