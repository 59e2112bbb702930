"""Reading grids from GeoJSON: sound files whole, unsound ones with every fault by row, never a traceback."""

from __future__ import annotations

import copy
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from lianxin.places.datum import Datum, from_wgs84
from lianxin.places.imports import Fault, GridRow, KnownGrid, Root, read_grids
from lianxin.places.plane import area_m2
from lianxin.town.demo.geography import make

if TYPE_CHECKING:
    from pathlib import Path

TOWN, VILLAGE = "999001101", "999001101201"


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(code: object, geometry: object, name: object = "网格", **more: object) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": {"code": code, "name": name, **more}}


def sound() -> list[dict[str, Any]]:
    """A town of one village of two grids that tile it."""
    return [
        feature(TOWN, box(117, 34.5, 117.02, 34.52), "连心镇"),
        feature(VILLAGE, box(117, 34.5, 117.02, 34.52), "柳湾村"),
        feature(f"{VILLAGE}001", box(117, 34.5, 117.01, 34.52), "第一网格", households=90, population="270"),
        feature(f"{VILLAGE}002", box(117.01, 34.5, 117.02, 34.52), "第二网格"),
    ]


def read(features: object, **more: Any) -> tuple[list[GridRow], list[Fault]]:
    content = json.dumps({"type": "FeatureCollection", "features": features})
    return read_grids(io.BytesIO(content.encode()), **more)


def told(faults: list[Fault]) -> list[tuple[int, str]]:
    assert all(str(fault.message).strip() for fault in faults)
    return [(fault.row, fault.code) for fault in faults]


def test_a_sound_file_is_read_whole() -> None:
    rows, faults = read(sound())
    assert faults == []
    assert [row.level for row in rows] == ["town", "village", "grid", "grid"]
    assert [row.parent for row in rows] == ["", TOWN, VILLAGE, VILLAGE]
    assert (rows[2].households, rows[2].population, rows[3].households) == (90, 270, None)  # not said: what is known stays
    assert rows[2].boundary["type"] == "Polygon"
    assert rows[2].area_m2 == pytest.approx(2_037_000, rel=0.01)
    assert rows[2].lon == pytest.approx(117.005)


def test_a_file_without_the_town_itself_gets_it_as_all_its_villages_together() -> None:
    rows, faults = read(sound()[1:], town=Root(TOWN, "连心镇"))
    assert [(fault.code, fault.row, fault.grave) for fault in faults] == [("town_added", 0, False)]
    assert (rows[0].code, rows[0].name, rows[0].level, len(rows)) == (TOWN, "连心镇", "town", 4)
    assert shapely.equals(shapely.from_geojson(json.dumps(rows[0].boundary)), shapely.box(117, 34.5, 117.02, 34.52))
    whole, none = read(sound(), town=Root(TOWN, "连心镇"))
    assert (len(whole), none) == (4, [])
    known = [KnownGrid(TOWN, "", None)]
    assert next(row.code for row in read(sound()[1:], town=Root(TOWN, "连心镇"), known=known)[0]) == VILLAGE
    other = read(sound()[1:], town=Root("999001102", "清河镇"))  # villages of another town do not become this one's
    assert told(other[1]) == [(1, "unknown_parent")]


def test_the_demo_town_comes_in_without_a_fault_or_note(tmp_path: Path) -> None:
    file = tmp_path / "grids.geojson"
    file.write_text(json.dumps(make(2026).feature_collection()), encoding="utf-8")
    rows, faults = read_grids(file)
    assert faults == []
    assert len(rows) == 164


@pytest.mark.parametrize("datum", list(Datum))
def test_a_file_in_any_datum_becomes_wgs84(datum: Datum) -> None:
    features = sound()
    for one in features:
        one["geometry"]["coordinates"] = [
            [list(from_wgs84(point[0], point[1], datum)) for point in ring] for ring in one["geometry"]["coordinates"]
        ]
    rows, faults = read(features, datum=datum.value)
    assert [fault for fault in faults if fault.grave] == []
    assert rows[2].boundary["coordinates"][0][0] == pytest.approx([117, 34.5], abs=1e-7)
    content = {"type": "FeatureCollection", "datum": datum.value, "features": features}
    assert read_grids(io.StringIO(json.dumps(content)))[0] == rows


