"""What goes out: only what that person may see, masked, without formulas, with a trace."""

import csv
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from lianxin.cases.actions import open_case
from lianxin.cases.models import Case
from lianxin.cases.values import Contact, Draft
from lianxin.ledger.models import Entry
from lianxin.places.models import Grid
from lianxin.places.sites.actions import SiteFacts, add_site
from lianxin.town.exports.safety import as_written, for_excel, harmless
from towns import grid_named, who

SECRET = "王秀英", "19900000001"


@pytest.fixture
def case(town, now):
    draft = Draft(
        "request", "=HYPERLINK(1)", "家里电话19900000001，\x07路灯不亮", grid_id=grid_named(town, "1-1").pk,
        lon=117.005, lat=34.605, contact=Contact(*SECRET),
    )  # fmt: skip
    return open_case(draft, actor=who(town, "clerk"), now=now).case


def take_out(lianxin, what, path, username="supervisor.lx", *more):
    return lianxin("export", what, "--to", path, "--town", "LX", *(("--as", username) if username else ()), *more)


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "geojson"])
def test_cases_go_out_masked_and_without_formulas(town, tmp_path, lianxin, case, form):
    path = tmp_path / f"cases.{form}"
    result = take_out(lianxin, "cases", path)
    assert result.exit_code == 0, result.output
    row = read(path)
    assert not any(secret in str(row) for secret in SECRET)
    assert case.number in str(row)
    assert "199****" in str(row)
    if form in {"csv", "xlsx"}:
        assert row["标题"] == "'=HYPERLINK(1)"
    assert path.stat().st_mode & 0o077 == 0


def read(path):
    """The only row of a file."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            (row,) = csv.DictReader(file)
        return row
    if path.suffix == ".xlsx":
        head, row = load_workbook(path).active.values
        return dict(zip(head, row, strict=True))
    if path.suffix == ".jsonl":
        return json.loads(path.read_text("utf-8"))
    (feature,) = json.loads(path.read_text("utf-8"))["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [117.005, 34.605]}
    return feature["properties"]


def test_personal_details_go_out_in_full_only_to_who_may_see_them(town, tmp_path, lianxin, case):
    assert take_out(lianxin, "cases", tmp_path / "a.csv", "leader.lx", "--personal").exit_code == 2
    assert take_out(lianxin, "cases", tmp_path / "b.csv", "supervisor.lx", "--personal").exit_code == 0
    row = read(tmp_path / "b.csv")
    assert (row["诉求人"], row["电话"]) == SECRET
    entry = Entry.objects.for_system("tests", town).get(act="export")
    assert entry.data == {"what": "cases", "format": "csv", "rows": 1, "personal": True}
    assert entry.post_id == who(town, "supervisor").post_id


@pytest.mark.parametrize("username", ["clerk.lx", "worker.lx", "admin.lx", "supervisor.qh", "nobody"])
def test_who_may_not_export_is_refused_and_no_file_is_made(town, other_town, tmp_path, lianxin, case, username):
    path = tmp_path / "a.csv"
    assert take_out(lianxin, "cases", path, username).exit_code == 2
    assert not path.exists()


def test_cases_of_another_town_and_confidential_ones_stay(town, other_town, tmp_path, lianxin, case, now):
    open_case(Draft("dispute", "两家争吵"), actor=who(town, "mediator"), now=now)
    open_case(Draft("request", "别镇的事"), actor=who(other_town, "clerk"), now=now)
    take_out(lianxin, "cases", tmp_path / "a.jsonl")
    lines = (tmp_path / "a.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["number"] for line in lines] == [case.number]


def test_cases_and_people_need_a_name_and_a_file_that_is_there_stays(town, tmp_path, lianxin, case):
    assert take_out(lianxin, "cases", tmp_path / "a.csv", "").exit_code == 2
    assert take_out(lianxin, "people", tmp_path / "a.csv", "").exit_code == 2
    (tmp_path / "a.csv").write_text("mine")
    assert take_out(lianxin, "cases", tmp_path / "a.csv").exit_code == 2
    assert (tmp_path / "a.csv").read_text() == "mine"
    assert take_out(lianxin, "cases", tmp_path / "a.csv", "supervisor.lx", "--overwrite").exit_code == 0
    assert take_out(lianxin, "cases", tmp_path / "a.doc").exit_code == 2
    assert take_out(lianxin, "cases", tmp_path / "none" / "a.csv").exit_code == 2


def test_an_export_that_breaks_off_leaves_the_old_file_and_no_half_one(town, tmp_path, lianxin, case, monkeypatch):
    path = tmp_path / "a.csv"
    take_out(lianxin, "cases", path)
    before = path.read_bytes()

    def breaks(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(csv, "writer", breaks)
    result = take_out(lianxin, "cases", path, "supervisor.lx", "--overwrite")
    assert result.exit_code == 2
    assert "不能写入" in result.output
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]
    assert path.read_bytes() == before


def test_the_ledger_goes_out_with_its_digests_and_without_texts(town, tmp_path, lianxin, case):
    assert take_out(lianxin, "ledger", tmp_path / "l.jsonl", "").exit_code == 0
    assert take_out(lianxin, "ledger", tmp_path / "m.jsonl", "auditor.lx").exit_code == 0
    assert take_out(lianxin, "ledger", tmp_path / "n.jsonl", "leader.lx").exit_code == 2
    rows = [json.loads(line) for line in (tmp_path / "l.jsonl").read_text("utf-8").splitlines()]
    (entry,) = [row for row in rows if row["subject"] == f"case:{case.pk}"]
    assert entry["digest"] == Case.objects.for_system("tests", town).get().head
    assert "路灯" not in str(rows)
    assert "HYPERLINK" not in str(rows)


@given(st.text())
def test_a_text_made_harmless_runs_nowhere_and_comes_back_as_it_was(text):
    safe = harmless(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    if not text.startswith("'"):
        assert as_written(safe) == text


def test_numbers_stay_numbers_and_a_workbook_gets_no_control_characters():
    assert harmless(-3.5) == -3.5
    assert for_excel("a\x07b\ud800") == "ab"
    assert len(for_excel("长" * 40_000)) == 32_767


@pytest.mark.parametrize(("what", "name"), [("sites", "s.xlsx"), ("sites", "s.csv"), ("grids", "g.zip"), ("grids", "g.xlsx")])
def test_ground_and_sites_go_out_by_command_with_a_trace_and_come_in_unchanged(town, now, tmp_path, lianxin, what, name):
    add_site(SiteFacts("venue", "𠮷广场", grid_named(town, "1-2").pk, "", 117.0123, 34.605), actor=who(town, "admin"), now=now)
    Grid.objects.for_system("tests", town).update(area_m2=1.0)
    result = lianxin("export", what, "--to", tmp_path / name, "--town", "LX")
    assert result.exit_code == 0, result.output
    assert Entry.objects.for_system("tests", town).get(act="export").data["what"] == what
    again = lianxin("import", what, tmp_path / name, "--town", "LX", "--yes")
    assert again.exit_code == 0, again.output
    word = {"sites": "新增 0 处，更新 0 处，不变 1 处", "grids": "新增 0 个，更新 0 个，不变 6 个"}[what]
    assert word in again.output
