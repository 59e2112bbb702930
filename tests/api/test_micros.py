"""Micro-grids by program: begun once, spoken for by a neighbour or a post, ended; the number in no history."""

import pytest

from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.models import Representative
from towns import grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("A2")]
PHONE = "13900001111"
NEW = {"name": "一单元", "households": 16, "population": 41, "person": "张大嫂", "phone": PHONE, "title": "单元长", "doors": "1 至 16 号"}


@pytest.fixture
def place(town):
    return f"/grids/{grid_named(town, '1-1').code}/micro"


def test_a_micro_grid_is_begun_once_and_listed_with_who_speaks_for_it(town, token, place):
    admin = token("admin")
    made = admin("POST", place, NEW, key="micro-key-1", status=201).json_body
    assert admin("POST", place, NEW, key="micro-key-1", status=200).json_body == made
    assert (made["code"], made["speaker"]["phone"]) == (grid_named(town, "1-1").code + "001", PHONE)
    assert token("clerk")("GET", place, status=200).json_body["rows"] == [made]
    assert PHONE not in str(list(Entry.objects.for_system("test", town).values_list("data", flat=True)))
    assert list(verify(town)) == []


def test_what_is_named_changes_and_the_rest_stays(town, token, place):
    admin = token("admin")
    made = admin("POST", place, NEW, status=201).json_body
    about = f"/grids/{made['code']}/representative"
    kept = admin("PATCH", about, {"doors": "1 至 20 号"}, status=200).json_body["speaker"]
    assert kept == made["speaker"] | {"doors": "1 至 20 号"}
    worker = who(town, "worker")
    now = admin("PATCH", about, {"post": str(worker.post_id)}, status=200).json_body["speaker"]
    assert (now["name"], now["post"], now["title"]) == ("worker", str(worker.post_id), "单元长")
    admin("PATCH", about, {"doors": "1 至 30 号", "why": "新楼交付"}, status=200)
    row = Representative.objects.for_system("test", town).get()
    past = admin("GET", f"/records/representatives/{row.pk}/past", status=200).json_body["rows"]
    assert [each["why"] for each in past] == ["新楼交付", "", "", ""]
    assert admin("PATCH", about, {"why": "长" * 201}, status=422).json_body["faults"].keys() == {"why"}
    assert admin("PATCH", about, {"post": "9"}, status=422).json_body["faults"].keys() == {"post"}
    assert admin("PATCH", about, {"phone": "12"}, status=422).json_body["faults"].keys() == {"phone"}
    token("clerk")("PATCH", about, {"doors": "x"}, status=403)


def test_it_ends_once_and_its_code_is_not_used_again(town, token, place):
    admin = token("admin")
    made = admin("POST", place, NEW, status=201).json_body
    ended = admin("POST", f"/grids/{made['code']}/end", {"reason": "拆迁"}, key="end-key-2", status=201).json_body
    assert ended["speaker"] is None
    assert admin("POST", f"/grids/{made['code']}/end", {"reason": "拆迁"}, key="end-key-2", status=200).json_body == ended
    admin("POST", f"/grids/{made['code']}/end", {"reason": "拆迁"}, status=404)
    assert admin("GET", place).json_body["rows"] == []
    assert admin("POST", place, NEW, status=201).json_body["code"] == made["code"][:-1] + "2"
    admin("POST", f"/grids/{grid_named(town, '1-1').code}/end", {}, status=404)  # a grid with ground of its own is reformed
    assert list(verify(town)) == []


@pytest.mark.parametrize("wrong", [{"name": ""}, {"households": -1}, {"phone": "12"}, {"post": "x"}, {"doors": "长" * 201}])
def test_what_is_wrong_is_said_by_field(token, place, wrong):
    assert token("admin")("POST", place, NEW | wrong, status=422).json_body["faults"].keys() == set(wrong)
