"""Cases from another system: every sound row once, every other row refused with its reason, nobody notified."""

import csv
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from lianxin.cases.models import Case, Duty, Reporter
from lianxin.jobs.models import Job
from lianxin.ledger.models import Text
from lianxin.ledger.verify import verify
from lianxin.notices.models import Message
from lianxin.town.imports import cases as importing
from lianxin.town.imports.cells import Wrong, count_of, moment_of, text_of
from lianxin.town.imports.maps import read_map
from lianxin.town.imports.tables import open_table
from towns import grid_named, who

MESSAGES = Path(__file__).parents[4] / "shared" / "data" / "messages-hot.xlsx"
ZONE = ZoneInfo("Asia/Shanghai")


def cases_of(town):
    return Case.objects.for_system("tests", town)


def bring(lianxin, path, *more, plan="hotline"):
    return lianxin("import", "cases", path, "--map", plan, "--town", "LX", "--yes", *more)


def refused(path):
    """The list of faults beside a file: row, column, code."""
    with path.with_name(f"{path.name}.faults.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(int(row[0]), row[1], row[4]) for row in list(csv.reader(file))[1:]]


@pytest.mark.row("B1")
def test_each_row_becomes_a_case_in_the_inbox_with_its_own_time_and_words(town, tmp_path, made, lianxin):
    grid = grid_named(town, "1-1")
    rows = [
        made.row("H-1", text="　　村口路灯\t\t不亮。\n\n\n\n请尽快\xa0处理", grid=grid.code, category="streetlight"),
        made.row("H-2", name="", phone="", when=datetime(2026, 1, 5, 7, 8, 9)),  # noqa: DTZ001,
    ]
    before = timezone.now()
    result = bring(lianxin, made.workbook(tmp_path / "热线.xlsx", rows))
    assert result.exit_code == 0, result.output
    assert "新增 2 件" in result.output
    first, second = cases_of(town).order_by("id")
    assert first.happened_at == datetime(2026, 2, 1, 8, 30, tzinfo=ZONE)
    assert second.happened_at == datetime(2026, 1, 5, 7, 8, 9, tzinfo=ZONE)
    assert first.recorded_at >= before
    assert first.due_at > first.recorded_at
    assert (first.grid_id, first.category.key, first.channel) == (grid.pk, "streetlight", "12345")
    assert first.answers == {"external_number": "H-1", "source": "热线工单"}
    body = Text.objects.for_system("tests", town).get(subject_id=first.pk, field="text").body
    assert body == "村口路灯 不亮。\n\n请尽快 处理"
    reporter = Reporter.objects.for_system("tests", town).get(case_id=first.pk)
    assert (reporter.name, reporter.phone, reporter.public_consent) == ("王某", "19900000001", False)
    assert Duty.objects.for_system("tests", town).filter(what="main", done_at=None).count() == 2
    assert list(verify(town)) == []


def test_nobody_is_notified(town, tmp_path, made, lianxin):
    bring(lianxin, made.workbook(tmp_path / "a.xlsx", [made.row()]))
    assert not Job.objects.for_system("tests", town).exists()
    assert not Message.objects.for_system("tests", town).exists()


def test_a_preview_writes_nothing_and_shows_rows_as_they_would_be(town, tmp_path, made, lianxin):
    path = made.workbook(tmp_path / "a.xlsx", [made.row("H-1", title="　路灯\t不亮 "), made.row("H-2", when="某天")])
    result = bring(lianxin, path, "--preview")
    assert "路灯 不亮" in result.output
    assert "可导入 1，已导入过 0，拒收 1" in result.output
    assert result.exit_code == 1
    assert refused(path) == [(3, "来电时间", "bad_date")]
    assert not cases_of(town).exists()


def test_who_says_no_writes_nothing(town, tmp_path, made, lianxin):
    path = made.workbook(tmp_path / "a.xlsx", [made.row()])
    result = lianxin("import", "cases", path, "--map", "hotline", answer="n\n")
    assert result.exit_code == 1
    assert not cases_of(town).exists()


def test_every_fault_of_every_row_is_listed_with_its_reason(town, tmp_path, made, lianxin):
    tomorrow = timezone.now() + timedelta(days=1)
    wrong = {
        "missing": made.row(None), "bad_phone": made.row("2", phone="12ab"), "bad_date": made.row("3", when="2026-02-31 10:00"),
        "future": made.row("4", when=f"{tomorrow:%Y-%m-%d %H:%M:%S}"), "too_early": made.row("5", when="1900-01-01"),
        "unknown_grid": made.row("6", grid="999"), "unknown_category": made.row("7", category="没有的"),
        "error_value": made.row("8", title="#REF!"), "too_long": made.row("9", text="长" * 60_000),
        "rounded": made.row(1234567890123456), "no_value": made.row("11", title="=1+1"),
    }  # fmt: skip
    path = made.workbook(tmp_path / "a.xlsx", [*wrong.values(), made.row("good")])
    # Excel holds 32,767 characters in a cell: the text that is too long comes in a CSV of its own.
    result = bring(lianxin, path)
    codes = {row: code for row, _, code in refused(path)}
    assert [codes.get(row) for row in range(2, 2 + len(wrong))] == [
        None if code == "too_long" else code for code in wrong
    ]
    assert result.exit_code == 1
    assert cases_of(town).count() == 2


def test_a_cell_of_two_megabytes_is_refused_by_row_and_the_rest_goes_in(town, tmp_path, made, lianxin):
    path = made.table(tmp_path / "a.csv", [made.row("1", text="长" * 700_000), made.row("2")])
    assert path.stat().st_size > 2_000_000
    bring(lianxin, path)
    assert refused(path) == [(2, "诉求内容", "too_long")]
    assert cases_of(town).count() == 1


def test_the_list_of_faults_runs_no_formula_and_is_for_its_owner_alone(town, tmp_path, made, lianxin):
    path = made.workbook(tmp_path / "a.xlsx", [made.row("1", phone="@SUM(1)")])
    bring(lianxin, path)
    beside = path.with_name("a.xlsx.faults.csv")
    assert beside.stat().st_mode & 0o077 == 0
    for line in csv.reader(beside.read_text("utf-8-sig").splitlines()):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line)


