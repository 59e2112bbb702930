"""Rules of dispatch kept in the page: read, tried on last month's cases, saved, ended, put back."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from lianxin.cases.actions.routing import Rule, RuleRefused, add_rule, change_rule, end_rule
from lianxin.cases.models import Category, Route
from lianxin.cases.queries.setup import leaves, routes
from lianxin.cases.rerouting import reroute
from lianxin.cases.routes import why
from lianxin.keys.cache import bump, forget
from lianxin.ledger.rows import StaleRow, past_of, stamp_of
from lianxin.ledger.verify import verify
from lianxin.people.queries import unit_by_key
from towns import MONDAY, grid_named, who

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp(town):
    """The category of street lights, and its rule."""
    row = Category.objects.for_system("tests", town).get(key="streetlight")
    return row, Route.objects.for_system("tests", town).get(category=row)


def text(response):
    return response.content.decode()


def unit(town, key):
    return unit_by_key(town, key).pk


def name_of(town, key):
    return unit_by_key(town, key).name


def form(rule, town, **more):
    to = f"unit:{rule.unit_id}" if rule.unit_id else f"level:{rule.level}"
    return {"category": rule.category_id or "", "grid": rule.grid_id or "", "hours": rule.hours, "to": to, "do": "look", **more}


def checked(response):
    return re.search(r'name="checked" value="(\w*)"', text(response))[1]


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


# --- the list and the question ------------------------------------------------------------------------------------------


@pytest.mark.row("B4")
def test_every_rule_stands_in_the_list_in_words(town, signed, lamp):
    page = text(signed("admin").get("/setup/routes/"))
    assert page.count('<a class="strong" href="/setup/routes/') == len(routes(town))
    assert "公用事业" in page
    assert "会派给谁" in page
    found = text(signed("admin").get("/setup/routes/", {"q": "路灯"}))
    assert found.count('<a class="strong" href="/setup/routes/') == 1


def test_where_would_it_go_is_answered_with_the_rules_one_by_one(town, signed, lamp):
    category, route = lamp
    page = text(signed("admin").get("/setup/routes/+why/", {"category": category.key, "grid": grid_named(town, "1-1").pk}))
    assert "公用事业" in page.split('id="found"')[1]
    assert re.search(rf'<li class="on"><a href="/setup/routes/{route.pk}/">', page)
    assert "别的类别" in page
    off = text(signed("admin").get("/setup/routes/+why/", {"category": "", "address": "1村1格", "at": "2026-03-01T03:00"}))
    assert "1村" in off
    odd = signed("admin").get("/setup/routes/+why/", {"category": "", "address": "没有这个地方"})
    assert odd.status_code == 422
    assert signed("admin").get("/setup/routes/+why/", {"category": "", "at": "soon"}).status_code == 422


@pytest.mark.parametrize("name", ["clerk", "dispatcher", "supervisor", "security"])
def test_only_who_sets_up_the_town_keeps_them(town, signed, lamp, name):
    for address in ("", "+new/", "+why/", f"{lamp[1].pk}/"):
        assert signed(name).get(f"/setup/routes/{address}").status_code == 403


# --- what a rule would have done ----------------------------------------------------------------------------------------


@pytest.mark.row("B4")
def test_the_cases_of_the_last_month_tell_what_another_rule_would_have_done(town, signed, life, lamp):
    category, route = lamp
    now = timezone.now()
    moved = life(now - timedelta(days=2), category_id=category.pk)
    life(now - timedelta(days=1))  # of no category
    life(now - timedelta(days=40), category_id=category.pk)
    life(now - timedelta(days=3), kind="dispute", category_id=category.pk)  # confidential: not counted here
    other = form(Rule(category.pk, None, "any", unit(town, "sanitation")), town, seen=stamp_of(route))
    page = text(signed("admin").post(f"/setup/routes/{route.pk}/", other))
    shown = page.split('id="looked"')[1].split("</section>")[0]
    assert "共来件 2 件" in shown
    assert "1 件派单不变" in shown
    assert re.search(rf'<strong class="num">1</strong>.*{name_of(town, "utilities")}.*{name_of(town, "sanitation")}', shown, re.S)
    assert moved.case.number in shown
    assert Route.objects.for_system("tests", town).get(pk=route.pk).unit_id == unit(town, "utilities")


def test_ending_a_rule_is_tried_before_it_is_done(town, signed, life, lamp):
    category, route = lamp
    life(timezone.now() - timedelta(days=2), category_id=category.pk)
    browser, address = signed("admin"), f"/setup/routes/{route.pk}/"
    sent = form(Rule(category.pk, None, "any", route.unit_id), town, seen=stamp_of(route))
    look = browser.post(address, {**sent, "do": "look_end"})
    assert "若没有这条规则" in text(look)
    assert "村委会" in text(look).split('id="looked"')[1]
    assert browser.post(address, {**sent, "do": "end", "why": "并入"}).status_code == 200  # not looked at
    assert browser.post(address, {**sent, "do": "end", "checked": checked(look)}).status_code == 422  # no reason
    assert browser.post(address, {**sent, "do": "end", "checked": checked(look), "why": "并入"}).status_code == 303
    assert not Route.objects.for_system("tests", town).filter(pk=route.pk).exists()
    page = text(browser.get("/setup/routes/"))
    again = re.search(r'href="(/setup/routes/\+new/\?back=\d+)"', page)[1]
    back = text(browser.get(again))
    assert f'<option value="{category.pk}" selected>' in back
    assert f'<option value="unit:{route.unit_id}" selected>' in back
    assert list(verify(town)) == []


def test_rules_before_and_after_are_compared_case_by_case(town, life, now, lamp):
    category, _route = lamp
    life(now, category_id=category.pk)
    life(now + timedelta(hours=12), category_id=category.pk)  # by night
    night = Rule(category.pk, None, "off", unit(town, "sanitation")).as_route(town)
    before = list(routes(town))
    found = reroute(town, before, [*before, night], now=now + timedelta(days=1), seed="s")
    assert (found.of, found.same, [each.count for each in found.shifts]) == (2, 1, [1])
    assert reroute(town, before, before, now=now + timedelta(days=1), seed="s").shifts == []


# --- keeping ------------------------------------------------------------------------------------------------------------


@pytest.mark.row("B4")
def test_a_rule_is_changed_with_its_reason_its_history_and_the_way_back(town, signed, lamp):
    category, route = lamp
    browser, address = signed("admin"), f"/setup/routes/{route.pk}/"
    sent = form(Rule(category.pk, None, "any", unit(town, "sanitation")), town, seen=stamp_of(route))
    look = browser.post(address, sent)
    assert browser.post(address, {**sent, "do": "save", "checked": checked(look), "why": "换人了"}).status_code == 303
    forget()
    assert why(town, category_id=category.pk, grid_id=None, now=timezone.now()).holder.unit_id == unit(town, "sanitation")
    page = text(browser.get(address))
    assert "换人了" in page
    assert re.search(rf'<del>{name_of(town, "utilities")}</del>.*<ins>{name_of(town, "sanitation")}</ins>', page, re.S)
    seq = past_of(town, "route", route.pk)[-1].seq
    back = text(browser.get(f"{address}?back={seq}"))
    assert f'<option value="unit:{unit(town, "utilities")}" selected>' in back
    old = form(Rule(category.pk, None, "any", unit(town, "utilities")), town, seen=hidden(back, "seen"))
    look = browser.post(address, old)
    assert browser.post(address, {**old, "do": "save", "checked": checked(look), "why": "改回"}).status_code == 303
    assert Route.objects.for_system("tests", town).get(pk=route.pk).unit_id == unit(town, "utilities")
    assert list(verify(town)) == []


def test_a_new_rule_for_a_grid_and_for_hours_goes_first_there_and_then(town, signed, lamp):
    category, _route = lamp
    grid = grid_named(town, "1-1").pk
    browser = signed("admin")
    sent = form(Rule(category.pk, grid, "off", None, "grid"), town)
    look = browser.post("/setup/routes/+new/", sent)
    assert browser.post("/setup/routes/+new/", {**sent, "do": "save", "checked": checked(look), "why": "夜里"}).status_code == 303
    forget()
    night, day = MONDAY.replace(hour=22), MONDAY.replace(hour=10)
    found = [why(town, category_id=category.pk, grid_id=grid, now=at).holder.post_id for at in (night, day)]
    assert found == [who(town, "worker").post_id, None]
    twice = browser.post("/setup/routes/+new/", sent)
    assert twice.status_code == 422
    assert "已有规则" in text(twice)


def test_what_somebody_changed_meanwhile_is_not_overwritten(town, signed, lamp):
    category, route = lamp
    browser, address = signed("admin"), f"/setup/routes/{route.pk}/"
    sent = form(Rule(category.pk, None, "any", unit(town, "sanitation")), town, seen=stamp_of(route))
    look = browser.post(address, sent)
    actor, now = who(town, "admin"), timezone.now()
    change_rule(route, Rule(category.pk, None, "any", None, "village"), seen=stamp_of(route), why="别人", actor=actor, now=now)
    late = browser.post(address, {**sent, "do": "save", "checked": checked(look), "why": "我的"})
    assert late.status_code == 409
    assert "所在村（居）委会" in text(late)
    assert "我的" in text(late)
    with pytest.raises(StaleRow):
        end_rule(route, seen="old", why="", actor=actor, now=now)


def test_a_rule_leads_somewhere_and_to_one_place(town, lamp):
    actor, now = who(town, "admin"), timezone.now()
    for rule, code in (
        (Rule(lamp[0].pk, grid_named(town, "1").pk), "nowhere"),
        (Rule(lamp[0].pk, None, "work", lamp[1].unit_id, "grid"), "nowhere"),
        (Rule(lamp[0].pk, None, "any", unit(town, "sanitation")), "twice"),
        (Rule(lamp[0].pk, None, "any", lamp[1].unit_id), "same"),
    ):
        with pytest.raises(RuleRefused) as refused:
            add_rule(rule, why="", actor=actor, now=now)
        assert refused.value.code == code


@pytest.mark.parametrize(
    "odd", [{"category": "1"}, {"grid": "x"}, {"hours": "noon"}, {"to": ""}, {"to": "unit:1"}, {"to": "level:town"}]
)
def test_what_is_not_in_the_lists_is_a_fault_beside_its_field_and_nothing_is_lost(town, signed, lamp, odd):
    sent = form(Rule(lamp[0].pk, None, "work", lamp[1].unit_id), town, why="写好的原因")
    response = signed("admin").post("/setup/routes/+new/", {**sent, **odd})
    assert response.status_code == 422
    assert 'class="error"' in text(response)


@pytest.fixture
def deep(town):
    """A tree of three levels, as the published ones have."""
    top = Category.objects.create(town=town, key="build", name="城乡建设", order=900)
    middle = Category.objects.create(town=town, key="build_safe", name="安全生产", parent=top, order=901)
    leaf = Category.objects.create(town=town, key="build_safe_site", name="工地事故", parent=middle, order=902)
    bump(town)
    return top, middle, leaf


@pytest.mark.parametrize("address", ["/setup/routes/+why/", "/setup/routes/+new/"])
def test_categories_of_the_third_level_may_be_chosen_as_well(town, signed, deep, address):
    page = text(signed("admin").get(address))
    assert f'<option value="{deep[2].pk}">安全生产 · 工地事故</option>' in page
    assert (f'<option value="{deep[1].pk}">' in page) is (address == "/setup/routes/+new/")  # only leaves take cases
    assert f"/setup/questions/{deep[2].pk}/" in text(signed("admin").get("/setup/questions/"))


def test_a_group_out_of_use_takes_all_below_it_out_of_use(town, deep):
    assert deep[2].pk in {row.pk for row in leaves(town)}
    Category.objects.for_system("tests", town).filter(pk=deep[0].pk).update(active=False)
    bump(town)
    assert deep[2].pk not in {row.pk for row in leaves(town)}
