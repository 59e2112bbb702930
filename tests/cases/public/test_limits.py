"""What the town promises, for everybody to read; and how many are affected, for the desk."""

import pytest
from django.utils import timezone

from cases.case.staging import signed_in
from lianxin.cases.actions.joining import join_case
from lianxin.cases.models import Category
from lianxin.cases.values import Contact
from lianxin.keys.cache import bump
from lianxin.people.actors import nobody

pytestmark = [pytest.mark.django_db, pytest.mark.row("B6")]


def test_every_sort_of_matter_stands_there_with_its_limits_and_what_happens_when_they_pass(site, town):
    html = site.get("/limits/").content.decode()
    assert "路灯照明" in html
    assert "3 个工作日" in html
    assert "24 小时" in html  # a manhole cover is gone
    assert "自动报上一级" in html
    assert "08:30" in html
    assert "星期一" in html


def test_days_of_the_same_hours_that_follow_one_another_are_one_span(site, town):
    assert "星期一至星期五" in site.get("/limits/").content.decode()
    morning = [["08:00", "12:00"]]
    town.settings["hours"] = {"0": morning, "2": morning, "5": morning, "6": [["09:00", "11:00"]]}
    town.save()
    bump(town)
    html = site.get("/limits/").content.decode()
    assert "星期一，星期三，星期六" in html
    assert "星期日" in html
    assert "至星期" not in html


@pytest.mark.row("J")
def test_a_limit_that_is_changed_is_told_at_once(site, town):
    Category.objects.for_system("t", town).filter(key="streetlight").update(limits={"handle": "77 working_hours"})
    bump(town)
    assert "77 个工作小时" in site.get("/limits/").content.decode()


def test_the_ways_to_it_are_on_the_first_page_and_after_sending(site, town, lamp, link):
    done = lamp()
    assert 'href="/limits/"' in site.get("/").content.decode()
    assert 'href="/limits/"' in site.get(link(done, "sent/")).content.decode()


def join(town, done):
    join_case(done.case.pk, Contact(), actor=nobody(town), now=timezone.now())


def test_the_desk_reads_how_many_are_affected_those_merged_into_it_too(town, lamp, act):
    main, merged = lamp(), lamp(phone="19900000055")
    join(town, main), join(town, main), join(town, merged)
    act(merged.case, "merge", "clerk", case=main.case.pk)
    html = signed_in("clerk").get(f"/cases/{main.case.number}/").content.decode()
    assert "另有 4 人也遇到同样的问题" in html


def test_the_desk_sieves_what_several_people_wait_for(town, lamp, act):
    alone, joined, main, merged = lamp(), lamp(), lamp(), lamp()
    join(town, joined)
    act(merged.case, "merge", "clerk", case=main.case.pk)
    clerk = signed_in("clerk")
    page = clerk.get("/desk/?scope=all&shared=1").content.decode()
    assert joined.case.number in page
    assert main.case.number in page
    assert alone.case.number not in page
    assert "多人在等" in page
    found = clerk.get("/api/v1/cases?scope=all&shared=true").json()["rows"]
    assert {row["number"] for row in found} == {joined.case.number, main.case.number}
