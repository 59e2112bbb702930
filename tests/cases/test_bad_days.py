"""Bad days: two at once, a post that ended a minute ago, a disk that is full, a worker that slept for a day."""

import errno
import re
import sqlite3
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from cases.case.staging import ACCEPT, TAKE, assign, at, move, raised, signed_in
from lianxin.cases.models import Case, Photo
from lianxin.cases.tasks import sweep, tick
from lianxin.cases.views.public.mine import private_path
from lianxin.forms import photos
from lianxin.jobs.models import Job
from lianxin.jobs.queue import run_due
from lianxin.keys.cache import forget
from lianxin.keys.scope import EVERY_TOWN
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.notices.models import Message
from lianxin.people.actors import Actor
from lianxin.people.models import Account, Post
from towns import make_town, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J", "B2")]
WORDS = "另一件事：三队桥头的护栏断了一截"


def case_of(town, done):
    return Case.objects.for_system("t", town).get(pk=done.case.pk)


def history(town, done):
    rows = Entry.objects.for_system("t", town).filter(subject_kind="case", subject_id=done.case.pk).order_by("seq")
    return list(rows.values_list("act", flat=True))


# --- two at once -----------------------------------------------------------------------------------------------------


def test_two_accept_the_same_case_one_wins_and_the_other_reads_who_and_when(town):
    done = raised(town)
    path, form = f"/cases/{done.case.number}/transitions", {"act": "accept", "version": done.case.version}
    assert signed_in("clerk").post(path, {**form, "note": "我来"}).status_code == 303
    page = signed_in("clerk2").post(path, {**form, "note": "我写的说明"})
    html = page.content.decode()
    assert page.status_code == 409
    assert "有人已经" in html or "已有人" in html or "有人" in html
    since = html[html.index("您打开页面后") :] if "您打开页面后" in html else html
    assert Account.objects.get(username="clerk.lx").name in since
    assert "我写的说明" in html
    assert history(town, done) == ["open", "accept"]


@pytest.mark.parametrize("act", ["note", "accept"])
def test_an_act_on_what_one_saw_before_is_refused_and_the_words_stay(town, act):
    done = raised(town)
    seen = done.case.version
    move(town, done, ACCEPT, assign(town))
    page = signed_in("clerk").post(f"/cases/{done.case.number}/transitions", {"act": act, "version": seen, "note": WORDS})
    assert page.status_code == 409
    assert WORDS in page.content.decode()
    assert history(town, done) == ["open", "accept", "assign"]


# --- a post that ended -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["the post ends", "the account is closed"])
def test_who_left_a_minute_ago_changes_nothing_and_is_told_so(town, way):
    done = at(town, "dispatch")
    handler = signed_in("handler")
    page = f"/cases/{done.case.number}/"
    assert handler.get(page).status_code == 200
    if way == "the post ends":
        Post.objects.for_system("t", town).filter(account__username="handler.lx").update(
            ends=timezone.localdate() - timedelta(days=1)
        )
    else:
        Account.objects.filter(username="handler.lx").update(is_active=False)
    forget()
    answer = handler.post(page + "transitions", {"act": "take", "version": done.case.version, "note": WORDS})
    assert answer.status_code == (403 if way == "the post ends" else 401)
    if way == "the post ends":
        assert "岗位" in answer.content.decode()
    else:
        assert f'<p class="pre">{WORDS}</p>' in answer.content.decode()
    assert case_of(town, done).step == "dispatch"


# --- what cannot be saved --------------------------------------------------------------------------------------------


class Broken:
    """A database or a disk that takes nothing, from one moment on."""

    def __init__(self, how, monkeypatch):
        self.how, self.patch, self.other = how, monkeypatch, None

    def __enter__(self):
        if self.how == "locked":
            self.other = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)
            self.other.execute("BEGIN IMMEDIATE")
            connection.cursor().execute("PRAGMA busy_timeout = 20")
        elif self.how == "full":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM")  # no page is free to be used again
                cursor.execute("PRAGMA page_count")
                (pages,) = cursor.fetchone()
                cursor.execute(f"PRAGMA max_page_count = {pages}")
        else:
            error = {"gone": OperationalError("server closed the connection"), "disk": OSError(errno.ENOSPC, "No space left")}
            self.patch.setattr(*self._where(), lambda *args, **kwargs: (_ for _ in ()).throw(error[self.how]))
        return self

    def _where(self):
        return ("lianxin.cases.actions.doors.save_rows",) if self.how == "gone" else (photos, "_write")

    def __exit__(self, *_):
        if self.other is not None:
            self.other.execute("ROLLBACK")
            self.other.close()
            connection.cursor().execute("PRAGMA busy_timeout = 30000")
        elif self.how == "full":
            connection.cursor().execute("PRAGMA max_page_count = 1073741823")
        self.patch.undo()


def breakable(how):
    if how in {"locked", "full"} and connection.vendor != "sqlite":
        pytest.skip("PostgreSQL waits for a row, not for a file; “gone” stands for it")


def picture():
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.effect_noise((400, 300), 80).convert("RGB").save(out, "JPEG", quality=95)
    out.seek(0)
    out.name = "IMG_1.jpg"
    return out


@pytest.fixture
def real_town(transactional_db, settings):
    settings.ALLOWED_HOSTS = ["*"]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_search")
    return make_town("LX", "连心镇", code="999001101")


