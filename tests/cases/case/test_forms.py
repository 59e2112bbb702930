"""What a form gives the door: read whole, every fault at once, whatever is sent."""

import io
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from lianxin.cases.actions import open_case
from lianxin.cases.forms import FormFaults, fields_for, keep, parse_given, values_of
from lianxin.cases.queries.setup import clauses, kinds, leaves
from lianxin.cases.values import Draft, Holder
from lianxin.people.actors import nobody
from lianxin.people.models import Post
from lianxin.people.queries import unit_by_key
from lianxin.workflow.definition import FIELDS, Transition
from towns import MONDAY, grid_named, who

pytestmark = pytest.mark.django_db
EVERYTHING = Transition("x", {"zh": "全", "en": "All"}, frozenset(), None, ("clerk",), needs=(), takes=tuple(FIELDS))


def needing(*keys):
    return Transition("x", {"zh": "甲", "en": "A"}, frozenset(), None, ("clerk",), needs=keys)


def picture(colour="red", size=(40, 30)):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def opened(town):
    return open_case(Draft(kind="request", title="路灯不亮", lon=117.005, lat=34.605), actor=nobody(town), now=MONDAY)


@pytest.fixture
def read(town, opened):
    def reading(transition, data, files=None):
        return parse_given(transition, data, files, actor=who(town, "clerk"), case=opened.case)

    return reading


def test_a_full_form_is_read_into_what_the_door_takes(town, read):
    utilities = unit_by_key(town, "utilities")
    other = open_case(Draft(kind="request", title="另一件"), actor=nobody(town), now=MONDAY)
    data = QueryDict(mutable=True)
    data.update({"note": "  第一行\r\n第二行  ", "until": "2026-03-05T17:30", "rating": "4", "case": other.case.number})
    data.update({"holder": f"unit:{utilities.pk}", "category": str(leaves(town)[0].pk), "urgency": "urgent"})
    data.update({"clause": next(iter(clauses(town))), "grid": str(grid_named(town, "1-1").pk)})
    data.setlist("units", [f"unit:{utilities.pk}", "unit:police"])
    given = read(EVERYTHING, data)
    assert given["note"] == "第一行\n第二行"
    assert given["until"].isoformat() == "2026-03-05T17:30:00+08:00"
    assert given["holder"] == Holder(utilities.pk)
    assert given["units"] == [utilities.pk, unit_by_key(town, "police").pk]
    assert given["case"] == other.case.pk
    assert given["rating"] == "4"
    assert given["category"] == leaves(town)[0].pk
    assert "reason" not in given


def test_every_fault_is_told_at_once_beside_its_field(read):
    with pytest.raises(FormFaults) as told:
        read(needing("reason", "until", "holder"), {"until": "soon", "holder": "unit:nobody", "rating": "5"})
    assert set(told.value.faults) == {"reason", "until", "holder", "rating"}
    assert "理由" in told.value.faults["reason"]


def test_programs_may_name_things_by_key(town, read):
    post = Post.objects.for_system("test", town).get(account__username="handler.lx")
    unit = unit_by_key(town, "utilities").pk
    assert read(needing("holder"), {"holder": "unit:utilities"})["holder"] == Holder(unit)
    assert read(needing("holder"), {"holder": {"unit": "utilities"}})["holder"] == Holder(unit)
    assert read(needing("holder"), {"holder": {"post": str(post.pk)}})["holder"] == Holder(unit, post.pk)
    assert read(needing("category"), {"category": "streetlight"})["category"]
    assert read(needing("grid"), {"grid": grid_named(town, "1-1").code})["grid"] == grid_named(town, "1-1").pk


def test_nobody_of_another_town_can_be_given_a_case(other_town, read):
    unit = unit_by_key(other_town, "utilities").pk
    post = Post.objects.for_system("test", other_town).first().pk
    for value in (f"unit:{unit}", f"post:{post}"):
        with pytest.raises(FormFaults):
            read(needing("holder"), {"holder": value})


def test_those_who_keep_the_installation_cannot_be_given_a_case(town, read):
    post = Post.objects.for_system("test", town).get(account__username="auditor.lx")
    with pytest.raises(FormFaults):
        read(needing("holder"), {"holder": f"post:{post.pk}"})


def test_a_case_that_the_actor_may_not_see_is_not_found(town, opened):
    other = open_case(Draft(kind="request", title="另一件"), actor=nobody(town), now=MONDAY)
    for number in (other.case.number, opened.case.number, "LX00000000", "9" * 30):
        with pytest.raises(FormFaults):
            parse_given(needing("case"), {"case": number}, actor=who(town, "handler"), case=opened.case)


