"""Links for contractors (外协链接): one case, without an account, until a day, ended with the unit's part in it."""

import io
import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from PIL import Image

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.erasing import erase_case, erase_own
from lianxin.cases.actions.joining import join_case
from lianxin.cases.actions.worklinks import (
    KEPT,
    LinkFacts,
    LinkOver,
    end_link,
    forget_links,
    link_opened,
    make_link,
    renew_link,
    work_done,
)
from lianxin.cases.models import Case, Photo, Reporter, WorkLink
from lianxin.cases.queries.page import case_page
from lianxin.cases.queries.standing import NotSeen, stand
from lianxin.cases.queries.worklinks import link_by_code, link_photo, links_of, state_of_link
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.forms.photos import store
from lianxin.jobs.queue import run_due
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import verify
from lianxin.notices.models import Message
from lianxin.people.actors import contractor, nobody
from lianxin.people.queries import today, unit_by_key
from towns import reporter_of, signed_in, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B5")]
NAME, PHONE, TEXT = "王秀英", "19900000001", "我叫王秀英，电话 19900000001，村口的灯不亮"
FIRM, BOSS, CALL = "亮堂电力安装队", "赵师傅", "13900002222"


@pytest.fixture(autouse=True)
def _every_host(settings):
    settings.ALLOWED_HOSTS = ["*"]


def picture(town, colour="red"):
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return store(out.getvalue(), town=town), out.getvalue()


def do(town, case, act, by, **given):
    return transition(case.pk, act, actor=who(town, by), now=timezone.now(), given=given).case


@pytest.fixture
def case(town):
    """Being handled by the utilities, with a photo of the resident's."""
    draft = Draft(
        kind="request", title="村口路灯不亮", text=TEXT, lon=117.005, lat=34.605, address="1村村口3号楼502室",
        contact=Contact(NAME, PHONE), photos=[picture(town)[0]],
    )  # fmt: skip
    made = open_case(draft, actor=nobody(town), now=timezone.now()).case
    do(town, made, "accept", "clerk")
    do(town, made, "assign", "clerk", holder=Holder(unit_by_key(town, "utilities").pk))
    return do(town, made, "take", "handler")


def facts(**kwargs):
    same = {"company": FIRM, "contact": BOSS, "phone": CALL, "title": "路灯不亮", "task": "换灯泡", "place": "1村村口"}
    until = kwargs.pop("until", timezone.now() + timedelta(days=5))
    return LinkFacts(**{**same, "until": until, "may": ("record", "finish"), **kwargs})


def linked(town, case, by="handler", **kwargs):
    actor = who(town, by)
    return make_link(stand(actor, pk=case.pk), facts(**kwargs), actor=actor, now=timezone.now())


def fresh(town, link):
    return WorkLink.objects.for_system("tests", town).select_related("case").get(pk=link.pk)


def state(town, link, now=None):
    row = fresh(town, link)
    return state_of_link(row, row.case, now=now or timezone.now())


def tell(town, link, act="record", words="灯泡换了", photos=(), **kwargs):
    return work_done(fresh(town, link), act, words, photos, actor=contractor(town, link_id=link.pk), now=timezone.now(), **kwargs)


# --- the actions ----------------------------------------------------------------------------------------------------------


def test_holder_and_colleague_make_a_link_others_who_see_the_case_do_not(town, case):
    assert linked(town, case).code
    assert linked(town, case, by="handler2").code
    for name in ("clerk", "supervisor", "dispatcher", "leader"):
        with pytest.raises(PermissionDenied):
            linked(town, case, by=name)


def test_a_confidential_case_is_nobodys_to_pass_on(town):
    made = open_case(Draft(kind="dispute", title="邻里", lon=117.005, lat=34.605), actor=nobody(town), now=timezone.now()).case
    with pytest.raises(PermissionDenied):
        linked(town, made, by="mediator")


def test_of_secret_and_names_the_database_holds_nothing_readable(town, case):
    made = linked(town, case)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_worklink")
        row = str(cursor.fetchall())
        cursor.execute("SELECT data FROM ledger_entry WHERE subject_kind = 'work_link'")
        told = str(cursor.fetchall())
    for word in (made.code, FIRM, BOSS, CALL, "换灯泡"):
        assert word not in row
        assert word not in told
    assert link_by_code(town, case.number, made.code.lower()).pk == made.link.pk
    assert link_by_code(town, case.number, made.code[:-1] + ("A" if made.code[-1] != "A" else "B")) is None


