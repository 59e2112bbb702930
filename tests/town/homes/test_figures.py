"""Every figure is a count of rows, and opens to just those rows."""

import html
import re
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianxin.cases.models import Case, Reporter
from lianxin.cases.pickers import unit_name
from lianxin.cases.queries.figures import Figure, figures, made_of, period_of, periods, read_slice, sliced
from lianxin.cases.queries.listing import listed
from lianxin.people.models import Account
from lianxin.people.queries import unit_by_key
from lianxin.places.models import Grid
from towns import MONDAY, ZONE, grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("I1"), pytest.mark.row("B2")]
LATER = MONDAY + timedelta(days=60)


def every_figure(value):
    if isinstance(value, Figure):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from every_figure(each)


def n(figures_of):
    return {name: figure.n for name, figure in figures_of.items() if isinstance(figure, Figure)}


@pytest.fixture
def a_year(life):
    """One of each: closed in time, closed late, sent back, dissatisfied, refused, open, paused, without a grid."""
    life().to("closed")
    life(grid="2-1").to("closed", late=timedelta(days=30), rating="2")
    life().to("dispatch").do("handler", "send_back", reason="不归我们管").to("closed", unit="sanitation", by="sanitation")
    life().to("feedback").do("reporter", "dissatisfied", reason="没修好", rating="1").to("review", rating="4")
    life(grid=None).do("clerk", "reject", clause="litigation", reason="法院正在审理")
    life(grid="2-1").to("handle")
    life().to("handle").do("supervisor", "suspend", reason="等材料", until=LATER + timedelta(days=30))
    life(channel="phone")


def test_the_figures_of_a_year_are_what_happened(town, a_year):
    found = figures(who(town, "leader"), period_of(town, "2026", now=LATER), now=LATER, kind="request")
    assert n(found["total"]) == {
        "recorded": 8, "closed": 4, "unclosed": 4, "on_time": 3, "overdue": 1, "rated": 4, "satisfied": 2,
        "unsatisfied": 2, "returned": 1, "reopened": 1,
    }  # fmt: skip
    assert found["total"]["rates"] == {"closed": 0.5, "on_time": 0.75, "satisfied": 0.5}
    assert n(found["now"]) == {"open": 4, "late": 3, "paused": 1, "today": 0, "closed_today": 0}
    assert [(row["name"], row["recorded"].n) for row in found["villages"]] == [("1村", 5), ("2村", 2), ("", 1)]
    assert [(row["unit"].key if row["unit"] else "", row["recorded"].n) for row in found["units"]][:2] == [
        ("utilities", 5), ("sanitation", 1),
    ]  # fmt: skip
    assert sum(row["open"].n for row in found["phases"]) == 4


@pytest.mark.parametrize("name", ["leader", "handler", "worker2"])
def test_every_figure_opens_to_as_many_rows(town, a_year, name):
    actor = who(town, name)
    checked = 0
    for key in ("rolling", "2026"):
        found = figures(actor, period_of(town, key, now=LATER), now=LATER)
        for figure in every_figure(found):
            wanted = read_slice(dict(parse_qsl(figure.query)))
            assert wanted == figure.of
            assert sliced(actor, wanted, now=LATER).count() == figure.n, figure
            checked += 1
    assert checked > 100


@pytest.mark.parametrize("period", ["2026", "rolling", "2025"])
@pytest.mark.parametrize("kind", ["request", ""])
def test_the_parts_make_the_whole_that_stands_above_them(town, a_year, life, period, kind):
    for change in ({"unit": None}, {"grid": Grid.objects.for_system("tests", town).get(level="town")}):
        Case.objects.for_system("tests", town).filter(pk=life().case.pk).update(**change)
    actor = who(town, "leader")
    found = figures(actor, period_of(town, period, now=LATER), now=LATER, kind=kind)
    whole = n(found["total"])
    assert (whole["recorded"] > 9) is (period != "2025")
    for part in ("villages", "units", "months"):
        rows = [n(row) for row in found[part]]
        assert {name: sum(row[name] for row in rows) for name in whole} == whole, part
    for part in ("villages", "units"):
        assert sum(row["late"].n for row in found[part]) == found["now"]["late"].n, part
        assert [sliced(actor, row["late"].of, now=LATER).count() for row in found[part]] == [row["late"].n for row in found[part]]
    for what in ("open", "late", "paused"):
        assert sum(row[what].n for row in found["phases"]) == found["now"][what].n, what
    assert (whole["closed"] + whole["unclosed"], whole["on_time"] + whole["overdue"]) == (whole["recorded"], whole["closed"])


