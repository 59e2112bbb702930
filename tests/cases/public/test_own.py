"""A resident's own details: put right, taken along, erased; by account or by the private link of one request."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.case.staging import signed_in
from lianxin.cases.actions import transition
from lianxin.cases.actions.joining import join_case
from lianxin.cases.models import Case, FollowUp, Photo, Publication, Reporter
from lianxin.cases.queries.erasing import others_waiting
from lianxin.cases.values import Contact
from lianxin.forms.photos import store
from lianxin.keys.cache import forget
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.notices import ways
from lianxin.people.actors import nobody
from lianxin.people.actors import reporter as reporter_actor
from lianxin.people.models import Account, Post
from towns import who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]
PHONE = "19900000001"


@pytest.fixture
def entered(site, town, settings, monkeypatch):
    """The browser, signed in by the telephone of the lamps."""
    sent = []
    settings.LIANXIN_SMS = "console"
    monkeypatch.setitem(ways.SMS, "console", lambda to, letter: sent.append(letter.values["code"]))
    site.post("/mine/sign-in/", {"phone": PHONE})
    site.post("/mine/code/", {"code": sent[-1]})
    return site


def row(town, done):
    return Reporter.objects.for_system("t", town).get(pk=done.reporter_id)


def change(site, page, **fields):
    return site.post(page, {"sure": "1", **fields})


def joined(town, done, name="李翠兰", phone="19900000077", note="我家门前也黑"):
    found = join_case(done.case.pk, Contact(name, phone), actor=nobody(town), now=timezone.now(), note=note)
    return Reporter.objects.for_system("t", town).select_related("case").get(pk=found.reporter_id)


def link_of(reporter):
    from lianxin.cases.views.public.mine import private_path

    return private_path(reporter, reporter.case.number)


# --- put right -------------------------------------------------------------------------------------------------------


def test_what_follows_is_shown_before_anything_is_changed(site, town, lamp, link):
    done = lamp()
    page = site.post(link(done, "details/"), {"name": "", "phone": "", "consent": "1"})
    html = page.content.decode()
    assert page.status_code == 200
    assert "没有人能再给您回电" in html
    assert "姓名会删掉" in html
    assert row(town, done).name == "王建国"
    back = site.post(link(done, "details/"), {"name": "王先生", "phone": "", "do": "change"})
    assert 'value="王先生"' in back.content.decode()


def test_the_name_alone_goes_by_the_private_link_and_the_telephone_stays(site, town, lamp, link):
    done = lamp()
    assert change(site, link(done, "details/"), name="", phone=PHONE, consent="1")["Location"] == link(done)
    held = row(town, done)
    assert (held.name, held.phone, held.public_consent) == ("", PHONE, True)
    (told,) = Entry.objects.for_system("t", town).filter(subject_kind="person", subject_id=held.pk)
    assert told.data == {"changed": ["name"], "way": "link", "texts": told.data["texts"]}
    assert "王建国" not in str(told.data)
    assert list(verify(town)) == []


def test_a_new_telephone_opens_the_request_and_the_old_one_no_longer(site, town, lamp, link):
    done = lamp()
    change(site, link(done, "details/"), name="王建国", phone="199 0000 4321")
    number = done.case.number
    assert site.post("/find/", {"number": number, "digits": "0001"}).status_code == 422
    assert site.post("/find/", {"number": number, "digits": "4321"}).status_code == 303


def test_a_telephone_that_is_none_is_refused_and_stays_typed(site, town, lamp, link):
    done = lamp()
    page = site.post(link(done, "details/"), {"name": "新名字", "phone": "1990000", "sure": "1"})
    assert page.status_code == 422
    assert "11 位" in page.content.decode()
    assert "1990000" in page.content.decode()
    assert "新名字" in page.content.decode()
    assert row(town, done).phone == PHONE


def test_consent_withdrawn_takes_it_off_the_board_at_once_and_given_again_it_waits_for_a_clerk(
    site, town, lamp, link, publish
):
    done = lamp()
    publish(done.case)
    html = site.post(link(done, "details/"), {"name": "王建国", "phone": PHONE}).content.decode()
    assert "马上撤下" in html
    change(site, link(done, "details/"), name="王建国", phone=PHONE)
    assert site.get(f"/board/{done.case.number}/").status_code == 404
    assert not row(town, done).public_consent
    change(site, link(done, "details/"), name="王建国", phone=PHONE, consent="1")
    assert row(town, done).public_consent
    assert not Publication.objects.for_system("t", town).exists()
    assert list(verify(town)) == []


def test_the_account_changes_all_of_ones_requests_and_nobody_elses(entered, town, lamp):
    mine, also, others = lamp(), lamp(), lamp(phone="19900000009")
    assert 'href="/mine/details/"' in entered.get("/mine/").content.decode()
    page = entered.get("/mine/details/").content.decode()
    assert "全部 2 件" in page
    assert change(entered, "/mine/details/", name="老王", phone="")["Location"] == "/mine/"
    assert [(row(town, each).name, row(town, each).phone) for each in (mine, also)] == [("老王", "")] * 2
    assert row(town, others).phone == "19900000009"
    assert Account.objects.get(proven__gt="").name == "老王"


def test_what_was_left_without_its_telephone_stays_in_the_list(entered, town, lamp):
    lamp(title="那盏灯")
    entered.post("/mine/sign-out/")
    again = Account.objects.get(proven__gt="")
    entered.force_login(again, backend="lianxin.people.backends.AccountBackend")
    change(entered, "/mine/details/", name="", phone="")
    assert "那盏灯" in entered.get("/mine/").content.decode()


def test_somebody_elses_page_and_nobodys_are_not_there(site, town, lamp, link):
    done = lamp()
    number = done.case.number
    for tail in ("details/", "erase/", "export.zip"):
        assert site.get(f"/r/{number}/AAAAAAAAAAAAAAAA/{tail}").status_code == 404
        assert site.get(f"/mine/{tail}").status_code in {302, 303}


# --- taken along -----------------------------------------------------------------------------------------------------


def test_all_the_town_holds_of_a_resident_is_taken_along_in_one_file(site, town, lamp, link, answered, draw):
    photo = store(draw("red").read(), town=town)
    done = lamp(photos=[photo], address="槐树巷 3 号")
    joined(town, done)
    answered(done.case)
    answer = site.get(link(done, "export.zip"))
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    told = json.loads(packed.read("data.json"))
    (one,) = told["requests"]
    assert (one["name"], one["phone"], one["consent_to_publish"]) == ("王建国", PHONE, True)
    assert one["text"] == "村口路灯坏了三天，晚上看不见路"
    assert one["address"] == "槐树巷 3 号"
    assert one["answers"][0]["text"].startswith("更换灯头")
    assert one["photos"] == [f"photos/{photo.digest}.jpg"]
    assert packed.read(one["photos"][0])
    everything = b"".join(packed.read(name) for name in packed.namelist()).decode("utf-8", "replace")
    assert "E27" not in everything  # what the staff wrote among themselves
    assert "李翠兰" not in everything
    page = packed.read("index.html").decode()
    assert PHONE in page
    assert "<script" not in page


def test_the_account_takes_all_requests_along_and_html_in_words_stays_words(entered, town, lamp):
    lamp(text="<script>alert(1)</script> 灯坏了"), lamp(text="𠮷家门口 😀")
    packed = zipfile.ZipFile(io.BytesIO(entered.get("/mine/export.zip").content))
    told = json.loads(packed.read("data.json"))
    assert len(told["requests"]) == 2
    assert told["account"]["phone"] == PHONE
    assert told["requests"][0]["text"] == "𠮷家门口 😀"
    assert "<script" not in packed.read("index.html").decode()


# --- erased ----------------------------------------------------------------------------------------------------------


def test_what_goes_and_what_stays_is_said_and_a_tick_is_wanted(site, town, lamp, link):
    done = lamp()
    html = site.get(link(done, "erase/")).content.decode()
    assert "删掉的" in html
    assert "依法要留存" in html
    assert site.post(link(done, "erase/"), {}).status_code == 422
    assert row(town, done).name == "王建国"


def test_erased_by_its_link_an_open_request_is_withdrawn_and_nothing_of_it_is_left(site, town, lamp, link):
    done = lamp(address="槐树巷 3 号")
    assert "已经删除" in site.post(link(done, "erase/"), {"sure": "1"}).content.decode()
    case, held = Case.objects.for_system("t", town).get(pk=done.case.pk), row(town, done)
    assert (case.step, case.title, case.address, case.lon) == ("withdrawn", "（已删除）", "", None)
    assert (held.name, held.phone, held.phone_blind, held.phone_tail) == ("", "", "", "")
    assert list(verify(town)) == []
    assert site.get(link(done)).status_code == 200  # the link still says what was done


@pytest.mark.row("B9")
def test_who_joined_still_gets_the_answer_when_the_first_has_their_details_erased(
    site, town, lamp, link, answered, act
):
    done = lamp(address="槐树巷 3 号")
    other = joined(town, done)
    act(done.case, "accept", "clerk")
    from lianxin.cases.values import Holder
    from lianxin.people.queries import unit_by_key

    act(done.case, "assign", "clerk", holder=Holder(unit_by_key(town, "utilities").pk))
    act(done.case, "take", "handler")
    act(done.case, "record", "handler", note="王先生 199-0000-0001 说晚上在家")
    act(done.case, "record", "handler", note="灯头型号 E27")
    assert "1 件还有别人在等" in site.get(link(done, "erase/")).content.decode()
    site.post(link(done, "erase/"), {"sure": "1"})
    case = Case.objects.for_system("t", town).get(pk=done.case.pk)
    assert case.step == "handle"
    act(case, "finish", "handler", answer="更换灯头两个，已经亮了。")
    html = site.get(link_of(other)).content.decode()
    assert "更换灯头两个" in html
    assert "我家门前也黑" in html
    heir = Reporter.objects.for_system("t", town).get(pk=other.pk)
    assert heir.first
    assert heir.name == "李翠兰"
    assert not row(town, done).first
    transition(case.pk, "satisfied", actor=reporter_actor(town, case_id=case.pk, reporter_id=heir.pk), now=timezone.now(),
               given={"rating": "5"})  # fmt: skip
    kept = str(list(texts(town, case)))
    assert "E27" in kept
    assert "0001" not in kept
    assert "王先生" not in kept
    assert list(verify(town)) == []


def texts(town, case):
    from lianxin.ledger.models import Text

    return Text.objects.for_system("t", town).filter(subject_id=case.pk, erased_at=None).values_list("body", flat=True)


@pytest.mark.row("B9")
def test_an_answer_that_names_the_first_is_kept_for_the_others_with_stars(site, town, lamp, link, answered):
    done = lamp()
    other = joined(town, done)
    answered(done.case)
    from lianxin.cases.actions.effects import note_on

    case = Case.objects.for_system("t", town).get(pk=done.case.pk)
    note_on(case, "retell", {}, actor=who(town, "handler"), now=timezone.now(),
            texts={"answer": "王建国同志，您（19900000001）反映的灯已修好。"})  # fmt: skip
    site.post(link(done, "erase/"), {"sure": "1"})
    html = site.get(link_of(other)).content.decode()
    assert "反映的灯已修好" in html
    assert "王建国" not in html
    assert "19900000001" not in html
    assert "更换灯头两个" in html
    assert list(verify(town)) == []


@pytest.mark.row("B9")
def test_who_was_merged_into_it_still_reads_the_answer(site, town, lamp, link, answered, act):
    main, merged = lamp(), lamp(phone="19900000055", title="路灯又灭了")
    act(merged.case, "merge", "clerk", case=main.case.pk)
    answered(main.case)
    site.post(link(main, "erase/"), {"sure": "1"})
    html = site.get(link(merged)).content.decode()
    assert "更换灯头两个" in html
    assert row(town, merged).phone == "19900000055"
    assert list(verify(town)) == []


def test_who_joined_erases_their_own_and_the_first_keeps_everything(site, town, lamp, link, draw):
    first, own = store(draw("red").read(), town=town), store(draw("blue").read(), town=town)
    done = lamp(photos=[first])
    found = join_case(done.case.pk, Contact("李翠兰", "19900000077"), actor=nobody(town), now=timezone.now(),
                      note="我家门前也黑", photos=[own])  # fmt: skip
    other = Reporter.objects.for_system("t", town).select_related("case").get(pk=found.reporter_id)
    site.post(link_of(other) + "erase/", {"sure": "1"})
    kept = [each.file.digest for each in Photo.objects.for_system("t", town).select_related("file")]
    assert kept == [first.digest]
    assert "我家门前也黑" not in str(list(texts(town, done.case)))
    assert (row(town, done).name, row(town, done).first) == ("王建国", True)
    assert "看不见路" in site.get(link(done)).content.decode()
    assert list(verify(town)) == []


def test_reminders_that_name_who_is_erased_go_and_others_stay(site, town, lamp, link):
    done = lamp()
    other = joined(town, done)
    clerk = who(town, "clerk")
    for note in ("周五问李翠兰看灯亮没亮", "催供电所"):
        FollowUp.objects.create(town=town, case_id=done.case.pk, unit_id=clerk.unit_id, post_id=clerk.post_id,
                                on=timezone.localdate(), note=note, at=timezone.now())  # fmt: skip
    site.post(link_of(other) + "erase/", {"sure": "1"})
    assert [each.note for each in FollowUp.objects.for_system("t", town)] == ["催供电所"]
    site.post(link(done, "erase/"), {"sure": "1"})
    assert not FollowUp.objects.for_system("t", town).exists()


def test_the_last_one_who_waits_takes_the_whole_with_them(site, town, lamp, link):
    done = lamp()
    other = joined(town, done)
    site.post(link(done, "erase/"), {"sure": "1"})
    assert others_waiting(done.case, but=other.pk) == []
    site.post(link_of(other) + "erase/", {"sure": "1"})
    assert list(texts(town, done.case)) == []
    assert list(verify(town)) == []


def test_the_account_goes_with_all_its_requests_and_the_session(entered, town, lamp):
    mine, also = lamp(), lamp()
    assert "已经删除" in entered.post("/mine/erase/", {"sure": "1"}).content.decode()
    assert not Account.objects.exclude(proven="").exists()
    assert not Account.objects.filter(username__startswith="r3").exists()
    assert [row(town, each).phone for each in (mine, also)] == ["", ""]
    assert entered.get("/mine/")["Location"] == "/mine/sign-in/"
    assert list(verify(town)) == []


def test_an_account_without_requests_can_be_deleted(entered, town):
    assert 'href="/mine/erase/"' in entered.get("/mine/").content.decode()
    assert entered.post("/mine/erase/", {"sure": "1"}).status_code == 200
    assert not Account.objects.exclude(proven="").exists()


def test_who_erases_by_number_at_the_desk_leaves_the_others_their_answer_too(town, lamp, site, answered):
    from lianxin.cases.actions.erasing import erase_case

    done = lamp()
    other = joined(town, done)
    answered(done.case)
    page = f"/cases/{done.case.number}/erase/"
    html = signed_in("security").get(page).content.decode()
    assert "还有 1 人在等" in html
    assert "请看清楚" not in html
    erase_case(done.case, "当事人申请", actor=who(town, "security"), now=timezone.now())
    assert "更换灯头两个" in site.get(link_of(other)).content.decode()
    assert row(town, done).name == ""
    assert list(verify(town)) == []
    html = signed_in("security").get(page).content.decode()
    assert "已经删除" not in html.replace("信息已经删除", "")
    assert "请看清楚" in html  # who is erased next is another


@pytest.mark.parametrize("left", [False, True])
def test_a_staff_account_is_not_offered_its_deletion_and_reads_what_is_kept(site, town, left):
    account = Account.objects.get(username="handler.lx")
    if left:
        Post.objects.for_system("t", town).filter(account=account).update(ends=timezone.localdate() - timedelta(days=1))
        forget()
    site.force_login(account, backend="lianxin.people.backends.AccountBackend")
    page = site.get("/mine/").content.decode()
    assert "/mine/erase/" not in page
    assert "姓名、账号和岗位在职时和离岗后都会保留" in page
    assert "/mine/erase/" not in site.get("/mine/details/", follow=True).content.decode()
    refused = site.post("/mine/erase/", {"sure": "1"})
    assert refused.status_code == 403
    assert "本镇安全管理员" in refused.content.decode()
    english = site.post("/mine/erase/", {"sure": "1"}, headers={"Accept-Language": "en"}).content.decode()
    assert "security administrator" in english
    body = {"headers": {"Idempotency-Key": "k" * 12}, "content_type": "application/json"}
    told = site.post("/api/v1/mine/erase", {"sure": True}, **body)
    assert (told.status_code, told.json()["code"]) == (403, "staff_account")
    account.refresh_from_db()
    assert account.is_active
    assert account.name
    if left:
        home = site.get("/").content.decode()
        assert "已用手机号登录" not in home
        assert 'href="/mine/"' not in home
