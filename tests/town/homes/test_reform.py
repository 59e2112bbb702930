"""The pages of a grid that changes: looked at first, then done; and where its old plate and its old page lead."""

import json
import re

import pytest
from django.utils import timezone

from cases.case.staging import raised, signed_in
from lianxin.ledger.verify import verify
from lianxin.people.models import PartyGroup, Post
from lianxin.places.models import Grid
from lianxin.places.queries import ended_grids, grid_tree
from lianxin.places.reform.queries import became_of
from towns import grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("A1")]


@pytest.fixture
def admin(town):
    return signed_in("admin")


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def fields(answer):
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.content.decode()))


def merge_address(town):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    return f"/grids/{first.pk}/reform/?do=merge&with={second.code}&keep={first.code}&name=北片"


def test_an_administrator_looks_at_a_merger_then_carries_it_out_and_all_pages_lead_on(town, admin):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    raised(town, lon=117.015)
    page = admin.get(f"/grids/{first.pk}/change/")
    assert second.code in page.content.decode()
    look = admin.get(merge_address(town))
    assert look.status_code == 200
    assert "1村2格" in words(look)
    assert "在办事项 1" in words(look)
    sent = fields(look)
    assert ended_grids(town) == {}
    missing = admin.post(f"/grids/{first.pk}/reform/", sent)
    assert (missing.status_code, "说明原因" in words(missing)) == (422, True)
    done = admin.post(f"/grids/{first.pk}/reform/", {**sent, "reason": "按民政批复"}, follow=True)
    assert done.redirect_chain == [(f"/grids/{first.pk}/", 303)]
    assert "1 件在办事项已随之转入" in words(done)
    assert grid_tree(town)[first.pk].name == "北片"
    old = admin.get(f"/grids/{second.pk}/")
    assert "按民政批复" in words(old)
    assert f'href="/grids/{first.pk}/"' in old.content.decode()
    past = admin.get(f"/grids/{first.pk}/past/")
    assert f'href="/grids/{second.pk}/"' in past.content.decode()
    assert "1村1格 → 北片" in words(past)
    assert f'href="/grids/{first.pk}/"' in admin.get(f"/grids/{second.pk}/past/").content.decode()
    assert [str(each) for each in verify(town)] == []


def test_the_plate_of_an_ended_grid_leads_residents_and_workers_on(town, admin, client):
    first, second = grid_named(town, "1-1"), grid_named(town, "1-2")
    admin.post(f"/grids/{first.pk}/reform/", {**fields(admin.get(merge_address(town))), "reason": "x"})
    page = client.get(f"/g/{second.code}/", headers={"host": "127.0.0.1"})
    assert page.status_code == 200
    assert f'href="/g/{first.code}/"' in page.content.decode()
    assert signed_in("worker").get(f"/g/{second.code}/")["Location"] == f"/field/grids/{first.code}/"
    assert signed_in("worker").get(f"/field/grids/{second.code}/")["Location"] == f"/field/grids/{first.code}/"


def test_whoever_looked_before_something_changed_looks_again_and_keeps_what_was_typed(town, admin):
    first = grid_named(town, "1-1")
    sent = fields(admin.get(merge_address(town)))
    raised(town, lon=117.015)
    late = admin.post(f"/grids/{first.pk}/reform/", {**sent, "reason": "按民政批复"})
    assert late.status_code == 409
    assert "按民政批复" in late.content.decode()
    assert "在办事项 1" in words(late)
    assert ended_grids(town) == {}
    done = admin.post(f"/grids/{first.pk}/reform/", {**fields(late), "reason": "按民政批复"})
    assert done.status_code == 303
    again = admin.post(f"/grids/{first.pk}/reform/", {**fields(late), "reason": "按民政批复"})
    assert (again.status_code, again["Location"]) == (303, f"/grids/{first.pk}/")  # pressed twice, done once
    other = admin.post(f"/grids/{first.pk}/reform/", {**fields(late), "reason": "别的"})
    assert other.status_code == 422  # the grid it was merged with stands no more
    assert len(ended_grids(town)) == 1


def test_a_grid_that_goes_to_another_village_has_a_new_code_and_a_page_of_its_own(town, admin):
    far, west, east = grid_named(town, "1-2"), grid_named(town, "1"), grid_named(town, "2")
    look = admin.get(f"/grids/{far.pk}/reform/?do=recode&parent={east.code}")
    assert f"{east.code}002" in words(look)
    done = admin.post(f"/grids/{far.pk}/reform/", {**fields(look), "reason": "划归二村"})
    made = Grid.objects.for_system("tests", town).get(code=became_of(town, far.code))
    assert done["Location"] == f"/grids/{made.pk}/"
    assert (made.parent_id, made.name) == (east.pk, "1村2格")
    areas = {pk: Grid.objects.for_system("tests", town).get(pk=pk).area_m2 for pk in (west.pk, east.pk)}
    assert areas[east.pk] > areas[west.pk]


def test_what_cannot_be_is_said_and_a_rename_needs_no_preview(town, admin):
    first, far = grid_named(town, "1-1"), grid_named(town, "2-1")
    refused = admin.get(f"/grids/{first.pk}/reform/?do=merge&with={far.code}&keep={first.code}")
    assert (refused.status_code, "同一上级" in words(refused)) == (422, True)
    assert admin.get(f"/grids/{first.pk}/reform/?do=merge").status_code == 422
    wrong = admin.post(f"/grids/{first.pk}/change/", {"name": "", "households": "很多", "population": "9"})
    assert (wrong.status_code, "很多" in wrong.content.decode()) == (422, True)
    renamed = admin.post(f"/grids/{first.pk}/change/", {"name": "河东格", "households": "41", "population": "120"}, follow=True)
    assert "河东格" in words(renamed)
    assert Grid.objects.for_system("tests", town).get(pk=first.pk).code == first.code


def test_a_cut_in_the_editor_shows_what_goes_with_the_new_grid_and_takes_what_is_ticked(town, admin):
    first = grid_named(town, "1-1")
    case = raised(town, lon=117.008).case
    raised(town, lon=117.002)
    group = PartyGroup.objects.create(town=town, grid=first, name="一格党小组")
    address = f"/grids/{first.pk}/boundary/"
    begun = fields(admin.get(address))
    line, fates = [[117.005, 34.6], [117.005, 34.61]], {"left": {"to": "stay"}, "right": {"to": "new", "name": "东片"}}
    cut = json.dumps([{"do": "cut", "grid": first.code, "line": line, **fates}])
    sent = {"version": begun["version"], "steps": cut, "reason": "一分为二"}
    tried = admin.post(address, {**sent, "act": "check"})
    assert "1 件在办事项在新网格的地面上，随之转入" in words(tried)
    assert "一格党小组" in words(tried)
    ticked = f"{first.code[:12]}003 party_groups:{group.pk}"
    asked = {**sent, "follows": "1", "goes": ticked}
    shown = admin.post(address, {**asked, "act": "check"}).content.decode()
    assert re.search(rf'value="{ticked}" checked', shown)
    saved = admin.post(address, {**asked, "act": "save"})
    assert saved.status_code == 303
    made = Grid.objects.for_system("tests", town).get(name="东片")
    assert PartyGroup.objects.for_system("tests", town).get(pk=group.pk).grid_id == made.pk
    case.refresh_from_db()
    assert case.grid_id == made.pk
    assert Post.objects.for_system("tests", town).get(pk=who(town, "worker").post_id).grid_id == first.pk
    assert f'href="/grids/{first.pk}/"' in admin.get(f"/grids/{made.pk}/past/").content.decode()
    assert timezone.localdate() == made.valid_from