def test_a_list_of_faults_from_an_earlier_try_goes_when_all_is_well(town, tmp_path, made, lianxin):
    path = made.workbook(tmp_path / "a.xlsx", [made.row("1", phone="x")])
    bring(lianxin, path)
    assert refused(path)
    made.workbook(path, [made.row("1")])
    bring(lianxin, path)
    assert not path.with_name("a.xlsx.faults.csv").exists()


def test_another_file_named_for_the_faults_by_mistake_is_not_lost_when_there_are_none(town, tmp_path, made, lianxin):
    (tmp_path / "mine.txt").write_text("mine")
    bring(lianxin, made.workbook(tmp_path / "a.xlsx", [made.row("1")]), "--faults", tmp_path / "mine.txt")
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_the_same_file_again_adds_nothing_and_says_so(town, tmp_path, made, lianxin):
    path = made.workbook(tmp_path / "a.xlsx", [made.row(str(at)) for at in range(5)])
    bring(lianxin, path)
    again = bring(lianxin, path)
    assert again.exit_code == 0
    assert "没有新的事项" in again.output
    assert cases_of(town).count() == 5


def test_the_same_rows_from_a_csv_count_as_the_same(town, tmp_path, made, lianxin):
    bring(lianxin, made.workbook(tmp_path / "a.xlsx", [made.row("1")]))
    bring(lianxin, made.table(tmp_path / "a.csv", [made.row("1")], encoding="gb18030"))
    assert cases_of(town).count() == 1


def test_a_number_with_other_words_is_refused_and_what_is_there_stays(town, tmp_path, made, lianxin):
    bring(lianxin, made.workbook(tmp_path / "a.xlsx", [made.row("1", title="甲")]))
    path = made.workbook(tmp_path / "b.xlsx", [made.row("1", title="乙"), made.row("2", title="丙")])
    result = bring(lianxin, path)
    assert refused(path) == [(2, "工单编号", "changed")]
    assert result.exit_code == 1
    assert sorted(cases_of(town).values_list("title", flat=True)) == ["丙", "甲"]


