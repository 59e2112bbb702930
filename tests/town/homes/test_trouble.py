"""What staff and residents are told where there is no page, or none for them; and what the log is told of it."""

import re

import pytest
from django.test import Client

from lianxin.people.models import Post

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
