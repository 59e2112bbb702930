"""The wall: counts that open to their rows for staff, and that a display reads by a link which opens nothing else."""

import html
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.models import Case, Category, Duty
from lianxin.cases.queries.figures import sliced
from lianxin.cases.queries.inbox import duties_of
from lianxin.cases.values import Draft
from lianxin.keys import cache
from lianxin.people.actions import create_token, revoke_token
from lianxin.people.models import Post, Token
from lianxin.people.tokens import SCOPES
from lianxin.places.models import Grid
from lianxin.town.homes.wall import views
from lianxin.town.homes.wall.figures import DAYS, SECONDS, SOON, count, screen, snapshot
from lianxin.town.homes.wall.ground import cuts, ground
from towns import MONDAY, grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("I1")]
LATER = MONDAY + timedelta(days=20)


@pytest.fixture
def busy(life):
    """Closed, at hand and late, not yet sorted, without a grid, clock stopped, in another village."""
    life().to("closed")
    life(at=LATER - timedelta(hours=2)).to("handle")
    life(grid="2-1").to("handle")
    life(grid=None, at=LATER - timedelta(hours=1))
    life().to("handle").do("supervisor", "suspend", reason="等材料", until=LATER + timedelta(days=30))


@pytest.fixture
def link(town):
    """A display's address, and its token's row."""
    post = Post.objects.for_system("tests", town).get(account__username="admin.lx")
    token, plain = create_token(post, scopes=["wall:read"], days=30, actor=who(town, "admin"), now=timezone.now(), name="大厅")
    return reverse("wall-display", args=[plain]), token, plain


def numbers(page):
    """What stands in the page's figures, in their order."""
    return re.findall(r'class="n ?[^"]*"[^>]*>([\d,.%—]+)<', page)


def test_every_figure_of_the_wall_is_that_of_its_rows(town, busy):
    actor = who(town, "leader")
    found = count(actor, now=LATER)
    figures = [*found.now.values(), *(each for _pk, each in found.categories)]
    figures += [each for _day, *of_day in found.days for each in of_day]
    for row in found.units:
        figures += [row["open"], row["late"], *(cell["open"] for cell in row["cells"])]
    for each in figures:
        assert sliced(actor, each.of, now=LATER).count() == each.n, each
    assert found.now["open"].n == 4
    assert {each["phase"]: (each["open"].n, each["late"]) for each in found.phases}["handle"] == (3, 1)
    assert found.soon == duties_of(actor, SOON, now=LATER).count()
    assert sum(taken.n for _day, taken, _closed in found.days) == 5
    assert sum(closed.n for _day, _taken, closed in found.days) == 1
    assert [each.n for each in found.days[-1][1:]] == [found.now["today"].n, found.now["closed_today"].n]
    assert len(found.days) == DAYS
    assert found.places[grid_named(town, "2").pk] == (1, 1)
    assert found.places[grid_named(town, "1-1").pk] == (2, 0)
    utilities = next(row for row in found.units if row["open"].n == 3)
    assert {cell["phase"]: (cell["open"].n, cell["late"]) for cell in utilities["cells"]}["handle"] == (3, 1)


def cells(line):
    """The figures of a line of the units' table: one for each step, then what is late."""
    return [int(n) for n in re.findall(r'class="(?:n|sum|unseen)[^"]*"[^>]*>([\d,]+)<', line)][:7]


