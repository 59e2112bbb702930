"""What staff and residents are told where there is no page, or none for them; and what the log is told of it."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from lianxin.cases.actions.handing import Leaving, leave_post
from lianxin.cases.values import Holder
from lianxin.keys.cache import forget
from lianxin.people.models import Account, Post
from lianxin.people.queries import today, unit_by_key
from lianxin.ui.typed import typed
from towns import who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]
WORK = 'class="rail"'


@pytest.mark.parametrize(("path", "status"), [("/nowhere/", 404), ("/cases/LX00000000/", 404), ("/wall/displays/", 403)])
def test_staff_stay_among_their_work_and_search_by_number(town, signed, path, status):
    told = signed("handler").get(path)
    page = told.content.decode()
    assert told.status_code == status
    assert WORK in page
    assert re.search(r'<form class="inline-form" role="search" action="/desk/search/">.*?name="q"', page, flags=re.S)
    assert '<a class="btn main" href="/">' in page
    assert "办理进度" not in page  # that is the residents' way


def test_a_case_of_others_and_none_at_all_are_told_alike(town, signed, life):
    client, number = signed("mediator"), life().case.number
    told = [client.get(f"/cases/{asked}/") for asked in (number, "LX00000000")]
    assert [each.status_code for each in told] == [404, 404]
    there, none = (re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1", each.content.decode()) for each in told)
    assert there.replace(number, "LX00000000") == none


def test_whoever_holds_another_post_is_led_to_it(town, signed, post):
    held, other = post("handler"), post("clerk")
    Post.objects.create(town=town, account=held.account, unit=held.unit, role=other.role, title="副岗")
    page = signed("handler").get("/wall/displays/").content.decode()
    assert 'class="btn " href="/post/"' in page
    assert "系统管理员为您的岗位" not in page


def test_a_post_that_sees_less_names_itself_and_who_can_help(town, signed):
    page = signed("handler").get("/wall/displays/").content.decode()
    assert "您现在的岗位是承办人" in page
    assert "系统管理员为您的岗位" in page
    english = signed("handler").get("/wall/displays/", headers={"Accept-Language": "en"}).content.decode()
    assert "You act as" in english
    assert not re.search(r"岗位|没有", english)


PLANS = "周五前换灯头，\n先跟王大爷说一声"


@pytest.fixture
def ended(town, post):
    """End somebody's post, its work going to another unit."""

    def end(name):
        to = Holder(unit_by_key(town, "sanitation").pk)
        now = timezone.now()
        leave_post(name if isinstance(name, Post) else post(name), Leaving(today(now), to, "调离"), actor=who(town, "admin"), now=now)
        forget()

    return end


@pytest.mark.parametrize(("name", "path"), [("handler", "/field/cases/{}/act"), ("clerk", "/desk/triage/{}/")])
def test_who_left_a_minute_ago_is_told_since_when_who_goes_on_and_has_the_words_back(signed, life, ended, name, path):
    number, client = life().to("handle").case.number, signed(name)
    ended(name)
    told = client.post(path.format(number), {"act": "note", "version": 4, "note": PLANS})
    page = told.content.decode()
    assert (told.status_code, told["Cache-Control"]) == (403, "private, no-store")
    assert f'<p class="pre">{PLANS}</p>' in page
    assert "已结束，今天起不再有效" in page
    assert "现在由环境卫生管理所办理" in page
    assert WORK not in page
    assert "联系管理员" not in page


def test_whoever_comes_back_after_a_post_ended_reads_it_on_every_page_and_can_leave(town, signed, ended):
    client = signed("handler")
    assert "不再有效" not in client.get("/board/").content.decode()
    ended("handler")
    for path in ("/", "/board/"):
        page = client.get(path).content.decode()
        assert "已结束，今天起不再有效" in page
        assert 'action="/sign-out/"' in page
    english = client.get("/", headers={"Accept-Language": "en"}).content.decode()
    assert "has ended: it holds no more since today." in english
    answer = client.get("/api/v1/cases", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "post_over")
    assert "现在由环境卫生管理所办理" in answer.json()["detail"]


@pytest.fixture
def second(town, post):
    """Give somebody a second post, as clerk of the hall."""

    def give(name):
        account, other = Account.objects.get(username=f"{name}.lx"), post("clerk")
        forget()
        return Post.objects.create(town=town, account=account, unit=other.unit, role=other.role, title="副岗")

    return give


def entered(client, *, chosen=None):
    """Sign in by the page, and choose a post where there are several."""
    client.logout()
    client.post("/sign-in/", {"username": "handler.lx", "password": "secret-secret"})
    if chosen is not None:
        client.post("/post/", {"post": str(chosen.pk)})
    return client


