"""Four weeks after closing the reporter is asked whether it is still good; the answer comes by the private link."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.case.staging import at
from lianxin.cases.actions.afterwards import MISSED, ask_later
from lianxin.cases.links import link_code
from lianxin.cases.models import Case, Reporter
from lianxin.cases.tasks import entered
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.notices.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.row("B6")]
FOUR_WEEKS = timedelta(days=28, minutes=1)


@pytest.fixture(autouse=True)
def _every_host(settings):
    settings.ALLOWED_HOSTS = ["*"]


def reporter_of(done):
    return Reporter.objects.for_system("tests", done.case.town_id).get(case_id=done.case.pk).pk


def link_of(done):
    return f"/r/{done.case.number}/{link_code(reporter_of(done))}/"


def entries(town, done):
    rows = Entry.objects.for_system("tests", town).filter(subject_kind="case", subject_id=done.case.pk)
    return list(rows.order_by("seq"))


def test_asked_once_four_weeks_after_and_the_reporter_is_told(town):
    done, now = at(town, "closed"), timezone.now()
    assert ask_later(town, now=now + timedelta(days=27)) == 0
    assert "现在还好吗" not in Client().get(link_of(done)).content.decode()
    assert ask_later(town, now=now + FOUR_WEEKS) == 1
    assert ask_later(town, now=now + FOUR_WEEKS) == 0
    last = entries(town, done)[-1]
    assert (last.act, last.account_id, last.counts) == ("ask_still", None, "asked_still")
    entered(town_id=town.pk, case_id=done.case.pk, entry_id=last.pk, act=last.act)
    told = Message.objects.for_system("tests", town).filter(reporter_id=reporter_of(done))
    assert list(told.values_list("act", flat=True)) == ["ask_still"]
    page = Client().get(link_of(done)).content.decode()
    asked = re.search(r'<section[^>]*id="act-still_good".*?</section>', page, re.S)[0]  # open, not behind a fold
    assert "现在还好吗" in asked
    assert "还好</button>" in asked
    assert page.index("act-still_good") < page.index("act-not_solved") < page.index("办理经过")


def test_still_good_is_kept_and_asked_no_more(town):
    done, now = at(town, "closed"), timezone.now()
    ask_later(town, now=now + FOUR_WEEKS)
    resident = Client()
    assert resident.post(link_of(done), {"act": "still_good", "note": "一直亮着"}).status_code == 303
    assert entries(town, done)[-1].act == "still_good"
    assert "还好</button>" not in resident.get(link_of(done)).content.decode()
    assert Case.objects.for_system("tests", town).get(pk=done.case.pk).step == "closed"
    assert list(verify(town)) == []


def test_no_longer_good_takes_it_up_again_and_a_clerk_finds_it(town):
    done, now = at(town, "closed"), timezone.now()
    ask_later(town, now=now + FOUR_WEEKS)
    version = Case.objects.for_system("tests", town).get(pk=done.case.pk).version
    sent = {"act": "not_solved", "reason": "又不亮了", "version": version}
    assert Client().post(link_of(done), sent).status_code == 303
    case = Case.objects.for_system("tests", town).get(pk=done.case.pk)
    assert (case.step, case.closed_at, case.unit.key) == ("triage", None, "desk")


def test_a_worker_that_stood_still_asks_late_but_not_for_ever(town):
    _done, now = at(town, "closed"), timezone.now()
    assert ask_later(town, now=now + FOUR_WEEKS + MISSED) == 0
    assert ask_later(town, now=now + FOUR_WEEKS + MISSED - timedelta(days=1)) == 1


def test_what_was_refused_or_imported_is_not_asked_about(town):
    done, now = at(town, "closed"), timezone.now()
    Case.objects.for_system("tests", town).filter(pk=done.case.pk).update(channel="import")
    assert ask_later(town, now=now + FOUR_WEEKS) == 0
