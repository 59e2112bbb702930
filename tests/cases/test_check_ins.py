"""Check-ins: a press says who was where and when; shown with the case, gone when of no more use, a track of nobody."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from cases.case.staging import at, signed_in
from lianxin.cases.actions.checking_in import Told, check_in, forget_check_ins, read_told
from lianxin.cases.actions.erasing import erase_case
from lianxin.cases.models import Case, CheckIn
from lianxin.cases.queries.check_ins import check_ins_in, check_ins_of
from lianxin.cases.queries.history import history_of
from lianxin.cases.queries.page import case_page
from lianxin.cases.queries.standing import stand
from towns import grid_named, reporter_of, who

pytestmark = pytest.mark.django_db
FORM = {"lon": "117.0053", "lat": "34.605", "accuracy": "12"}


def rows(town):
    return CheckIn.objects.for_system("tests", town)


def test_a_check_in_stands_in_the_history_for_those_who_see_the_case_and_tells_no_resident(town, now):
    done = at(town, "handle")
    told = read_told({**FORM, "at": (now - timedelta(hours=1)).isoformat()})
    check_in(told, actor=who(town, "worker"), now=now, case=done.case)
    [row] = check_ins_of(who(town, "clerk"), done.case)
    assert (row["by"], row["at"]) == ("worker", now - timedelta(hours=1))
    assert row["lines"] == ["离事项位置约 30 米，误差约 12 米。", "签到时没有网络，3月2日 09:00才传到。"]
    page = case_page(who(town, "handler"), stand(who(town, "handler"), pk=done.case.pk), now)
    assert [each["name"] for each in page["timeline"] if each["act"] == "check_in"] == ["到场签到"]
    resident = reporter_of(town, done)
    assert check_ins_of(resident, done.case) == []
    assert len(history_of(town, done.case).entries) == len(page["timeline"]) - 1  # beside the chain, no part of it


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"lon": "", "lat": ""}, ("", None)),
        ({"lon": "900", "lat": "1", "accuracy": "5"}, ("", None)),
        ({"lon": "117.0053", "lat": "34.605", "accuracy": "-3"}, ("117.005300,34.605000", None)),
        ({"lon": "117.0053", "lat": "34.605", "accuracy": "NaN"}, ("117.005300,34.605000", None)),
        ({"lon": "117.0053", "lat": "34.605", "accuracy": "999999"}, ("117.005300,34.605000", None)),
        ({"lon": "117.0053", "lat": "34.605", "accuracy": "8.4"}, ("117.005300,34.605000", 8)),
    ],
)
def test_what_makes_no_sense_counts_as_not_told(sent, kept):
    told = read_told(sent)
    assert (told.place, told.accuracy) == kept


@pytest.mark.parametrize(("days", "hours"), [(-2, 0), (0, 1), (400, 0)])
def test_a_clock_that_cannot_be_right_is_not_believed(town, now, days, hours):
    made = check_in(Told(at=now + timedelta(days=days, hours=hours)), actor=who(town, "worker"), now=now, grid_id=None)
    assert made.at == now


def test_the_place_lies_encrypted_and_no_index_leads_to_a_person(town, now):
    check_in(read_told(FORM), actor=who(town, "worker"), now=now, case=at(town, "handle").case)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT place FROM cases_checkin WHERE town_id = %s", [town.pk])
        assert "117" not in cursor.fetchone()[0][:12]
    assert not [index.name for index in CheckIn._meta.indexes if {"post", "post_id"} & set(index.fields)]


def test_they_go_some_days_after_their_case_was_closed_and_with_what_is_erased(town, now, settings):
    settings.LIANXIN_CHECKIN_DAYS = 30
    shut, running = at(town, "closed"), at(town, "handle")
    for case in (shut.case, running.case):
        check_in(read_told(FORM), actor=who(town, "worker"), now=now, case=case)
    check_in(read_told(FORM), actor=who(town, "worker"), now=now, grid_id=grid_named(town, "1-1").pk)
    closed_at = Case.objects.for_system("tests", town).get(pk=shut.case.pk).closed_at
    assert forget_check_ins(town, now=min(closed_at, now + timedelta(days=29))) == 0
    assert forget_check_ins(town, now=closed_at + timedelta(days=31)) == 2  # the closed case's and the grid's
    assert rows(town).get().case_id == running.case.pk
    erase_case(stand(who(town, "system"), pk=running.case.pk).case, "本人请求", actor=who(town, "security"), now=now)
    assert not rows(town).exists()


def test_of_a_grid_they_are_told_to_who_answers_for_it(town, now):
    grid = grid_named(town, "1-1").pk
    check_in(read_told(FORM), actor=who(town, "worker"), now=now, grid_id=grid)
    seen = {name for name in ("clerk", "worker", "chief", "worker2", "handler") if check_ins_in(who(town, name), grid, now=now)}
    assert seen == {"clerk", "worker", "chief"}
    with pytest.raises(PermissionDenied):
        check_in(Told(), actor=who(town, "auditor"), now=now, grid_id=grid)


def test_the_same_press_twice_is_one(town):
    done = at(town, "handle")
    client = signed_in("worker")
    form = {"case": done.case.number, **FORM, "idempotency_key": "k" * 20}
    for _ in range(2):
        answer = client.post("/field/check-in/", form)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/field/cases/{done.case.number}/")
        assert answer.headers["X-Lianxin-Receipt"]
    assert rows(town).count() == 1
    page = client.get(f"/field/cases/{done.case.number}/").content.decode()
    assert "离事项位置约 30 米" in page
    assert "117.0053" not in page
