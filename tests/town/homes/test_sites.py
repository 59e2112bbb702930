"""Pages of sites: the list and its filters, one site, the forms, and where a plate leads."""

import pytest
from django.utils import timezone

from lianxin.cases.models import Case, CheckIn
from lianxin.keys.cache import bump, forget
from lianxin.people.models import Account
from lianxin.people.queries import unit_by_key
from lianxin.places.models import Grid, Site
from lianxin.places.sites.actions import SiteFacts, add_site, end_site
from lianxin.places.sites.codes import check_character
from towns import grid_named, who

pytestmark = pytest.mark.django_db

CODE = "91999001MA1W00001" + check_character("91999001MA1W00001")
HERE = {"lon": 117.005, "lat": 34.605}


@pytest.fixture
def site(town):
    """Enter a site as the administrator does; `grid` by the name of tests."""

    def make(name="锦绣家园", grid="1-1", kind="compound", **more):
        facts = SiteFacts(kind, name, grid_named(town, grid).pk, **{"address": "柳湾路 8 号", **HERE, **more})
        return add_site(facts, actor=who(town, "admin"), now=timezone.now())

    return make


def ended(town, site):
    end_site(site, "拆除", actor=who(town, "admin"), now=timezone.now())
    return site


def text(response):
    return response.content.decode()


# --- the plate ----------------------------------------------------------------------------------------------------------


@pytest.mark.row("A3")
def test_a_plate_leads_a_resident_to_who_serves_there_and_to_a_form_that_knows_address_and_point(town, client, site):
    made, unit = site(), unit_by_key(town, "village_1")
    type(unit).objects.for_system("tests", town).filter(pk=unit.pk).update(phone="0990-6681201")
    bump(town)
    forget()
    Account.objects.filter(username="worker.lx").update(phone="19900000077")
    page = text(client.get(f"/g/{made.code}/"))
    for each in ("锦绣家园", "小区或自然村", "柳湾路 8 号", "1村1格", "worker", "0990-6681201", f"/report/?plate={made.code}"):
        assert each in page, each
    assert "19900000077" not in page  # nobody's own number
    form = text(client.get(f"/report/?plate={made.code}"))
    for each in (f'name="plate" value="{made.code}"', "就在锦绣家园", 'value="柳湾路 8 号锦绣家园"', 'name="lon" value="117.005"'):
        assert each in form, each
    sent = {"text": "楼道的灯坏了好几天", "plate": made.code, "address": "柳湾路 8 号锦绣家园", "source": "plate", **HERE}
    assert client.post("/report/", {**sent, "idempotency_key": "k" * 20}).status_code == 303
    case = Case.objects.for_system("tests", town).get()
    assert (case.grid_id, case.lon, case.lat, case.address) == (made.grid_id, 117.005, 34.605, "柳湾路 8 号锦绣家园")
    assert case.answers == {"place": {"source": "plate", "site": made.code}}


def test_on_a_border_the_grid_of_the_site_counts_and_nobody_is_asked(town, client, site):
    made = site(grid="1-2", lon=117.01 - 0.0001)
    sent = {"text": "大门口的井盖松了", "plate": made.code, "lon": made.lon, "lat": made.lat, "source": "plate"}
    assert client.post("/report/", {**sent, "idempotency_key": "k" * 20}).status_code == 303
    assert Case.objects.for_system("tests", town).get().grid_id == made.grid_id


def test_a_pin_that_was_moved_and_words_that_were_written_count_more_than_the_plate(town, client, site):
    made = site()
    moved = {"text": "桥头的护栏断了一截", "plate": made.code, "lon": "117.025", "lat": "34.605", "source": "map"}
    client.post("/report/", {**moved, "idempotency_key": "k" * 20})
    case = Case.objects.for_system("tests", town).get()
    assert (case.grid_id, case.answers["place"]) == (grid_named(town, "2-1").pk, {"source": "map"})
    written = {"text": "村口的路灯不亮", "plate": made.code, "address": "2村路口", "idempotency_key": "w" * 20}
    client.post("/report/", written)
    assert Case.objects.for_system("tests", town).get(address="2村路口").lon != 117.005


def test_without_a_point_the_plate_gives_the_grid(town, client, site):
    made = site(lon=None, lat=None)
    client.post("/report/", {"text": "垃圾没人收", "plate": made.code, "idempotency_key": "k" * 20})
    case = Case.objects.for_system("tests", town).get()
    assert (case.grid_id, case.lon) == (made.grid_id, None)


def test_the_plate_of_a_site_that_has_ended_says_so_and_leads_to_its_grid(town, client, site, signed):
    made = ended(town, site())
    page = text(client.get(f"/g/{made.code}/"))
    assert "已停用" in page
    assert f"/g/{grid_named(town, '1-1').code}/" in page
    assert "/report/?plate=" not in page
    assert 'name="plate"' not in text(client.get(f"/report/?plate={made.code}"))
    assert "已停用" in text(signed("worker").get(f"/field/sites/{made.code}/"))


