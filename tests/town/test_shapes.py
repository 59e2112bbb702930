"""Folders of town data: sound ones pass, every fault of others is told with file and line, nothing raises."""

import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from lianxin.town.cli import main
from lianxin.town.shapes import FILES, check_folder

BASE = Path(__file__).parents[2] / "towns" / "base"


@pytest.fixture
def folder(tmp_path):
    """A copy of the base town's files, to be spoilt."""
    shutil.copytree(BASE, tmp_path / "town")
    return tmp_path / "town"


def told(folder: Path) -> list[str]:
    return [str(fault) for fault in check_folder(folder)]


def test_the_base_town_has_no_faults():
    assert told(BASE) == []
    assert CliRunner().invoke(main, ["check", str(BASE)]).exit_code == 0


@pytest.mark.parametrize(
    ("file", "before", "after", "fault"),
    [
        ("categories.yaml", "handled_by: sanitation", "handled_by: nowhere", "nowhere is no unit"),
        ("categories.yaml", "handle: 2 working_days", "handle: 2 moons", "moons"),
        ("categories.yaml", ", urgency: normal,", ", urgency: soonish,", "soonish"),
        ("categories.yaml", "key: litter", "key: sweeping", "used already"),
        ("units.yaml", "roles: [leader]", "roles: [king]", "king is no role"),
        ("units.yaml", "key: justice,", "key: Justice!,", "small letters"),
        ("roles.yaml", "sees: town", "sees: everything", "everything"),
        ("roles.yaml", "may: [register", "may: [fly, register", "fly"),
        ("clauses.yaml", "  appeal:", "  appeals:", "lacks appeal"),
        ("hours.yaml", '"08:30-12:00"', '"12:00-08:30"', "open before they shut"),
        ("hours.yaml", "  7: []", "  8: []", "1 (Monday)"),
        ("hours.yaml", "zone: Asia/Shanghai", "zone: Asai/Shanghai", "Asai/Shanghai"),
        ("categories.yaml", "handle: 2 working_days", "handl: 2 working_days", "handl is a limit no workflow names"),
        ("workflows/request.yaml", "start: collect", "start: nowhere", "nowhere"),
        ("workflows/request.yaml", "by: [holder, clerk, supervisor], needs: contacted", "by: [holdr, clerk, supervisor], needs: contacted", "holdr is no role"),
        ("workflows/hazard.yaml", "who: inspector", "who: inspectr", "inspectr is no role of roles.yaml"),
        ("units.yaml", "- {key: health", "- {key: [health", "not YAML"),
        ("maps/messages.yaml", "  user: [留言用户]", "  nickname: [留言用户]", "nickname is nothing a case holds"),
        ("maps/hotline.yaml", "datum: wgs84", "datum: mars", "mars"),
        ("maps/hotline.yaml", "required: [number,", "required: [nimber,", "nimber is not possible here"),
    ],
)
def test_a_fault_is_told_with_its_file_and_line(folder, file, before, after, fault):
    path = folder / file
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    said = told(folder)
    line = text[: text.index(before)].count("\n") + 1
    mine = [each for each in said if each.startswith(f"{file}:") and fault in each]
    assert mine, said
    assert any(abs(int(each.split(":")[1]) - line) <= 5 for each in mine), (line, mine)
    done = CliRunner().invoke(main, ["check", str(folder)])
    assert done.exit_code == 1
    assert mine[0] in done.output


def test_all_faults_of_all_files_are_told_at_once(folder):
    for file, before, after in (
        ("hours.yaml", "  7: []", "  9: []"),
        ("roles.yaml", "sees: grid", "sees: stars"),
        ("categories.yaml", "urgency: urgent", "urgency: now"),
    ):
        path = folder / file
        path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")
    said = " ".join(told(folder))
    for file in ("hours.yaml", "roles.yaml", "categories.yaml"):
        assert f"{file}:" in said
    assert said.count("roles.yaml:") == 2


def test_a_folder_without_town_data_is_told_so(tmp_path):
    assert "categories.yaml" in told(tmp_path)[0]
    assert CliRunner().invoke(main, ["check", str(tmp_path / "absent")]).exit_code == 1


@pytest.mark.parametrize("file", [*FILES, "workflows"])
def test_a_file_that_a_town_needs_and_that_is_not_there_is_told(folder, file):
    path = folder / file
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    name = "workflows/" if file == "workflows" else file
    assert f"{name}: is missing" in told(folder)
    done = CliRunner().invoke(main, ["check", str(folder)])
    assert (done.exit_code, f"{name}: is missing" in done.output) == (1, True)


def test_a_folder_without_a_workflow_and_an_empty_file_are_told(folder):
    for path in (folder / "workflows").iterdir():
        path.unlink()
    (folder / "clauses.yaml").write_text("[]\n", "utf-8")
    assert told(folder) == ["clauses.yaml: is empty", "workflows/: holds no workflow"]


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["key", "name", "zh", "children", "week", "roles", "limits", "x"]), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(file=st.sampled_from(sorted(FILES)), value=junk)
def test_junk_is_only_ever_a_fault(tmp_path_factory, file, value):
    folder = tmp_path_factory.mktemp("junk")
    (folder / file).write_text(yaml.safe_dump(value, allow_unicode=True), "utf-8")
    said = list(check_folder(folder))
    assert [fault for fault in said if fault.file == file and fault.message != "is missing"]


@given(st.binary(max_size=200))
def test_any_bytes_are_only_ever_a_fault(tmp_path_factory, body):
    folder = tmp_path_factory.mktemp("bytes")
    (folder / "units.yaml").write_bytes(body)
    list(check_folder(folder))


def test_a_folder_of_column_maps_alone_is_checked(tmp_path):
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "ours.yaml").write_bytes("key: ours\nname: {zh: 来信}\ncolumns: {text: [内容]}\n".encode())
    assert told(tmp_path) == ["maps/ours.yaml:2: name: {zh: …, en: …}"]
