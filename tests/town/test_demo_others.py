"""The stories of the other kinds fit their workflows on paper; that they go through the doors, the whole town shows."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lianxin.town.demo.others import OPENS, PERSON, office_hours, stories
from lianxin.town.demo.rules import TOWNS
from lianxin.town.demo.scenes import SCENES
from lianxin.town.demo.signins import SIGN_INS
from lianxin.workflow.definition import read

UNITS = {row["key"] for row in yaml.safe_load((TOWNS / "base" / "units.yaml").read_text("utf-8"))}
ROLES = {row["key"] for row in yaml.safe_load((TOWNS / "base" / "roles.yaml").read_text("utf-8"))}
NAMES = {each.username for each in SIGN_INS}


def flow_of(kind):
    return read((TOWNS / "base" / "workflows" / f"{kind}.yaml").read_text("utf-8"))


def test_every_kind_beside_requests_has_a_handful_and_an_office_to_sign_in_to():
    told = Counter(story["kind"] for story in stories())
    kinds = {path.stem for path in (TOWNS / "base" / "workflows").glob("*.yaml")} - {"request"}
    assert set(told) == kinds
    assert all(4 <= count <= 8 for count in told.values())
    assert {"mediator", "inspector", "window", "visitor", "volunteer"} <= {each.role for each in SIGN_INS}
    for kind in kinds:  # some still go on, some have just begun
        assert any(not story["acts"] for story in stories() if story["kind"] == kind)


@pytest.mark.parametrize("story", stories(), ids=lambda story: story["title"])
def test_a_story_keeps_to_its_workflow(story):
    flow = flow_of(story["kind"])
    assert story["by"] == "resident" or story["by"] in ROLES
    step = flow.start
    for _hours, role, act, given_ in story["acts"]:
        made = flow.transition(step, act)
        assert made is not None, f"{act} at {step}"
        assert role in made.by, (act, made.by)
        assert set(made.needs) <= set(given_) <= {*made.needs, *made.takes}, act
        step = made.to or step
        kind, _, key = str(given_.get("holder", "unit:civil")).partition(":")
        assert key in (NAMES if f"{kind}:" == PERSON else UNITS)
        assert str(given_.get("photos", "lamp")).partition(" ")[0] in SCENES


@given(st.integers(0, 60 * 24 * 365), st.integers())
def test_people_act_inoffice_hours_and_never_before_they_could(minutes, seed):
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = office_hours(at, random.Random(seed))
    assert at - timedelta(hours=1) <= found <= at + timedelta(days=3)
    assert OPENS[0] <= found.hour < OPENS[1]
    assert found.weekday() < 5