def test_where_the_grid_of_a_site_has_ended_the_one_with_its_ground_serves_it(town, client, site):
    made, grid = site(), grid_named(town, "1-1")
    Grid.objects.for_system("tests", town).filter(pk=grid.pk).update(valid_to="2026-01-01")
    bump(town)
    assert "1村" in text(client.get(f"/g/{made.code}/"))
    Grid.objects.for_system("tests", town).update(valid_to="2026-01-01")
    bump(town)
    assert "锦绣家园" in text(client.get(f"/g/{made.code}/"))


def test_a_worker_who_scans_it_checks_in_there_and_raises_with_the_place_filled_in(town, life, site, signed):
    made = site()
    near = life(lon=117.0058, lat=34.605).to("handle").case
    far = life(lon=117.0080, lat=34.605).to("handle").case
    client = signed("worker")
    where = f"/field/sites/{made.code}/"
    assert client.get(f"/g/{made.code}/").headers["Location"] == where
    page = text(client.get(where))
    assert f"/field/cases/{near.number}/" in page
    assert f"/field/cases/{far.number}/" not in page
    form = {"site": made.code, "next": where, "idempotency_key": "k" * 20, "lon": "117.0051", "lat": "34.605", "accuracy": "12"}
    assert client.post("/field/check-in/", form).headers["Location"] == where
    assert client.post("/field/check-in/", form).status_code == 303  # sent twice, kept once
    kept = CheckIn.objects.for_system("tests", town).get()
    assert (kept.site_id, kept.grid_id) == (made.pk, made.grid_id)
    assert "离场所位置约 10 米" in text(client.get(where))
    assert "在锦绣家园。" in text(client.get(f"/field/grids/{grid_named(town, '1-1').code}/"))
    raising = text(client.get(f"/field/raise/?plate={made.code}"))
    assert "就在锦绣家园" in raising
    assert 'name="lat" value="34.605"' in raising
    sent = {"text": "消防通道堵了", "plate": made.code, "address": "柳湾路 8 号锦绣家园", **HERE, "idempotency_key": "r" * 20}
    assert client.post("/field/raise/", sent).status_code == 303
    raised = Case.objects.for_system("tests", town).get(address="柳湾路 8 号锦绣家园")
    assert raised.answers["place"]["site"] == made.code


def test_who_does_not_answer_for_the_ground_reads_no_check_ins(town, site, signed):
    made = site()
    signed("worker").post("/field/check-in/", {"site": made.code, "idempotency_key": "k" * 20})
    assert "最近到场签到" in text(signed("clerk").get(f"/sites/{made.code}/"))
    assert "最近到场签到" not in text(signed("worker2").get(f"/sites/{made.code}/"))


@pytest.mark.parametrize("code", ["999001101201001-001", CODE, "x" * 40, "%00"])
def test_a_code_that_no_site_of_the_town_has_leads_nowhere(town, other_town, client, settings, code):
    settings.ALLOWED_HOSTS = ["*"]
    facts = SiteFacts("enterprise", "厂", grid_named(other_town, "1-1").pk, code=CODE)
    add_site(facts, actor=who(other_town, "admin"), now=timezone.now())
    assert client.get(f"/g/{code}/", HTTP_HOST="lx.test").status_code == 404


# --- the list and the page ------------------------------------------------------------------------------------------------


def test_the_list_is_found_by_words_kind_and_place_and_costs_the_same_however_long(town, site, signed, django_assert_max_num_queries):
    site()
    site("利民广场", "2-1", "venue", lon=None, lat=None)
    ended(town, site("旧厂", "1-2", "enterprise"))
    client = signed("clerk")
    page = text(client.get("/sites/"))
    assert page.index("锦绣家园") < page.index("利民广场")
    assert "旧厂" not in page
    assert "2 处场所" in page
    assert "登记场所" not in page  # an administrator's
    assert "利民广场" not in text(client.get("/sites/?q=锦绣"))
    assert "利民广场" not in text(client.get("/sites/?kind=compound"))
    assert "锦绣家园" not in text(client.get(f"/sites/?grid={grid_named(town, '2').pk}"))
    assert "旧厂" in text(client.get("/sites/?ended=1"))
    assert "没有符合条件的场所" in text(client.get("/sites/?q=没有的"))
    client.get("/sites/?grid=x&kind=y&after=z")
    for n in range(60):
        site(f"小区{n}")
    with django_assert_max_num_queries(8):
        page = text(client.get("/sites/"))
    assert "after=" in page


def test_an_empty_town_says_how_sites_come(town, signed):
    assert "还没有场所" in text(signed("clerk").get("/sites/"))


def test_a_page_shows_what_is_open_near_it_the_nearest_first_as_far_as_one_may_see(town, life, site, signed):
    made = site()
    far = life(lon=117.0062, lat=34.605).to("handle").case
    near = life(lon=117.0051, lat=34.605).to("handle").case
    away = life(lon=117.0080, lat=34.605).to("handle").case
    page = text(signed("clerk").get(f"/sites/{made.code}/"))
    assert page.index(near.number) < page.index(far.number)
    assert away.number not in page
    assert near.number not in text(signed("worker2").get(f"/sites/{made.code}/"))
    assert "1村1格" in page


