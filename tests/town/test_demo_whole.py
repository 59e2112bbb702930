"""The whole demo town, three weeks after its anchor: its recorded figures, and today's life."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from demo import loading, passing
from lianxin.cases.models import Case, Duty, Publication
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


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
    year = Case.objects.for_system("test", town).exclude(channel="appeal")
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
    duties = Duty.objects.for_system("test", town).filter(done_at=None, what="main")
    for username in ("handler", "worker", "village"):
        assert duties.filter(post__account__username=username, step="handle").exists(), username
    assert Publication.objects.for_system("test", town).filter(state="published").exists()
    assert list(verify(town)) == []