def test_every_fault_is_told_by_row_and_the_sound_rows_remain() -> None:
    bow = {
        "type": "Polygon",
        "coordinates": [[[117, 34.5], [117.01, 34.51], [117.01, 34.5], [117, 34.51], [117, 34.5]]],
    }
    features = [
        *sound(),
        feature(f"{VILLAGE}001", box(117.1, 34.5, 117.11, 34.52)),
        feature("12345", box(117, 34.5, 117.01, 34.52)),
        feature(None, box(117, 34.5, 117.01, 34.52), ""),
        feature(f"{VILLAGE}008", bow),
        feature(f"{VILLAGE}009", {"type": "Point", "coordinates": [117, 34.5]}, households=-3),
        feature("999001101777001", box(117.03, 34.5, 117.04, 34.52)),
        feature(f"{VILLAGE}010", box(34.5, 117, 34.52, 117.01)),
        feature(f"{VILLAGE}011", box(39_512_000, 3_819_000, 39_513_000, 3_820_000)),
        feature(f"{VILLAGE}012", box(2.3, 48.8, 2.4, 48.9)),
        feature(f"{VILLAGE}013", box(117, 34.5, 117.01, 34.52), parent=TOWN),
        feature(f"{VILLAGE}014", box(110, 30, 110.01, 30.01)),
        "no feature at all",
    ]
    rows, faults = read(features)
    grave = [one for one in told(faults) if one[0] > 4]
    assert set(grave) >= {
        (5, "duplicate_code"),
        (6, "bad_code"),
        (7, "no_code"),
        (7, "no_name"),
        (8, "self_crossing"),
        (9, "no_polygon"),
        (9, "bad_number"),
        (10, "unknown_parent"),
        (11, "wrong_datum"),
        (12, "wrong_datum"),
        (13, "wrong_datum"),
        (14, "wrong_parent"),
        (15, "wrong_datum"),
        (16, "no_code"),
        (16, "no_polygon"),
    }
    assert [row.row for row in rows] == [1, 2, 3, 4]
    (crossing,) = [fault for fault in faults if fault.code == "self_crossing"]
    assert "117.005 34.505" in str(crossing.message)


def test_siblings_that_overlap_by_more_than_a_square_metre_are_refused() -> None:
    features = sound()
    features[3]["geometry"] = box(117.009, 34.5, 117.02, 34.52)
    rows, faults = read(features)
    assert told(faults) == [(4, "overlap")]
    assert [row.row for row in rows] == [1, 2, 3]
    # A sliver of half a square metre is the noise of drawing.
    sliver = 0.5 / 2_218 / 91_800
    features[3]["geometry"] = box(117.01 - sliver, 34.5, 117.02, 34.52)
    assert told(read(features)[1]) == []


def test_a_grid_over_one_the_town_has_already_is_refused() -> None:
    known = [
        KnownGrid(TOWN, "", shapely.box(117, 34.5, 117.02, 34.52)),
        KnownGrid(VILLAGE, TOWN, shapely.box(117, 34.5, 117.02, 34.52)),
        KnownGrid(f"{VILLAGE}001", VILLAGE, shapely.box(117, 34.5, 117.01, 34.52)),
    ]
    new = feature(f"{VILLAGE}005", box(117.005, 34.5, 117.02, 34.52))
    assert told(read([new], known=known)[1]) == [(1, "overlap")]
    # The same code brings the grid anew: it does not overlap itself.
    again = feature(f"{VILLAGE}001", box(117, 34.5, 117.02, 34.52))
    assert told(read([again], known=known)[1]) == []


def test_the_code_of_a_grid_that_has_ended_is_never_used_again() -> None:
    known = [
        KnownGrid(VILLAGE, TOWN, None),
        KnownGrid(f"{VILLAGE}001", VILLAGE, shapely.box(117, 34.5, 117.01, 34.52), standing=False),
    ]
    new = feature(f"{VILLAGE}001", box(117, 34.5, 117.02, 34.52))
    assert told(read([new], known=known)[1]) == [(1, "cancelled_code")]
    ended = [KnownGrid(VILLAGE, TOWN, None, standing=False)]
    assert told(read([feature(f"{VILLAGE}002", box(117, 34.5, 117.02, 34.52))], known=ended)[1]) == [
        (1, "unknown_parent")
    ]


def test_a_gap_is_a_note_and_hinders_nothing() -> None:
    features = sound()
    features[3]["geometry"] = box(117.011, 34.5, 117.02, 34.52)
    rows, faults = read(features)
    assert told(faults) == [(2, "gap")]
    assert not faults[0].grave
    assert len(rows) == 4


def test_ground_outside_the_parent_is_a_note_when_little_and_a_fault_when_most() -> None:
    features = sound()
    features[3]["geometry"] = box(117.01, 34.5, 117.0201, 34.52)
    _rows, faults = read(features)
    assert [(fault.code, fault.grave) for fault in faults] == [("outside_parent", False)]
    features[3]["geometry"] = box(117.03, 34.5, 117.05, 34.52)
    _rows, faults = read(features)
    assert ("outside_parent", True) in [(fault.code, fault.grave) for fault in faults]


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_grids_drawn_in_another_datum_than_their_village_are_recognised(datum: Datum) -> None:
    features = sound()
    small = shapely.box(117.002, 34.502, 117.006, 34.506)
    points = [list(from_wgs84(x, y, datum)) for x, y in small.exterior.coords]
    known = [KnownGrid(VILLAGE, TOWN, shapely.box(117.0015, 34.5015, 117.0065, 34.5065))]
    geometry = {"type": "Polygon", "coordinates": [points]}
    _rows, faults = read([feature(f"{VILLAGE}001", geometry)], known=known)
    grave = [fault for fault in faults if fault.grave]
    assert told(grave) == [(1, "wrong_datum")]
    assert datum.value in str(grave[0].message)
    assert features