@pytest.mark.parametrize("of", ["", "?all=units", "?all=kinds"])
def test_the_parts_of_the_wall_make_the_whole(town, busy, life, signed, monkeypatch, of):
    """With cases in no village, of nobody's turn, of a village that is not drawn, and more lines than there is room."""
    monkeypatch.setattr(views, "MOST_UNITS", 1)
    monkeypatch.setattr(views, "MOST_CATEGORIES", 1)
    life(at=timezone.now()).to("triage")
    lost = life(at=timezone.now()).case
    Case.objects.for_system("tests", town).filter(pk=lost.pk).update(unit=None)
    root = Grid.objects.for_system("tests", town).get(level="town")
    Case.objects.for_system("tests", town).filter(pk=lost.pk).update(grid=root)
    for at, kind in enumerate(Category.objects.for_system("tests", town).order_by("id")[:3]):
        made = life(grid="2-1").to("handle", unit=("police", "sanitation", "utilities")[at], by=("handler", "sanitation", "handler")[at])
        Case.objects.for_system("tests", town).filter(pk=made.case.pk).update(category=kind)
    Grid.objects.for_system("tests", town).filter(pk=grid_named(town, "2").pk).update(boundary=None)
    cache.forget()
    page = signed("leader").get(f"/wall/{of}").content.decode()
    whole = int(re.search(r'what=open" data-n="(\d+)"', page)[1])
    late = int(re.search(r'what=late" data-n="(\d+)"', page)[1])
    part = {name: page[page.index(f'class="wall-{name}"') :].split("</section>")[0] for name in ("map", "kinds", "units")}
    on_map = re.findall(r'what=(open|late)&amp;village=\d+" data-n="(\d+)"', part["map"])
    for what, n in (("open", whole), ("late", late)):
        assert sum(int(each) for of_what, each in on_map if of_what == what) == n
    assert "未定位（未归村）" in part["map"]
    assert ">2村<" in part["map"]
    assert sum(int(n) for n in re.findall(r'class="(?:n |sum)"[^>]*>(\d+)<', part["kinds"])) == whole
    first, *lines = (cells(line) for line in re.findall(r"<tr.*?</tr>", part["units"].split("<tbody>")[1], flags=re.S))
    assert sum(first[:6]) == whole
    assert [sum(column) for column in zip(*lines, strict=True)] == first
    assert ("前 1 个，共" in part["units"], "其余" in part["units"]) == ((of != "?all=units",) * 2)
    assert "尚无单位" in part["units"]
    assert ("其余" in part["kinds"]) == (of != "?all=kinds")


def test_what_lies_in_no_village_and_with_nobody_opens_to_its_rows(town, life, signed):
    life(grid=None)
    lost = life().case
    Case.objects.for_system("tests", town).filter(pk=lost.pk).update(unit=None)
    client = signed("leader")
    for asked in ("what=open&village=0", "what=open&holder=0"):
        assert f'href="/town/cases/?{asked.replace("&", "&amp;")}' in client.get("/wall/").content.decode()
        assert re.findall(r'data-count-of="(\d+)"', client.get(f"/town/cases/?{asked}").content.decode()) == ["1"]


def test_a_leader_opens_each_figure_to_a_list_of_that_many(town, life, signed):
    ended = [life(at=timezone.now() - timedelta(days=ago)).to("closed", rating="5") for ago in (4, 2)]
    life(at=timezone.now() - timedelta(days=25)).to("handle")
    life(at=timezone.now(), grid="2-1")
    client = signed("leader")
    page = client.get("/wall/").content.decode()
    body = page[page.index('<div class="wall-parts"') : page.index("</main>")]
    unlinked = re.findall(r'class="n(?: [a-z]*)?"[^>]*>([^<]+)<', re.sub(r"<a .*?</a>", "", body, flags=re.S))
    assert set(unlinked) == {"0", "—"}
    links = {(html.unescape(href), int(n)) for href, n in re.findall(r'href="([^"]+)" data-n="(\d+)"', body)}
    assert len(links) == len(set(re.findall(r'href="(/[^"]+)"', body)))  # no link without its count
    for part in ("figs", "map", "trend", "kinds", "units"):
        section = body[body.index(f'class="wall-{part}"') :]
        assert 'data-n="' in section[: section.index("</section>")], part
    assert {urlsplit(href).query for href, _n in links} >= {
        *(f"what=closed_today&day={timezone.localdate(each.case.closed_at)}" for each in ended),
        f"what=today&day={timezone.localdate()}", "period=rolling&what=satisfied", "what=open&category=0",
    }  # fmt: skip
    for href, n in links:
        listed = client.get(href).content.decode()
        told = re.search(r'data-count-of="(\d+)"', listed)
        shown = int(told[1]) if told else len(re.findall(r'<a[^>]*class="title"', listed))
        assert shown == n, href


def test_a_day_of_the_trend_says_in_words_what_it_lists(town, life, signed):
    day = timezone.localdate(life(at=timezone.now() - timedelta(days=2)).to("closed").case.closed_at)
    page = signed("leader").get("/town/cases/", {"what": "closed_today", "day": f"{day}"}).content.decode()
    assert re.findall(r'<span class="chip">([^<]+)<', page) == [f"{day}", "办结"]
    assert re.findall(r'data-count-of="(\d+)"', page) == ["1"]
    junk = signed("leader").get("/town/cases/", {"what": "closed_today", "day": "20261123"}).content.decode()
    assert re.findall(r'<span class="chip">([^<]+)<', junk) == ["今日办结"]


