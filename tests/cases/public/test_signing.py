"""Residents sign in by a code sent to their telephone: no password, one account, what they asked stands together."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from lianxin.cases.models import Reporter
from lianxin.cases.tasks import nightly
from lianxin.cases.views.public import signing
from lianxin.ledger.verify import verify
from lianxin.notices import ways
from lianxin.people.models import Account, PhoneCode
from lianxin.people.residents import ASLEEP, LASTS, TRIES

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]
PHONE = "19900000001"


@pytest.fixture
def sms(settings, monkeypatch):
    """Text messages that went out: (telephone, words)."""
    sent = []
    settings.LIANXIN_SMS = "console"
    monkeypatch.setitem(ways.SMS, "console", lambda to, letter: sent.append((to, letter.short)))
    return sent


@pytest.fixture
def later(monkeypatch):
    """Moves the clock of the pages on, so that a minute need not pass."""
    moved = [timedelta()]
    real = timezone.now

    def by(step):
        moved[0] += step

    monkeypatch.setattr(signing.timezone, "now", lambda: real() + moved[0])
    return by


def figures(sms):
    return re.search(r"\d{6}", sms[-1][1])[0]


def ask(site, phone=PHONE):
    return site.post("/mine/sign-in/", {"phone": phone})


def come_in(site, sms, phone=PHONE):
    assert ask(site, phone)["Location"] == "/mine/code/"
    return site.post("/mine/code/", {"code": figures(sms)})


def test_a_code_goes_to_the_telephone_and_the_right_one_signs_in(site, town, sms):
    page = ask(site, "199 0000 0001")
    assert (page.status_code, page["Location"]) == (303, "/mine/code/")
    assert sms[0][0] == PHONE
    html = site.get("/mine/code/").content.decode()
    assert 'autocomplete="one-time-code"' in html
    assert 'inputmode="numeric"' in html
    assert "199****0001" in html
    assert PHONE not in html
    assert site.post("/mine/code/", {"code": figures(sms)})["Location"] == "/mine/"
    assert site.get("/mine/").status_code == 200
    (account,) = Account.objects.exclude(proven="")
    assert not account.has_usable_password()
    assert account.phone == PHONE


@pytest.mark.row("B1")
def test_what_was_asked_with_the_telephone_stands_together_and_nobody_elses(site, lamp, sms):
    mine, others = lamp(title="我家门口的灯"), lamp(phone="19900000009", title="别人的灯")
    come_in(site, sms)
    html = site.get("/mine/").content.decode()
    assert "我家门口的灯" in html
    assert mine.case.number in html
    assert "别人的灯" not in html
    assert others.case.number not in html
    newer = lamp(title="刚刚又坏了")
    assert "刚刚又坏了" in site.get("/mine/").content.decode()
    assert Reporter.objects.for_system("t", mine.case.town_id).get(pk=mine.reporter_id).account_id is not None
    link = f"/r/{newer.case.number}/"
    assert link in site.get("/mine/").content.decode()


def test_a_telephone_opens_nothing_that_was_asked_more_than_a_year_ago(site, town, lamp, sms):
    old = lamp(title="前一位机主的事")
    Reporter.objects.for_system("t", town).filter(pk=old.reporter_id).update(
        at=timezone.now() - ASLEEP - timedelta(days=1)
    )
    come_in(site, sms)
    assert "前一位机主的事" not in site.get("/mine/").content.decode()


def test_an_account_that_slept_for_a_year_is_not_opened_by_its_number(site, town, lamp, sms, later):
    lamp(title="前一位机主的事")
    come_in(site, sms)
    held = Account.objects.get(proven__gt="")
    Account.objects.filter(pk=held.pk).update(last_login=timezone.now() - ASLEEP - timedelta(days=1))
    later(timedelta(minutes=2))
    fresh = Client(headers={"host": "lx.test"})
    come_in(fresh, sms)
    assert Account.objects.get(proven__gt="").pk != held.pk
    assert "前一位机主的事" not in fresh.get("/mine/").content.decode()


def test_the_same_person_has_one_account_on_every_device(site, sms, later, town):
    come_in(site, sms)
    later(timedelta(minutes=2))
    come_in(Client(headers={"host": "lx.test"}), sms)
    assert Account.objects.exclude(proven="").count() == 1


def test_the_code_is_kept_as_a_digest_and_the_number_encrypted(site, town, sms):
    ask(site)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM people_phonecode")
        kept = str(cursor.fetchall())
        cursor.execute("SELECT session_data FROM django_session")
        sessions = str(cursor.fetchall())
    assert figures(sms) not in kept
    assert PHONE not in kept + sessions


def test_a_code_is_good_once(site, town, sms):
    ask(site)
    other = Client(headers={"host": "lx.test"})
    stale = other.session
    stale[signing.ASKED] = site.session[signing.ASKED]
    stale.save()
    other.cookies["sessionid"] = stale.session_key
    assert site.post("/mine/code/", {"code": figures(sms)}).status_code == 303
    assert "已失效" in other.post("/mine/code/", {"code": figures(sms)}).content.decode()
    assert not PhoneCode.objects.exists()


def test_five_wrong_codes_and_the_right_one_no_longer_counts(site, town, sms):
    ask(site)
    wrong = "000000" if figures(sms) != "000000" else "111111"
    for left in range(TRIES - 1, 0, -1):
        html = site.post("/mine/code/", {"code": wrong})
        assert html.status_code == 422
        assert f"还可以试 {left} 次" in html.content.decode()
    site.post("/mine/code/", {"code": wrong})
    html = site.post("/mine/code/", {"code": figures(sms)})
    assert html.status_code == 422
    assert "已失效" in html.content.decode()
    assert "_auth_user_id" not in site.session


def test_a_code_is_good_for_ten_minutes(site, town, sms, later):
    ask(site)
    later(LASTS + timedelta(seconds=1))
    assert "已失效" in site.post("/mine/code/", {"code": figures(sms)}).content.decode()


@pytest.mark.parametrize("typed", ["{0} ", "{0:.3} {1}", "wide"])
def test_a_code_may_be_typed_with_gaps_or_wide_figures(site, town, sms, typed):
    ask(site)
    code = figures(sms)
    text = "".join(chr(ord(each) + 0xFEE0) for each in code) if typed == "wide" else typed.format(code, code[3:])
    assert site.post("/mine/code/", {"code": text}).status_code == 303


@pytest.mark.parametrize("typed", ["", "12345", "1990000000", "0516-83000000", "电话", "x" * 400])
def test_what_is_no_mobile_number_is_told_so_and_stays_typed(site, town, sms, typed):
    page = ask(site, typed)
    assert page.status_code == 422
    assert "11 位" in page.content.decode()
    assert typed[:40] in page.content.decode()
    assert not sms


def test_one_number_gets_a_code_a_minute_and_the_page_keeps_what_was_typed(site, town, sms):
    ask(site)
    page = ask(Client(headers={"host": "lx.test"}))
    assert page.status_code == 429
    assert int(page["Retry-After"]) <= 60
    assert PHONE in page.content.decode()
    assert len(sms) == 1


def test_one_number_gets_five_codes_an_hour_from_wherever(site, town, sms, later):
    from lianxin.keys.models import Tries

    for each in range(6):
        Tries.objects.for_system("t", town).filter(scope="code-minute").delete()
        page = ask(Client(headers={"host": "lx.test"}, REMOTE_ADDR=f"10.0.0.{each}"))
    assert page.status_code == 429
    assert len(sms) == 5


def test_one_place_cannot_send_codes_to_the_whole_town(site, town, sms, monkeypatch):
    monkeypatch.setattr(signing, "PER_CLIENT", 2)
    pages = [ask(site, f"1990000010{each}").status_code for each in range(3)]
    assert pages == [303, 303, 429]


def test_a_code_that_cannot_be_sent_is_said_and_leaves_nothing(site, town, settings, monkeypatch):
    def fails(to, letter):
        raise OSError("the provider does not answer")

    settings.LIANXIN_SMS = "console"
    monkeypatch.setitem(ways.SMS, "console", fails)
    page = ask(site)
    assert page.status_code == 503
    assert "没发出去" in page.content.decode()
    assert PHONE in page.content.decode()
    assert not PhoneCode.objects.exists()


def test_without_a_way_to_send_there_is_no_such_page_and_nothing_leads_to_it(site, town):
    assert site.get("/mine/sign-in/").status_code == 404
    assert site.get("/mine/code/").status_code == 404
    assert site.get("/mine/")["Location"] == "/find/"
    assert "/mine/" not in site.get("/find/").content.decode()


def test_the_session_lasts_half_a_year_and_ends_by_a_press(site, town, sms):
    come_in(site, sms)
    assert site.session.get_expiry_age() > 170 * 86400
    assert "/mine/" in site.get("/").content.decode()
    assert site.get("/mine/sign-out/").status_code == 405
    assert site.post("/mine/sign-out/").status_code == 303
    assert site.get("/mine/")["Location"] == "/mine/sign-in/"


def test_a_telephone_never_opens_a_post(site, town, sms, later):
    """Somebody of the staff proves their telephone; its code then opens their own requests, and no desk."""
    site.post("/sign-in/", {"username": "clerk.lx", "password": "secret-secret"})
    come_in(site, sms)
    assert site.get("/desk/").status_code == 200
    clerk = Account.objects.get(username="clerk.lx")
    assert clerk.proven
    later(timedelta(minutes=2))
    phone = Client(headers={"host": "lx.test"})
    come_in(phone, sms)
    assert phone.session["_auth_user_id"] == str(clerk.pk)
    assert phone.get("/desk/").status_code == 302
    assert phone.get("/api/v1/me").status_code in {401, 403}
    assert phone.get("/sign-in/").status_code == 200
    assert phone.get("/post/").content.decode().count('name="post"') == 0
    phone.post("/sign-in/", {"username": "clerk.lx", "password": "secret-secret"})
    assert phone.get("/desk/").status_code == 200
    assert phone.session.get_expiry_age() <= 12 * 3600


def test_a_number_of_another_account_is_not_taken_over_by_staff(site, town, sms, later):
    come_in(site, sms)
    later(timedelta(minutes=2))
    staff = Client(headers={"host": "lx.test"})
    staff.post("/sign-in/", {"username": "clerk.lx", "password": "secret-secret"})
    assert come_in(staff, sms).status_code == 409
    assert not Account.objects.get(username="clerk.lx").proven


def test_signing_in_leaves_no_log_of_addresses(site, town, sms):
    from axes.models import AccessAttempt, AccessLog

    come_in(site, sms)
    told = str(list(AccessLog.objects.values())) + str(list(AccessAttempt.objects.values()))
    assert "127.0.0.1" not in told


def test_the_form_knows_who_has_signed_in_and_is_kept_by_no_cache(site, town, sms):
    come_in(site, sms)
    page = site.get("/report/")
    assert PHONE in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert PHONE not in site.get("/report/offline/").content.decode()


def test_every_night_codes_past_their_time_go(site, town, sms):
    ask(site)
    nightly(now=timezone.now() + LASTS + timedelta(seconds=1))
    assert not PhoneCode.objects.exists()
    assert list(verify(town)) == []


def test_the_file_way_lays_a_message_down_for_a_modem_readable_by_its_owner_alone(site, town, settings, tmp_path):
    settings.LIANXIN_SMS, settings.LIANXIN_SMS_FOLDER = "file", tmp_path / "sms"
    assert ask(site).status_code == 303
    (laid,) = (tmp_path / "sms").iterdir()
    assert laid.name.startswith("sms.")
    assert laid.stat().st_mode & 0o077 == 0
    head, _, body = laid.read_text("utf-8").partition("\n\n")
    assert head.splitlines() == [f"To: 86{PHONE}", "Alphabet: UTF-8"]
    assert re.search(r"\d{6}", body)
    assert ways.forget_spooled(older_than=timezone.now() - timedelta(days=1)) == 0
    assert ways.forget_spooled(older_than=timezone.now() + timedelta(seconds=5)) == 1
