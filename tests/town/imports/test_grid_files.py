"""Grids as a zipped Shapefile, Excel and CSV: read with every fault by row, and out again the same."""

import contextlib
import io
import json
import zipfile

import pytest
import shapefile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianxin.places.actions import import_grids
from lianxin.places.datum import from_wgs84
from lianxin.places.models import Grid
from lianxin.places.queries import grid_tree
from lianxin.places.tiling import same_ground
from lianxin.town.exports.grids import COLUMNS, grid_rows, grid_table, wkt_of
from lianxin.town.exports.shapefiles import WGS84, write_shapefile
from lianxin.town.exports.writing import write
from lianxin.town.imports.cells import Wrong
from lianxin.town.imports.faults import Unreadable
from lianxin.town.imports.grids import geometry_of, read_grid_file
from lianxin.town.imports.shapefiles import datum_in, read_shapefile
from lianxin.town.imports.sorts import SORTS, Options
from towns import grid_named, square, who

FIELDS = ("code", "name", "parent", "households")
RARE = "𠮷村䶮巷〇号院·é格"


def ring(lon, lat, width=0.005, height=0.01):
    return [[*point] for point in square(lon, lat, width, height)["coordinates"][0]]


def zipped(path, rows, *, encoding="utf-8", cpg="", prj=WGS84, fields=FIELDS, without=(), more=None):
    """A Shapefile as a mapping program writes it; `rows`: the words and the rings of each."""
    parts = {ending: io.BytesIO() for ending in ("shp", "shx", "dbf")}
    with shapefile.Writer(**parts, shapeType=shapefile.POLYGON, encoding=encoding) as writer:
        for name in fields:
            writer.field(name, "C", size=100)
        for words, rings in rows:
            writer.record(*words)
            writer.poly([list(reversed(each)) for each in rings])
    with zipfile.ZipFile(path, "w") as archive:
        for ending, part in parts.items():
            if ending not in without:
                archive.writestr(f"网格.{ending}", part.getvalue())
        for ending, text in (("prj", prj), ("cpg", cpg)):
            if text:
                archive.writestr(f"网格.{ending.upper()}", text)
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return path


def micro(town, serial=1, name="东微网格", **more):
    return ((f"{town.code}202001{serial:03d}", name, "", more.get("households", "15")), [ring(117.02 + 0.005 * (serial - 1), 34.6)])


def codes(faults):
    return [fault.code for fault in faults if fault.grave]


# ---- Shapefile -------------------------------------------------------------------------------------


@pytest.mark.row("A1")
@pytest.mark.parametrize(("encoding", "cpg"), [("utf-8", "UTF-8"), ("utf-8", ""), ("gbk", "GBK"), ("gbk", "936"), ("gbk", ""), ("gbk", "UTF-8")])
def test_a_zipped_shapefile_goes_in_whatever_its_encoding(town, tmp_path, lianxin, encoding, cpg):
    path = zipped(tmp_path / "g.zip", [micro(town, name="东陈村微网格")], encoding=encoding, cpg=cpg)
    result = lianxin("import", "grids", path, "--town", "LX", "--yes")
    assert "新增 1 个" in result.output, result.output
    (node,) = (node for node in grid_tree(town).values() if node.level == "micro")
    assert (node.name, node.households) == ("东陈村微网格", 15)


def test_chinese_names_of_columns_are_known_even_cut_off(town, tmp_path):
    words = micro(town)
    path = zipped(tmp_path / "g.zip", [(words[0][:2], words[1])], fields=("网格编", "网格名"))
    rows, faults = read_grid_file(path, town, datum=None)
    assert (codes(faults), [row.name for row in rows]) == ([], ["东微网格"])


def test_holes_and_parts_are_kept(town, tmp_path):
    outer, hole = ring(117.02, 34.6, 0.01), list(reversed(ring(117.022, 34.602, 0.002, 0.002)))
    other = ring(117.035, 34.6, 0.002)
    path = zipped(tmp_path / "g.zip", [((f"{town.code}202001001", "有洞", "", ""), [outer, hole, other])])
    (feature,) = read_shapefile(path).features
    shape = feature[1]["geometry"]
    assert (shape["type"], [len(part) for part in shape["coordinates"]]) == ("MultiPolygon", [2, 1])


@pytest.mark.parametrize(("prj", "datum"), [
    (WGS84, "wgs84"),
    ('GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM[…]]', "wgs84"),
    ('GEOGCS["China Geodetic Coordinate System 2000"]', "wgs84"), ('GEOGCS["CGCS2000"]', "wgs84"),
    ('GEOGCRS["GCJ-02"]', "gcj02"), ('GEOGCS["BD-09 (Baidu)"]', "bd09"), ('GEOGCS["GCS_Xian_1980"]', "GCS_Xian_1980"), ("", ""),
])  # fmt: skip
def test_the_datum_is_read_from_the_prj(prj, datum):
    assert datum_in(prj, "g.zip") == datum