@pytest.mark.parametrize(("theme", "dark"), [("light", False), ("contrast", False), ("dark", True), ("auto", True)])
def test_the_wall_is_dark_unless_light_or_high_contrast_was_chosen(town, busy, signed, theme, dark):
    client = signed("leader")
    client.cookies["lx_theme"] = theme
    told = re.search(r'<html[^>]* class="([^"]*)"', client.get("/wall/").content.decode())[1]
    assert ("dark" in told.split()) is dark


def test_what_is_due_soon_is_what_the_desk_lists(town, life, signed):
    now, client = timezone.now(), signed("leader")
    made = [life(at=now - timedelta(hours=1)).to("handle").case.pk for _each in range(3)]
    half_gone = {"soon_at": now - timedelta(hours=1), "due_at": now + timedelta(days=1)}
    Duty.objects.for_system("tests", town).filter(case_id__in=made[1:]).update(**half_gone)
    page = client.get("/wall/").content.decode()
    href, n = re.search(r'href="(/desk/[^"]+)" data-n="(\d+)"', page).groups()
    listed = client.get(html.unescape(href)).content.decode()
    assert int(n) == len(re.findall(r'<a[^>]*class="title"', listed)) == 2


def test_a_display_reads_the_same_counts_and_no_case(town, busy, link, signed):
    plain = Client().get(link[0])
    assert plain.status_code == 200
    shown = plain.content.decode()
    theirs = signed("leader").get("/wall/").content.decode()
    assert numbers(shown) == numbers(re.sub(r"<details.*?</details>", "", theirs, flags=re.S))
    assert "路灯" not in re.sub(r'<section class="wall-kinds.*?</section>', "", shown, flags=re.S)
    assert not re.search(r'href="/(cases|town|desk|grids|staff)', shown)
    assert not re.search(r"<a[ >]|data-n=|<details", shown[shown.index("<main") :])
    assert "王小明" not in shown
    assert "sessionid" not in plain.cookies
    assert plain.headers["Referrer-Policy"] == "same-origin"


def test_a_display_does_not_count_what_is_confidential(town, now, link):
    before = count(screen(town), now=now)
    open_case(Draft("dispute", "两家争吵", grid_id=grid_named(town, "1-1").pk), actor=who(town, "mediator"), now=now)
    after = count(screen(town), now=now)
    assert (before.now["open"].n, before.places, before.soon) == (after.now["open"].n, after.places, after.soon) == (0, {}, 0)
    assert count(who(town, "mediator"), now=now).now["open"].n == 1


def test_a_link_opens_the_wall_alone(town, link, client):
    _address, _token, plain = link
    for path in ("me", "cases", "units", "routes"):
        told = client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {plain}"})
        assert (told.status_code, told.json()["code"]) == (403, "scope_missing"), path
    assert client.get("/wall/", headers={"Authorization": f"Bearer {plain}"}).status_code == 302
    post = Post.objects.for_system("tests", town).get(account__username="leader.lx")
    for scope in SCOPES:
        _other, secret = create_token(post, scopes=[scope], days=1, actor=who(town, "leader"), now=timezone.now())
        assert client.get(reverse("wall-display", args=[secret])).status_code == 404
        with pytest.raises(ValueError, match="scopes are"):
            create_token(post, scopes=[scope, "wall:read"], days=1, actor=who(town, "leader"), now=timezone.now())


@pytest.mark.parametrize("why", ["revoked", "expired", "left"])
def test_a_link_that_has_ended_shows_nothing(town, link, client, why):
    address, token, _plain = link
    assert client.get(address).status_code == 200
    if why == "revoked":
        revoke_token(token, actor=who(town, "admin"), now=timezone.now())
    elif why == "expired":
        Token.objects.for_system("tests", town).filter(pk=token.pk).update(expires_at=timezone.now())
    else:
        Post.objects.for_system("tests", town).filter(pk=token.post_id).update(ends=timezone.now().date() - timedelta(days=3))
    cache.forget()
    ended = client.get(address)
    assert ended.status_code == 403
    assert "这块屏的链接已停用" in ended.content.decode()
    assert numbers(ended.content.decode()) == []
    assert client.get(f"{address}figures").status_code == 403


@pytest.mark.parametrize("token", ["lx-LX-" + "A" * 43, "lx-ZZ-" + "A" * 43, "x", "displays-x"])
def test_a_link_that_is_none_is_not_found(town, client, token):
    assert client.get(f"/wall/{token}/").status_code == 404
    assert client.get(f"/wall/{token}/figures").status_code == 404


