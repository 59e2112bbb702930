"""Party groups and centre households on their pages and by program: kept in the set-up, read for a reason, erased."""

import pytest

from lianxin.ledger.models import Entry
from lianxin.ledger.rows import stamp_of
from lianxin.ledger.verify import verify
from lianxin.people.models import CentreHousehold
from towns import grid_named

pytestmark = [pytest.mark.django_db, pytest.mark.row("A4")]
NAME, PHONE, ADDRESS = "李长生", "13800000011", "柳湾村12号"
REASON = {"reason": "通知党员活动"}


@pytest.fixture
def sign_in(client):
    """Somebody of the town at a browser."""
    from lianxin.people.models import Account

    def make(name):
        client.force_login(Account.objects.get(username=f"{name}.lx"), backend="lianxin.people.backends.AccountBackend")
        return client

    return make


@pytest.fixture
def household(town, sign_in):
    """A household entered through the page."""
    grid = grid_named(town, "1-1")
    sent = {"name": NAME, "phone": PHONE, "address": ADDRESS, "grid_id": str(grid.pk), "members": "3", "seen": ""}
    assert sign_in("admin").post("/setup/centres/new/", sent).status_code == 303
    return CentreHousehold.objects.for_system("t", town).get()


def test_the_administrator_keeps_it_masked(town, household, sign_in):
    admin, place = sign_in("admin"), f"/setup/centres/{household.pk}/"
    for page in ("/setup/centres/", place, f"/grids/{household.grid_id}/", f"/grids/centres/{household.pk}/"):
        words = admin.get(page).content.decode()
        assert "李**" in words, page
        assert not any(own in words for own in (NAME, PHONE, ADDRESS)), page
    sent = {"name": "李**", "phone": "13900000022", "address": "柳湾村**号", "grid_id": str(household.grid_id), "members": "3"}
    refused = admin.post(place, {**sent, "name": "王**", "seen": stamp_of(household)})
    assert (refused.status_code, "写完整" in refused.content.decode()) == (422, True)
    assert admin.post(place, {**sent, "seen": stamp_of(household)}).status_code == 303
    row = CentreHousehold.objects.for_system("t", town).get()
    assert (row.name, row.phone, row.address) == (NAME, "13900000022", ADDRESS)
    history = admin.get(place).content.decode()
    assert "139****0022" in history
    assert PHONE not in history
    last = Entry.objects.for_system("t", town).filter(subject_kind="centre").latest("seq")
    assert f'name="seq" value="{last.seq}"' in history
    assert admin.post(f"{place}back/", {"seq": last.seq}).status_code == 303
    assert CentreHousehold.objects.for_system("t", town).get().phone == PHONE
    assert admin.post(f"{place}drop/").status_code == 303
    assert "李**" in admin.get("/setup/centres/").content.decode()
    assert list(verify(town)) == []


def test_the_grids_own_people_read_it_for_a_reason_and_who_may_not_sees_stars(town, household, sign_in):
    grid, place = f"/grids/{household.grid_id}/", f"/grids/centres/{household.pk}/"
    worker = sign_in("worker")
    assert place in worker.get(grid).content.decode()
    assert worker.post(place, {"do": "look", "reason": ""}).status_code == 422
    shown = worker.post(place, {"do": "look", **REASON}).content.decode()
    assert all(own in shown for own in (NAME, PHONE, ADDRESS))
    assert NAME not in worker.get(place).content.decode()
    leader = sign_in("leader")
    assert place not in leader.get(grid).content.decode()
    assert leader.get(place).status_code == 403
    assert Entry.objects.for_system("t", town).filter(act="look").count() == 1


def test_who_may_erases_it_and_the_page_is_gone(town, household, sign_in):
    place = f"/grids/centres/{household.pk}/"
    assert sign_in("admin").post(place, {"do": "erase", **REASON}).status_code == 403
    security = sign_in("security")
    assert security.post(place, {"do": "look", **REASON}).status_code == 403
    assert security.post(place, {"do": "erase", "reason": ""}).status_code == 422
    assert security.post(place, {"do": "erase", "reason": "本人要求"}).status_code == 303
    assert security.get(place).status_code == 404
    assert sign_in("admin").get("/setup/centres/").content.decode().count("李**") == 0
    assert list(verify(town)) == []


def test_who_may_erases_it_also_when_it_was_taken_off_the_register(town, household, sign_in):
    grid, place = f"/grids/{household.grid_id}/", f"/grids/centres/{household.pk}/"
    assert sign_in("admin").post(f"/setup/centres/{household.pk}/drop/").status_code == 303
    assert sign_in("worker").get(place).status_code == 403
    security = sign_in("security")
    assert place in security.get(grid).content.decode()
    page = security.get(place).content.decode()
    assert "已从名册删去" in page
    assert NAME not in page
    assert security.post(place, {"do": "erase", "reason": "本人要求"}).status_code == 303
    assert security.get(place).status_code == 404
    assert place not in security.get(grid).content.decode()
    assert list(verify(town)) == []