def test_grids_of_several_parts_and_with_holes_are_taken() -> None:
    features = sound()[:2]
    hole = [[117.002, 34.502], [117.004, 34.502], [117.004, 34.504], [117.002, 34.504], [117.002, 34.502]]
    parts = [[*box(117, 34.5, 117.01, 34.52)["coordinates"], hole], box(117.015, 34.5, 117.02, 34.52)["coordinates"]]
    features.append(feature(f"{VILLAGE}001", {"type": "MultiPolygon", "coordinates": parts}))
    rows, faults = read(features)
    assert told(faults) == [(2, "gap")]
    assert rows[2].boundary["type"] == "MultiPolygon"
    assert rows[2].area_m2 < area_m2(shapely.box(117, 34.5, 117.02, 34.52))


def test_chinese_names_of_properties_are_understood() -> None:
    features = sound()
    features[2]["properties"] = {"网格编码": f"{VILLAGE}001", "网格名称": "第一网格", "户数": 88.0, "人口": "240"}
    rows, faults = read(features)
    assert faults == []
    assert (rows[2].households, rows[2].population) == (88, 240)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_json"),
        (b"\xff\xfe\x00", "not_utf8"),
        ("网格".encode("gb18030"), "not_utf8"),
        (b"[" * 100_000, "not_json"),
        (b"[1]", "not_geojson"),
        (b'{"features": {}}', "not_geojson"),
        (b'{"features": []}', "empty"),
        (b'{"datum": "mars", "features": [1]}', "unknown_datum"),
        (b'{"crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::4549"}}, "features": [1]}', "unknown_datum"),
        (b'{"features": ' + b"9" * 5_000 + b"}", "not_json"),
    ],
)
def test_a_file_that_is_no_use_is_one_plain_fault(content: bytes, code: str) -> None:
    rows, faults = read_grids(io.BytesIO(content))
    assert rows == []
    assert told(faults) == [(0, code)]


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    for path in (tmp_path / "none.geojson", tmp_path, "bad\0name"):
        assert told(read_grids(path)[1]) == [(0, "no_file")]


def test_the_usual_crs_members_of_geojson_are_degrees() -> None:
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4490"):
        content = {"crs": {"type": "name", "properties": {"name": name}}, "features": sound()}
        assert read_grids(io.StringIO(json.dumps(content)))[1] == []


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just(f"{VILLAGE}001")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(
            st.one_of(
                st.text(max_size=4), st.sampled_from(["type", "coordinates", "properties", "geometry", "code", "name"])
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=12,
)


@given(st.lists(JUNK, max_size=4))
def test_any_junk_in_place_of_features_ends_in_faults(features: list[object]) -> None:
    rows, faults = read(features)
    assert rows == []
    assert faults


@given(st.data())
def test_a_sound_file_with_one_thing_spoilt_never_raises(data: st.DataObject) -> None:
    features = copy.deepcopy(sound())
    one = data.draw(st.sampled_from(features))
    where = data.draw(
        st.sampled_from(["geometry", "properties", "coordinates", "ring", "point", "name", "code", "parent"])
    )
    junk = data.draw(JUNK)
    if where in ("geometry", "properties"):
        one[where] = junk
    elif where == "coordinates":
        one["geometry"]["coordinates"] = junk
    elif where == "ring":
        one["geometry"]["coordinates"][0] = junk
    elif where == "point":
        one["geometry"]["coordinates"][0][2] = junk
    else:
        one["properties"][where] = junk
    rows, faults = read(features)
    assert {row.row for row in rows} | {fault.row for fault in faults} >= {1, 2, 3, 4}
    for row in rows:
        assert shapely.from_geojson(json.dumps(row.boundary)).is_valid


@given(
    st.lists(
        st.tuples(st.floats(116.9, 117.1), st.floats(34.4, 34.6)).map(list),
        min_size=0,
        max_size=9,
    )
)
def test_any_ring_is_either_a_sound_polygon_or_a_fault(ring: list[list[float]]) -> None:
    rows, faults = read([feature(TOWN, {"type": "Polygon", "coordinates": [ring]})])
    assert len(rows) + len(faults) == 1