def test_a_contractor_sees_no_case_through_the_guard(town, case):
    actor = contractor(town, link_id=linked(town, case).link.pk)
    assert not Case.objects.seen_by(actor).exists()
    with pytest.raises(NotSeen):
        stand(actor, pk=case.pk)


def test_what_is_told_stands_in_the_history_as_the_contractors_and_who_has_the_case_is_told(town, case):
    made = linked(town, case)
    run_due(now=timezone.now())
    step = Case.objects.for_system("tests", town).get(pk=case.pk).step
    assert tell(town, made.link, photos=[picture(town, "blue")[0]])
    assert tell(town, made.link, "finish", "")
    run_due(now=timezone.now())
    page = case_page(who(town, "clerk"), stand(who(town, "clerk"), pk=case.pk), timezone.now())
    rows = page["timeline"][-2:]
    assert [(row["act"], FIRM in row["by"]) for row in rows] == [("contractor_record", True), ("contractor_finish", True)]
    assert rows[0]["texts"][0]["body"] == "灯泡换了"
    assert len(rows[0]["photos"]) == 1
    assert Case.objects.for_system("tests", town).get(pk=case.pk).step == step
    told = Message.objects.seen_by(who(town, "handler")).filter(case_id=case.pk)
    assert {"contractor_record", "contractor_finish"} <= set(told.values_list("act", flat=True))
    assert not list(verify(town))


def test_the_resident_reads_none_of_it(town):
    done = open_case(Draft(kind="request", title="灯", lon=117.005, lat=34.605, contact=Contact(NAME, PHONE)), actor=nobody(town), now=timezone.now())
    do(town, done.case, "accept", "clerk")
    do(town, done.case, "assign", "clerk", holder=Holder(unit_by_key(town, "utilities").pk))
    do(town, done.case, "take", "handler")
    tell(town, linked(town, done.case).link)
    mine = reporter_of(town, done)
    page = case_page(mine, stand(mine, pk=done.case.pk), timezone.now())
    assert "contractor_record" not in [row["act"] for row in page["timeline"]]


def test_a_link_that_may_only_see_takes_nothing(town, case):
    with pytest.raises(LinkOver):
        tell(town, linked(town, case, may=()).link)


def test_it_lasts_to_its_day_and_thirty_days_at_most(town, case):
    made = linked(town, case, until=timezone.now() + timedelta(days=400))
    assert state(town, made.link, timezone.now() + timedelta(days=29)) == "live"
    assert state(town, made.link, timezone.now() + timedelta(days=31)) == "over"


def test_ended_by_the_unit_it_opens_nothing_and_renewed_it_has_another_secret(town, case):
    made, actor = linked(town, case), who(town, "handler2")
    end_link(fresh(town, made.link), actor=actor, now=timezone.now())
    assert state(town, made.link) == "over"
    with pytest.raises(LinkOver):
        tell(town, made.link)
    again = renew_link(fresh(town, made.link), stand(actor, pk=case.pk), timezone.now() + timedelta(days=3), actor=actor, now=timezone.now())
    assert state(town, made.link) == "live"
    assert link_by_code(town, case.number, made.code) is None
    assert link_by_code(town, case.number, again.code)
    acts = Entry.objects.for_system("tests", town).filter(subject_kind="work_link").order_by("seq")
    assert list(acts.values_list("act", flat=True)) == ["make", "end", "renew"]
    for name in ("clerk", "sanitation"):
        with pytest.raises(PermissionDenied):
            end_link(fresh(town, made.link), actor=who(town, name), now=timezone.now())


def test_it_ends_for_good_when_the_case_goes_to_another_unit(town, case):
    made = linked(town, case)
    do(town, case, "reassign", "dispatcher", holder=Holder(unit_by_key(town, "sanitation").pk), reason="不归我们")
    assert state(town, made.link) == "live"  # until the other has accepted, the first answers for it
    do(town, case, "take_over", "sanitation")
    assert state(town, made.link) == "over"  # before the worker has run, too
    do(town, case, "reassign", "dispatcher", holder=Holder(unit_by_key(town, "utilities").pk), reason="还是你们")
    do(town, case, "take_over", "handler")
    assert Case.objects.for_system("tests", town).get(pk=case.pk).unit_id == made.link.unit_id
    run_due(now=timezone.now())
    assert fresh(town, made.link).ended == "left"
    assert state(town, made.link) == "over"


