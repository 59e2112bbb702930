"""The set-up by program: every register through one group of operations, with history, way back, and who was quicker."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from lianxin.cases.actions.workflows import latest_row, publish
from lianxin.ledger.rows import as_columns, plain
from lianxin.ledger.verify import verify
from lianxin.people.models import Account, Unit
from lianxin.people.queries import units
from lianxin.places.models import ServicePoint
from lianxin.town.registers.fields import Wrong
from lianxin.town.registers.files import PARTS, load, written
from lianxin.town.registers.known import REGISTERS
from towns import MONDAY, grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]


@pytest.fixture
def admin(token):
    return token("admin")


NEW = {
    "units": {"name": "水务站", "key": "water", "line": "城管", "desk_of": ["handler"], "hours": {"1": "08:30-12:00"}},
    "roles": {"name": {"zh": "观察员"}, "key": "observer", "sees": "town", "may": ["board"]},
    "calendar": {"day": "2027-02-01", "name": "小年", "hours": ""},
    "roster": {"post": "handler.lx"},
    "groups": {"name": "一格党小组", "leader": "worker.lx", "members": 7},
    "centres": {"name": "李长生", "phone": "13800000011", "address": "一村12号", "members": 3},
    "names": {"name": "老粮站", "kind": "landmark", "point": [117.005, 34.605]},
    "points": {"name": "便民驿站", "key": "stop", "services": ["饮水", "充电"]},
    "categories": {"name": "取水点", "key": "taps", "limits": {"handle": "2 working_days"}, "words": ["取水"]},
    "clauses": {"name": {"zh": "别处已办"}, "key": "done", "text": {"zh": "已在别处办结。"}, "appeal": {"zh": "可以申诉。"}},
}  # fmt: skip
CHANGE = {
    "units": {"phone": "0516-80000110"}, "roles": {"name": {"zh": "旁听"}}, "calendar": {"name": "年"},
    "roster": {"post": "handler2.lx"}, "groups": {"leader": None},
    "centres": {"phone": "13800000012"}, "names": {"point": None}, "points": {"point": None, "phone": "110"},
    "categories": {"limits": {}}, "clauses": {"hint": ["重复"]},
}  # fmt: skip


def new(town, key):
    if key == "points":
        return NEW[key] | {"grid": grid_named(town, "1-1").code, "kind": ServicePoint.Kind.values[0]}
    if key in ("groups", "centres"):
        return NEW[key] | {"grid": grid_named(town, "1-1").code}
    if key == "roster":
        starts = timezone.localtime() + timedelta(days=1)
        return NEW[key] | {"starts": starts.isoformat(), "ends": (starts + timedelta(hours=9)).isoformat()}
    return NEW[key]


@pytest.mark.parametrize("key", REGISTERS)
def test_a_row_of_every_register_is_entered_read_changed_and_put_back(key, town, admin):
    sent = {"values": new(town, key), "why": "新设"}
    made = admin("POST", f"/setup/{key}", sent, key="register-key-1", status=201).json_body
    again = admin("POST", f"/setup/{key}", sent, key="register-key-1", status=200)
    assert (again.headers["Idempotency-Replayed"], again.json_body) == ("true", made)
    assert admin("POST", f"/setup/{key}", {"values": {}}, key="register-key-1", status=409).json_body["code"] == "key_used_otherwise"
    place = f"/setup/{key}/{made['key'] or made['id']}"
    assert admin("GET", place, status=200).json_body == made
    assert made in admin("GET", f"/setup/{key}", status=200).json_body["rows"]
    done = admin("PATCH", place, {"values": CHANGE[key], "seen": made["seen"], "why": "改"}, status=200).json_body
    assert set(done["changed"]) <= set(CHANGE[key])
    assert done["changed"]
    same = admin("PATCH", place, {"values": done["values"], "seen": done["seen"]}, status=200).json_body
    assert same["changed"] == []
    past = admin("GET", f"{place}/past", status=200).json_body["rows"]
    assert [(each["act"], each["why"], each["back"]) for each in past] == [("change", "改", True), ("add", "新设", False)]
    back = admin("POST", f"{place}/back", {"seq": past[0]["seq"], "seen": done["seen"]}, status=201).json_body
    assert {**back, "changed": 0} == {**made, "changed": 0}
    assert list(verify(town)) == []


def test_who_was_quicker_and_when_is_told_and_nothing_overwritten(town, admin, token):
    seen = admin("GET", "/setup/units/traffic", status=200).json_body["seen"]
    admin("PATCH", "/setup/units/traffic", {"values": {"phone": "110"}, "seen": seen}, status=200)
    late = admin("PATCH", "/setup/units/traffic", {"values": {"phone": "120"}, "seen": seen}, status=409).json_body
    assert late["code"] == "stale"
    assert units(town)[Unit.objects.for_system("t", town).get(key="traffic").pk].phone == "110"
    assert Account.objects.get(username="admin.lx").name in late["detail"]
    assert ":" in late["detail"]


def test_a_day_that_is_none_is_called_so(town, admin):
    for day, told in (("2026-02-30", "没有这一天：2026-02-30。"), ("正月", "请填写日期。")):
        refused = admin("POST", "/setup/calendar", {"values": NEW["calendar"] | {"day": day}}, status=422).json_body
        assert told in refused["faults"].values()


def test_a_day_of_the_calendar_goes_and_a_unit_stays(town, admin):
    made = admin("POST", "/setup/calendar", {"values": NEW["calendar"]}, status=201).json_body
    assert made["key"] == "2027-02-01"
    admin("DELETE", "/setup/calendar/2027-02-01?seen=older", status=409)
    admin("DELETE", "/setup/calendar/2027-02-01", status=422)
    gone = admin("DELETE", f"/setup/calendar/2027-02-01?seen={made['seen']}&why=取消", status=200).json_body
    assert gone == made
    admin("GET", "/setup/calendar/2027-02-01", status=404)
    [told] = admin("GET", "/setup/calendar", status=200).json_body["gone"]
    assert (told["id"], told["title"], told["by"]) == (made["id"], made["title"], Account.objects.get(username="admin.lx").name)
    sent = {"seq": told["seq"], "seen": told["seen"]}
    admin("POST", "/setup/calendar/1/back", sent, status=404)
    admin("POST", f"/setup/calendar/{made['id']}/back", {**sent, "seen": "older"}, status=409)
    again = admin("POST", f"/setup/calendar/{made['id']}/back", sent, status=201).json_body
    assert {**again, "changed": 0} == {**made, "changed": 0}
    assert admin("GET", "/setup/calendar", status=200).json_body["gone"] == []
    told = admin("DELETE", "/setup/units/traffic?seen=x", status=409).json_body
    assert told["code"] == "refused"


def test_what_is_wrong_is_told_by_field(admin):
    sent = {"name": "", "key": "X", "line": "没有", "desk_of": "abc", "hours": {"1": "25:00-26:00"}, "colour": "red"}
    told = admin("POST", "/setup/units", {"values": sent}, status=422).json_body["faults"]
    assert set(told) == {f"values.{name}" for name in sent}
    twice = admin("POST", "/setup/units", {"values": {"name": "又一个", "key": "traffic"}}, status=422).json_body["faults"]
    assert set(twice) == {"values.key"}
    alike = admin("POST", "/setup/units", {"values": {"name": "交警中队", "key": "other"}}, status=422).json_body["faults"]
    assert set(alike) == {"values.name"}
    held = admin("GET", "/setup/units/traffic").json_body
    fixed = admin("PATCH", "/setup/units/traffic", {"values": {"key": "other"}, "seen": held["seen"]}, status=422)
    assert set(fixed.json_body["faults"]) == {"values.key"}
    assert set(admin("PATCH", "/setup/units/traffic", {"values": {}}, status=422).json_body["faults"]) == {"seen"}


def test_a_register_is_kept_by_those_whose_right_it_takes(token, other_town):
    security, clerk = token("security"), token("clerk")
    assert [each["key"] for each in security("GET", "/setup/registers", status=200).json_body["rows"]] == ["roles"]
    security("GET", "/setup/roles", status=200)
    for place in ("/setup/units", "/setup/units/traffic", "/setup/units/traffic/past", "/setup", "/setup/town"):
        assert security("GET", place, status=403).json_body["code"] == "may_not"
        assert clerk("GET", place, status=403).json_body["code"] == "may_not"
    reader = token("admin", ["setup:read"])
    assert reader("POST", "/setup/units", {"values": {}}, status=403).json_body["code"] == "scope_missing"
    foreign = Unit.objects.for_system("t", other_town).get(key="traffic")
    for place in (f"/setup/units/{foreign.pk}", "/setup/units/9223372036854775808", "/setup/units/-1", "/setup/nothing"):
        token("admin")("GET", place, status=404)


def test_the_registers_say_what_they_take(admin):
    rows = {each["key"]: each for each in admin("GET", "/setup/registers", status=200).json_body["rows"]}
    assert set(rows) == set(REGISTERS)
    for key, register in REGISTERS.items():
        assert [each["name"] for each in rows[key]["fields"]] == [each.file for each in register.fields]
        assert all(each["label"] and each["takes"] for each in rows[key]["fields"])
    lines = next(each for each in rows["units"]["fields"] if each["name"] == "line")
    assert "公安" in [each["value"] for each in lines["options"]]


FITS = {
    "string": str, "integer": int, "number": float, "boolean": bool, "array": list, "object": dict, "null": type(None),
}  # fmt: skip


@pytest.mark.parametrize("key", REGISTERS)
def test_values_are_of_the_shape_that_is_told(key, town, admin):
    admin("POST", f"/setup/{key}", {"values": new(town, key)}, status=201)
    shapes = {each.file: each.shape() for each in REGISTERS[key].fields}
    for row in admin("GET", f"/setup/{key}").json_body["rows"]:
        for name, value in row["values"].items():
            kinds = shapes[name]["type"] if isinstance(shapes[name]["type"], list) else [shapes[name]["type"]]
            assert isinstance(value, tuple(FITS[kind] for kind in kinds)), (name, value, kinds)
            assert set(value) <= set(shapes[name].get("properties", value)) if isinstance(value, dict) else True


leaf = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9" * 40, "24:00-25:00", "\x00"]
)  # fmt: skip
tree = st.recursive(leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=6)


def test_a_field_takes_whatever_is_sent_or_says_why_not(town):
    fields = [(register, each) for register in REGISTERS.values() for each in register.fields]

    @given(raw=tree)
    @settings(max_examples=60)
    def walk(raw):
        for register, each in fields:
            try:
                value = each.load(town, raw)
            except Wrong:
                continue
            facts = as_columns(register.model, {each.column: value})
            each.said(town, plain(register.model(town=town, **facts))[each.column])

    walk()


def test_the_town_is_changed_by_field_and_who_was_quicker_is_told(town, admin):
    held = admin("GET", "/setup/town", status=200).json_body
    done = admin("PATCH", "/setup/town", {"values": {"phone": "0516-8000001"}, "seen": held["seen"]}, status=200).json_body
    assert (done["values"]["phone"], done["values"]["name"]) == ("0516-8000001", "连心镇")
    assert admin("PATCH", "/setup/town", {"values": {"phone": "120"}, "seen": held["seen"]}, status=409).json_body["code"] == "stale"
    wrong = {"name": "", "hours": {"1": ""}, "colour": "red", "calendar_until": "soon"}
    told = admin("PATCH", "/setup/town", {"values": wrong, "seen": done["seen"]}, status=422).json_body["faults"]
    assert set(told) == {f"values.{name}" for name in wrong}
    same = admin("PATCH", "/setup/town", {"values": done["values"], "seen": done["seen"]}, status=200).json_body
    assert same == done
    past = admin("GET", "/setup/town/past", status=200).json_body["rows"]
    assert [each["became"] for each in past[0]["fields"]] == ["0516-8000001"]


def test_a_holiday_table_does_not_end_in_the_past(admin):
    held = admin("GET", "/setup/town", status=200).json_body
    sent = {"values": {"calendar_until": "2020-12-31"}, "seen": held["seen"]}
    told = admin("PATCH", "/setup/town", sent, status=422).json_body["faults"]
    assert list(told) == ["values.calendar_until"]
    assert admin("GET", "/setup/town", status=200).json_body == held


def test_the_town_is_put_back_once_unless_what_it_was_cannot_stand_any_more(town, admin):
    held = admin("GET", "/setup/town", status=200).json_body
    change = {"values": {"phone": "0516-8000001", "hours": {"1": "09:00-12:00"}}, "why": "搬家", "seen": held["seen"]}
    done = admin("PATCH", "/setup/town", change, status=200).json_body
    [told] = [row for row in admin("GET", "/setup/town/past", status=200).json_body["rows"] if row["back"]]
    assert (told["act"], told["why"]) == ("change", "搬家")
    sent = {"seq": told["seq"], "seen": done["seen"]}
    assert admin("POST", "/setup/town/back", {**sent, "seen": held["seen"]}, status=409).json_body["code"] == "stale"
    assert set(admin("POST", "/setup/town/back", {**sent, "seq": 999}, status=422).json_body["faults"]) == {"values"}
    assert admin("POST", "/setup/town/back", sent, key="town-back-1", status=201).json_body == held
    assert admin("POST", "/setup/town/back", sent, key="town-back-1", status=200).json_body == held
    past = admin("GET", "/setup/town/past", status=200).json_body["rows"]
    assert [row["act"] for row in past[:2]] == ["restore", "change"]
    assert list(verify(town)) == []


def test_a_kind_that_residents_raised_once_is_not_put_back_once_it_is_confidential(town, admin):
    held = admin("GET", "/setup/town", status=200).json_body
    admin("PATCH", "/setup/town", {"values": {"report_kind": "wish"}, "seen": held["seen"]}, status=200)
    held = admin("GET", "/setup/town", status=200).json_body
    now = admin("PATCH", "/setup/town", {"values": {"report_kind": "request"}, "seen": held["seen"]}, status=200).json_body
    latest = latest_row(town, "wish")
    hidden = latest.source.replace("key: wish\n", "key: wish\nconfidential: true\n")
    publish(hidden, base=latest.version, why="保密", actor=who(town, "system"), now=MONDAY)
    seq = admin("GET", "/setup/town/past", status=200).json_body["rows"][0]["seq"]
    refused = admin("POST", "/setup/town/back", {"seq": seq, "seen": now["seen"]}, status=422).json_body["faults"]
    assert list(refused) == ["values.report_kind"]
    assert "wish" in refused["values.report_kind"]
    assert admin("GET", "/setup/town", status=200).json_body["seen"] == now["seen"]


def test_the_whole_set_up_goes_out_and_in_as_the_command_takes_it(town, admin):
    told = admin("GET", "/setup", status=200).json_body["file"]
    assert set(told) == {"only", *PARTS}
    before = written(town)
    done = admin("PUT", "/setup", {"file": told}, status=200).json_body["done"]
    assert {(each["added"], each["changed"]) for each in done.values()} == {(0, 0)}
    loaded = load(town, json.dumps(told, ensure_ascii=False), actor=who(town, "system"), now=MONDAY)
    assert (loaded.faults, loaded.added, loaded.changed) == ([], {}, {})
    part = {"file": {"units": [{"key": "traffic", "phone": "119"}, {"name": "新站", "key": "fresh"}]}}
    counted = {"units": {"added": 1, "changed": 1, "gone": 0, "same": 0}}
    assert admin("PUT", "/setup", {**part, "dry_run": True}, status=200).json_body == {"dry_run": True, "done": counted}
    assert written(town) == before
    assert admin("PUT", "/setup", part, status=200).json_body["done"] == counted
    assert any(unit.key == "fresh" for unit in units(town).values())
    wrong = {"file": {"units": [{"key": "fresh", "line": "?"}], "spells": [], "town": {"colour": 1}}}
    told = admin("PUT", "/setup", wrong, status=422).json_body["faults"]
    assert set(told) == {"file.units[1].line", "file.spells", "file.town.colour"}


def test_what_the_document_says_of_values_comes_of_the_registers():
    from lianxin.town.api.door import api

    shape = api.get_openapi_schema()["components"]["schemas"]["NewRow"]["properties"]["values"]
    told = {each["title"]: set(each["properties"]) for each in shape["anyOf"]}
    assert told == {key: {each.file for each in register.fields} for key, register in REGISTERS.items()}