def test_metres_on_a_plane_and_an_unknown_datum_are_refused_in_words(town, tmp_path):
    path = zipped(tmp_path / "g.zip", [micro(town)], prj='PROJCS["CGCS2000_3_Degree_GK_CM_117E",GEOGCS["GCS_China_2000"]]')
    with pytest.raises(Unreadable, match="平面直角坐标（CGCS2000_3_Degree_GK_CM_117E）"):
        read_grid_file(path, town, datum=None)
    path = zipped(tmp_path / "x.zip", [micro(town)], prj='GEOGCS["GCS_Xian_1980"]')
    told = read_grid_file(path, town, datum=None)[1]
    assert codes(told) == ["unknown_datum"]
    assert all(words in str(told[0]) for words in ("GCS_Xian_1980", "要先换算成 CGCS2000 或 WGS-84"))
    assert codes(read_grid_file(path, town, datum="wgs84")[1]) == []  # the person knows better


@pytest.mark.row("A1")
def test_metres_of_our_planes_are_turned_into_degrees_and_the_preview_says_so(town, tmp_path):
    zone = (
        'PROJCS["CGCS2000_3_Degree_GK_Zone_39",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
        'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
        'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",39500000.0],PARAMETER["False_Northing",0.0],'
        'PARAMETER["Central_Meridian",117.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )
    # 117.02°E 34.6°N, and half a kilometre of ground east and north of it
    west, south = 39_501_834.6, 3_830_219.7
    rings = [[[west, south], [west + 450, south], [west + 450, south + 500], [west, south + 500], [west, south]]]
    path = zipped(tmp_path / "g.zip", [((f"{town.code}202001001", "东微网格", "", "15"), rings)], prj=zone)
    rows, faults = read_grid_file(path, town, datum=None)
    assert codes(faults) == []
    (row,) = rows
    assert row.lon == pytest.approx(117.0224, abs=0.0002)
    assert row.lat == pytest.approx(34.6022, abs=0.0003)
    assert row.area_m2 == pytest.approx(225_000, rel=0.002)
    (note,) = (fault for fault in faults if fault.code == "turned")
    assert "CGCS2000_3_Degree_GK_Zone_39" in str(note)
    assert "117°" in str(note)
    wrong = zipped(tmp_path / "w.zip", [((f"{town.code}202001001", "东微网格", "", "15"), rings)], prj=zone.replace("39500000", "500000"))
    assert "wrong_datum" in codes(read_grid_file(wrong, town, datum=None)[1])


def test_a_file_that_names_no_datum_is_taken_for_wgs84_and_a_note_says_so(town, tmp_path):
    rows, faults = read_grid_file(zipped(tmp_path / "g.zip", [micro(town)], prj=""), town, datum=None)
    assert (len(rows), codes(faults)) == (1, [])
    assert "datum_assumed" in [fault.code for fault in faults]


def test_rows_struck_out_are_passed_over(town, tmp_path):
    path = zipped(tmp_path / "g.zip", [micro(town, 1), micro(town, 2, name="西微网格")])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    dbf = bytearray(parts["网格.dbf"])
    dbf[int.from_bytes(dbf[8:10], "little")] = ord("*")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**parts, "网格.dbf": bytes(dbf)}.items():
            archive.writestr(name, content)
    assert [row for row, _ in read_shapefile(path).features] == [2]


@pytest.mark.parametrize(("how", "said"), [
    ({"without": ("dbf",)}, "没有 .dbf"), ({"without": ("shp",)}, "没有 .shp"),
    ({"more": {"另一套.shp": b"x"}}, "不止一套"), ({"without": ("dbf",), "more": {"网格.dbf": b"\x03" * 40}}, "读不出来"),
    ({"without": ("shp",), "more": {"网格.shp": b"\x00\x00\x27\x0a" + b"\xff" * 300}}, "读不出来"),
    ({"without": ("dbf",), "more": {"网格.dbf": b""}}, "读不出来"),
    ({"more": {"网格.cpg": "klingon"}, "cpg": ""}, None),
])  # fmt: skip
def test_a_zip_that_is_no_shapefile_is_told_as_such(town, tmp_path, how, said):
    path = zipped(tmp_path / "g.zip", [micro(town)], **how)
    if said is None:
        assert codes(read_grid_file(path, town, datum=None)[1]) == []
        return
    with pytest.raises(Unreadable, match=said):
        read_grid_file(path, town, datum=None)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(town, tmp_path, monkeypatch):
    monkeypatch.setattr("lianxin.town.imports.shapefiles.MOST_UNPACKED", 200)
    with pytest.raises(Unreadable, match="异常地大"):
        read_grid_file(zipped(tmp_path / "g.zip", [micro(town)]), town, datum=None)


