"""Where the words of an address leave it open which place is meant, triage chooses nothing and offers the places."""

import re

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.models import Case
from lianxin.cases.values import Draft
from lianxin.people.models import Account
from lianxin.places.models import AddressName
from towns import grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B2")]


@pytest.fixture
def gardens(town):
    """Two compounds of one name, in two villages."""
    for grid, lon in (("1-2", 117.015), ("2-1", 117.025)):
        at = grid_named(town, grid)
        AddressName.objects.create(town=town, name="阳光花园", kind="compound", grid=at, point=[lon, 34.605])
    return town


def waiting(town, address, text="路灯不亮"):
    return open_case(Draft("request", "路灯不亮", text, address=address), actor=who(town, "clerk"), now=timezone.now()).case


def page_of(town, client, case, **query):
    client.force_login(Account.objects.get(username=f"clerk.{town.letters.lower()}"))
    return client.get(f"/desk/triage/{case.number}/", query).content.decode()


def chosen_grid(page):
    select = re.search(r'<select[^>]*id="f-grid".*?</select>', page, re.DOTALL)[0]
    found = re.search(r'<option value="(\d+)" selected', select)
    return int(found[1]) if found else None


def test_of_two_places_of_one_name_none_is_chosen_and_both_are_offered(gardens, client):
    case = waiting(gardens, "阳光花园3号楼")
    page = page_of(gardens, client, case)
    here = [grid_named(gardens, grid).pk for grid in ("1-2", "2-1")]
    assert chosen_grid(page) is None
    assert "地址可能是这几处" in page
    offered = re.findall(r'href="([^"]*[?&;]grid=(\d+))" data-key="(\w)"', page)
    assert sorted(int(pk) for _href, pk, _key in offered) == sorted(here)
    assert len({key for _href, _pk, key in offered} | {"y", "w"}) == 2
    after = page_of(gardens, client, case, grid=here[1])
    assert chosen_grid(after) == here[1]
    assert 'aria-current="true"' in after.partition("地址可能是这几处")[2][:1500]


def test_a_resident_who_said_it_is_none_of_those_offered_is_not_overruled(gardens, client):
    told = {"text": "路灯不亮", "address": "阳光花园", "asked": ["place", "similar"], "place": "unsure"}
    client.post("/report/", told)
    case = Case.objects.for_system("test", gardens).get()
    page = page_of(gardens, client, case)
    assert (chosen_grid(page), "地址可能是这几处" in page) == (None, True)


@pytest.mark.parametrize("text", ["路灯不亮", "路灯不亮，{village}的"])
def test_where_the_village_is_said_the_place_in_it_is_chosen_and_called_a_guess(gardens, client, text):
    grid = grid_named(gardens, "2-1")
    village = grid.parent.name
    said = "{village}" in text
    case = waiting(gardens, "阳光花园3号楼" if said else f"{village}阳光花园3号楼", text.format(village=village))
    page = page_of(gardens, client, case)
    assert chosen_grid(page) == grid.pk
    assert "按“阳光花园”判断的" in page
    assert "地址可能是这几处" not in page


def test_the_form_of_a_call_and_of_a_resident_choose_none_of_two_either(gardens, client):
    part = client.post("/report/places/", {"address": "阳光花园"}).content.decode()
    assert (part.count('name="place"'), "checked" in part) == (3, False)
    sure = client.post("/report/places/", {"address": f"{grid_named(gardens, '2-1').parent.name}阳光花园"}).content.decode()
    assert re.search(rf'value="{grid_named(gardens, "2-1").pk}:阳光花园" checked', sure)
    asks = client.post("/report/", {"text": "路灯不亮", "address": "阳光花园"}).content.decode()
    assert (asks.count('name="place"'), "checked" in asks.partition("您说的是哪")[2][:900]) == (3, False)
    client.force_login(Account.objects.get(username=f"clerk.{gardens.letters.lower()}"))
    call = client.post("/desk/register/", {"address": "阳光花园", "do": "look"}).content.decode()
    assert (call.count('name="place"'), "checked" in call.partition('id="places"')[2].partition("</fieldset>")[0]) == (3, False)


def test_a_resident_who_names_the_village_is_asked_nothing(gardens, client):
    client.post("/report/", {"text": "路灯不亮", "address": f"{grid_named(gardens, '2-1').parent.name}阳光花园3号楼"})
    assert Case.objects.for_system("test", gardens).get().grid_id == grid_named(gardens, "2-1").pk