def test_sent_back_to_be_passed_on_anew_it_ends(town, case):
    made = linked(town, case)
    do(town, case, "send_back", "handler", reason="不归我们")
    assert state(town, made.link) == "over"


def test_what_happened_before_it_was_renewed_ends_it_no_more(town, case):
    made, actor = linked(town, case), who(town, "handler")
    end_link(fresh(town, made.link), actor=actor, now=timezone.now())
    renew_link(fresh(town, made.link), stand(actor, pk=case.pk), timezone.now() + timedelta(days=3), actor=actor, now=timezone.now())
    run_due(now=timezone.now())  # the jobs of how the case came here
    assert state(town, made.link) == "live"


def test_while_the_work_is_being_checked_it_lives_and_closed_it_reads_finished(town, case):
    made = linked(town, case)
    do(town, case, "finish", "handler", answer="修好了")
    run_due(now=timezone.now())
    assert state(town, made.link) == "live"
    do(town, case, "call_back", "clerk", rating="5", note="满意")
    do(town, case, "close", "supervisor")
    run_due(now=timezone.now())
    assert state(town, made.link) == "finished"
    assert fresh(town, made.link).ended == "closed"
    with pytest.raises(LinkOver):
        tell(town, made.link)


def test_merged_into_another_case_nothing_is_finished(town, case):
    made = linked(town, case)
    other = open_case(Draft(kind="request", title="同一盏灯", lon=117.005, lat=34.605), actor=nobody(town), now=timezone.now()).case
    transition(case.pk, "merge", actor=who(town, "clerk"), now=timezone.now(), given={"case": other.pk})
    assert state(town, made.link) == "over"


def test_erasing_one_who_joined_stars_what_a_link_tells_of_them_and_it_goes_on(town, case):
    joined = join_case(case.pk, Contact("瞿鹧鸪", "18700004321"), actor=nobody(town), now=timezone.now())
    made = linked(town, case, task="瞿鹧鸪（18700004321）家门口的灯也换")
    one = Reporter.objects.for_system("tests", town).get(pk=joined.reporter_id)
    erase_own(one, "link", now=timezone.now())
    row = fresh(town, made.link)
    assert "鹧鸪" not in row.task
    assert "18700004321" not in row.task
    assert "家门口的灯也换" in row.task
    assert (row.company, state(town, made.link)) == (FIRM, "live")
    assert not list(verify(town))
    WorkLink.objects.for_system("behind the product's back", town).filter(pk=row.pk).update(task="换一根灯杆")
    assert [(each.subject, each.detail) for each in verify(town)] == [(f"work_link:{row.pk}", "says")]


def test_erasing_who_raised_it_ends_the_link_though_others_wait(town, case):
    join_case(case.pk, Contact("李四", "19900000077"), actor=nobody(town), now=timezone.now())
    made = linked(town, case)
    first = Reporter.objects.for_system("tests", town).get(case_id=case.pk, first=True)
    erase_own(first, "link", now=timezone.now())
    row = fresh(town, made.link)
    assert (row.task, row.title, row.place, state(town, made.link)) == ("", "", "", "over")
    assert not Text.objects.for_system("tests", town).filter(field="says", erased_at=None).exists()
    assert not list(verify(town))


def test_opening_is_on_record_once_in_ten_minutes(town, case):
    made, now = linked(town, case), timezone.now()
    for minutes in (0, 5, 11):
        link_opened(made.link, actor=contractor(town, link_id=made.link.pk), now=now + timedelta(minutes=minutes))
    opens = Entry.objects.for_system("tests", town).filter(subject_kind="work_link", act="open")
    assert opens.count() == 2
    (row,) = links_of(who(town, "clerk"), case, now=now)
    assert row["opened_at"] == now + timedelta(minutes=11)


