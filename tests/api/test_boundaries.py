"""Boundaries through the programs' door: read, tried, redrawn once, refused with the place."""

import pytest

from lianxin.places.models import FormerBoundary
from lianxin.places.queries import grid_at
from towns import grid_named

pytestmark = [pytest.mark.django_db, pytest.mark.row("A1")]

MOVE = [{"do": "move", "from": [117.01, 34.6], "to": [117.012, 34.6]}]
NEAR = (117.0105, 34.601)


@pytest.fixture
def door(town, token):
    """Call the address of a small grid's boundary as a member of staff."""
    path = f"/grids/{grid_named(town, '1-1').code}/boundary"

    def call(method="GET", body=None, *, who="admin", **kwargs):
        return token(who)(method, path, body, **kwargs)

    return call


def body(door, **changed):
    return {"steps": MOVE, "version": door().json_body["version"], "reason": "按道路中线", **changed}


def test_a_boundary_is_read_tried_redrawn_and_its_former_one_kept(town, door):
    was = door(status=200).json_body
    assert was["boundary"] == grid_named(town, "1-1").boundary
    tried = door("POST", body(door, dry_run=True), status=200).json_body
    assert (tried["change"], len(tried["changes"])) == ("", 4)
    assert FormerBoundary.objects.for_system("tests", town).count() == 0
    done = door("POST", body(door), status=201).json_body
    assert done["changes"] == tried["changes"]
    assert grid_at(town, *NEAR) == grid_named(town, "1-1").pk
    now = door(status=200).json_body
    assert now["version"] == done["version"] != was["version"]
    assert [(each["boundary"], each["reason"], each["change"]) for each in now["former"]] == [(was["boundary"], "按道路中线", done["change"])]


def test_the_same_key_redraws_once(town, door):
    sent = body(door)
    first = door("POST", sent, key="boundary-key-1", status=201)
    again = door("POST", sent, key="boundary-key-1", status=200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json_body["changes"] == first.json_body["changes"]
    other = door("POST", sent | {"reason": "别的"}, key="boundary-key-1", status=409).json_body
    assert other["code"] == "key_used_otherwise"
    assert FormerBoundary.objects.for_system("tests", town).values("change").distinct().count() == 1


def test_what_does_not_fit_is_told_by_step_or_grid_with_its_place(door):
    meeting = door("POST", body(door, steps=[*MOVE, {"do": "drop", "at": [117.01, 34.61]}]), status=422).json_body
    assert "117.010000, 34.610000" in meeting["faults"]["steps.2"]
    crossing = door("POST", body(door, steps=[{"do": "move", "from": [117.01, 34.61], "to": [117.01, 34.58]}], dry_run=True), status=422)
    assert all(name.startswith("grids.") for name in crossing.json_body["faults"])
    for steps, name in (([{"do": "move"}], "steps.1"), ([], "steps"), ([{"do": "fly"}], "steps.0.do"), ([MOVE[0] | {"to": MOVE[0]["from"]}], "steps")):
        assert name in door("POST", body(door, steps=steps), status=422).json_body["faults"]


def test_an_older_version_is_stale_also_for_a_dry_run(door):
    old = body(door)
    door("POST", old, status=201)
    for dry_run in (False, True):
        told = door("POST", old | {"dry_run": dry_run}, status=409).json_body
        assert told["code"] == "stale"
        assert "边界已有变动" in told["detail"]


def test_it_takes_the_scope_and_a_post_that_sets_up_the_town(town, door, token):
    assert door("POST", body(door), who="clerk", status=403).json_body["code"] == "may_not"
    reader = token("admin", ["setup:read"])
    path = f"/grids/{grid_named(town, '1-1').code}/boundary"
    assert reader("POST", path, body(door), status=403).json_body["code"] == "scope_missing"
    assert reader("GET", path, status=200)
    assert reader("GET", "/grids/123/boundary", status=404)