def test_a_number_twice_in_a_file_goes_in_once_and_its_other_words_are_refused(town, tmp_path, made, lianxin):
    rows = [made.row("1"), made.row("1"), made.row("1", title="别的")]
    path = made.workbook(tmp_path / "a.xlsx", rows)
    result = bring(lianxin, path)
    assert "文件内重复 1 行" in result.output
    assert refused(path) == [(4, "工单编号", "repeated")]
    assert cases_of(town).count() == 1


def test_the_same_number_of_another_source_is_another_case(town, tmp_path, made, lianxin):
    bring(lianxin, made.workbook(tmp_path / "a.xlsx", [made.row("1")]))
    head = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "反对数", "点赞数")
    other = made.workbook(tmp_path / "b.xlsx", [(1, "A01", "题", "2020/1/8 9:32:33", "文", 2, 30)], head=head)
    bring(lianxin, other, plan="messages")
    case = cases_of(town).get(answers__source="网络留言")
    assert case.answers == {
        "external_number": "1",
        "user": "A01",
        "source": "网络留言",
        "votes_for": 30,
        "votes_against": 2,
    }
    assert case.happened_at == datetime(2020, 1, 8, 9, 32, 33, tzinfo=ZONE)
    assert Reporter.objects.for_system("tests", town).get(case_id=case.pk).name == ""


def test_an_import_broken_off_goes_on_where_it_was(town, tmp_path, made, lianxin, monkeypatch):
    path = made.table(tmp_path / "a.csv", [made.row(str(at)) for at in range(50)])
    monkeypatch.setattr(importing, "BATCH", 10)
    real, count = importing.open_case, [0]

    def dies_in_the_third_batch(*args, **kwargs):
        count[0] += 1
        if count[0] == 25:
            raise MemoryError
        return real(*args, **kwargs)

    monkeypatch.setattr(importing, "open_case", dies_in_the_third_batch)
    with pytest.raises(MemoryError):
        bring(lianxin, path)
    assert cases_of(town).count() == 20
    monkeypatch.setattr(importing, "open_case", real)
    result = bring(lianxin, path)
    assert "新增 30 件，已有 20 件" in result.output
    assert cases_of(town).count() == 50
    assert list(verify(town)) == []


def test_a_long_title_is_cut_and_kept_whole_in_the_text(town, tmp_path, made, lianxin):
    whole = "关于柳湾村三组道路积水严重影响出行的情况反映，" * 8
    bring(lianxin, made.workbook(tmp_path / "a.xlsx", [made.row("1", title=whole)]))
    case = cases_of(town).get()
    assert len(case.title) <= 120
    assert case.title.endswith("…")
    assert Text.objects.for_system("tests", town).get(subject_id=case.pk, field="text").body.startswith(whole)


def test_a_place_in_another_datum_is_stored_in_wgs84_and_finds_its_grid(town, tmp_path, made, lianxin):
    plan = tmp_path / "map.yaml"
    plan.write_text(
        "key: shifted\nname: {zh: 甲, en: a}\ndatum: gcj02\n"
        "columns: {number: [编号], title: [标题], lon: [经度], lat: [纬度]}\n",
        "utf-8",
    )
    from lianxin.places.datum import from_wgs84

    lon, lat = from_wgs84(117.005, 34.605, "gcj02")
    rows = [("1", "甲", lon, lat), ("2", "乙", lon, None), ("3", "丙", "东经", lat), ("4", "丁", None, None)]
    path = made.workbook(tmp_path / "a.xlsx", rows, head=("编号", "标题", "经度", "纬度"))
    bring(lianxin, path, plan=plan)
    assert [(row, code) for row, _, code in refused(path)] == [(3, "bad_place"), (4, "bad_place")]
    case = cases_of(town).get(title="甲")
    assert (case.lon, case.lat) == (pytest.approx(117.005, abs=1e-6), pytest.approx(34.605, abs=1e-6))
    assert case.grid_id == grid_named(town, "1-1").pk


