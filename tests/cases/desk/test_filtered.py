"""A list that is narrowed says so, by how much, and how to have it whole again."""

import re

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.actions.saved import save_view
from lianxin.cases.queries.inbox import InboxFilter
from lianxin.cases.queries.saved import filter_of, query_of
from lianxin.cases.queries.setup import categories
from lianxin.cases.values import Draft
from lianxin.cases.views.desk import lists
from lianxin.people.models import Account
from towns import grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B3")]


@pytest.fixture
def clerk(client, settings, town):
    settings.ALLOWED_HOSTS = ["*"]
    client.force_login(Account.objects.get(username="clerk.lx"), backend="lianxin.people.backends.AccountBackend")
    return client


def raised(town, *titles, **given):
    for title in titles:
        open_case(Draft("request", title, **given), actor=who(town, "clerk"), now=timezone.now())


def told(page):
    """The line that says what the list is narrowed to, in its words; "" where there is none."""
    found = re.search(r'<p class="desk-only">(.*?)</p>', page.content.decode(), re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""


def test_a_whole_list_says_nothing_and_a_narrowed_one_what_and_how_many_of_how_many(town, clerk):
    raised(town, "路灯不亮", "井盖破了")
    raised(town, "水管爆了", urgency="urgent", grid_id=grid_named(town, "1-1").pk)
    assert told(clerk.get("/desk/?scope=all")) == ""
    assert told(clerk.get("/desk/?scope=all&urgency=urgent")) == "只看： 紧急 3 件中的 1 件清除"
    line = told(clerk.get(f"/desk/?scope=all&grid={grid_named(town, '1').pk}&light=late&step=collect&q=路灯"))
    for words in ("1村", "已超期", "信息收集", "“路灯”", "3 件中的 0 件"):
        assert words in line
    assert "件中的" not in told(clerk.get("/desk/?scope=mine"))


@pytest.mark.parametrize("asked", ["shared=1", "kind=request", "duty=cohandle", "unit=1", "q=LX26000017", "q=13800000000"])
def test_everything_an_address_may_ask_for_is_named_and_goes_along_with_chips_and_forms(town, clerk, asked):
    raised(town, "路灯不亮")
    page = clerk.get(f"/desk/?scope=all&{asked}").content.decode()
    assert "desk-only" in page
    chips = page.split('class="desk-sieve"')[1].split("</div>")[0]
    name, value = asked.split("=")
    assert asked in chips or name == "shared"  # that one is taken off by its own chip
    if name != "q":
        form = page.split("data-auto")[1].split("</form>")[0]
        assert f'name="{name}" value="{value}"' in form


def test_how_many_are_left_is_counted_where_there_are_more_pages(town, clerk, monkeypatch):
    raised(town, "一", "二", "三", urgency="urgent")
    raised(town, "四")
    whole = lists.inbox
    monkeypatch.setattr(lists, "inbox", lambda *given, **named: whole(*given, **named, most=2))
    assert "4 件中的 3 件" in told(clerk.get("/desk/?scope=all&urgency=urgent"))


def test_a_saved_view_is_named_with_what_it_asks_for_and_its_form_stays_folded(town, clerk):
    raised(town, "路灯不亮")
    group = next(row for row in categories(town).values() if row.parent_id is None)
    filters = InboxFilter("all", category=group.pk)
    save_view("环卫", filters, shared=False, actor=who(town, "clerk"), now=timezone.now())
    page = clerk.get(f"/desk/?{query_of(filters)}")
    assert told(page).startswith(f"视图“环卫”： 我能看到的 · {group.name}")
    body = page.content.decode()
    assert '<details class="more"><summary data-key="f"' in body
    assert 'href="?scope=all">' in body.split("desk-only")[1]


def test_that_several_people_wait_can_be_kept_as_a_view(town):
    asked = InboxFilter("all", shared=True)
    assert filter_of(query_of(asked)) == asked


def test_the_pulse_says_how_many_are_left(town, clerk):
    raised(town, "路灯不亮")
    page = clerk.get("/desk/pulse/?list=1&scope=all&urgency=urgent").content.decode()
    assert "1 件中的 0 件" in page.split('data-live="found"')[1]


def test_every_way_on_from_the_list_has_words(town, clerk):
    ways = clerk.get("/desk/?scope=all").content.decode().split('class="views-strip')[1].split('class="desk-sieve"')[0]
    for words in ("视图", "管理视图", "存为常用视图", "更多", "打印", "地图", "待跟进", "答复模板"):
        assert words in re.sub(r"<[^>]+>", "", ways)
