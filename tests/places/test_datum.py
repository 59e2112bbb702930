"""Datums: there and back, known offsets, and refusals."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianxin.places.datum import BadPoint, Datum, checked, datum_named, from_wgs84, to_wgs84

# Inside the rectangle in which GCJ-02 shifts, a kilometre and more from its edge.
LONS = st.floats(73.7, 135.0)
LATS = st.floats(3.9, 53.5)
DATUMS = st.sampled_from(list(Datum))


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance, good enough at this scale."""
    mean = math.radians((a[1] + b[1]) / 2)
    return math.hypot((a[0] - b[0]) * math.cos(mean), a[1] - b[1]) * 111_320


@given(LONS, LATS, DATUMS)
def test_a_place_comes_back_from_every_datum(lon: float, lat: float, datum: Datum) -> None:
    there = from_wgs84(lon, lat, datum)
    back = to_wgs84(*there, datum)
    assert abs(back[0] - lon) < 1e-7
    assert abs(back[1] - lat) < 1e-7
    assert metres(back, (lon, lat)) < 0.5


@given(LONS, LATS, DATUMS)
def test_a_point_of_any_datum_survives_the_way_to_wgs84_and_back(lon: float, lat: float, datum: Datum) -> None:
    back = from_wgs84(*to_wgs84(lon, lat, datum), datum)
    assert metres(back, (lon, lat)) < 0.5


@given(LONS, LATS)
def test_the_shifts_are_of_the_known_size(lon: float, lat: float) -> None:
    here = (lon, lat)
    assert metres(here, from_wgs84(lon, lat, Datum.GCJ02)) < 1_000
    assert 100 < metres(here, from_wgs84(lon, lat, Datum.BD09)) < 2_500


# The test vectors the open implementations of these datums have published for a decade.
@pytest.mark.parametrize(
    ("wgs", "other", "datum"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597), Datum.GCJ02),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766), Datum.GCJ02),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069), Datum.GCJ02),
        ((116.39775550083061, 39.91359571849836), (116.41036949371029, 39.92133699351022), Datum.BD09),
    ],
)
def test_published_places_lie_where_they_were_published(
    wgs: tuple[float, float], other: tuple[float, float], datum: Datum
) -> None:
    assert metres(from_wgs84(*wgs, datum), other) < 0.5
    assert metres(to_wgs84(*other, datum), wgs) < 0.5


def test_the_published_pair_of_gcj_02_and_bd_09_is_one_place() -> None:
    gcj, bd = (116.404, 39.915), (116.41036949371029, 39.92133699351021)
    assert metres(to_wgs84(*gcj, Datum.GCJ02), to_wgs84(*bd, Datum.BD09)) < 0.01


@given(st.floats(-180, 73), st.floats(-89, 89), st.sampled_from([Datum.WGS84, Datum.GCJ02]))
def test_abroad_nothing_is_shifted(lon: float, lat: float, datum: Datum) -> None:
    if abs(lat) > 3.8 or abs(lon) <= 73:
        assert to_wgs84(lon, lat, datum) == pytest.approx((lon, lat), abs=1e-9)


@pytest.mark.parametrize(
    ("name", "datum"),
    [
        ("WGS-84", Datum.WGS84),
        ("CGCS2000", Datum.WGS84),
        ("EPSG:4490", Datum.WGS84),
        ("gcj_02", Datum.GCJ02),
        (Datum.BD09, Datum.BD09),
        ("BD09LL", Datum.BD09),
    ],
)
def test_a_datum_is_known_by_its_usual_names(name: str, datum: Datum) -> None:
    assert datum_named(name) is datum


@pytest.mark.parametrize("name", ["", "mars", "gcj", None, 4326, "bd09mc"])
def test_an_unknown_datum_is_refused_by_name(name: object) -> None:
    with pytest.raises(BadPoint) as refused:
        datum_named(name)
    assert refused.value.code == "unknown_datum"


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (34.6, 117.0, "swapped"),
        (181.0, 10.0, "out_of_range"),
        (117.0, -90.5, "out_of_range"),
        (39_500_000, 3_830_000, "out_of_range"),
        (math.nan, 34.0, "not_a_number"),
        (117.0, math.inf, "not_a_number"),
        (True, 34.0, "not_a_number"),
        (None, 34.0, "missing"),
        (117.0, "", "missing"),
        ("东经", 34.0, "not_a_number"),
        (10**400, 34.0, "not_a_number"),
    ],
)
def test_impossible_coordinates_are_refused_with_their_reason(lon: object, lat: object, code: str) -> None:
    with pytest.raises(BadPoint) as refused:
        to_wgs84(lon, lat, Datum.GCJ02)
    assert refused.value.code == code
    assert str(refused.value)


@given(st.one_of(st.none(), st.text(), st.floats(), st.integers(), st.booleans(), st.binary()))
def test_whatever_is_handed_in_the_answer_is_a_point_or_a_refusal(junk: object) -> None:
    try:
        lon, lat = checked(junk, junk)
    except BadPoint:
        return
    assert -180 <= lon <= 180
    assert -90 <= lat <= 90