def test_a_row_without_a_number_is_known_by_its_words(town, tmp_path, made, lianxin):
    plan = tmp_path / "map.yaml"
    plan.write_text("key: notes\nname: {zh: 甲, en: a}\ncolumns: {text: [内容]}\n", "utf-8")
    path = made.workbook(tmp_path / "a.xlsx", [("村口积水，请处理",), ("路灯不亮",)], head=("内容",))
    bring(lianxin, path, plan=plan)
    bring(lianxin, path, plan=plan)
    assert sorted(cases_of(town).values_list("title", flat=True)) == ["村口积水，请处理", "路灯不亮"]


def test_other_kinds_go_the_same_way_and_unknown_ones_are_refused(town, tmp_path, made, lianxin):
    path = made.workbook(tmp_path / "a.xlsx", [made.row("1")])
    result = bring(lianxin, path, "--kind", "nonsense")
    assert result.exit_code == 2
    assert "没有这种事项" in result.output
    assert bring(lianxin, path, "--kind", "hazard").exit_code == 0
    assert cases_of(town).get().kind == "hazard"


@pytest.mark.parametrize("town_letters", ["", "QH"])
def test_the_town_is_named_where_there_are_several(town, other_town, tmp_path, made, lianxin, town_letters):
    path = made.workbook(tmp_path / "a.xlsx", [made.row("1")])
    more = ["--town", town_letters] if town_letters else []
    result = lianxin("import", "cases", path, "--map", "hotline", "--yes", *more)
    assert result.exit_code == (0 if town_letters else 2)
    assert cases_of(other_town).count() == (1 if town_letters else 0)
    assert not cases_of(town).exists()


def test_cells_of_every_type_are_read_or_refused():
    now = datetime(2026, 3, 2, tzinfo=ZONE)
    assert text_of(12.0) == "12"
    assert text_of(True) == "True"
    assert text_of("'=1+1") == "=1+1"
    assert count_of("1,200") == 1200
    assert count_of("3.0") == 3
    assert count_of(" ") is None
    for cell in ("-1", "1.5", "三", "9" * 12):
        with pytest.raises(Wrong):
            count_of(cell)
    for cell in (45000, "45000", "10:30", "2026/13/01"):
        with pytest.raises(Wrong):
            moment_of(cell, ("%Y/%m/%d",), now=now)


@pytest.mark.slow
@pytest.mark.row("B1")
def test_4326_real_messages_go_in_whole_and_twice_is_once(town, tmp_path, lianxin):
    if not MESSAGES.exists():
        pytest.skip("The 4,326 real messages are not on this machine (../shared/data/messages-hot.xlsx): not tried.")
    plan, table = read_map("messages"), open_table(MESSAGES, wanted=read_map("messages").titles)
    looked = importing.look(table, plan, town, kind="request", now=timezone.now(), progress=lambda done: None)
    assert (looked.rows, looked.sound, looked.repeats, looked.faults) == (4326, 4326, 0, [])
    done = importing.bring(table, plan, town, kind="request", progress=lambda done: None)
    assert (done.added, done.same) == (4326, 0)
    assert cases_of(town).count() == 4326
    with closing(load_workbook(MESSAGES, read_only=True)) as book:
        written = {str(row[0]): row for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)}
    kept = {case.answers["external_number"]: case for case in cases_of(town)}
    assert kept.keys() == written.keys()
    for number, (_, user, _, when, _, against, votes) in written.items():
        case, answers = kept[number], kept[number].answers
        assert (answers["user"], answers.get("votes_for"), answers.get("votes_against")) == (user, votes, against)
        moment = when if isinstance(when, datetime) else datetime.strptime(when, "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007
        assert timezone.localtime(case.happened_at).replace(tzinfo=None) == moment
        assert case.due_at > case.recorded_at > case.happened_at
    said = dict(Text.objects.for_system("tests", town).filter(field="text").values_list("subject_id", "body"))
    for number, row in written.items():
        assert "".join(said[kept[number].pk].split()) == "".join(row[4].replace("\u200b", "").split())
    assert not Job.objects.for_system("tests", town).exists()
    assert (
        Duty.objects.for_system("tests", town).filter(unit_id=who(town, "clerk").unit_id, done_at=None).count() == 4326
    )
    again = importing.bring(table, plan, town, kind="request", progress=lambda done: None)
    assert (again.added, again.same) == (0, 4326)
