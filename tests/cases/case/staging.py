"""Cases brought to any step, and clients signed in as anybody."""

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from lianxin.cases.actions import open_case, transition
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.people.actors import nobody, reporter
from lianxin.people.models import Account
from lianxin.people.queries import unit_by_key
from towns import who

NAME, PHONE = "王小明", "19900000001"
ANSWER = "灯头已换，夜里亮了。"


def signed_in(username, **headers):
    client = Client(headers={"host": "127.0.0.1", **headers})
    client.force_login(Account.objects.get(username=f"{username}.lx"), backend="lianxin.people.backends.AccountBackend")
    return client


def raised(town, **more):
    contact = Contact(NAME, PHONE)
    draft = {"kind": "request", "title": "村口路灯不亮", "text": "连着三个晚上不亮", "lon": 117.005, "lat": 34.605}
    return open_case(Draft(**{**draft, "contact": contact, **more}), actor=nobody(town), now=timezone.now())


def utilities(town):
    return Holder(unit_by_key(town, "utilities").pk)


def soon(days=3):
    return timezone.now() + timedelta(days=days)


def move(town, done, *acts):
    """Do acts through the door: (who, act, given)."""
    pk, first = done.case.pk, done.reporter_id
    for username, act, given in acts:
        own = username == "reporter"
        actor = reporter(town, case_id=pk, reporter_id=first) if own else who(town, username)
        done = transition(pk, act, actor=actor, now=timezone.now(), given=given)
    return done


ACCEPT = ("clerk", "accept", {})
TAKE = ("handler", "take", {})


def assign(town):
    return ("clerk", "assign", {"holder": utilities(town)})


def at(town, step):
    """A case at a step of the six."""
    path = [ACCEPT, assign(town), TAKE, ("handler", "finish", {"answer": ANSWER}), ("reporter", "satisfied", {"rating": "5"}),
            ("supervisor", "close", {})]  # fmt: skip
    steps = ["collect", "triage", "dispatch", "handle", "feedback", "review", "closed"]
    return move(town, raised(town), *path[: steps.index(step)])


def forms_on(html):
    """The acts that a page has forms for, each with its hidden version."""
    found = re.findall(r'name="act" value="(\w+)"><input type="hidden" name="version" value="(\d+)"', html)
    return dict(found)


def send(client, done, act, **fields):
    """Send an act's form as the page has it now."""
    number = done.case.number
    page = client.get(f"/cases/{number}/").content.decode()
    assert act in forms_on(page), f"{act} is not offered"
    key = fields.pop("idempotency_key", "k" * 20)
    data = {"act": act, "version": forms_on(page)[act], "idempotency_key": key, **fields}
    return client.post(f"/cases/{number}/transitions", data)