def test_the_administrator_makes_a_link_once_and_ends_it(town, signed):
    client = signed("admin")
    made = client.post("/wall/displays/", {"name": "办事大厅"})
    assert made.status_code == 201
    address = re.search(r"(/wall/lx-LX-[^/<]+/)<", made.content.decode())[1]
    assert address not in client.get("/wall/displays/").content.decode()
    assert Client().get(address).status_code == 200
    token = Token.objects.for_system("tests", town).get(name="办事大厅")
    assert client.post("/wall/displays/", {"name": " "}).status_code == 422
    assert signed("clerk").post(f"/wall/displays/{token.pk}/end/").status_code == 403
    assert signed("admin").post(f"/wall/displays/{token.pk}/end/").status_code == 303
    assert Client().get(address).status_code == 403
    assert client.post("/wall/displays/1/end/").status_code == 404


def test_another_token_is_not_ended_as_a_display(town, signed):
    post = Post.objects.for_system("tests", town).get(account__username="leader.lx")
    other, _plain = create_token(post, scopes=["cases:read"], days=1, actor=who(town, "leader"), now=timezone.now())
    assert signed("admin").post(f"/wall/displays/{other.pk}/end/").status_code == 404


def test_figures_that_have_not_changed_are_not_sent_again(town, busy, link, life):
    address = f"{link[0]}figures"
    first = Client().get(address)
    again = Client().get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert int(again.headers["X-Figures-Age"]) <= SECONDS
    assert re.fullmatch(r"\d\d:\d\d", again.headers["X-Figures-At"])
    life(at=timezone.now())
    cache.forget()
    assert Client().get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_ten_walls_cost_as_one(town, busy, link):
    address = f"{link[0]}figures"
    Client().get(address)
    with CaptureQueriesContext(connection) as asked:
        for _wall in range(10):
            Client().get(address)
    assert [each["sql"] for each in asked if "cases_" in each["sql"]] == []


def test_as_many_statements_however_many_cases(town, life, busy):
    def statements():
        cache.forget()
        with CaptureQueriesContext(connection) as asked:
            count(screen(town), now=LATER)
        return len(asked)

    few = statements()
    for grid in ("1-1", "1-2", "2-1", None):
        for step in ("triage", "handle", "closed"):
            life(grid=grid).to(step)
    assert statements() == few <= 26


def test_figures_are_counted_again_after_a_while(town, life, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(cache.time, "monotonic", lambda: clock[0])
    assert snapshot(screen(town), now=MONDAY).now["open"].n == 0
    life()
    clock[0] += SECONDS
    assert snapshot(screen(town), now=MONDAY).now["open"].n == 0
    clock[0] += 0.1
    later = snapshot(screen(town), now=MONDAY + timedelta(minutes=1))
    assert later.now["open"].n == 1
    assert later.age(MONDAY + timedelta(seconds=69)) == 9


def test_the_map_keeps_shared_borders_shared(town):
    drawn = ground(town)
    assert (drawn.width, len(drawn.grids), len(drawn.villages)) == (1000, 3, 2)
    assert 0 < drawn.height < 600  # four squares of equal degrees side by side, narrower on the ground than high
    points = [set(re.findall(r"-?\d+ -?\d+", piece.path)) for piece in drawn.grids]
    assert len(points[0] & points[1]) == 2
    assert all(0 <= piece.x <= 1000 and 0 <= piece.y <= drawn.height for piece in (*drawn.grids, *drawn.villages))


def test_a_town_without_boundaries_has_a_wall_too(town, signed):
    Grid.objects.for_system("tests", town).update(boundary=None)
    cache.forget()
    page = signed("leader").get("/wall/")
    assert page.status_code == 200
    assert "还没有导入网格边界" in page.content.decode()


@pytest.mark.parametrize(("most", "found"), [(0, (1, 3, 6)), (12, (1, 3, 6)), (13, (1, 6, 12)), (100, (1, 30, 60))])
def test_the_map_s_tones_fit_the_fullest_grid(most, found):
    assert cuts(most) == found


def test_the_wall_speaks_english(town, busy, link):
    shown = Client().get(link[0], headers={"Accept-Language": "en"}).content.decode()
    assert "Taken in today" in shown
    assert not re.search(r"受理|办结|超期|数据", shown)


def test_without_script_the_page_renews_itself(town, link):
    shown = Client().get(link[0]).content.decode()
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in shown
    assert "style=" not in shown
