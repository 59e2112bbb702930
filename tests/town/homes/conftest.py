"""Cases of a small town at any point of their way."""

from datetime import timedelta

import pytest

from lianxin.cases.actions import open_case, transition
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.people.actors import nobody
from lianxin.people.models import Account, Post
from lianxin.people.queries import unit_by_key
from towns import grid_named, reporter_of, who

WAY = ("collect", "triage", "dispatch", "handle", "feedback", "review", "closed")


class Life:
    """A case that goes on by named people, some time apart; `done` is what the last door gave."""

    def __init__(self, town, at, grid="1-1", kind="request", **draft):
        self.town, self.now = town, at
        place = grid_named(town, grid).pk if grid else None
        made = Draft(kind, "路灯不亮", "村口路灯坏了三天", grid_id=place, contact=Contact("王小明", "19900000001"), **draft)
        self.done = open_case(made, actor=nobody(town), now=at)
        self.reporter = reporter_of(town, self.done)

    @property
    def case(self):
        return self.done.case

    def do(self, name, act, after=timedelta(minutes=5), **given):
        self.now += after
        actor = self.reporter if name == "reporter" else who(self.town, name)
        self.done = transition(self.done.standing, act, actor=actor, now=self.now, given=given)
        return self

    def to(self, step, *, rating="5", late=timedelta(0), unit="utilities", by="handler"):
        """On to a step the straight way; `late` is how much longer the handling takes."""
        holder = Holder(unit_by_key(self.town, unit).pk, who(self.town, by).post_id)
        ways = {
            "triage": lambda: self.do("clerk", "accept"),
            "dispatch": lambda: self.do("clerk", "assign", holder=holder),
            "handle": lambda: self.do(by, "take"),
            "feedback": lambda: self.do(by, "finish", after=timedelta(minutes=5) + late, answer="已修好。"),
            "review": lambda: self.do("reporter", "satisfied", rating=rating),
            "closed": lambda: self.do("supervisor", "close"),
        }
        for each in WAY[WAY.index(self.case.step) + 1 : WAY.index(step) + 1]:
            ways[each]()
        return self


@pytest.fixture
def life(town, now):
    """Make a case: `life()`, `life(at=…, grid="2-1")`, then `.to("handle")`, `.do("handler", "record", note="…")`."""
    return lambda at=now, **draft: Life(town, at, **draft)


@pytest.fixture
def signed(client, town):
    """A browser with somebody of the town signed in."""

    def sign(name):
        account = Account.objects.get(username=f"{name}.{town.letters.lower()}")
        client.force_login(account, backend="lianxin.people.backends.AccountBackend")
        return client

    return sign


@pytest.fixture
def post(town):
    """A post by the name of who holds it."""
    rows = Post.objects.for_system("tests", town).select_related("account", "role", "unit", "grid")
    return lambda name: rows.get(account__username=f"{name}.{town.letters.lower()}")