def test_shp_alone_and_points_instead_of_polygons_are_told(town, tmp_path):
    alone = tmp_path / "g.shp"
    alone.write_bytes(b"\x00\x00\x27\x0a" + b"\0" * 96)
    with pytest.raises(Unreadable, match="一起打成 zip"):
        read_grid_file(alone, town, datum=None)
    parts = {ending: io.BytesIO() for ending in ("shp", "shx", "dbf")}
    with shapefile.Writer(**parts, shapeType=shapefile.POINT) as writer:
        writer.field("code", "C", size=20)
        writer.field("name", "C", size=20)
        writer.record(f"{town.code}202001001", "点")
        writer.point(117.02, 34.6)
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        for ending, part in parts.items():
            archive.writestr(f"p.{ending}", part.getvalue())
    assert codes(read_grid_file(tmp_path / "p.zip", town, datum=None)[1]) == ["no_polygon"]


@given(content=st.binary(max_size=400), ending=st.sampled_from(["shp", "dbf", "prj", "cpg"]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_lies_in_the_zip_it_is_read_or_refused_in_words(tmp_path, content, ending):
    path = tmp_path / "g.zip"
    zipped(path, [(("999001101202001001", "微", "", ""), [ring(117.02, 34.6)])], without=(ending,))
    with zipfile.ZipFile(path, "a") as archive:
        if f"网格.{ending}" not in archive.namelist() and f"网格.{ending.upper()}" not in archive.namelist():
            archive.writestr(f"网格.{ending}", content)
    with contextlib.suppress(Unreadable):  # nothing else may be raised
        read_shapefile(path)


# ---- tables ----------------------------------------------------------------------------------------

HEAD = ("网格编码", "网格名称", "上级编码", "层级", "户数", "人口", "边界")


def line(town, serial=1, boundary=None, **more):
    drawn = wkt_of(square(117.02 + 0.005 * (serial - 1), 34.6, 0.005)) if boundary is None else boundary
    return (more.get("code", f"{town.code}202001{serial:03d}"), more.get("name", f"微{serial}"), "", more.get("level", "微网格"), 15, 40, drawn)


@pytest.mark.parametrize("boundary", [
    "POLYGON((117.02 34.6,117.025 34.6,117.025 34.61,117.02 34.61,117.02 34.6))",
    "SRID=4490;MultiPolygon Z (((117.02 34.6 5,117.025 34.6 5,117.025 34.61 5,117.02 34.61 5,117.02 34.6 5)))",
    "117.02,34.6; 117.025,34.6；117.025 34.61|117.02，34.61",
    "117.02 34.6 117.025 34.6 117.025 34.61 117.02 34.61",
    '{"type": "Polygon", "coordinates": [[[117.02, 34.6], [117.025, 34.6], [117.025, 34.61], [117.02, 34.61]]]}',
])  # fmt: skip
def test_a_boundary_in_a_cell_is_read_however_it_is_written(town, tmp_path, made, boundary):
    path = made.workbook(tmp_path / "g.xlsx", [line(town, boundary=boundary)], head=HEAD)
    rows, faults = read_grid_file(path, town, datum="wgs84")
    assert codes(faults) == []
    assert [(row.level, row.households, row.population, round(row.lon, 4), round(row.lat, 4)) for row in rows] == [("micro", 15, 40, 117.0225, 34.605)]


@pytest.mark.parametrize("text", ["x", "POLYGON((1 2", "POLYGON EMPTY((", "{", "117,34;118", "117.1", '{"a": 1'])
def test_what_is_no_boundary_is_refused(text):
    with pytest.raises(Wrong) as wrong:
        geometry_of(text)
    assert wrong.value.code == "bad_boundary"


def test_every_fault_of_a_table_is_told_by_its_row_at_once(town, tmp_path, made):
    bow = "117.02,34.6; 117.03,34.61; 117.03,34.6; 117.02,34.61"
    rows = [
        line(town, 1), line(town, 1, name="重复"), line(town, 2, boundary=bow), line(town, 3, code="12"), line(town, 4, boundary="乱写"),
        line(town, 5, level="村"), line(town, 6, code=f"{town.code}999001001"), line(town, 7, level="省"), line(town, 8, boundary="34.6,117.02;34.6,117.03;34.7,117.03"),
        line(town, 9, name="=1+"), line(town, 10, name=""),
    ]  # fmt: skip
    path = made.workbook(tmp_path / "g.xlsx", rows, head=HEAD, above=[("某镇网格一览表",)])
    _rows, faults = read_grid_file(path, town, datum=None)
    told = {(fault.row, fault.code) for fault in faults if fault.grave}
    assert told >= {(4, "duplicate_code"), (5, "self_crossing"), (6, "bad_code"), (7, "bad_boundary"), (8, "wrong_level"), (9, "unknown_parent"), (10, "bad_level"), (11, "wrong_datum"), (12, "no_value"), (13, "no_name")}


def test_points_of_another_datum_are_shifted_where_it_is_named(town, tmp_path, made):
    drawn = [from_wgs84(*point, "bd09") for point in square(117.02, 34.6, 0.005)["coordinates"][0]]
    text = ";".join(f"{lon},{lat}" for lon, lat in drawn)
    path = made.table(tmp_path / "g.csv", [line(town, boundary=text)], head=HEAD, encoding="gbk")
    rows, faults = read_grid_file(path, town, datum="bd09")
    assert codes(faults) == []
    assert rows[0].lon == pytest.approx(117.0225, abs=1e-6)
    assert "wrong_datum" in codes(read_grid_file(path, town, datum=None)[1])


def test_a_known_grid_may_come_without_its_boundary_and_keeps_it(town, tmp_path, made, now):
    grid = grid_named(town, "1-1")
    path = made.table(tmp_path / "g.csv", [(grid.code, "改名一格")], head=HEAD[:2])
    rows, faults = read_grid_file(path, town, datum=None)
    assert codes(faults) == []
    assert import_grids(town, rows, actor=who(town, "admin"), now=now).changed == 1
    after = Grid.objects.for_system("tests", town).get(pk=grid.pk)
    assert (after.name, after.boundary, after.lon) == ("改名一格", grid.boundary, grid.lon)
    new = made.table(tmp_path / "n.csv", [(f"{town.code}202009", "新格")], head=HEAD[:2])
    assert codes(read_grid_file(new, town, datum=None)[1]) == ["no_polygon"]


# ---- out and in again ------------------------------------------------------------------------------


def written(town, path):
    if path.suffix == ".zip":
        write_shapefile(path, COLUMNS, grid_rows(town))
    elif path.suffix == ".geojson":
        write(path, "geojson", COLUMNS, grid_rows(town))
    else:
        write(path, path.suffix[1:], *grid_table(town))
    return path


@pytest.mark.row("A1")
@pytest.mark.parametrize("ending", ["geojson", "zip", "xlsx", "csv"])
@given(names=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=60), min_size=6, max_size=6))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_goes_out_changes_nothing_when_it_comes_in(town, tmp_path, now, ending, names):
    grids = list(Grid.objects.for_system("tests", town).order_by("code"))
    for grid, name in zip(grids, names, strict=True):
        Grid.objects.for_system("tests", town).filter(pk=grid.pk).update(name=name, area_m2=1.0, households=len(name))
    looked = SORTS["grids"].look(written(town, tmp_path / f"g.{ending}"), town, Options(), now)
    assert [str(fault) for fault in looked.faults if fault.grave] == []
    assert {name: looked.counts[name] for name in ("added", "changed", "same")} == {"added": 0, "changed": 0, "same": 6}


