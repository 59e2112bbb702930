"""The pages of the homes: who comes where, what they do in one press, and what each page costs."""

import io
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from lianxin.cases.models import Case, Photo
from lianxin.keys import cache
from lianxin.keys.ids import new_id
from lianxin.people.models import CentreHousehold, PartyGroup, Post
from towns import STAFF, grid_named

pytestmark = pytest.mark.django_db
PLACES = {
    "clerk": "/desk/", "dispatcher": "/desk/", "handler": "/field/", "worker": "/field/", "chief": "/field/",
    "mediator": "/field/", "supervisor": "/supervise/", "leader": "/town/", "admin": "/setup/", "security": "/staff/",
    "auditor": "/ledger/",
}  # fmt: skip


def photo():
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(kept, "JPEG")
    kept.seek(0)
    kept.name = "here.jpg"
    return kept


@pytest.mark.parametrize("name", PLACES)
def test_each_post_comes_home(town, signed, name):
    answer = signed(name).get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, PLACES[name])


def test_nobody_comes_to_the_residents_page(town, client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert "/report/" in answer.content.decode()


@pytest.mark.parametrize("path", ["/field/", "/field/raise/", "/supervise/", "/town/", "/town/cases/", "/grids/", "/grids/boundaries.geojson", "/grids/1/", "/staff/", "/staff/1/"])
def test_nobody_is_asked_to_sign_in(town, client, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("name", sorted({row[0] for row in STAFF} - {"supervisor", "supervisor2", "leader"}))
def test_supervision_is_for_supervisors_and_leaders(town, signed, name):
    assert signed(name).get("/supervise/").status_code == 403


@pytest.mark.row("B5")
def test_a_supervisor_presses_from_the_list_in_one_step(town, life, signed):
    held = life().to("handle")
    client = signed("supervisor")
    page = client.get("/supervise/?list=late").content.decode()
    assert held.case.number in page
    form = {"act": "remind", "version": held.case.version, "next": "/supervise/?list=late", "idempotency_key": "press-one-1"}
    answer = client.post(f"/cases/{held.case.number}/transitions", form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/supervise/?list=late")
    case = Case.objects.for_system("tests", town).get(pk=held.case.pk)
    assert case.state["counts"]["reminded"] == 1
    assert client.post(f"/cases/{held.case.number}/transitions", {**form, "idempotency_key": "press-two-2"}).status_code == 409


def test_a_leader_who_reads_the_town_page_sees_the_whole_town_and_a_worker_their_grid(town, life, signed):
    life(grid="1-1").to("handle")
    life(grid="2-1").to("handle")
    counted = {}
    for name in ("leader", "worker"):
        page = signed(name).get("/town/?period=rolling").content.decode()
        counted[name] = int(re.search(r'\?what=open[^"]*" data-n="(\d+)"', page)[1])
    assert counted == {"leader": 2, "worker": 1}


@pytest.mark.row("B1")
@pytest.mark.row("A1")
def test_a_grid_worker_raises_and_takes_on_at_once(town, signed, post):
    form = {"text": "路灯杆被撞歪，随时会倒", "lon": "117.005", "lat": "34.605", "datum": "wgs84", "source": "gps", "urgency": "urgent", "take": "1", "idempotency_key": "k" * 20, "photos": photo()}
    client = signed("worker")
    answer = client.post("/field/raise/", form)
    case = Case.objects.for_system("tests", town).get()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/field/cases/{case.number}/")
    assert (case.step, case.post_id, case.channel, case.urgency) == ("handle", post("worker").pk, "field", "urgent")
    assert case.grid_id == grid_named(town, "1-1").pk
    assert Photo.objects.for_system("tests", town).filter(case_id=case.pk).count() == 1
    again = client.post("/field/raise/", {**form, "photos": photo()})
    assert (again.status_code, Case.objects.for_system("tests", town).count()) == (303, 1)


@pytest.mark.row("B1")
def test_what_is_not_taken_on_goes_to_the_desk(town, signed):
    signed("worker").post("/field/raise/", {"text": "小区门口有人乱倒垃圾", "address": "1村1格门口", "idempotency_key": "k" * 20})
    case = Case.objects.for_system("tests", town).select_related("unit").get()
    assert (case.step, case.unit.key, case.post_id) == ("collect", "desk", None)


def test_a_form_with_a_fault_keeps_what_was_typed_and_the_photo(town, signed):
    answer = signed("worker").post("/field/raise/", {"text": "", "address": "老槐树下", "lon": "900", "lat": "1", "photos": photo()})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "老槐树下" in page
    assert "photos_kept" in page
    assert Case.objects.for_system("tests", town).count() == 0


def test_whoever_may_not_register_does_not_raise(town, signed):
    assert signed("auditor").get("/field/raise/").status_code == 403
    assert signed("auditor").post("/field/raise/", {"text": "试一试"}).status_code == 403


@pytest.mark.row("B4")
def test_my_cases_stand_by_due_time_with_their_one_act(town, life, signed):
    first, second = life(at=timezone.now() - timedelta(days=30)).to("dispatch"), life(at=timezone.now()).to("handle")
    page = signed("handler").get("/field/").content.decode()
    assert page.index(first.case.number) < page.index(second.case.number)
    assert 'name="act" value="take"' in page
    assert f"/cases/{second.case.number}/#act-finish" in page
    other = life(at=timezone.now(), grid="2-1").to("handle", unit="sanitation", by="sanitation")
    assert other.case.number not in signed("handler").get("/field/").content.decode()


@pytest.mark.row("B5")
def test_what_is_asked_of_me_stands_apart_with_what_was_asked(town, life, signed):
    held = life(at=timezone.now()).to("handle")
    held.do("supervisor", "supervise", demand="三天内办结并回电", until=timezone.now() + timedelta(days=3))
    page = signed("handler").get("/field/").content.decode()
    assert "三天内办结并回电" in page
    assert f"/cases/{held.case.number}/#act-comply" in page


@pytest.fixture
def party(town, post):
    grid = grid_named(town, "1-1")
    PartyGroup.objects.create(town=town, grid=grid, name="一格党小组", leader=post("worker"), members=5)
    CentreHousehold.objects.create(town=town, grid=grid, name="老王家", address="村口", members=3)
    grid.households, grid.population = 120, 333
    grid.save()


@pytest.mark.row("A1")
@pytest.mark.row("A4")
def test_the_tree_shows_grids_people_party_and_open_cases(town, party, life, signed):
    from lianxin.keys.cache import bump

    bump(town)
    life().to("handle")
    page = signed("leader").get("/grids/").content.decode()
    for words in ("1村1格", "2村1格", "chief", "120", "333", "1 / 1"):
        assert words in page
    one = signed("handler").get(f"/grids/{grid_named(town, '1-1').pk}/").content.decode()
    for words in ("一格党小组", "老**", "worker", "1村2格", "1村委会"):
        assert words in one
    assert "老王家" not in one
    assert "2村1格" not in one.split("相邻网格")[1].split("</section>")[0]


def test_a_grid_shows_only_cases_one_may_see(town, life, signed):
    held = life(grid="2-1").to("handle")
    path = f"/grids/{grid_named(town, '2-1').pk}/"
    assert held.case.number in signed("leader").get(path).content.decode()
    assert held.case.number not in signed("worker").get(path).content.decode()


def test_a_grid_of_another_town_is_not_there(town, other_town, signed):
    path = f"/grids/{grid_named(other_town, '1-1').pk}/?town=LX"
    assert signed("leader").get(path).status_code == 404
    assert signed("leader").get(f"/grids/{grid_named(town, '1-1').pk}/?town=LX").status_code == 200


def test_the_boundaries_lead_to_their_grids(town, signed):
    found = signed("worker").get("/grids/boundaries.geojson").json()["features"]
    assert {each["properties"]["level"] for each in found} == {"village", "grid"}
    assert len(found) == 5


@pytest.mark.row("A5")
def test_people_are_found_by_name_unit_grid_and_role(town, other_town, signed):
    client = signed("handler")
    for query, there, not_there in (
        ("q=sanitation", ">sanitation<", ">leader<"),
        ("q=受理中心", ">clerk<", ">handler2<"),
        ("q=1村1格", ">worker<", ">worker2<"),
        ("role=supervisor", ">supervisor2<", ">clerk<"),
        (f"grid={grid_named(town, '1').pk}", ">chief<", ">worker2<"),
    ):
        page = client.get(f"/staff/?town=LX&{query}").content.decode()
        assert there in page, query
        assert not_there not in page, query
    assert f"/staff/{Post.objects.for_system('tests', other_town).first().pk}/" not in client.get("/staff/?town=LX").content.decode()


def test_a_person_s_page_shows_their_work_as_far_as_one_may_see_it(town, life, signed, post):
    held = life().to("handle")
    path = f"/staff/{post('handler').pk}/"
    assert held.case.number in signed("leader").get(path).content.decode()
    page = signed("admin").get(path).content.decode()
    assert held.case.number not in page
    assert held.case.title not in page
    assert "共有 1 项在办职责" in page
    assert "离岗并移交工作" in page
    assert "离岗并移交工作" not in signed("leader").get(path).content.decode()


@pytest.mark.row("A5")
def test_a_post_ends_by_the_form_and_its_faults_stand_beside_the_fields(town, life, signed, post):
    life().to("handle")
    client, path = signed("admin"), f"/staff/{post('handler').pk}/leave/"
    wrong = client.post(path, {"off": "2099-01-01", "to": "", "reason": ""})
    assert wrong.status_code == 422
    assert wrong.content.decode().count('class="error"') >= 2
    form = {"off": timezone.localdate().isoformat(), "to": f"post:{post('handler2').pk}", "reason": "调到县里"}
    assert client.post(path, form).status_code == 303
    assert post("handler").ends == timezone.localdate() - timedelta(days=1)
    assert signed("handler").get("/field/").status_code == 403
    assert "handler" in signed("admin").get("/staff/?state=left").content.decode()


def test_only_those_who_manage_people_end_posts(town, signed, post):
    path = f"/staff/{post('handler').pk}/leave/"
    assert signed("leader").post(path, {}).status_code == 403
    assert signed("admin").post(f"/staff/{new_id()}/leave/", {}).status_code == 404


@pytest.mark.parametrize(("name", "path"), [("leader", "/town/"), ("leader", "/town/cases/?period=rolling"), ("supervisor", "/supervise/"), ("handler", "/field/"), ("leader", "/grids/"), ("leader", "/staff/"), ("chief", "/field/")])
def test_a_page_s_statements_do_not_grow(town, life, signed, name, path, monkeypatch):
    client, counted = signed(name), []
    for _ in range(2):
        for grid in ("1-1", "1-2", "2-1"):
            life(grid=grid).to("handle")
            life(grid=grid).to("closed")
        client.get(path)
        monkeypatch.setattr(cache, "time", SimpleNamespace(monotonic=lambda: 0.0))  # no second passes while it is counted
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        monkeypatch.undo()
        counted.append(len(seen))
    assert counted[0] == counted[1] <= 28


@pytest.mark.row("B1")
def test_what_a_grid_worker_finds_without_a_point_lies_in_their_own_grid(town, signed):
    client = signed("worker")
    assert "没有定位时，按您的网格" in client.get("/field/raise/").content.decode()
    client.post("/field/raise/", {"text": "楼道灯不亮", "address": "3号楼", "idempotency_key": "k" * 20})
    assert Case.objects.for_system("tests", town).get().grid_id == grid_named(town, "1-1").pk
    signed("handler").post("/field/raise/", {"text": "路面塌了", "address": "桥头", "idempotency_key": "m" * 20})
    assert Case.objects.for_system("tests", town).latest("id").grid_id is None


@pytest.mark.row("B5")
def test_a_supervisor_sees_what_was_pressed_and_a_date_to_begin_with(town, life, signed):
    held = life().to("handle")
    held.do("leader", "remind").do("supervisor", "remind")
    page = signed("supervisor").get("/supervise/?list=late").content.decode()
    assert "催办 2 次" in page
    form = page[page.index(f'id="until-supervise-{held.case.pk}"') :]
    assert f"{timezone.now():%Y-}" in form[: form.index(">")]


@pytest.mark.row("B5")
def test_what_is_watched_stands_with_its_own_light_and_holder(town, life, signed):
    life().do("system", "overdue", after=timedelta(days=2))
    page = signed("supervisor").get("/supervise/?list=watch").content.decode()
    row = page[page.index("town-what") :]
    assert "已超" in row
    assert "没有期限" not in row

