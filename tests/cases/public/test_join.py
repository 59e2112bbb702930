"""Joining: "I have this too" — found by likeness and nearness, without showing what others wrote."""

import pytest
from django.utils import timezone

from lianxin.cases.actions.joining import join_case
from lianxin.cases.links import link_code
from lianxin.cases.models import Case, Photo, Reporter
from lianxin.cases.queries.standing import NotSeen
from lianxin.cases.values import Contact
from lianxin.keys.cache import bump
from lianxin.keys.once import KeyUsedOtherwise, OnceKey
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.workflow.engine import Refused

pytestmark = pytest.mark.django_db
TEXT = "村口路灯坏了，晚上看不见路，请来修"
HERE = {"lon": "117.0050", "lat": "34.6050", "source": "gps"}


def reporters(town):
    return Reporter.objects.for_system("tests", town).order_by("id")


def test_a_similar_request_nearby_is_shown_before_sending_and_only_once(site, town, lamp, hidden):
    first = lamp()
    asks = site.post("/report/", {"text": TEXT, **HERE})
    page = asks.content.decode()
    assert asks.status_code == 200
    assert first.case.number in page
    assert "坏了三天" not in page
    assert "村口路灯不亮" not in page  # its title was not checked by anybody yet
    assert "路灯照明" in page
    sent = site.post("/report/", {"text": TEXT, **HERE, "shown": hidden(asks, "shown")})
    assert sent.status_code == 303
    assert Case.objects.for_system("tests", town).count() == 2


def test_what_the_script_has_shown_is_not_asked_again(site, lamp, hidden):
    lamp()
    part = site.post("/report/similar/", {"text": TEXT, **HERE})
    assert site.post("/report/", {"text": TEXT, **HERE, "shown": hidden(part, "shown")}).status_code == 303


def test_what_may_be_shown_is_not_crowded_out_by_what_may_not(site, lamp):
    for _ in range(5):
        lamp(text=TEXT, consent=False)
    shown = lamp(text="路灯坏了，晚上路口很暗，麻烦安排人来")
    assert shown.case.number in site.post("/report/similar/", {"text": TEXT, **HERE}).content.decode()


def test_a_published_title_is_shown(site, lamp, publish):
    publish(lamp().case, title="东头路灯不亮")
    assert "东头路灯不亮" in site.post("/report/similar/", {"text": TEXT, **HERE}).content.decode()


@pytest.mark.parametrize(
    "reason", ["no consent", "withheld", "far", "other words", "closed", "confidential", "answered"]
)
def test_what_is_not_for_the_public_not_near_or_not_open_is_not_shown(site, town, lamp, publish, answered, reason, act):
    options = {
        "no consent": {"consent": False}, "far": {"lon": 117.03, "lat": 34.605},
        "other words": {"text": "咨询新农合异地报销需要什么材料", "title": "咨询报销"},
    }  # fmt: skip
    done = lamp(**options.get(reason, {}))
    if reason == "withheld":
        publish(done.case, state="withheld")
    if reason == "closed":
        act(done.case, "reject", "clerk", clause="court", reason="不属于")
    if reason == "answered":
        answered(done.case)
    if reason == "confidential":
        town.settings["confidential"] = ["request", *town.settings["confidential"]]
        town.save()
        bump(town)
    page = site.post("/report/similar/", {"text": TEXT, **HERE}).content.decode()
    assert done.case.number not in page
    assert page.strip() == ""


@pytest.mark.parametrize(
    "query", [{}, {"text": ""}, {"text": "x" * 9000}, {"text": TEXT, "lon": "nan", "lat": "1"}, {"text": "\x00" * 20}]
)
def test_junk_while_writing_breaks_nothing(site, lamp, query):
    lamp()
    assert site.post("/report/similar/", query).status_code == 200


def test_joining_from_the_form_adds_a_reporter_and_gives_a_link_of_ones_own(site, town, lamp, draw):
    first = lamp()
    told = {
        "text": TEXT,
        **HERE,
        "phone": "19900000077",
        "join": first.case.number,
        "photos": [draw()],
        "idempotency_key": "j",
    }
    response = site.post("/report/", told)
    assert response.status_code == 303
    again = site.post("/report/", {**told, "photos": [draw()]})
    assert again["Location"] == response["Location"]
    assert [row.first for row in reporters(town)] == [True, False]
    assert Case.objects.for_system("tests", town).count() == 1
    assert Photo.objects.for_system("tests", town).count() == 1
    assert link_code(reporters(town).last().pk) in response["Location"]
    assert Entry.objects.for_system("tests", town).filter(act="join").count() == 1
    assert list(verify(town)) == []


def test_who_joined_sees_their_own_words_alone_and_cannot_decide_for_the_first(site, town, lamp, link, answered):
    first = lamp()
    site.post("/report/", {"text": "我家门口也黑", **HERE, "join": first.case.number})
    second = reporters(town).last()
    path = f"/r/{first.case.number}/{link_code(second.pk)}/"
    mine, theirs = site.get(path).content.decode(), site.get(link(first)).content.decode()
    assert "我家门口也黑" in mine
    assert "坏了三天" not in mine
    assert "我家门口也黑" not in theirs
    assert 'id="act-add"' in mine
    assert 'id="act-withdraw"' not in mine
    assert 'id="act-withdraw"' in theirs
    site.post(path, {"act": "withdraw", "version": Case.objects.for_system("t", town).get().version})
    assert Case.objects.for_system("t", town).get().step == "collect"
    answered(first.case)
    shown = site.get(path).content.decode()
    assert "更换灯头两个" in shown
    assert 'id="act-rate"' not in shown


