"""A demo town of a few lives, walked through the doors: the same every time, whole, its figures counted."""

from types import SimpleNamespace

import pytest

from demo import loading, passing
from lianxin.cases.cards import CARD
from lianxin.cases.models import Case, Duty, Photo
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import verify
from lianxin.people.cipher import decrypt
from lianxin.people.models import Account, CentreHousehold, PartyGroup, Post, Unit
from lianxin.places.models import Grid
from lianxin.town.demo import load, signins

FEW = 120
MICROS = 960

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _fresh_memory():
    """What is loaded once for the module is remembered, and sealed in one place, as long as the module runs."""


@pytest.fixture(scope="module")
def few(django_db_setup, django_db_blocker, tmp_path_factory):
    """A town of 120 lives at its anchor; and the story of another made before it from the same seed."""
    with loading(django_db_blocker, tmp_path_factory.mktemp("demo")) as demo:
        with passing():
            told = story(demo.run(now=demo.anchor, most=FEW))
        with passing():
            yield SimpleNamespace(town=demo.run(now=demo.anchor, most=FEW), told=told)


def story(town):
    """Everything a reader could tell two towns apart by, without the rows' ids."""
    cases = Case.objects.for_system("test", town)
    entries = Entry.objects.for_system("test", town).filter(subject_kind="case").order_by("at", "subject_id", "seq")
    texts = Text.objects.for_system("test", town).exclude(field=CARD)  # a digest under a key of its own
    return {
        "cases": sorted(cases.values_list("number", "title", "step", "recorded_at", "closed_at", "due_at", "address")),
        "entries": sorted(entries.values_list("at", "act", "step", "counts", "late")),
        "texts": sorted((field, decrypt(body) if body.startswith("aes:") else body) for field, body in texts.values_list("field", "body")),
        "photos": Photo.objects.for_system("test", town).count(),
        "duties": Duty.objects.for_system("test", town).filter(done_at=None).count(),
        "people": sorted(Account.objects.values_list("username", "name")),
    }


def test_the_same_seed_makes_the_same_town(few):
    assert few.told == story(few.town)
    assert few.told["cases"]


def test_a_loaded_town_is_whole_and_verifies(few):
    counts = {
        model.__name__: model.objects.for_system("test", few.town).count()
        for model in (Grid, Unit, PartyGroup, CentreHousehold)
    }
    assert counts == {"Grid": 1 + 16 + 147 + MICROS, "Unit": 20 + 16, "PartyGroup": 69, "CentreHousehold": 147}
    assert Account.objects.count() == 1000
    assert list(verify(few.town)) == []
    assert few.town.is_demo
    assert Case.objects.for_system("test", few.town).filter(grid=None).count() == 0


def test_only_the_printed_sign_ins_open_and_their_list_is_private(few):
    names = {each.username for each in signins.SIGN_INS}
    usable = {account.username for account in Account.objects.all() if account.has_usable_password()}
    assert usable == names
    lines = signins.kept()
    assert {line.split("\t")[0] for line in lines} == names
    assert signins.file().stat().st_mode & 0o777 == 0o600
    clerk = Account.objects.get(username="clerk")
    assert clerk.check_password(lines[0].split("\t")[1])
    for each in signins.SIGN_INS:
        posts = Post.objects.for_system("test", few.town).filter(account__username=each.username)
        assert each.role in posts.values_list("role__key", flat=True)


def test_figures_that_differ_are_refused(few):
    with pytest.raises(load.FiguresDiffer):
        load.assert_figures(few.town, {"requests": 2158, "closed": 2076})
