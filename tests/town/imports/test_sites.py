"""Sites from a table: every fault before anything is written, twice is once, a code is never used again."""

from datetime import UTC, datetime

import pytest

from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.places.models import Site
from lianxin.places.sites.actions import SiteFacts, add_site, end_site
from lianxin.places.sites.codes import check_character
from towns import grid_named, who

HEAD = ("类型", "名称", "统一社会信用代码", "地址", "网格编码", "经度", "纬度")
CODE = "91999001MA1W00001" + check_character("91999001MA1W00001")
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def line(kind="小区", name="锦绣家园", code="", address="柳湾路 8 号", grid="", lon="117.005", lat="34.605"):
    return (kind, name, code, address, grid, lon, lat)


@pytest.fixture
def put_in(made, lianxin, tmp_path):
    """Import rows; what the command said."""

    def run(*rows, head=HEAD, more=()):
        return lianxin("import", "sites", made.workbook(tmp_path / "a.xlsx", rows, head=head), "--town", "LX", "--yes", *more)

    return run


def sites(town):
    return Site.objects.for_system("tests", town).order_by("code")


def test_sites_go_in_with_their_codes_and_the_same_file_again_changes_nothing(town, put_in):
    grid = grid_named(town, "1-2")
    rows = [line(), line("企业", "明禾粮油加工厂", CODE.lower()), line("公共场所", "利民广场", grid=grid.code, lon="", lat="")]
    assert "新增 3 处" in put_in(*rows).output
    found = {site.name: site for site in sites(town)}
    assert found["锦绣家园"].code == f"{grid_named(town, '1-1').code}-001"
    assert found["明禾粮油加工厂"].code == CODE
    assert (found["利民广场"].grid_id, found["利民广场"].lon) == (grid.pk, None)
    before = Entry.objects.for_system("tests", town).count()
    assert "新增 0 处，更新 0 处，不变 3 处" in put_in(*rows).output
    assert Entry.objects.for_system("tests", town).count() == before
    changed = [line(address="柳湾路 9 号"), line("企业", "明禾粮油有限公司", CODE, "", "", "", "")]
    assert "新增 0 处，更新 2 处，不变 0 处" in put_in(*changed).output
    found = {site.code: site for site in sites(town)}
    assert (found[CODE].name, found[CODE].address, found[CODE].lon) == ("明禾粮油有限公司", "柳湾路 8 号", 117.005)
    assert list(verify(town)) == []


def test_every_fault_is_told_by_row_and_nothing_is_written(town, put_in, codes):
    admin, far = who(town, "admin"), grid_named(town, "2-1").code
    gone = add_site(SiteFacts("venue", "旧站", grid_named(town, "1-1").pk), actor=admin, now=NOW)
    end_site(gone, "拆除", actor=admin, now=NOW)
    there = add_site(SiteFacts("enterprise", "面粉厂", grid_named(town, "1-1").pk), actor=admin, now=NOW)
    rows = [
        line("商店"), line(name=""), line("企业", code=CODE[:-1] + "0"), line("公共场所", code=CODE), line(code=gone.code),
        line(code=f"{far}-007"), line(lon="34.6", lat="117.0"), line(lon="110", lat="30"), line(grid=far), line(lon="", lat=""),
        line(grid="没有"), line(), line(), line("企业", "面粉厂", CODE), line(name="长" * 61),
    ]  # fmt: skip
    result = put_in(*rows)
    assert (result.exit_code, sites(town).count()) == (1, 2)
    assert codes() == [
        (2, "类型", "bad_choice"), (3, "名称", "missing"), (4, "统一社会信用代码", "bad_credit_code"), (5, "类型", "not_enterprise"),
        (6, "统一社会信用代码", "used_up"), (7, "统一社会信用代码", "unknown_site"), (8, "经度", "bad_place"), (9, "经度", "site_outside"),
        (10, "网格编码", "site_elsewhere"), (11, "网格编码", "site_no_place"), (12, "网格编码", "unknown_grid"),
        (14, "名称", "repeated_site"), (15, "名称", "site_there"), (16, "名称", "too_long"),
    ]  # fmt: skip
    assert there.code in result.output


def test_a_grid_that_has_given_all_its_codes_is_told(town, put_in, codes):
    grid = grid_named(town, "1-1")
    Site.objects.create(town=town, kind="venue", code=f"{grid.code}-998", name="末", grid=grid, valid_from="2026-01-01")
    assert put_in(line(name="甲"), line(name="乙")).exit_code == 1
    assert codes() == [(3, "网格编码", "grid_full")]
    assert put_in(line(name="甲")).exit_code == 0
    assert sites(town).filter(name="甲", code=f"{grid.code}-999").exists()


def test_points_of_other_maps_are_turned_and_a_table_without_names_is_refused(town, put_in):
    put_in(line(lon="117.0105", lat="34.6043"), more=("--datum", "gcj02"))
    assert abs(sites(town).get().lon - 117.0105) > 0.002
    result = put_in(line(), head=("甲", "乙", *HEAD[2:]))
    assert result.exit_code != 0
    assert "表里缺少列：类型、名称" in result.output


def test_a_dry_run_writes_nothing(town, put_in):
    assert "未写入" in put_in(line(), more=("--dry-run",)).output
    assert not sites(town).exists()