LONG = WORDS + "，" + "晚上看不见路。" * 500  # more than fits into a page that is half empty


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["locked", "full", "gone", "disk"])
def test_a_report_that_cannot_be_saved_comes_back_whole_and_is_taken_later(real_town, monkeypatch, how):
    breakable(how)
    site = Client(headers={"host": "lx.test"})
    form = {"text": LONG, "address": "三队桥头", "idempotency_key": "one-key"}
    with Broken(how, monkeypatch):
        page = site.post("/report/", {**form, "photos": [picture()]})
        html = page.content.decode()
        assert page.status_code == 503
        assert int(page["Retry-After"]) > 0
        assert "没存进去" in html
        assert LONG in html
        assert "三队桥头" in html
        assert "one-key" in html
        assert not Case.objects.for_system("t", real_town).exists()
    assert site.post("/report/", form).status_code == 303
    assert Case.objects.for_system("t", real_town).count() == 1
    assert list(verify(real_town)) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["locked", "gone"])
def test_words_added_and_an_act_of_staff_that_cannot_be_saved_change_nothing(real_town, monkeypatch, how):
    breakable(how)
    town, site, clerk = real_town, Client(headers={"host": "lx.test"}), signed_in("clerk")
    done = raised(town)
    from lianxin.cases.models import Reporter

    own = private_path(Reporter.objects.for_system("t", town).get(pk=done.reporter_id), done.case.number)
    with Broken(how, monkeypatch):
        page = site.post(own, {"act": "add", "note": WORDS})
        assert page.status_code == 503
        assert WORDS in page.content.decode()
        act = {"act": "accept", "version": done.case.version, "note": WORDS}
        staff = clerk.post(f"/cases/{done.case.number}/transitions", act)
        assert staff.status_code == 503
        html = staff.content.decode()
        assert "没有改动" in html
        assert f'<p class="pre">{WORDS}</p>' in html  # without a script, all of it stands there to be sent again
        again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))
        assert {name: again.get(name) for name in act} == {name: str(value) for name, value in act.items()}
        told = clerk.post("/api/v1/reports", {"text": WORDS}, content_type="application/json", headers={"Idempotency-Key": "k" * 12})
        assert told.status_code == 503
        assert told.json()["code"] == "unavailable"
    assert history(town, done) == ["open"]
    assert site.post(own, {"act": "add", "note": WORDS}).status_code == 303
    del again["csrfmiddlewaretoken"]
    assert clerk.post(f"/cases/{done.case.number}/transitions", {**again, "version": case_of(town, done).version}).status_code == 303
    assert not Photo.objects.for_system("t", town).exists()


# --- a worker that slept ---------------------------------------------------------------------------------------------


def test_a_worker_dead_for_a_day_catches_up_in_order_and_nothing_twice(town):
    first = move(town, raised(town), ACCEPT, assign(town), TAKE)
    second = raised(town, title="第二件")
    assert not Message.objects.for_system("t", town).exists()
    tomorrow = timezone.now() + timedelta(days=1)
    waiting = list(Job.objects.for_system("t", EVERY_TOWN).order_by("run_at", "id").values_list("args", flat=True))
    while run_due(now=tomorrow):
        pass
    told = list(Message.objects.for_system("t", town).order_by("id").values_list("case_id", "act"))
    order = [(each["case_id"], each["act"]) for each in waiting if (each["case_id"], each["act"]) in told]
    assert list(dict.fromkeys(told)) == list(dict.fromkeys(order))
    assert not Job.objects.for_system("t", EVERY_TOWN).filter(dead=False).exists()
    tick(now=tomorrow)
    late = [history(town, each).count("overdue") for each in (first, second)]
    tick(now=tomorrow + timedelta(minutes=1))
    assert sweep(town, now=tomorrow) == 0
    assert [history(town, each).count("overdue") for each in (first, second)] == late
    assert Message.objects.for_system("t", town).count() == len(told)
    assert [each for each in verify(town) if each.subject != "seals"] == []  # their list is written after a commit


def test_a_worker_that_died_in_the_middle_leaves_its_job_to_the_next_and_it_is_done_once(town, monkeypatch):
    raised(town)
    now = timezone.now()
    monkeypatch.setattr("lianxin.jobs.queue._run", lambda job, now: None)  # leased, and then the power went
    assert run_due(now=now)
    monkeypatch.undo()
    assert run_due(now=now) == 0
    assert run_due(now=now + timedelta(minutes=2)) == 1
    told = Message.objects.for_system("t", town).count()
    assert run_due(now=now + timedelta(minutes=4)) == 0
    assert Message.objects.for_system("t", town).count() == told > 0


# --- a holiday table that ends ---------------------------------------------------------------------------------------


def test_where_the_holiday_table_ends_the_resident_and_the_desk_read_that_the_date_is_provisional(town):
    town.settings = {**town.settings, "calendar_until": "2026-01-01"}
    town.save()
    forget()
    done = raised(town)
    from lianxin.cases.models import Reporter

    own = private_path(Reporter.objects.for_system("t", town).get(pk=done.reporter_id), done.case.number)
    assert "暂" in Client(headers={"host": "127.0.0.1"}).get(own).content.decode()
    assert "暂" in signed_in("clerk").get(f"/cases/{done.case.number}/").content.decode()


def test_nobody_acts_by_an_actor_made_up(town):
    done = raised(town)
    from lianxin.cases.actions import transition
    from lianxin.cases.queries.standing import NotSeen
    from lianxin.workflow.engine import Refused

    with pytest.raises((Refused, NotSeen)):
        transition(done.case.pk, "accept", actor=Actor(town, role="clerk", post_id=None), now=timezone.now())
    assert who(town, "clerk").can("triage")
