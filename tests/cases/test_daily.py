"""The day at a glance (每日一览): as a page, and once on each working day by e-mail to an address that was confirmed."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from lianxin.cases import daily
from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.followups import follow_up
from lianxin.cases.daily import send_daily
from lianxin.cases.queries.daily import day_of, is_empty
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.jobs.queue import LEASE, run_due
from lianxin.keys.cache import bump
from lianxin.keys.models import Town
from lianxin.ledger.verify import verify
from lianxin.notices.daily import forget_ended
from lianxin.notices.models import DailyLetter
from lianxin.people.actions import disable_account
from lianxin.people.actors import nobody
from lianxin.people.mailboxes import email_token, mask_email
from lianxin.people.models import Account, CalendarDay, Leave
from lianxin.people.queries import today, unit_by_key
from towns import ZONE, signed_in, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B6")]
BOX = "huang.xw@example.cn"
NAME, PHONE = "王秀英", "19900000001"
TUESDAY = datetime(2026, 3, 3, 8, 5, tzinfo=ZONE)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.LIANXIN_MAIL = True


@pytest.fixture
def clock(monkeypatch):
    """Sets what the clock on the wall says to jobs."""
    def turn(at):
        monkeypatch.setattr(daily.timezone, "now", lambda: at)

    return turn


def handled(town, at, title="路灯不亮", kind="request"):
    draft = Draft(kind=kind, title=title, lon=117.005, lat=34.605, contact=Contact(NAME, PHONE))
    done = open_case(draft, actor=nobody(town), now=at)
    for name, act, given in (
        ("clerk", "accept", {}), ("clerk", "assign", {"holder": Holder(unit_by_key(town, "utilities").pk)}), ("handler", "take", {}),
    ):  # fmt: skip
        done = transition(done.case.pk, act, actor=who(town, name), now=at, given=given)
    return done.case


def wanted(town, name="handler", hour=8, proven=True, told_on=None):
    Account.objects.filter(username=f"{name}.lx").update(email=BOX, email_proven_at=TUESDAY if proven else None)
    return DailyLetter.objects.create(
        town=town, post_id=who(town, name).post_id, hour=hour, language="zh-hans", site="http://lx.test", at=TUESDAY, told_on=told_on
    )


def worked(clock, town, at):
    """One beat of the worker at a moment: what is due by the clock, then the jobs."""
    clock(at)
    sent = send_daily(town, now=at)
    run_due(now=at)
    return sent


# --- what stands in it ----------------------------------------------------------------------------------------------------


def test_a_day_sorts_what_is_mine_by_what_it_asks_of_today(town):
    friday = datetime(2026, 3, 6, 10, 0, tzinfo=ZONE)
    fresh = handled(town, friday)
    late = handled(town, datetime(2026, 2, 9, 10, 0, tzinfo=ZONE))
    follow_up(fresh, date(2026, 3, 9), "", actor=who(town, "handler"), now=friday)
    monday = day_of(who(town, "handler"), now=datetime(2026, 3, 9, 8, 0, tzinfo=ZONE))
    numbers = lambda day: {what: [row["id"] for row in part["rows"]] for what, part in day["sections"].items() if part["number"]}  # noqa: E731
    assert numbers(monday) == {"came": [fresh.pk], "late": [late.pk]}  # the weekend is between
    assert (monday["waiting"], monday["again"], monday["unit"]["late"]) == (2, 1, 1)
    due = fresh.due_at.astimezone(ZONE)
    on_its_day = day_of(who(town, "handler"), now=due.replace(hour=8))
    assert fresh.pk in numbers(on_its_day)["today"]
    day_before = day_of(who(town, "handler"), now=due.replace(hour=8) - timedelta(days=1))
    assert fresh.pk in numbers(day_before)["tomorrow"]
    assert is_empty(day_of(who(town, "worker2"), now=TUESDAY))


def test_what_was_sent_back_stands_there_until_the_day_after(town):
    case = handled(town, datetime(2026, 3, 2, 9, 0, tzinfo=ZONE))
    transition(case.pk, "send_back", actor=who(town, "handler"), now=datetime(2026, 3, 2, 15, 0, tzinfo=ZONE), given={"reason": "不归我们"})
    clerk = who(town, "clerk")
    assert day_of(clerk, now=TUESDAY)["sections"]["returned"]["number"] == 1
    assert day_of(clerk, now=TUESDAY + timedelta(days=2))["sections"]["returned"]["number"] == 0


def test_the_page_shows_ones_own_and_no_others(town):
    handled(town, timezone.now() - timedelta(days=40))
    page = signed_in("handler").get("/today/").content.decode()
    assert "路灯不亮" in page
    assert "超期" in page
    assert "路灯不亮" not in signed_in("sanitation").get("/today/").content.decode()


def test_the_page_costs_the_same_few_statements_however_many_cases(town, django_assert_max_num_queries):
    for _each in range(3):
        handled(town, TUESDAY - timedelta(days=20))
    with django_assert_max_num_queries(7):
        day_of(who(town, "handler"), now=TUESDAY)


# --- the letter -----------------------------------------------------------------------------------------------------------


def test_a_letter_names_no_resident_and_has_numbers_dates_and_links(town, clock):
    case = handled(town, TUESDAY - timedelta(days=20), title=f"{NAME}家路灯不亮，电话{PHONE}")
    wanted(town)
    assert worked(clock, town, TUESDAY) == 1
    (letter,) = mail.outbox
    assert letter.to == [BOX]
    for word in (case.number, "路灯不亮", "待办 1 件", "超期 1 件", f"http://lx.test/cases/{case.number}/", "/today/letter/"):
        assert word in letter.subject + letter.body
    for word in (NAME, PHONE, "昨天"):
        assert word not in letter.subject + letter.body


def test_of_a_confidential_case_the_letter_has_the_number_alone(town, clock):
    draft = Draft(kind="dispute", title="两家争宅基地", lon=117.005, lat=34.605)
    case = open_case(draft, actor=nobody(town), now=TUESDAY - timedelta(days=20)).case
    name = next(n for n in ("clerk", "mediator", "handler") if day_of(who(town, n), now=TUESDAY)["waiting"])
    wanted(town, name)
    worked(clock, town, TUESDAY)
    (letter,) = mail.outbox
    assert str(case.number)[:2] in letter.body
    assert "争宅基地" not in letter.body


def test_once_a_day_however_often_the_worker_starts_anew(town, clock):
    handled(town, TUESDAY - timedelta(days=20))
    wanted(town)
    assert worked(clock, town, TUESDAY - 2 * HOUR) == 0
    for minutes in (0, 1, 60, 600):
        worked(clock, town, TUESDAY + timedelta(minutes=minutes))
    assert len(mail.outbox) == 1
    worked(clock, town, TUESDAY + timedelta(days=1))
    assert len(mail.outbox) == 2
    assert mail.outbox[0].extra_headers["Message-ID"] != mail.outbox[1].extra_headers["Message-ID"]


def test_a_worker_that_was_dead_at_the_hour_sends_it_when_it_is_back_that_day(town, clock):
    handled(town, TUESDAY - timedelta(days=20))
    wanted(town)
    assert worked(clock, town, TUESDAY + 7 * HOUR) == 1
    assert len(mail.outbox) == 1


def test_a_job_that_lay_over_night_is_dropped_and_the_new_days_goes(town, clock):
    handled(town, TUESDAY - timedelta(days=20))
    wanted(town)
    assert send_daily(town, now=TUESDAY) == 1  # and the worker dies
    worked(clock, town, TUESDAY + timedelta(days=1))
    assert len(mail.outbox) == 1
    assert "3月4日" in mail.outbox[0].subject


def test_a_worker_that_dies_while_it_sends_sends_the_same_letter_again(town, clock, monkeypatch):
    handled(town, TUESDAY - timedelta(days=20))
    wanted(town)
    clock(TUESDAY)
    send_daily(town, now=TUESDAY)
    send = daily.WAYS["email"].send

    def dies(to, letter):
        send(to, letter)
        raise SystemExit

    monkeypatch.setattr(type(daily.WAYS["email"]), "send", lambda _self, to, letter: dies(to, letter))
    with pytest.raises(SystemExit):
        run_due(now=TUESDAY)
    monkeypatch.setattr(type(daily.WAYS["email"]), "send", lambda _self, to, letter: send(to, letter))
    run_due(now=TUESDAY + LEASE + timedelta(seconds=1))
    assert len({letter.extra_headers["Message-ID"] for letter in mail.outbox}) == 1  # shown once


def test_two_workers_write_one_job(town):
    wanted(town)
    assert send_daily(town, now=TUESDAY) + send_daily(town, now=TUESDAY) == 1


def test_rest_days_and_holidays_bring_none_and_a_worked_saturday_does(town, clock):
    handled(town, TUESDAY - timedelta(days=20))
    wanted(town)
    saturday = datetime(2026, 3, 7, 8, 5, tzinfo=ZONE)
    assert worked(clock, town, saturday) == 0
    CalendarDay.objects.create(town=town, day=date(2026, 3, 9), hours=[], name="放假")
    CalendarDay.objects.create(town=town, day=date(2026, 3, 14), hours=[["08:30", "12:00"]], name="调休")
    bump(town)
    assert worked(clock, town, datetime(2026, 3, 9, 8, 5, tzinfo=ZONE)) == 0
    assert worked(clock, town, datetime(2026, 3, 14, 8, 5, tzinfo=ZONE)) == 1
    assert len(mail.outbox) == 1


def test_an_empty_day_an_unproven_address_and_somebody_away_bring_none(town, clock):
    wanted(town)
    worked(clock, town, TUESDAY)
    assert mail.outbox == []
    handled(town, TUESDAY - timedelta(days=20))
    Account.objects.filter(username="handler.lx").update(email_proven_at=None)
    worked(clock, town, TUESDAY + timedelta(days=1))
    assert mail.outbox == []
    Account.objects.filter(username="handler.lx").update(email_proven_at=TUESDAY)
    here = today(timezone.now())
    Leave.objects.create(town=town, post_id=who(town, "handler").post_id, first=here, last=here + timedelta(days=30))
    bump(town)
    monday = datetime.combine(here + timedelta(days=7 - here.weekday()), TUESDAY.timetz())
    worked(clock, town, monday)
    assert mail.outbox == []


# --- the address ----------------------------------------------------------------------------------------------------------


def asked(town):
    browser = signed_in("handler")
    assert browser.post("/today/letter/", {"email": BOX, "hour": "8"}).status_code == 303
    run_due(now=timezone.now())
    (letter,) = mail.outbox
    return browser, re.search(r"/today/letter/confirm/[^/]+/", letter.body)[0]


def test_nothing_is_sent_before_the_link_in_the_letter_was_pressed(town):
    browser, link = asked(town)
    handled(town, timezone.now() - timedelta(days=40))
    held = DailyLetter.objects.for_system("tests", town).get()
    DailyLetter.objects.for_system("tests", town).update(told_on=None, hour=0)
    assert send_daily(town, now=TUESDAY + timedelta(days=365)) == 0
    anybody = Client(HTTP_HOST="lx.test")
    assert anybody.get(link).status_code == 200  # opened by a program for mail
    assert Account.objects.get(username="handler.lx").email_proven_at is None
    assert anybody.post(link, {"do": "confirm"}).status_code == 200
    assert Account.objects.get(username="handler.lx").email_proven_at
    assert "h***@example.cn" in browser.get("/today/letter/").content.decode()
    assert held.hour == 8
    assert not list(verify(town))


def test_an_english_letter_names_the_town_in_english_in_its_subject_too(town, settings):
    Town.objects.filter(pk=town.pk).update(name_en="Lianxin")
    bump(town)
    browser = signed_in("handler")
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    browser.post("/today/letter/", {"email": BOX, "hour": "8"})
    run_due(now=timezone.now())
    assert mail.outbox[-1].subject == "Lianxin: please confirm your address"


def test_a_program_for_mail_that_ends_it_by_itself_confirms_nothing(town):
    _browser, link = asked(town)
    head = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://lx.test")
    assert Client(HTTP_HOST="lx.test").post(head, {"List-Unsubscribe": "One-Click"}).status_code == 200
    account = Account.objects.get(username="handler.lx")
    assert (account.email, account.email_proven_at) == ("", None)
    assert Client(HTTP_HOST="lx.test").post(link, {"do": "confirm"}).status_code == 404


def test_the_link_of_an_address_that_is_another_now_confirms_nothing(town):
    browser, link = asked(town)
    browser.post("/today/letter/", {"email": "other@example.cn", "hour": "8"})
    assert Client(HTTP_HOST="lx.test").post(link, {"do": "confirm"}).status_code == 404
    assert Account.objects.get(username="handler.lx").email_proven_at is None
    account = Account.objects.get(username="handler.lx")
    assert Client(HTTP_HOST="lx.test").post(f"/today/letter/confirm/{email_token(account)[:-1]}x/").status_code == 404


def test_the_database_and_the_jobs_hold_no_address(town):
    signed_in("handler").post("/today/letter/", {"email": BOX, "hour": "8"})
    with connection.cursor() as cursor:
        for table in ("people_account", "jobs_job", "ledger_entry", "notices_dailyletter"):
            cursor.execute(f"SELECT * FROM {table}")
            assert BOX not in str(cursor.fetchall()), table


@pytest.mark.parametrize("sent", [{"email": "x", "hour": "8"}, {"email": "", "hour": "8"}, {"email": BOX, "hour": "3"}, {"email": BOX}])
def test_what_is_none_is_told_with_what_was_typed(town, sent):
    back = signed_in("handler").post("/today/letter/", sent)
    assert back.status_code == 422
    assert f'value="{sent["email"]}"' in back.content.decode()
    assert not DailyLetter.objects.for_system("tests", town).exists()


def test_an_address_is_asked_three_times_a_day(town):
    browser = signed_in("handler")
    for n in range(3):
        assert browser.post("/today/letter/", {"email": f"box{n}@example.cn", "hour": "8"}).status_code == 303
    assert browser.post("/today/letter/", {"email": "box4@example.cn", "hour": "8"}).status_code == 429


def test_one_press_in_a_letter_ends_them(town, clock):
    handled(town, TUESDAY - timedelta(days=20))
    wanted(town)
    worked(clock, town, TUESDAY)
    link = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://lx.test")
    anybody = Client(HTTP_HOST="lx.test")
    assert anybody.get(link).status_code == 200
    assert DailyLetter.objects.for_system("tests", town).exists()
    assert anybody.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not DailyLetter.objects.for_system("tests", town).exists()
    assert anybody.post(link).status_code == 404


def test_ended_on_the_page_the_address_goes_if_that_is_asked(town):
    wanted(town)
    browser = signed_in("handler")
    browser.post("/today/letter/", {"do": "stop"})
    assert not DailyLetter.objects.for_system("tests", town).exists()
    assert Account.objects.get(username="handler.lx").email == BOX
    browser.post("/today/letter/", {"do": "stop", "forget": "1"})
    assert Account.objects.get(username="handler.lx").email == ""


def test_with_the_post_the_wish_goes_and_with_the_account_the_address(town):
    wanted(town)
    assert forget_ended(town, now=TUESDAY) == 0
    account = Account.objects.get(username="handler.lx")
    disable_account(account, actor=who(town, "security"), now=TUESDAY)
    assert Account.objects.get(username="handler.lx").email == ""
    assert forget_ended(town, now=TUESDAY) == 1
    assert not DailyLetter.objects.for_system("tests", town).exists()


def test_without_a_server_for_mail_the_page_says_so(town, settings):
    settings.LIANXIN_MAIL = False
    browser = signed_in("handler")
    assert "没有开通邮件" in browser.get("/today/letter/").content.decode()
    assert browser.post("/today/letter/", {"email": BOX, "hour": "8"}).status_code == 422


def test_an_address_is_shown_by_its_first_sign():
    assert mask_email("zhang.san@example.cn") == "z***@example.cn"
    assert mask_email("") == ""