@pytest.mark.parametrize("ending", ["geojson", "zip", "xlsx", "csv"])
def test_rare_letters_long_boundaries_holes_and_grids_without_ground_come_back_as_they_were(town, tmp_path, now, ending):
    points = [[117.02 + 0.01 * at / 2000, 34.6 + 0.000001 * (at % 2)] for at in range(2000)]
    hole = [[117.022, 34.604], [117.024, 34.604], [117.024, 34.606], [117.022, 34.604]]
    drawn = {"type": "Polygon", "coordinates": [[*points, [117.03, 34.61], [117.02, 34.61], points[0]], hole]}
    grid = grid_named(town, "2-1")
    rows = Grid.objects.for_system("tests", town)
    rows.filter(pk=grid.pk).update(boundary=drawn, name=RARE, area_m2=5.0)
    rows.filter(pk=grid_named(town, "1-2").pk).update(boundary=None, area_m2=0)
    rows.exclude(area_m2=5.0).update(area_m2=1.0)
    assert len(json.dumps(drawn)) > 32_767
    looked = SORTS["grids"].look(written(town, tmp_path / f"g.{ending}"), town, Options(), now)
    assert [str(fault) for fault in looked.faults if fault.grave] == []
    assert (looked.counts["changed"], looked.counts["same"], looked.counts["left"]) == (0, 6, 0)


def test_the_same_ground_told_from_another_point_the_other_way_round_is_the_same():
    one = square(117.0, 34.6)
    turned = [*one["coordinates"][0][2:], *one["coordinates"][0][1:3]]
    assert same_ground(one, {"type": "Polygon", "coordinates": [list(reversed(turned))]})
    assert same_ground(one, {"type": "MultiPolygon", "coordinates": [one["coordinates"]]})
    assert not same_ground(one, square(117.0, 34.6, 0.0100001))
    assert not same_ground(one, None)
