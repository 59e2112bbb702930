"""A conference of units with minutes (会商): called by one, written to by another, concluded by a third, printed."""

import pytest
from django.utils import timezone

from cases.case.staging import at, move, signed_in
from lianxin.cases.actions import transition
from lianxin.cases.queries.standing import stand
from lianxin.ledger.models import Entry
from lianxin.people.queries import unit_by_key
from towns import reporter_of, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B5")]


@pytest.fixture(autouse=True)
def _every_host(settings):
    settings.ALLOWED_HOSTS = ["*"]


def held(town, **given):
    done = at(town, "handle")
    units = [unit_by_key(town, key).pk for key in ("sanitation", "police")]
    move(town, done, ("handler", "confer", {"units": units, "note": "灯杆归谁，请到现场"}), ("sanitation", "note", {"note": "杆是公路站的"}))
    last = transition(
        done.case.pk, "conclude", actor=who(town, "clerk"), now=timezone.now(), given={"note": "由公用事业站更换", **given}
    )
    return done, last.entry.seq


def test_the_minutes_say_who_was_there_what_was_said_and_what_was_decided(town):
    done, seq = held(town, present="黄晓雯、李强、派出所王警官", minutes="环卫所说杆不归他们；派出所配合封路。")
    page = signed_in("sanitation").get(f"/cases/{done.case.number}/minutes/{seq}/").content.decode()
    for words in ("黄晓雯、李强、派出所王警官", "派出所配合封路", "由公用事业站更换", "灯杆归谁，请到现场", "杆是公路站的", "派出所"):
        assert words in page
    assert f"/cases/{done.case.number}/minutes/{seq}/" in signed_in("handler").get(f"/cases/{done.case.number}/").content.decode()


def test_the_minutes_stand_beside_the_history_and_residents_read_none_of_them(town):
    done, seq = held(town, minutes="内部讨论")
    entry = Entry.objects.for_system("tests", town).get(subject_id=done.case.pk, subject_kind="case", seq=seq)
    assert "minutes" in entry.data["texts"]
    assert "内部讨论" not in str(entry.data)
    from lianxin.cases.queries.page import case_page

    reporter = reporter_of(town, done)
    assert "内部讨论" not in str(case_page(reporter, stand(reporter, pk=done.case.pk), timezone.now()))


def test_a_conclusion_without_minutes_has_no_page_nor_has_another_entry(town):
    done, seq = held(town)
    for at_seq in (seq, 1, 999):
        assert signed_in("clerk").get(f"/cases/{done.case.number}/minutes/{at_seq}/").status_code == 404


def test_who_does_not_see_the_case_sees_no_minutes(town):
    done, seq = held(town, minutes="内部讨论")
    assert signed_in("worker2").get(f"/cases/{done.case.number}/minutes/{seq}/").status_code == 404
