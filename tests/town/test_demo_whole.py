"""The whole demo town, three weeks after its anchor: its recorded figures, and today's life."""

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest

from demo import loading, passing
from lianxin.cases.models import Case, CheckIn, Duty, FollowUp, Publication, QuestionSheet, WorkLink
from lianxin.cases.queries.inbox import InboxFilter, inbox
from lianxin.cases.queries.replies import kept_by
from lianxin.cases.queries.saved import saved_views
from lianxin.cases.queries.worklinks import state_of_link
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import verify
from lianxin.people.actors import actor_of
from lianxin.people.models import Account, Leave, Turn
from lianxin.people.queries import posts_of, today

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.once]  # test_demo_load makes a small one on both


@pytest.fixture(autouse=True)
def _fresh_memory():
    """What is loaded once for the module is remembered, and sealed in one place, as long as the module runs."""


@pytest.fixture(scope="module")
def whole(django_db_setup, django_db_blocker, tmp_path_factory):
    """The town as it is loaded for a newcomer."""
    with loading(django_db_blocker, tmp_path_factory.mktemp("demo")) as demo, passing():
        now = demo.anchor + timedelta(days=20, hours=15)
        yield SimpleNamespace(town=demo.run(now=now), anchor=demo.anchor, now=now)


def test_the_whole_town_shows_its_recorded_figures(whole):
    """Loading asserts 2,158 recorded and 2,076 closed in the twelve months to the anchor, or raises."""
    town, anchor = whole.town, whole.anchor
    year = Case.objects.for_system("test", town).filter(kind="request").exclude(channel="appeal")
    year = year.filter(recorded_at__gt=anchor.replace(year=anchor.year - 1), recorded_at__lte=anchor)
    assert year.count() == 2158
    assert year.filter(closed_at__lte=anchor).count() == 2076
    kept = Entry.objects.for_system("test", town).values_list("counts", flat=True)
    for side in ("returned", "reopened", "extended", "suspended", "overdue", "appealed", "reminded", "supervised"):
        assert side in set(kept), side
    assert Case.objects.for_system("test", town).filter(step="merged").exists()
    assert Case.objects.for_system("test", town).filter(step="refused").exists()


def test_today_the_town_lives(whole):
    town, now = whole.town, whole.now
    cases = Case.objects.for_system("test", town)
    assert cases.filter(recorded_at__gt=now - timedelta(days=10)).exists()
    assert not cases.filter(recorded_at__gt=now).exists()
    assert not Entry.objects.for_system("test", town).filter(at__gt=now).exists()
    assert cases.filter(closed_at=None, step__in=("collect", "triage")).exists()
    assert cases.filter(closed_at=None, step="handle").exists()
    assert cases.filter(closed_at=None, due_at__lt=now).exists()
    assert not cases.filter(closed_at=None, step="collect", recorded_at__lt=now - timedelta(days=10)).exists()
    duties = Duty.objects.for_system("test", town).filter(done_at=None, what="main")
    for username in ("handler", "worker", "village"):
        assert duties.filter(post__account__username=username, step="handle").exists(), username
    shown = Publication.objects.for_system("test", town).filter(state="published").values("case_id")
    assert cases.filter(id__in=shown, closed_at=None).exists()
    assert cases.filter(id__in=shown).exclude(closed_at=None).exists()
    assert list(verify(town)) == []


def test_no_two_requests_and_no_two_answers_are_the_same_to_the_letter(whole):
    texts = Text.objects.for_system("test", whole.town).filter(entry__subject_kind="case")
    for field, least in (("text", 4400), ("answer", 4100)):
        bodies = texts.filter(field=field).values_list("body", flat=True)
        twice = [body for body, count in Counter(bodies).items() if count > 1]
        assert (twice, bodies.count() > least) == ([], True)
    titles = Case.objects.for_system("test", whole.town).exclude(channel="appeal").values_list("title", flat=True)
    assert [title for title, count in Counter(titles).items() if count > 1] == []


def test_each_page_of_the_desk_has_something_lying_about(whole):
    town, now = whole.town, whole.now

    def rows(model, **where):
        return model.objects.for_system("test", town).filter(**where)

    def acting(username):
        (post, *_others) = posts_of(Account.objects.get(username=username).pk, town, on=today(now))
        return actor_of(post, town)

    clerk, handler, supervisor = (acting(username) for username in ("clerk", "handler", "supervisor"))
    assert len(kept_by(handler)) > len(kept_by(clerk)) >= 10
    assert rows(QuestionSheet).count() == 5
    asked = [case for case in rows(Case, kind="request", recorded_at__gt=whole.anchor) if "asked" in case.answers]
    assert len(asked) >= 15
    assert all(case.answers["asked"]["rows"] for case in asked)
    for actor in (clerk, handler):  # theirs is the turn of this hour
        assert rows(Turn, post_id=actor.post_id, starts__lte=now, ends__gt=now).count() == 1
    away = rows(Leave, first__lte=today(now), last__gte=today(now))
    assert away.count() == 4
    assert away.exclude(stand_in=None).count() == 3
    assert rows(Leave, first__gt=today(now)).exists()
    assert len(saved_views(clerk)) >= 5
    for actor in (clerk, handler, supervisor, acting("worker"), acting("village")):
        assert rows(FollowUp, unit_id=actor.unit_id, done_at=None).exists(), actor
    assert rows(FollowUp, on__lt=today(now), done_at=None).exists()
    links = [state_of_link(link, link.case, now=now) for link in rows(WorkLink).select_related("case")]
    assert links == ["live"] * 3
    assert rows(Text, field="minutes").exists()
    assert rows(Duty, what="conference", done_at=None).exists()
    assert rows(Entry, act="note", at__gt=now - timedelta(days=7)).count() >= 8
    assert rows(CheckIn).count() == 4


def test_each_kind_goes_round_and_each_home_has_something_to_do(whole):
    town, now = whole.town, whole.now
    beside = Case.objects.for_system("test", town).exclude(kind="request")
    for kind in ("dispute", "hazard", "wish", "application", "visit_problem"):
        of_kind = beside.filter(kind=kind)
        assert 4 <= of_kind.count() <= 8, kind
        assert of_kind.filter(closed_at=None).exists(), kind
        assert of_kind.exclude(closed_at=None).exists(), kind
    assert not beside.filter(recorded_at__lte=whole.anchor).exists()  # the recorded year is of requests
    for username in ("mediator", "inspector", "window", "visitor", "volunteer"):
        account = Account.objects.get(username=username)
        (post,) = posts_of(account.pk, town, on=today(now))
        assert inbox(actor_of(post, town), InboxFilter(), now=now)["rows"], username
