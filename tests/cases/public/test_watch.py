"""Following an area or a request: letters only to who confirmed, nothing told of who follows, nobody tracked."""

import re
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from lianxin.cases.actions.erasing import erase_case
from lianxin.cases.actions.publish import Public, publish, withhold
from lianxin.cases.mailing import weekly
from lianxin.cases.models import Case
from lianxin.cases.views.public import watch
from lianxin.jobs.models import Job
from lianxin.jobs.queue import run_due
from lianxin.keys.cache import bump
from lianxin.keys.models import Town
from lianxin.keys.scope import EVERY_TOWN
from lianxin.notices.actions import ASKED, forget_unconfirmed
from lianxin.notices.models import Subscription
from towns import MONDAY, ZONE, grid_named, who

pytestmark = pytest.mark.django_db
ATOM = {"a": "http://www.w3.org/2005/Atom"}
ME = "lao.zhao@example.cn"


def work(later=timedelta(minutes=1)):
    """Whatever jobs wait."""
    while run_due(now=timezone.now() + later):
        pass


def links(letter):
    return re.findall(r"http://lx\.test(\S+?)(?=[\s。]|$)", letter.body)


def rows(town):
    return Subscription.objects.for_system("tests", town)


def asked(site, address=ME, **more):
    return site.post("/watch/", {"way": "email", "address": address, **more})


def confirmed(site, town, **more):
    asked(site, **more)
    work()
    link = next(each for each in links(mail.outbox[-1]) if each.startswith("/watch/"))
    site.post(link, {"do": "confirm"})
    mail.outbox.clear()
    return link


def test_nothing_is_sent_until_the_address_has_confirmed_by_a_press_not_by_opening(site, town):
    assert asked(site, grid=grid_named(town, "1").pk)["Location"] == "/watch/asked/"
    work()
    (letter,) = mail.outbox
    assert letter.to == [ME]
    assert "1村" in letter.body
    (link,) = {each for each in links(letter) if each.startswith("/watch/")}
    assert site.get(link).status_code == 200  # as a program that looks at links does
    assert rows(town).get().confirmed_at is None
    assert weekly(town, now=timezone.now() + timedelta(days=8)) == 0
    assert "已确认" in site.post(link, {"do": "confirm"}).content.decode()
    assert rows(town).get().confirmed_at is not None
    assert weekly(town, now=timezone.now() + timedelta(days=8)) == 1


def test_the_address_lies_encrypted_and_goes_when_it_is_ended(site, town):
    from django.db import connection

    link = confirmed(site, town)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, address_blind FROM notices_subscription")
        assert "example" not in str(cursor.fetchall())
    assert rows(town).get().address == ME
    assert "已退订" in site.post(link, {"do": "stop"}).content.decode()
    assert not rows(town).exists()
    assert site.get(link).status_code == 404


