"""Grids from GeoJSON by command: all faults first, all or none, and out again the same."""

import json

import pytest

from lianxin.ledger.verify import verify
from lianxin.places.models import Grid
from lianxin.places.queries import grid_tree
from towns import square


def feature(code, name, geometry, **more):
    return {"type": "Feature", "properties": {"code": code, "name": name, **more}, "geometry": geometry}


def collection(path, *features):
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), "utf-8")
    return path


def put_in(lianxin, path, *more):
    return lianxin("import", "grids", path, "--town", "LX", "--yes", *more)


@pytest.mark.row("A1")
def test_grids_taken_out_and_put_in_again_are_the_same(town, tmp_path, lianxin):
    path = tmp_path / "grids.geojson"
    assert lianxin("export", "grids", "--to", path, "--town", "LX").exit_code == 0
    before = list(Grid.objects.for_system("tests", town).order_by("id").values())
    first = put_in(lianxin, path)
    assert first.exit_code == 0, first.output
    assert "新增 0 个" in first.output
    again = tmp_path / "again.geojson"
    lianxin("export", "grids", "--to", again, "--town", "LX")
    assert "新增 0 个，更新 0 个，不变 6 个" in put_in(lianxin, again).output
    lianxin("export", "grids", "--to", path, "--town", "LX", "--overwrite")
    assert path.read_bytes() == again.read_bytes()
    same = [{name: row[name] for name in ("id", "code", "name", "path", "households")} for row in before]
    after = Grid.objects.for_system("tests", town).order_by("id").values("id", "code", "name", "path", "households")
    assert list(after) == same


@pytest.mark.row("A1")
def test_a_new_grid_goes_in_with_a_trace_and_is_found(town, tmp_path, lianxin):
    code = f"{town.code}202001001"
    path = collection(tmp_path / "g.geojson", feature(code, "东微网格", square(117.02, 34.6, 0.005), households=15))
    result = put_in(lianxin, path)
    assert "新增 1 个" in result.output, result.output
    assert code in {node.code for node in grid_tree(town).values()}
    assert list(verify(town)) == []


def test_every_fault_is_told_by_row_and_nothing_is_written(town, tmp_path, lianxin):
    overlap = feature(f"{town.code}202002", "重叠", square(117.02, 34.6))
    path = collection(
        tmp_path / "g.geojson", overlap, feature("12", "短", square(117.03, 34.6)), feature("", "", {"type": "Point"})
    )
    before = Grid.objects.for_system("tests", town).count()
    result = put_in(lianxin, path)
    assert result.exit_code == 1
    listed = path.with_name("g.geojson.faults.csv").read_text("utf-8-sig")
    assert [code in listed for code in ("overlap", "bad_code", "no_code", "no_name", "no_polygon")] == [True] * 5
    assert Grid.objects.for_system("tests", town).count() == before


def test_a_dry_run_writes_nothing_and_a_file_that_is_no_geojson_is_told(town, tmp_path, lianxin):
    path = collection(tmp_path / "g.geojson", feature(f"{town.code}202001001", "东微网格", square(117.02, 34.6, 0.005)))
    assert "都没有问题；未写入" in put_in(lianxin, path, "--dry-run").output
    assert Grid.objects.for_system("tests", town).filter(name="东微网格").count() == 0
    path.write_text("{", "utf-8")
    assert put_in(lianxin, path).exit_code == 1
