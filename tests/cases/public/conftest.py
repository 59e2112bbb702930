"""Residents and the public, through the pages."""

import io
import re

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from lianxin.cases.actions import open_case, transition
from lianxin.cases.links import link_code
from lianxin.cases.models import Publication
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.people.actors import nobody
from lianxin.people.queries import unit_by_key
from lianxin.places.models import AddressName
from towns import grid_named, who

TEXT = "村口路灯坏了三天，晚上看不见路"
HERE = {"lon": "117.0052", "lat": "34.6051", "source": "gps", "accuracy": "12"}


@pytest.fixture
def site(town, settings):
    """A browser at the town's own host."""
    settings.ALLOWED_HOSTS = ["*"]
    return Client(headers={"host": "lx.test"})


@pytest.fixture
def draw():
    """Makes a photo as an upload."""

    def make(colour="grey", size=(640, 480), name="IMG_1.jpg", kind="JPEG", **options):
        out = io.BytesIO()
        Image.new("RGB", size, colour).save(out, kind, **options)
        out.seek(0)
        out.name = name
        return out

    return make


@pytest.fixture
def lamp(town):
    """Opens a request about a street lamp."""

    def make(*, phone="19900000001", consent=True, text=TEXT, title="村口路灯不亮", now=None, **more):
        draft = Draft(
            kind="request", title=title, text=text, contact=Contact("王建国", phone, consent),
            **{"lon": 117.0052, "lat": 34.6051, **more},
        )  # fmt: skip
        return open_case(draft, actor=nobody(town), now=now or timezone.now())

    return make


@pytest.fixture
def act(town):
    """Carries a case along: act(case, "accept", "clerk", …given)."""

    def make(row, name, username, /, **given):
        return transition(row.pk, name, actor=who(town, username), now=timezone.now(), given=given)

    return make


@pytest.fixture
def answered(town, act):
    """Takes a case to its answer."""

    def make(case, **given):
        act(case, "accept", "clerk")
        act(case, "assign", "clerk", holder=Holder(unit_by_key(town, "utilities").pk))
        act(case, "take", "handler")
        act(case, "record", "handler", note="内部：灯头型号 E27")
        return act(case, "finish", "handler", answer="更换灯头两个，已经亮了。", **given)

    return make


@pytest.fixture
def publish(town):
    """Puts a case on the board."""

    def make(case, **more):
        values = {"state": "published", "title": "路灯不亮", "text": "路灯坏了几天。", "answer": "已换灯头。", "at": timezone.now()}
        return Publication.objects.create(town_id=town.pk, case_id=case.pk, checked_by=1, **{**values, **more})

    return make


@pytest.fixture
def roads(town):
    """Names of places: one is in one grid alone, the other in two."""
    rows = (("柳荫路", "1-2", 117.015), ("东大街", "1-1", 117.004), ("东大街", "2-1", 117.025))
    for name, grid, lon in rows:
        AddressName.objects.create(town=town, name=name, kind="road", grid=grid_named(town, grid), point=[lon, 34.605])


def private(done, tail=""):
    return f"/r/{done.case.number}/{link_code(done.reporter_id)}/{tail}"


@pytest.fixture
def link():
    """The private link of a case just opened."""
    return private


@pytest.fixture
def hidden():
    """Values of a page's hidden fields by name."""

    def read(response, name):
        return re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', response.content.decode())

    return read