def test_a_program_for_mail_ends_it_by_one_post_without_a_token(town, site):
    confirmed(site, town)
    weekly(town, now=timezone.now() + timedelta(days=8))
    work(timedelta(days=9))
    head = mail.outbox[-1].extra_headers
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    strict = Client(headers={"host": "lx.test"}, enforce_csrf_checks=True)
    assert strict.post(head["List-Unsubscribe"].strip("<>"), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not rows(town).exists()


def test_who_asks_learns_nothing_of_an_address(site, town):
    confirmed(site, town)
    known, unknown = asked(site), asked(site, "nobody@example.cn")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    work()
    assert [letter.to for letter in mail.outbox] == [[ME], ["nobody@example.cn"]]
    assert "已经关注" in mail.outbox[0].body  # told to the owner of the address alone
    assert rows(town).count() == 2


def test_one_address_is_asked_three_times_a_day_at_most_and_nobody_is_told_so(site, town):
    answers = {(asked(site).status_code, asked(site)["Location"]) for _ in range(ASKED)}
    work()
    assert answers == {(303, "/watch/asked/")}
    assert len(mail.outbox) == ASKED


def test_one_place_may_not_ask_for_ever(site, town, monkeypatch):
    monkeypatch.setattr(watch, "ASKED", 2)
    answers = [asked(site, f"a{n}@example.cn") for n in range(3)]
    assert [each.status_code for each in answers] == [303, 303, 429]
    assert int(answers[2]["Retry-After"]) > 0
    page = answers[2].content.decode()
    assert 'value="a2@example.cn"' in page  # what was typed stays
    assert "次数太多了" in page


@pytest.mark.parametrize("address", ["", "x", "a@b", "a@example.cn\nBcc: b@example.cn", "a" * 200 + "@example.cn", "\x00a@b.cn"])
def test_what_is_no_address_is_said_beside_the_field(site, town, address):
    answer = asked(site, address)
    page = answer.content.decode()
    if answer.status_code == 303:  # a line break is a blank, and no second head of a letter
        work()
        assert [letter.to for letter in mail.outbox] == [[rows(town).get().address]]
        return
    assert answer.status_code == 422
    assert "这不像邮箱地址" in page
    assert 'id="f-address-error"' in page


def test_where_no_letters_go_out_none_are_offered(site, town, settings, lamp, link):
    settings.LIANXIN_MAIL = False
    assert "每周一封简报" not in site.get("/watch/").content.decode()
    assert "有进展时告诉我" not in site.get(link(lamp())).content.decode()
    assert asked(site).status_code == 422


def test_an_address_nobody_confirms_is_forgotten_after_three_days(site, town):
    asked(site)
    now = timezone.now()
    assert forget_unconfirmed(now=now + timedelta(days=2)) == 0
    assert forget_unconfirmed(now=now + timedelta(days=4)) == 1
    work()
    assert mail.outbox == []


def test_a_week_of_a_village_is_three_figures_and_what_was_published(site, town, lamp, answered, act):
    monday = MONDAY.replace(hour=0)
    here, there = {"lon": 117.0052}, {"lon": 117.025}
    for at in (monday - timedelta(hours=1), monday, monday + timedelta(days=2), monday + timedelta(days=7)):
        lamp(now=at, text=f"{at:%d%H}路灯不亮", **here)
    lamp(now=monday, text="别村的路灯不亮", **there)
    shown = lamp(now=monday + timedelta(days=1), text="井盖丢了，电话 19900000001")
    publish(shown.case, Public("井盖丢失", "井盖丢了"), actor=who(town, "clerk"), now=monday + timedelta(days=3))
    Case.objects.for_system("tests", town).filter(pk=shown.case.pk).update(step="closed", closed_at=monday + timedelta(days=3))
    link = confirmed(site, town, grid=grid_named(town, "1").pk)
    rows(town).update(confirmed_at=monday)
    assert weekly(town, now=monday + timedelta(days=7, hours=3)) == 1
    assert weekly(town, now=monday + timedelta(days=7, hours=4)) == 0  # a clockwork started anew
    work()
    (letter,) = mail.outbox
    assert "新受理 3 件" in letter.body
    assert "办结 1 件" in letter.body
    assert re.search(r"超期 [1-9] 件", letter.body)
    assert "井盖丢失" in letter.body
    assert "19900000001" not in letter.body
    assert "路灯不亮" not in letter.body  # nobody has published them
    assert letter.subject == "1村 3月2日至3月8日"  # whatever day it is read
    assert link in letter.body
    assert not re.search(r"<img|\.gif|\.png", letter.body)
    assert weekly(town, now=monday + timedelta(days=15)) == 1  # Tuesday after a day without power: still one


def test_confidential_kinds_are_not_counted(site, town, lamp):
    from lianxin.cases.queries.board import BoardFilter
    from lianxin.cases.queries.week import week_of

    span = {"since": MONDAY, "until": MONDAY + timedelta(days=7)}
    lamp(now=MONDAY)
    assert week_of(town, BoardFilter(), **span)["opened"] == 1
    Case.objects.for_system("tests", town).update(kind=town.settings["confidential"][0])
    assert week_of(town, BoardFilter(), **span)["opened"] == 0


def test_who_follows_a_request_is_told_each_step_without_its_words(site, town, lamp, link, answered):
    done = lamp()
    page = site.get(link(done)).content.decode()
    assert f"{link(done)}watch/" in page
    site.post(link(done, "watch/"), {"way": "email", "address": ME})
    work()
    site.post(links(mail.outbox[0])[0], {"do": "confirm"})
    assert link(done) not in mail.outbox[0].body  # the address may be a stranger's until it is confirmed
    mail.outbox.clear()
    answered(done.case)
    work()
    assert [re.search(r"进展：(\w+)", letter.body)[1] for letter in mail.outbox] == ["受理", "分派", "接单", "办结"]
    assert all(link(done) in letter.body for letter in mail.outbox)
    assert not [letter for letter in mail.outbox if "村口" in letter.body or "灯头" in letter.body]


def test_erasing_a_request_forgets_who_follows_it(site, town, lamp, link):
    done = lamp()
    site.post(link(done, "watch/"), {"way": "email", "address": ME})
    assert rows(town).count() == 1
    erase_case(done.case, "本人要求", actor=who(town, "security"), now=timezone.now())
    assert rows(town).count() == 0
    work()
    assert mail.outbox == []


def test_a_letter_that_cannot_be_sent_is_tried_again_and_holds_no_lock(site, town, monkeypatch):
    from django.core.mail import EmailMessage
    from django.db import connection

    within = []

    def fail(self):
        within.append(len(connection.savepoint_ids))
        raise OSError("no such host")

    asked(site)
    before = len(connection.savepoint_ids)
    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", fail)
        run_due(now=timezone.now())
    assert within == [before]  # outside any transaction of the job's own
    job = Job.objects.for_system("tests", EVERY_TOWN).get()
    assert (job.attempts, job.dead) == (1, False)
    work()
    assert len(mail.outbox) == 1


def test_the_feed_holds_what_is_published_of_an_area_and_changes_only_with_it(site, town, lamp, publish):
    empty = site.get("/board/feed.atom")
    assert empty.content == site.get("/board/feed.atom").content
    done, hidden = lamp(), lamp(text="没有公开的事情", title="没有公开的事情")
    publish(done.case, at=datetime(2026, 3, 3, 9, tzinfo=ZONE))
    answer = site.get("/board/feed.atom")
    assert answer["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)
    entries = root.findall("a:entry", ATOM)
    assert [entry.find("a:title", ATOM).text for entry in entries] == ["路灯不亮"]
    assert entries[0].find("a:link", ATOM).get("href") == f"http://lx.test/board/{done.case.number}/"
    assert "没有公开" not in answer.content.decode()
    assert "Set-Cookie" not in answer.headers
    assert not answer.cookies
    packed = site.get("/board/feed.atom", headers={"accept-encoding": "gzip"})
    for tag in (answer["ETag"], packed["ETag"]):
        again = site.get("/board/feed.atom", headers={"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")
    assert site.get("/board/feed.atom", headers={"if-none-match": '"other"'}).status_code == 200
    there = site.get(f"/board/feed.atom?grid={grid_named(town, '2').pk}")
    assert not ElementTree.fromstring(there.content).findall("a:entry", ATOM)
    assert "2村" in there.content.decode()
    withhold(done.case, "撤下", actor=who(town, "clerk"), now=timezone.now())
    assert hidden.case.number not in site.get("/board/feed.atom").content.decode()
    assert not ElementTree.fromstring(site.get("/board/feed.atom").content).findall("a:entry", ATOM)


def test_the_feeds_are_rss_too_and_every_page_names_its_own(site, town, lamp, publish, act):
    done = lamp()
    publish(done.case, at=datetime(2026, 3, 3, 9, tzinfo=ZONE))
    act(done.case, "accept", "clerk")
    area, item = f"/board/feed.rss?grid={grid_named(town, '2').pk}", f"/board/{done.case.number}/feed.rss"
    for address, titles in (("/board/feed.rss", ["路灯不亮"]), (area, []), (item, ["受理", "提出"])):
        answer = site.get(address)
        assert answer["Content-Type"].startswith("application/rss+xml")
        channel = ElementTree.fromstring(answer.content).find("channel")
        assert [each.findtext("title") for each in channel.findall("item")] == titles
        assert all(channel.findtext(name) for name in ("title", "link", "description"))
        assert channel.find("a:link", ATOM).get("href") == f"http://lx.test{address}"
        assert site.get(address, headers={"if-none-match": answer["ETag"]}).status_code == 304
    assert site.get("/board/feed.json").status_code == 404
    pages = {"/board/": "/board/feed", "/watch/": "/board/feed"}
    pages |= {f"/board/{done.case.number}/{end}": f"/board/{done.case.number}/feed" for end in ("", "watch/")}
    for page, feed in pages.items():
        text = site.get(page).content.decode()
        for form in ("rss", "atom"):
            assert f'<link rel="alternate" type="application/{form}+xml" href="http://lx.test{feed}.{form}"' in text, page


def test_a_link_that_is_wrong_or_of_another_town_follows_nothing(site, town, other_town):
    link = confirmed(site, town)
    pk = link.split("/")[2]
    assert site.get(f"/watch/{pk}/{'A' * 16}/").status_code == 404
    assert site.post(f"/watch/{pk}/{'A' * 16}/", {"do": "stop"}).status_code == 404
    assert Client(headers={"host": "qh.test"}).post(link, {"do": "stop"}).status_code == 404
    assert site.get(f"/watch/{'9' * 30}/{'A' * 16}/").status_code == 404
    assert rows(town).count() == 1


# --- what others asked ----------------------------------------------------------------------------------------------


def shown(town, lamp, publish):
    done = lamp()
    publish(done.case)
    return done


def test_a_request_of_others_is_followed_by_letter_as_long_as_it_stands_on_the_board(site, town, lamp, publish, act):
    done = shown(town, lamp, publish)
    assert f"/board/{done.case.number}/watch/" in site.get(f"/board/{done.case.number}/").content.decode()
    assert site.post(f"/board/{done.case.number}/watch/", {"way": "email", "address": ME})["Location"] == "/watch/asked/"
    work()
    link = next(each for each in links(mail.outbox[-1]) if each.startswith("/watch/"))
    site.post(link, {"do": "confirm"})
    mail.outbox.clear()
    act(done.case, "accept", "clerk")
    work()
    (letter,) = mail.outbox
    assert "受理" in letter.body
    assert f"/board/{done.case.number}/" in letter.body
    assert "/r/" not in letter.body  # the private link is its reporter's alone
    assert "王建国" not in letter.body
    mail.outbox.clear()
    withhold(Case.objects.for_system("t", town).get(pk=done.case.pk), "重新核对", actor=who(town, "clerk"), now=timezone.now())
    act(done.case, "note", "clerk", note="x")
    work()
    assert not mail.outbox


def test_who_follows_what_others_asked_is_forgotten_when_it_is_erased(site, town, lamp, publish):
    done = shown(town, lamp, publish)
    site.post(f"/board/{done.case.number}/watch/", {"way": "email", "address": ME})
    assert rows(town).count() == 1
    erase_case(done.case, "当事人申请", actor=who(town, "security"), now=timezone.now())
    assert not rows(town).exists()


def test_a_request_of_others_has_a_feed_of_its_own_without_words_of_its_reporter(site, town, lamp, publish, act):
    done = shown(town, lamp, publish)
    act(done.case, "accept", "clerk", note="内部：先看看")
    answer = site.get(f"/board/{done.case.number}/feed.atom")
    tree = ElementTree.fromstring(answer.content)
    assert tree.find("a:entry/a:title", ATOM).text == "受理"
    assert "内部" not in answer.content.decode()
    assert "王建国" not in answer.content.decode()
    again = site.get(f"/board/{done.case.number}/feed.atom", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304


def test_what_does_not_stand_on_the_board_cannot_be_followed(site, lamp):
    done = lamp()
    assert site.get(f"/board/{done.case.number}/watch/").status_code == 404
    assert site.post(f"/board/{done.case.number}/watch/", {"way": "email", "address": ME}).status_code == 404
    assert site.get(f"/board/{done.case.number}/feed.atom").status_code == 404


def test_an_english_letter_names_the_town_in_english_in_its_subject_too(site, town):
    Town.objects.filter(pk=town.pk).update(name_en="Lianxin")
    bump(town)
    site.post("/watch/", {"way": "email", "address": ME}, headers={"accept-language": "en"})
    work()
    assert mail.outbox[-1].subject == "Lianxin: please confirm"