@pytest.mark.parametrize("when", ["before", "after"])
def test_whose_chosen_post_has_ended_is_told_and_asked_not_put_into_another(town, client, post, ended, second, when):
    held = post("handler")
    other = second("handler") if when == "before" else None
    entered(client, chosen=held if other else None)
    assert client.get("/field/").status_code == 200
    ended(held)
    other = other or second("handler")
    for path in ("/desk/", "/field/"):
        told = client.get(path)
        assert told.status_code == 403
        assert "已结束，今天起不再有效" in told.content.decode()
        assert 'href="/post/"' in told.content.decode()
    told = client.post("/desk/replies/", {"note": PLANS})
    assert told.status_code == 403
    assert f'<p class="pre">{PLANS}</p>' in told.content.decode()
    first = client.get("/").content.decode()
    assert ("已结束" in first, 'href="/post/"' in first) == (True, True)
    assert client.post("/post/", {"post": str(other.pk)})["Location"] == "/"
    assert client.get("/desk/").status_code == 200
    assert "已结束" not in client.get("/board/").content.decode()


def test_a_post_chosen_in_one_town_says_nothing_of_another_town(town, other_town, post, ended):
    client = Client(headers={"host": "127.0.0.1"})
    clerk = Post.objects.for_system("test", other_town).get(account__username=f"clerk.{other_town.letters.lower()}")
    Post.objects.create(town=other_town, account=post("handler").account, unit=clerk.unit, role=clerk.role)
    entered(client)
    ended("handler")
    assert client.get("/desk/?town=LX").status_code == 403
    assert client.get("/desk/?town=QH").status_code == 200


def test_words_to_a_case_that_is_no_longer_in_sight_are_given_back(town, signed, life):
    number, client = life().to("handle").case.number, signed("mediator")
    told = client.post(f"/field/cases/{number}/act", {"act": "note", "version": 4, "note": PLANS})
    assert told.status_code == 404
    assert f'<p class="pre">{PLANS}</p>' in told.content.decode()


FORMS = ["/setup/units/new/", "/staff/{}/change/", "/field/raise/", "/desk/replies/", "/cases/{}/follow-up", "/setup/town/"]


@pytest.mark.parametrize("path", FORMS)
def test_a_form_sent_when_the_session_has_run_out_has_its_words_in_the_answer_and_nowhere_else(town, signed, post, life, path):
    number = life().to("handle").case.number
    client = signed("handler")
    client.logout()
    sent = {"note": PLANS, "reason": "ok", "password": "three old trees", "csrfmiddlewaretoken": "x y"}
    told = client.post(path.format(number if "cases" in path else post("handler").pk), sent, headers={"referer": "http://testserver/desk/?view=all"})
    page = told.content.decode()
    assert (told.status_code, told["Cache-Control"]) == (401, "private, no-store")
    assert f'<p class="pre">{PLANS}</p>' in page
    assert '<p class="pre">ok</p>' in page
    assert "three old trees" not in page
    assert 'href="/sign-in/?next=/desk/%3Fview%3Dall" target="_blank"' in page
    assert PLANS not in client.get("/sign-in/").content.decode()
    assert PLANS not in str(dict(client.session))
    assert "target" not in client.post(path.format(1), {"x": "1"}).content.decode().split("<main")[1].split("</main>")[0]


def test_a_form_that_another_sign_in_made_old_gives_the_words_back_to_our_own_pages_alone(town):
    client = Client(enforce_csrf_checks=True)
    sent = {"note": PLANS, "password": "three old trees"}
    own = client.post("/desk/replies/", sent, headers={"origin": "http://testserver"})
    assert (own.status_code, own["Cache-Control"]) == (403, "private, no-store")
    assert f'<p class="pre">{PLANS}</p>' in own.content.decode()
    assert "three old trees" not in own.content.decode()
    for headers in ({"origin": "http://evil.example"}, {}):
        assert PLANS not in client.post("/desk/replies/", sent, headers=headers).content.decode()


def test_what_a_page_gives_back_is_what_was_written_and_never_a_password(rf):
    asked = rf.post("/", {"note": "ok", "category": "717", "holder": "unit:4", "phone": "13800000000", "words": " ", "new": "换 灯"})
    assert typed(asked) == [("", "ok"), ("", "13800000000"), ("", "换 灯")]
    asked.sensitive_post_parameters = ["note"]
    assert [text for _, text in typed(asked)] == ["13800000000", "换 灯"]
    asked.sensitive_post_parameters = "__ALL__"
    assert typed(asked) == typed(rf.get("/?note=x")) == []


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_a_resident_is_shown_the_ways_on(town, language):
    told = Client().get("/nowhere/", headers={"Accept-Language": language})
    page = told.content.decode()
    assert told.status_code == 404
    assert WORK not in page
    assert {'href="/find/"', 'href="/report/"', 'href="/board/"'} <= set(re.findall(r'href="[^"]+"', page))
    assert ("没有找到这个页面" in page) is (language != "en")


def test_a_refusal_is_one_line_in_the_log_and_a_fault_the_whole_story(town, signed, caplog, monkeypatch):
    client = signed("handler")
    client.get("/wall/displays/")
    client.get("/nowhere/")
    told = [each for each in caplog.records if each.name == "django.request"]
    assert [(each.status_code, each.exc_info) for each in told] == [(403, None), (404, None)]
    caplog.clear()
    monkeypatch.setattr("lianxin.town.homes.townpage.figures", lambda *_given, **_named: 1 / 0)
    client.raise_request_exception = False
    assert client.get("/town/").status_code == 500
    assert [bool(each.exc_info) for each in caplog.records if each.name == "django.request"] == [True]
