"""Lists whose SQL is made once give what they would give made anew."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import Duty
from lianxin.cases.queries.counts import counts
from lianxin.cases.queries.inbox import SCOPES, InboxFilter, duties_of, inbox
from lianxin.cases.values import Draft, Holder
from lianxin.keys.prepared import Prepared
from lianxin.keys.scope import Unscoped
from lianxin.people.actors import nobody
from towns import MONDAY, STAFF, grid_named, who

pytestmark = pytest.mark.django_db


def opened(town, kind="request", **given):
    return open_case(Draft(kind=kind, title="事", text="事", **given), actor=nobody(town), now=MONDAY)


def of_unit(town):
    def build(unit, now):
        rows = Duty.objects.for_system("tests", town).filter(unit_id=unit, due_at__gt=now)
        return rows.order_by("id").values_list("id", "due_at", "swept")

    return build


def test_other_values_give_other_rows_by_the_same_statement(town):
    done = opened(town)
    (duty,) = done.standing.duties
    made = Prepared(of_unit(town), unit=int, now=type(MONDAY))
    with CaptureQueriesContext(connection) as captured:
        assert made.rows(unit=duty.unit_id, now=MONDAY) == [(duty.pk, duty.due_at, False)]
        assert made.rows(unit=duty.unit_id, now=duty.due_at + timedelta(minutes=1)) == []
        assert made.rows(unit=1, now=MONDAY) == []
    assert len(captured) == 3


def test_what_the_guard_has_not_let_pass_is_not_prepared(town):
    with pytest.raises(Unscoped):
        Prepared(lambda unit: Duty.objects.filter(unit_id=unit).values_list("id"), unit=int)


def test_what_can_have_no_rows_has_none(town):
    made = Prepared(lambda unit: Duty.objects.for_system("tests", town).none().values_list("id"), unit=int)
    assert made.rows(unit=1) == []


def test_the_inbox_shows_everybody_their_own_rows_though_its_sql_is_shared(town, other_town):
    for each in (town, other_town):
        for kind in ("request", "dispute"):
            opened(each, kind, lon=117.005, lat=34.605)
        done = opened(each, grid_id=grid_named(each, "1-1").pk)
        worker = who(each, "worker")
        done = transition(done.standing, "accept", actor=who(each, "clerk"), now=MONDAY)
        holder = {"holder": Holder(worker.unit_id, worker.post_id)}
        transition(done.standing, "assign", actor=who(each, "clerk"), now=MONDAY, given=holder)
    told = set()
    for _ in range(2):  # made, and made before
        for each in (town, other_town):
            for name, *_rest in STAFF:
                actor = who(each, name)
                for scope in SCOPES:
                    rows = {row["duty_id"] for row in inbox(actor, InboxFilter(scope), now=MONDAY)["rows"]}
                    assert rows == set(duties_of(actor, InboxFilter(scope), now=MONDAY).values_list("id", flat=True))
                    assert counts(actor, now=MONDAY, scope=scope)["total"] == len(rows)
                    told.add(frozenset(rows))
    assert len(told) > 4


def test_a_right_that_is_taken_changes_the_list_at_once(town):
    opened(town, "dispute", lon=117.005, lat=34.605)
    mediator = next(who(town, name) for name, role, *_rest in STAFF if "dispute" in who(town, name).confidential)
    seen = inbox(mediator, InboxFilter("all"), now=MONDAY)["rows"]
    blind = replace(mediator, confidential=frozenset(), post_id=1, unit_id=1)
    assert len(seen) == 1
    assert inbox(blind, InboxFilter("all"), now=MONDAY)["rows"] == []
