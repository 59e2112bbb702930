"""Party groups and centre households by program: masked in lists, one in full for a reason, erased by who may."""

import pytest

from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.models import CentreHousehold
from towns import grid_named

pytestmark = [pytest.mark.django_db, pytest.mark.row("A4")]
NAME, PHONE, ADDRESS = "李长生", "13800000011", "柳湾村12号"


@pytest.fixture
def household(town, token):
    code = grid_named(town, "1-1").code
    values = {"name": NAME, "phone": PHONE, "address": ADDRESS, "grid": code, "members": 3}
    group = {"name": "一格党小组", "grid": code, "leader": "worker.lx"}
    admin = token("admin")
    admin("POST", "/setup/groups", {"values": group}, status=201)
    return admin("POST", "/setup/centres", {"values": values}, status=201).json_body


def test_lists_are_masked_and_a_look_is_on_record_once(town, household, token):
    code = grid_named(town, "1-1").parent.code
    told = token("leader")("GET", f"/grids/{code}/party", status=200).json_body
    assert [(each["name"], each["phone"], each["grid"]) for each in told["centres"]] == [("李**", "138****0011", grid_named(town, "1-1").code)]
    assert [(each["name"], bool(each["leader"])) for each in told["groups"]] == [("一格党小组", True)]
    assert household["values"]["name"] == "李**"
    worker, place = token("worker"), f"/centres/{household['id']}/look"
    sent = {"reason": "通知党员活动"}
    full = {"id": household["id"], "name": NAME, "phone": PHONE, "address": ADDRESS}
    assert worker("POST", place, sent, key="look-key-1", status=201).json_body == full
    assert worker("POST", place, sent, key="look-key-1", status=200).json_body == full
    assert Entry.objects.for_system("t", town).filter(act="look").count() == 1
    assert token("leader")("POST", place, sent, status=403).json_body["code"] == "may_not"
    assert set(worker("POST", place, {"reason": "x"}, status=422).json_body["faults"]) == {"reason"}
    worker("POST", "/centres/9223372036854775808/look", sent, status=404)


def test_erasing_takes_the_row_and_its_texts_and_again_is_the_same(town, household, token):
    place, sent = f"/centres/{household['id']}/erase", {"reason": "本人要求"}
    assert token("admin")("POST", place, sent, status=403).json_body["code"] == "may_not"
    security = token("security")
    done = security("POST", place, sent, key="erase-key-1", status=201).json_body
    assert done["erased"] >= 6
    assert security("POST", place, sent, key="erase-key-1", status=200).json_body == done
    assert not CentreHousehold.objects.for_system("t", town).exists()
    security("POST", f"/centres/{int(household['id']) + 1}/erase", sent, status=404)
    assert list(verify(town)) == []