def test_a_site_without_a_point_tells_that_nothing_can_be_near_it(town, site, signed):
    assert "还没有标出位置" in text(signed("clerk").get(f"/sites/{site(lon=None, lat=None).code}/"))


def test_plates_of_a_village_are_printed_a_sheet_each_so_many_at_a_time(town, site, signed):
    for n in range(31):
        site(f"小区{n}")
    site("别村", "2-1")
    ended(town, site("旧厂"))
    client = signed("clerk")
    page = text(client.get(f"/sites/plates/?grid={grid_named(town, '1').pk}"))
    assert page.count('class="plate"') == 30
    assert "after=" in page
    assert "别村" not in page
    assert "旧厂" not in page
    one = site("独一处", "1-2")
    assert text(client.get(f"/sites/{one.code}/plate/")).count('class="plate"') == 1


# --- the forms ----------------------------------------------------------------------------------------------------------


FORM = {"kind": "enterprise", "name": "明禾粮油加工厂", "code": CODE, "address": "兴农路 3 号", "point": "117.005，34.605"}


def test_an_administrator_enters_one_and_the_same_press_twice_is_once(town, signed):
    client = signed("admin")
    for _press in range(2):
        sent = client.post("/sites/new/", {**FORM, "idempotency_key": "k" * 20})
        assert (sent.status_code, sent.headers["Location"]) == (303, f"/sites/{CODE}/")
    made = Site.objects.for_system("tests", town).get()
    assert (made.name, made.grid_id, made.lon, made.lat) == ("明禾粮油加工厂", grid_named(town, "1-1").pk, 117.005, 34.605)
    assert client.post("/sites/new/", {**FORM, "name": "别的", "idempotency_key": "k" * 20}).status_code == 422


@pytest.mark.parametrize(
    ("said", "told"),
    [({"name": ""}, "f-name"), ({"kind": "x"}, "f-kind"), ({"code": CODE[:-1] + "0"}, "f-code"), ({"point": "34.6, 117"}, "f-point"),
     ({"point": "abc"}, "f-point"), ({"point": ""}, "f-grid"), ({"point": "110, 30"}, "f-point"), ({"name": "长" * 61}, "f-name"),
     ({"grid": "2-1"}, "f-grid"), ({"point": "117.005"}, "f-point"), ({"datum": "mars"}, "f-point"), ({"why": "长" * 201}, "f-why")],
)  # fmt: skip
def test_every_fault_stands_beside_its_field_and_what_was_typed_is_kept(town, signed, said, told):
    said = {**said, **({"grid": str(grid_named(town, "2-1").pk)} if said.get("grid") else {})}
    sent = signed("admin").post("/sites/new/", {**FORM, **said, "idempotency_key": "k" * 20})
    assert sent.status_code == 422
    assert f'href="#{told}' in text(sent)
    assert 'value="兴农路 3 号"' in text(sent)
    assert not Site.objects.for_system("tests", town).exists()


def test_a_point_from_another_map_is_turned_and_one_taken_on_the_map_goes_first(town, signed):
    client = signed("admin")
    client.post("/sites/new/", {**FORM, "point": "117.0105, 34.6043", "datum": "gcj02", "idempotency_key": "a" * 20})
    made = Site.objects.for_system("tests", town).get()
    assert abs(made.lon - 117.0105) > 0.002
    taken = {"kind": "venue", "name": "广场", "code": "", "source": "map", "lon": "117.025", "lat": "34.605"}
    client.post("/sites/new/", {**FORM, **taken, "idempotency_key": "b" * 20})
    assert Site.objects.for_system("tests", town).get(name="广场").grid_id == grid_named(town, "2-1").pk


def test_one_is_changed_and_ended_in_forms_and_its_code_stays(town, site, signed):
    made, client = site(), signed("admin")
    page = text(client.get(f"/sites/{made.code}/change/"))
    assert 'value="117.005, 34.605"' in page
    assert f'value="{made.grid_id}" selected' not in page  # the point says it: who moves it need not choose the grid too
    changed = {"kind": "compound", "name": "锦绣新家园", "code": "999", "address": "", "point": "117.005, 34.605", "why": "换了牌子"}
    assert client.post(f"/sites/{made.code}/change/", changed).status_code == 303
    assert "换了牌子" in text(client.get(f"/sites/{made.code}/")).split("改动记录</h2>")[1]
    held = Site.objects.for_system("tests", town).get()
    assert (held.name, held.code, held.address) == ("锦绣新家园", made.code, "")
    assert client.post(f"/sites/{made.code}/change/", {**changed, "name": ""}).status_code == 422
    assert client.post(f"/sites/{made.code}/end/", {"reason": " "}).status_code == 422
    assert client.post(f"/sites/{made.code}/end/", {"reason": "拆除"}).status_code == 303
    assert Site.objects.for_system("tests", town).get().valid_to is not None
    assert client.post(f"/sites/{made.code}/end/", {"reason": "拆除"}).status_code == 303
    assert client.post(f"/sites/{made.code}/change/", changed).status_code == 422
    assert client.get(f"/sites/{made.code}/plate/").status_code == 404
