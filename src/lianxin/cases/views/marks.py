"""Marks of a map as GeoJSON: points that are cases, and points that stand for several (`count`, `late`, `bounds`)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

DIGITS = 6  # decimals of a degree: a hand's breadth


def point(lon: float, lat: float, told: Mapping[str, Any]) -> dict[str, Any]:
    """A point with what is told of it."""
    place = {"type": "Point", "coordinates": [round(lon, DIGITS), round(lat, DIGITS)]}
    return {"type": "Feature", "geometry": place, "properties": dict(told)}


def crowd(cell: Mapping[str, Any]) -> dict[str, Any]:
    """A cell that holds several cases, in the middle of them; `bounds` is the box they lie in."""
    bounds = [round(cell[edge], DIGITS) for edge in ("west", "south", "east", "north")]
    return point(cell["lon"], cell["lat"], {"count": cell["n"], "late": cell["late"], "bounds": bounds})


def collection(features: Sequence[Mapping[str, Any]]) -> str:
    """The features of a map as one text."""
    made = {"type": "FeatureCollection", "features": features}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))