def test_the_page_s_links_lead_to_lists_of_that_many_rows(town, a_year, signed):
    client = signed("leader")
    page = client.get("/town/?period=2026").content.decode()
    links = re.findall(r'href="(/town/cases/\?[^"]+)" data-n="(\d+)"', page)
    assert len(links) > 20
    for link, count in {(html.unescape(link), int(count)) for link, count in links}:
        listed_page = client.get(link)
        assert listed_page.context is None  # Jinja2 pages have no context to peep into: what is shown counts
        assert len(re.findall(r'<a class="title"', listed_page.content.decode())) == min(count, 50), link


def test_a_list_walks_on_by_key_and_shows_each_row_once(town, a_year):
    actor, wanted, seen, after = who(town, "leader"), read_slice({"period": "2026"}), [], ""
    while True:
        page = listed(actor, wanted, now=LATER, after=after, most=3)
        seen += [row["id"] for row in page["rows"]]
        after = page["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == page["count"] == 8
    assert seen == sorted(seen, reverse=True)


def test_what_is_done_after_a_period_does_not_change_its_closing_rate(town, life):
    closed, still = life().to("closed"), life().to("handle")
    town.anchor = MONDAY + timedelta(days=1)
    then = period_of(town, "recorded", now=LATER)
    before = n(figures(who(town, "leader"), then, now=LATER)["total"])
    closed.do("supervisor", "reopen", after=timedelta(days=3), reason="又坏了")
    still.do("handler", "finish", after=timedelta(days=3), answer="已修好").to("closed")
    after = n(figures(who(town, "leader"), then, now=LATER)["total"])
    assert before["closed"] == after["closed"] == 1
    assert before["unclosed"] == after["unclosed"] == 1


def test_a_demo_town_begins_with_its_recorded_year(town):
    town.anchor = datetime(2026, 10, 31, 23, 59, tzinfo=ZONE)
    now = datetime(2026, 11, 21, 12, 0, tzinfo=ZONE)
    period = period_of(town, "", now=now)
    assert (period.key, periods(town, now=now)[0]) == ("recorded", "recorded")
    assert period.start <= datetime(2025, 10, 31, 23, 59, 1, tzinfo=ZONE)
    assert period.end > town.anchor > period.start
    town.anchor = None
    assert period_of(town, "recorded", now=now).key == "rolling"


@pytest.mark.parametrize("key", ["", "0000", "9999", "２０２６", "recorded", "x" * 5000])
def test_a_period_that_is_none_is_the_last_twelve_months(town, key, now):
    assert period_of(town, key, now=now).key == "rolling"


def test_twelve_months_over_a_leap_day(town):
    at = datetime(2028, 2, 28, 12, 0, tzinfo=ZONE)
    assert period_of(town, "rolling", now=at).start == datetime(2027, 2, 28, tzinfo=ZONE)


@pytest.mark.parametrize(
    "junk",
    [{"period": "\x00"}, {"what": "drop"}, {"village": "9" * 30}, {"unit": "-1"}, {"month": "2026-13"}, {"phase": "x"},
     {"kind": "'; --"}, {"village": "１"}, {"after": "zz"}],
)  # fmt: skip
def test_a_slice_of_nonsense_is_passed_over(town, a_year, signed, junk):
    assert signed("leader").get("/town/cases/", junk).status_code == 200


def test_an_appeal_is_not_counted_again(town, life):
    refused = life().do("clerk", "reject", clause="litigation", reason="法院正在审理")
    refused.do("reporter", "appeal", reason="我没有起诉")
    found = figures(who(town, "leader"), period_of(town, "2026", now=LATER), now=LATER)
    assert found["total"]["recorded"].n == 1


def test_the_rating_is_kept_with_its_reporter(town, life):
    case = life().to("review", rating="4").case
    assert Reporter.objects.for_system("tests", town).get(case_id=case.pk).rating == 4
    case = life().to("feedback").do("supervisor", "call_back", rating="2", note="还没修好").case
    assert Reporter.objects.for_system("tests", town).get(case_id=case.pk).rating == 2


def test_the_statements_do_not_grow_with_the_cases(town, life):
    actor, period = who(town, "leader"), period_of(town, "2026", now=LATER)
    counted = []
    for _ in range(2):
        for grid in ("1-1", "1-2", "2-1"):
            life(grid=grid).to("closed")
            life(grid=grid).to("handle")
        figures(actor, period, now=LATER)
        with CaptureQueriesContext(connection) as seen:
            figures(actor, period, now=LATER)
        counted.append(len([each for each in seen if "config_version" not in each["sql"]]))
    assert counted[0] == counted[1] <= 12


def test_another_town_s_cases_are_not_counted(town, other_town, life):
    life().to("closed")
    found = figures(who(other_town, "leader"), period_of(other_town, "2026", now=LATER), now=LATER)
    assert set(n(found["total"]).values()) == {0}


@pytest.mark.parametrize(
    ("what", "share", "parts"),
    [("closed", 0.5, (4, 4, 8)), ("unclosed", 0.5, (4, 4, 8)), ("on_time", 0.75, (3, 1, 4)), ("unsatisfied", 0.5, (2, 2, 4))],
)
def test_a_rate_is_told_by_its_part_its_rest_and_its_whole(town, a_year, what, share, parts):
    actor, wanted = who(town, "leader"), read_slice({"period": "2026", "what": what})
    made = made_of(actor, wanted, now=LATER)
    assert made["share"] == share
    parts_of = (made["part"], made["rest"], made["whole"])
    assert tuple(each.n for each in parts_of) == parts
    assert parts[0] + parts[1] == parts[2]
    for each in parts_of:
        assert sliced(actor, read_slice(dict(parse_qsl(each.query))), now=LATER).count() == each.n
    assert made_of(actor, read_slice({"what": "open"}), now=LATER) is None


def test_a_leader_asks_why_a_village_stands_where_it_does(town, a_year, signed):
    client = signed("leader")
    village = grid_named(town, "2").pk
    page = client.get(f"/town/cases/?period=2026&what=closed&kind=request&village={village}").content.decode()
    assert "办结率" in page
    assert "50%" in page.replace("50.0%", "50%")
    rest = html.unescape(re.search(r'href="(\?[^"]*what=unclosed[^"]*)"', page)[1])
    assert f"village={village}" in rest
    unclosed = client.get(f"/town/cases/{rest}").content.decode()
    assert len(re.findall(r'<a class="title"', unclosed)) == 1
    assert "?period=2026&amp;kind=request" in unclosed  # the way back keeps what was chosen


def test_an_ended_case_is_listed_with_who_handled_it(town, life, signed):
    life().to("closed")
    page = signed("leader").get("/town/cases/?what=closed&period=2026").content.decode()
    row = page[page.index('class="title"') :]
    assert unit_name(unit_by_key(town, "utilities")) in row[: row.index("</li>")]



def test_what_is_late_stands_by_how_long_and_says_since_when(town, a_year, signed):
    actor, wanted, seen, after = who(town, "leader"), read_slice({"what": "late"}), [], ""
    while True:
        page = listed(actor, wanted, now=LATER, after=after, most=2)
        seen += [(row["due_at"], row["id"]) for row in page["rows"]]
        after = page["next"]
        if not after:
            break
    assert len(set(seen)) == page["count"] == 3
    assert seen == sorted(seen)
    for junk in ("-", "1-", "x-1", "99999999999999999999-1", "5"):
        assert len(listed(actor, wanted, now=LATER, after=junk)["rows"]) == 3
    shown = signed("leader").get("/town/cases/?what=late").content.decode()
    assert re.search(r'class="since num">[^<]+ \d\d:\d\d 到期<', shown)


def test_a_figure_says_what_it_counts_and_so_does_its_paper(town, a_year, signed):
    client = signed("leader")
    page = client.get("/town/?period=2026&kind=every").content.decode()
    assert re.search(r"全部类型 · 截至 \d\d:\d\d", page)
    assert re.search(r"全部类型 · 2026 ?年", page)
    assert "data-print" in page
    assert re.search(r"群众诉求 · 截至 \d\d:\d\d", client.get("/town/").content.decode())
    late = client.get("/town/cases/?what=late").content.decode()
    assert re.search(r'class="paper-head">\s*<p class="strong">[^<]+ · 当前超期，\d+ 件</p>\s*<p>全部类型 · 截至', late)
    watch = client.get("/supervise/?list=late").content.decode()
    assert re.search(r'<p class="strong">[^<]+ · 已超期，\d+ 件</p>\s*<p>全部类型 · 截至 \d\d:\d\d · 全镇', watch)
    assert re.search(r"(天|日) \d\d:\d\d 到期", watch)
    assert "全部类型 · 件数为此刻，比率为近十二个月" in client.get("/wall/").content.decode()


def test_what_the_resident_withdrew_is_closed_and_the_page_says_how_that_is_counted(town, life, client, settings):
    settings.AUTHENTICATION_BACKENDS = ["lianxin.people.backends.AccountBackend"]
    life().do("reporter", "withdraw", reason="不用办了")
    life().to("handle")
    found = figures(who(town, "leader"), period_of(town, "2026", now=LATER), now=LATER, kind="request")
    assert (n(found["total"])["recorded"], n(found["total"])["closed"]) == (2, 1)
    client.force_login(Account.objects.get(username="leader.lx"))
    page = client.get("/town/?period=2026").content.decode()
    assert "诉求人自己撤回；哪一种都不从分母里去掉" in re.search(r"这些数怎么算.*?</details>", page, re.S)[0]
