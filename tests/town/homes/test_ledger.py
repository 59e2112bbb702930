"""The auditor's pages: the ledger in words with its filters, and the check of the whole of it."""

import pytest
from django.utils import timezone

from lianxin.jobs.queue import run_due
from lianxin.ledger.models import Entry
from lianxin.people.models import Unit
from towns import who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]


def test_the_auditor_comes_to_the_ledger_reads_it_and_that_is_on_record(town, life, signed):
    held = life().to("handle")
    auditor = signed("auditor")
    assert auditor.get("/").headers["Location"] == "/ledger/"
    page = auditor.get("/ledger/").content.decode()
    for words in ("接单", who(town, "handler").name, "尚未封印", 'href="/ledger/"'):
        assert words in page
    assert held.case.title not in page
    looked = Entry.objects.for_system("t", town).get(subject_kind="ledger", act="look")
    assert looked.account_id == who(town, "auditor").account_id
    assert "留痕本身" in auditor.get("/ledger/?kind=ledger").content.decode()
    english = auditor.get("/ledger/?kind=case&act=take", headers={"Accept-Language": "en"}).content.decode()
    assert "not sealed yet" in english


def test_what_cannot_be_meant_is_told_beside_the_field_and_nothing_lost(town, signed):
    answer = signed("auditor").get("/ledger/?who=没有的人&since=昨天&kind=unit")
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("本镇没有这个人", "没有这一天", 'value="昨天"', 'value="没有的人"', '<option value="unit" selected>'):
        assert words in page


def test_a_long_ledger_goes_on_on_the_next_page(town, signed):
    from lianxin.town.auditing.reading import MOST, Wanted, note_reading

    for n in range(MOST + 2):
        note_reading(who(town, "auditor"), Wanted(kind="unit", subject=n + 1), after="", now=timezone.now())
    page = signed("auditor").get("/ledger/?kind=ledger").content.decode()
    following = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert signed("auditor").get(following if following.startswith("/") else f"/ledger/{following}").content.decode().count('id="e') >= 2


def test_the_whole_is_checked_by_the_worker_and_the_page_says_how_it_stands(town, life, signed):
    life()
    auditor = signed("auditor")
    assert "还没有核验过" in auditor.get("/ledger/check/").content.decode()
    assert auditor.post("/ledger/check/").status_code == 303
    waiting = auditor.get("/ledger/check/")
    assert ("正在核验" in waiting.content.decode(), waiting.headers["Refresh"]) == (True, "3")
    run_due(now=timezone.now())
    page = auditor.get("/ledger/check/")
    assert "全部相符" in page.content.decode()
    assert "Refresh" not in page.headers
    from lianxin.ledger.rows import change_row

    row = Unit.objects.for_system("t", town).get(key="traffic")
    change_row(row, "unit", {"phone": "0516-1"}, actor=who(town, "admin"), now=timezone.now())
    Unit.objects.for_system("behind its back", town).filter(pk=row.pk).update(phone="0516-9")
    auditor.post("/ledger/check/")
    run_due(now=timezone.now())
    page = auditor.get("/ledger/check/").content.decode()
    for words in ("1 处不符", "记录不是最后写入的样子", f"/ledger/?kind=unit&amp;subject={row.pk}"):
        assert words in page
    assert "处不符" in auditor.get("/ledger/").content.decode()
    assert signed("admin").get("/ledger/check/").status_code == 403