def test_photos_come_from_files_and_are_kept_over_a_fault(town, read):
    files = {"photos": [SimpleUploadedFile("a.png", picture()), SimpleUploadedFile("b.png", picture("blue"))]}
    with pytest.raises(FormFaults) as told:
        read(needing("answer", "photos"), {}, files)
    assert set(told.value.faults) == {"answer"}
    kept = {"photos_kept": keep(told.value.kept, town_id=town.pk), "answer": "修好了"}
    again = read(needing("answer", "photos"), kept, {"photos": [SimpleUploadedFile("c.png", picture("green"))]})
    assert len(again["photos"]) == 3


def test_a_file_that_is_no_photo_is_named(read):
    with pytest.raises(FormFaults) as told:
        read(needing("photos"), {}, {"photos": [SimpleUploadedFile("诉求.doc", b"hello")]})
    assert "诉求.doc" in told.value.faults["photos"]


def test_more_than_nine_photos_and_4000_characters_are_too_many(read):
    files = {"photos": [SimpleUploadedFile(f"{at}.png", picture()) for at in range(10)]}
    with pytest.raises(FormFaults) as told:
        read(needing("photos", "note"), {"note": "长" * 4001}, files)
    assert set(told.value.faults) == {"photos", "note"}


def test_kept_photos_of_another_town_or_of_nobody_are_not_taken(town, other_town, read):
    with pytest.raises(FormFaults) as told:
        read(needing("photos", "note"), {}, {"photos": [SimpleUploadedFile("a.png", picture())]})
    for value in (keep(told.value.kept, town_id=other_town.pk), "abc", ""):
        with pytest.raises(FormFaults) as again:
            read(needing("photos"), {"photos_kept": value})
        assert set(again.value.faults) == {"photos"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**300) | st.floats() | st.text() | st.binary(max_size=20)
    | st.sampled_from(["unit:", "post:", "unit:999999999999999999999", "2026-13-45", "9999-12-31T23:59+00:00", "\x00", "\ud800"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6) | st.sampled_from(["unit", "post"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([*FIELDS, "photos_kept", "version", "other"]), JSON), st.lists(JSON, max_size=3))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_junk_never_raises_anything_but_faults(read, data, files):
    faults, given = told_or_given(read, data, files)
    assert all(isinstance(text, str) and text for text in faults.values())
    assert all(isinstance(value, datetime) is (key == "until") for key, value in given.items())
    assert not (faults and given)


def told_or_given(read, data, files):
    try:
        return {}, read(EVERYTHING, data, {"photos": files})
    except FormFaults as told:
        return told.faults or {"": ""}, {}


def test_values_come_alike_from_a_form_and_from_json():
    assert values_of(QueryDict("a=1&a=2"), "a") == ["1", "2"]
    assert values_of({"a": ["1", "2"]}, "a") == ["1", "2"]
    assert values_of({"a": "1"}, "a") == ["1"]
    assert values_of({}, "a") == []


def test_every_transition_of_every_kind_can_be_shown_as_a_form(town, opened):
    for flow in kinds(town):
        for transition in flow.transitions:
            fields = fields_for(transition, who(town, "clerk"), opened.case, now=MONDAY)
            assert [each["name"] for each in fields] == [*transition.needs, *transition.takes]
            for each in fields:
                if each["control"] in {"select", "checks", "radio"}:
                    assert each["options"], each
                assert each["label"]


def test_the_picker_of_holders_offers_units_people_near_and_the_route(town, opened):
    opened.case.category_id = next(leaf.pk for leaf in leaves(town) if leaf.key == "streetlight")
    opened.case.unit_id = unit_by_key(town, "utilities").pk
    (field,) = fields_for(needing("holder"), who(town, "clerk"), opened.case, now=MONDAY)
    assert field["value"] == f"unit:{unit_by_key(town, 'utilities').pk}"
    texts = [option["text"] for option in field["options"]]
    assert any("handler" in text for text in texts)
    assert not any("auditor" in text for text in texts)


def test_a_number_too_large_to_be_written_is_a_fault_like_others(read):
    data = dict.fromkeys(FIELDS, 10**5000)
    data["photos"] = None
    with pytest.raises(FormFaults) as told:
        read(EVERYTHING, data)
    assert "holder" in told.value.faults
