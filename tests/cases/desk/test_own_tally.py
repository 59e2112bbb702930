"""The number beside one's own place of work means one thing on every page: how many open duties are one's own."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lianxin.cases.actions import open_case, transition
from lianxin.cases.queries.counts import own
from lianxin.cases.queries.inbox import InboxFilter, inbox
from lianxin.cases.values import Draft, Holder
from lianxin.people.queries import unit_by_key
from towns import signed_in, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B3")]


@pytest.fixture(autouse=True)
def _every_host(settings):
    settings.ALLOWED_HOSTS = ["*"]


def told(page):
    """(place of work, what its number is said to count) of the one number that is one's own; None while it is nothing."""
    rail = page.content.decode().split('class="rail"')[1].split("</nav>")[0]
    (found,) = re.findall(r'<li[^>]*><a href="([^"]*)"[^>]*>(?:(?!</a>).)*data-own( hidden)?>(.*?)</a>', rail, re.DOTALL)
    return found[0], None if found[1] else re.sub(r"\s*<[^>]+>\s*", " ", found[2]).split(" ", 2)[-1].strip()


def raised(town, n, now):
    drafts = [Draft("request", f"第{at}件", lon=117.005, lat=34.605) for at in range(n)]
    return [open_case(draft, actor=who(town, "clerk"), now=now) for draft in drafts]


def test_it_is_the_same_on_every_page_whatever_the_list_shows(town):
    done = raised(town, 2, timezone.now())
    raised(town, 1, timezone.now() - timedelta(days=5))
    holder = Holder(unit_by_key(town, "utilities").pk)
    first = transition(done[0].standing, "accept", actor=who(town, "clerk"), now=timezone.now())
    transition(first.standing, "assign", actor=who(town, "clerk"), now=timezone.now(), given={"holder": holder})
    number = done[1].case.number
    pages = ("/desk/", "/desk/?scope=all", "/desk/?scope=unit&light=late", "/desk/register/", f"/desk/triage/{number}/",
             f"/cases/{number}/", "/desk/views/", "/town/")  # fmt: skip
    said = {told(signed_in("clerk").get(page)) for page in pages}
    assert said == {("/desk/", "我的待办 2 件，其中超期 1 件")}
    pulse = signed_in("clerk").get("/desk/pulse/?list=1&scope=all&light=late").content.decode()
    assert "我的待办 2 件，其中超期 1 件" in pulse.split('data-live="tabs"')[0]


def test_with_who_works_in_the_field_it_stands_beside_their_cases_and_counts_more_than_a_page(town):
    now = timezone.now()
    for done in raised(town, 2, now):
        done = transition(done.standing, "accept", actor=who(town, "clerk"), now=now)
        holder = Holder(unit_by_key(town, "utilities").pk)
        transition(done.standing, "assign", actor=who(town, "clerk"), now=now, given={"holder": holder})
    handler = signed_in("handler")
    assert {told(handler.get(page)) for page in ("/field/", "/desk/?scope=all")} == {("/field/", "我的待办 2 件")}
    assert told(signed_in("leader").get("/desk/?scope=all")) == ("/desk/", None)


def test_it_counts_what_the_list_of_ones_own_holds_in_one_statement(town):
    raised(town, 3, timezone.now() - timedelta(minutes=30))
    now = timezone.now() + timedelta(hours=1)
    for name in ("clerk", "handler", "leader", "chief", "auditor"):
        actor = who(town, name)
        rows = inbox(actor, InboxFilter(), now=now)["rows"]
        assert own(actor, now=now) == (len(rows), sum(row["late"] for row in rows)), name
    clerk = who(town, "clerk")
    with CaptureQueriesContext(connection) as caught:
        own(clerk, now=now)
    assert len([each for each in caught if "config_version" not in each["sql"]]) == 1  # that is asked by the clock


def test_the_number_beside_supervision_says_that_it_counts_late_cases(town):
    raised(town, 1, timezone.now() - timedelta(days=5))
    rail = signed_in("supervisor").get("/supervise/").content.decode().split('class="rail"')[1].split("</nav>")[0]
    assert 'title="超期 1 件"' in rail