def test_photos_are_those_chosen_and_ones_own(town, case):
    shot = Photo.objects.for_system("tests", town).get(case_id=case.pk)
    shut, shown = linked(town, case).link, linked(town, case, photos=(shot.pk,)).link
    assert link_photo(town, fresh(town, shut), shot.pk) is None
    assert link_photo(town, fresh(town, shown), shot.pk)
    tell(town, shut, photos=[picture(town, "blue")[0]])
    mine = Photo.objects.for_system("tests", town).filter(case_id=case.pk).latest("id")
    assert link_photo(town, fresh(town, shut), mine.pk)
    assert link_photo(town, fresh(town, shown), mine.pk) is None


def test_erasing_the_case_erases_who_the_contractor_was_and_ends_the_link(town, case):
    made = linked(town, case)
    tell(town, made.link)
    erase_case(case, "本人要求", actor=who(town, "security"), now=timezone.now())
    row = fresh(town, made.link)
    assert (row.company, row.contact, row.phone, row.task, row.title, row.place) == ("",) * 6
    assert state(town, made.link) == "over"
    assert not list(verify(town))


def test_who_they_were_is_forgotten_so_long_after_the_case_was_closed(town, case):
    made, now = linked(town, case), timezone.now()
    do(town, case, "finish", "handler", answer="修好了")
    do(town, case, "call_back", "clerk", rating="5", note="满意")
    do(town, case, "close", "supervisor")
    assert forget_links(town, now=now + KEPT - timedelta(days=1)) == 0
    assert forget_links(town, now=now + KEPT + timedelta(days=1)) == 1
    assert forget_links(town, now=now + KEPT + timedelta(days=2)) == 0
    assert fresh(town, made.link).company == ""


# --- the pages ------------------------------------------------------------------------------------------------------------

FORM = {"company": FIRM, "contact": BOSS, "phone": CALL, "title": "路灯不亮", "task": "换灯泡", "place": "1村村口", "spot": "1"}


def form(**kwargs):
    return {**FORM, "may": ["record", "finish"], "until": str(today(timezone.now() + timedelta(days=5))), **kwargs}


def address_in(page):
    return re.search(r"/w/LX[0-9]{8}/[A-Z2-7]{26}/", page.content.decode())[0]


@pytest.fixture
def address(town, case):
    return address_in(signed_in("handler").post(f"/cases/{case.number}/links/", form()))


@pytest.fixture
def phone():
    return Client(HTTP_HOST="lx.test")