def test_what_who_joined_adds_is_theirs_and_photos_of_others_are_not_to_be_had(site, town, lamp, link, draw):
    first = lamp()
    site.post(link(first), {"act": "add", "note": "首位的补充", "photos": [draw("red")]})
    site.post("/report/", {"text": "也黑", **HERE, "join": first.case.number})
    path = f"/r/{first.case.number}/{link_code(reporters(town).last().pk)}/"
    site.post(path, {"act": "add", "note": "后来的补充"})
    assert "首位的补充" not in site.get(path).content.decode()
    assert "后来的补充" in site.get(path).content.decode()
    assert "后来的补充" not in site.get(link(first)).content.decode()
    photo = Photo.objects.for_system("tests", town).get()
    assert site.get(f"{path}photos/{photo.pk}.jpg").status_code == 404
    assert site.get(f"{link(first)}photos/{photo.pk}.jpg").status_code == 200


def test_knowing_a_telephone_number_does_not_open_its_owners_page_by_joining(site, town, lamp):
    first = lamp(phone="19900000001")
    response = site.post("/report/", {"text": TEXT, "phone": "19900000001", "join": first.case.number})
    assert link_code(first.reporter_id) not in response["Location"]


def test_the_form_of_its_own_joins_too_and_says_what_is_wrong(site, town, lamp, publish):
    case = lamp().case
    publish(case)
    assert site.get(f"/join/{case.number}/").status_code == 200
    bad = site.post(f"/join/{case.number}/", {"text": "也黑", "phone": "1"})
    assert bad.status_code == 422
    assert "也黑" in bad.content.decode()
    assert site.post(f"/join/{case.number}/", {}).status_code == 303
    assert reporters(town).count() == 2


def test_pressing_me_too_again_counts_once_and_loses_no_words(site, town, lamp, publish):
    case = lamp().case
    publish(case)
    first = site.post(f"/join/{case.number}/", {})
    again = site.post(f"/join/{case.number}/", {"idempotency_key": "another-key-of-another-form"})
    assert (again.status_code, again["Location"]) == (303, first["Location"])
    assert reporters(town).count() == 2
    site.post(f"/join/{case.number}/", {"text": "今晚整条巷子都黑了", "idempotency_key": "a-third-form"})
    assert Text.objects.for_system("test", town).filter(body="今晚整条巷子都黑了").exists()


def test_an_old_link_to_join_what_is_answered_leads_to_the_answer(site, lamp, publish, answered):
    case = lamp().case
    publish(case)
    answered(case)
    assert site.get(f"/join/{case.number}/")["Location"] == f"/board/{case.number}/"


@pytest.mark.parametrize("number", ["LX00000000", "x", "'; --", "９９９"])
def test_a_request_nobody_may_know_of_cannot_be_joined(site, town, lamp, number):
    secret = lamp(consent=False).case.number
    for asked in (number, secret):
        assert site.get(f"/join/{asked}/").status_code == 404
        assert site.post(f"/join/{asked}/", {}).status_code == 404
        assert site.post("/report/", {"text": TEXT, "join": asked}).status_code == 404
    assert reporters(town).count() == 1


def test_an_ended_case_is_refused_at_the_door_too(town, lamp, act):
    case = lamp().case
    act(case, "reject", "clerk", clause="court", reason="不属于")
    with pytest.raises(Refused) as refused:
        join_case(case.pk, Contact(), actor=nobody(town), now=timezone.now())
    assert refused.value.code == "not_from_here"
    with pytest.raises(NotSeen):
        join_case(12345, Contact(), actor=nobody(town), now=timezone.now())


def test_a_case_of_another_town_is_not_there(lamp, other_town):
    with pytest.raises(NotSeen):
        join_case(lamp().case.pk, Contact(), actor=nobody(other_town), now=timezone.now())


def test_the_same_key_for_another_case_is_refused(town, lamp):
    one, other = lamp().case, lamp().case
    join_case(one.pk, Contact(), actor=nobody(town), now=timezone.now(), once=OnceKey("join", "k", "a"))
    with pytest.raises(KeyUsedOtherwise):
        join_case(other.pk, Contact(), actor=nobody(town), now=timezone.now(), once=OnceKey("join", "k", "b"))


def test_a_case_that_moves_meanwhile_is_joined_all_the_same(town, lamp, act, monkeypatch):
    from lianxin.cases.actions import joining

    case, moved = lamp().case, []

    def save_after_somebody_else(row, seen, changed):
        if not moved:
            moved.append(1)
            raise Refused("stale", seen=seen)
        return real(row, seen, changed)

    real = joining.save_changes
    monkeypatch.setattr(joining, "save_changes", save_after_somebody_else)
    assert join_case(case.pk, Contact(), actor=nobody(town), now=timezone.now()).number == case.number