def test_the_form_comes_masked_and_the_link_is_shown_this_once(town, case):
    handler = signed_in("handler")
    page = handler.get(f"/cases/{case.number}/links/").content.decode()
    for word in (NAME, PHONE, "502室"):
        assert word not in page
    sent = form(idempotency_key="once-upon-a-time")
    made = handler.post(f"/cases/{case.number}/links/", sent)
    assert made.status_code == 201
    assert "<svg" in made.content.decode()
    assert made["Cache-Control"].startswith("max-age=0")
    again = handler.post(f"/cases/{case.number}/links/", sent)
    assert again.status_code == 303
    assert WorkLink.objects.for_system("tests", town).count() == 1
    other = handler.post(f"/cases/{case.number}/links/", form(idempotency_key="once-upon-a-time", title="另一件"))
    assert other.status_code == 409
    for url in (f"/cases/{case.number}/links/", f"/cases/{case.number}/"):
        page = handler.get(url).content.decode()
        assert FIRM in page
        assert "/w/LX" not in page
        assert CALL not in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"company": ""}, "company"), ({"title": " "}, "title"), ({"phone": "12"}, "phone"), ({"until": "2020-01-01"}, "until"),
        ({"until": "9999-12-31"}, "until"), ({"until": "明天"}, "until"), ({"may": "close"}, "may"), ({"photos": "1"}, "photos"),
        ({"task": "长" * 2001}, "task"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(town, case, wrong, field):
    back = signed_in("handler").post(f"/cases/{case.number}/links/", form(**wrong))
    assert back.status_code == 422
    assert f'href="#f-{field}"' in back.content.decode()
    assert BOSS in back.content.decode()
    assert not WorkLink.objects.for_system("tests", town).exists()


def test_a_contractor_reads_the_task_and_nothing_of_the_resident(address, phone):
    page = phone.get(address)
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["Cache-Control"] == "private, no-store"
    text = page.content.decode()
    for word in ("路灯不亮", "换灯泡", "1村村口"):
        assert word in text
    for word in (NAME, PHONE, "502室", "王秀英", CALL):
        assert word not in text


def test_a_contractor_tells_with_a_photo_and_the_page_shows_it(town, case, address, phone):
    upload = SimpleUploadedFile("lamp.jpg", picture(town, "blue")[1], "image/jpeg")
    sent = phone.post(address, {"words": "灯泡换了", "photos": upload, "act": "record", "idempotency_key": "first-record"})
    assert sent.status_code == 303
    upload.seek(0)
    assert phone.post(address, {"words": "灯泡换了", "photos": upload, "act": "record", "idempotency_key": "first-record"}).status_code == 303
    page = phone.get(address).content.decode()
    assert page.count("灯泡换了") == 1
    shown = re.search(rf"{address}photos/[0-9]+\.jpg", page)[0]
    assert phone.get(shown)["Content-Type"] == "image/jpeg"
    assert phone.post(address, {"act": "finish"}).status_code == 303
    run_due(now=timezone.now())
    seen = signed_in("handler").get("/messages/").content.decode()
    assert "外协单位报告已完工" in seen
    assert FIRM in signed_in("clerk").get(f"/cases/{case.number}/").content.decode()


def test_an_empty_record_and_a_paper_named_a_photo_come_back(address, phone):
    assert phone.post(address, {"act": "record"}).status_code == 422
    paper = SimpleUploadedFile("lamp.jpg", b"%PDF-1.4", "image/jpeg")
    back = phone.post(address, {"act": "record", "words": "灯泡换了", "photos": paper})
    assert back.status_code == 422
    assert "灯泡换了" in back.content.decode()


def test_too_many_records_are_told_when_to_come_again(town, address, phone, monkeypatch):
    monkeypatch.setattr("lianxin.cases.views.worklinks.contractor.TOLD", 1)
    assert phone.post(address, {"act": "record", "words": "一"}).status_code == 303
    back = phone.post(address, {"act": "record", "words": "灯泡换了"})
    assert back.status_code == 429
    assert "灯泡换了" in back.content.decode()


def test_a_wrong_secret_is_404_an_ended_link_410_a_closed_case_finished(town, case, address, phone):
    wrong = address[:-2] + ("A" if address[-2] != "A" else "B") + "/"
    assert phone.get(wrong).status_code == 404
    handler, link = signed_in("handler"), WorkLink.objects.for_system("tests", town).get()
    assert signed_in("clerk").post(f"/cases/{case.number}/links/{link.pk}/end").status_code == 404
    assert signed_in("handler2").post(f"/cases/{case.number}/links/{link.pk}/end").status_code == 303
    for sent in (phone.get(address), phone.post(address, {"act": "finish"})):
        assert sent.status_code == 410
        assert "换灯泡" not in sent.content.decode()
    renewed = address_in(handler.post(f"/cases/{case.number}/links/{link.pk}/renew"))
    assert renewed != address
    assert phone.get(address).status_code == 404
    assert phone.get(renewed).status_code == 200
    do(town, case, "finish", "handler", answer="修好了")
    do(town, case, "call_back", "clerk", rating="5", note="满意")
    do(town, case, "close", "supervisor")
    page = phone.get(renewed)
    assert page.status_code == 200
    assert "换灯泡" not in page.content.decode()


def test_words_sent_after_the_end_come_back_to_be_told_otherwise(town, case, address, phone):
    do(town, case, "reassign", "dispatcher", holder=Holder(unit_by_key(town, "sanitation").pk), reason="不归我们")
    do(town, case, "take_over", "sanitation")
    late = phone.post(address, {"act": "record", "words": "灯泡换了两只"})
    assert late.status_code == 410
    assert "灯泡换了两只" in late.content.decode()
    assert "灯泡换了两只" not in phone.get(address).content.decode()


def test_two_secrets_of_two_cases_do_not_open_each_other(town, case, address, phone):
    other = open_case(Draft(kind="request", title="井盖", lon=117.005, lat=34.605), actor=nobody(town), now=timezone.now()).case
    assert phone.get(address.replace(case.number, other.number)).status_code == 404
