"""The page on a town's data names every file and every field, none that is not, and its examples hold."""

import re
from pathlib import Path

import pytest
import yaml

from lianxin.forms.questions import KEYS, read_sheet
from lianxin.town.columnmaps import CLEANING, MEMBERS, TARGETS, faults_of
from lianxin.town.registers.files import IN_FILES, ONLY, TEXTS, load
from lianxin.town.registers.town import FIELDS
from lianxin.town.shapes import FILES, MAY, check_folder
from lianxin.workflow.definition import read
from lianxin.workflow.definition.reading import STEP_KEYS, TOP_KEYS, TRANSITION_KEYS
from lianxin.workflow.definition.source import load as read_yaml
from towns import MONDAY, who

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "town-data.md").read_text("utf-8")
PARTS = {part.split("\n", 1)[0].strip("` "): part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]}
WHOLE = "设置文件 / The set-up file"
SHAPED = {  # what shows the fields of a file to the checker, by the path they stand at
    "categories.yaml": {"": "- {zzz: 1}", "children[].": "- {children: [{zzz: 1}]}"}, "units.yaml": {"": "- {zzz: 1}"},
    "roles.yaml": {"": "- {zzz: 1}"}, "clauses.yaml": {"": "- {zzz: 1}"}, "hours.yaml": {"": "{zzz: 1}"},
}  # fmt: skip


def fields(part):
    """The fields of the table of a part, and those of them that are needed."""
    rows = re.findall(r"^\| `([^`]+)`( \*)? \|", PARTS[part], flags=re.MULTILINE)
    assert len(rows) == len(dict(rows)), "twice"
    return {name for name, _star in rows}, {name for name, star in rows if star}


def example(part):
    return re.search(r"```yaml\n(.+?)```", PARTS[part], flags=re.DOTALL)[1]


def read_demo(name):
    return yaml.safe_load((ROOT / "towns" / "demo" / name).read_text("utf-8"))


@pytest.mark.parametrize("name", FILES)
def test_every_field_that_the_checker_knows_is_named_and_no_other(name, tmp_path):
    known, needed = set(), set()
    for where, text in SHAPED[name].items():
        (tmp_path / name).write_text(text, "utf-8")
        told = " ".join(fault.message for fault in check_folder(tmp_path))
        known |= {where + each for each in re.search(r"zzz is not known here \(known: (.+?)\)", told)[1].split(", ")}
        lacks = re.findall(r"(\S+|an item|the file) lacks (\w+)", told)
        needed |= {where + lacked for of, lacked in lacks if not where or of == "children"}
    needed -= {each for each in needed if each not in known}
    assert fields(name) == (known, needed)
    (tmp_path / name).write_text(example(name), "utf-8")
    assert [str(fault) for fault in check_folder(tmp_path) if fault.message != "is missing"] == []  # of the other files


def test_every_permission_is_named():
    assert all(f"`{each}`" in PARTS["roles.yaml"] for each in MAY)


def test_every_field_of_a_workflow_a_map_and_a_sheet_is_named():
    flow = {*TOP_KEYS, *(f"steps.*.{key}" for key in STEP_KEYS), *(f"transitions[].{key}" for key in TRANSITION_KEYS)}
    assert fields("workflows/*.yaml")[0] == flow
    assert read(example("workflows/*.yaml")).key == "river"
    assert fields("maps/*.yaml")[0] == MEMBERS
    assert all(f"`{each}`" in PARTS["maps/*.yaml"] for each in (*TARGETS, *CLEANING))
    assert faults_of(read_yaml(example("maps/*.yaml"))) == []
    assert fields("new_questions.yaml")[0] == {"questions", *(f"questions[].{key}" for key in KEYS)}
    assert read_sheet(example("new_questions.yaml")).questions


def test_every_field_of_the_demo_town_is_named():
    town, names, others = (read_demo(f"{name}.yaml") for name in ("town", "names", "others"))
    assert fields("town.yaml")[0] == set(town)
    assert fields("names.yaml")[0] == set(names)
    every = {key for row in others for key in row}
    assert fields("others.yaml") == (every, {key for key in every if all(key in row for row in others)})
    desk = {f"{part}[].{key}": rows for part, rows in read_demo("desk.yaml").items() for key in {key for row in rows for key in row}}
    assert fields("desk.yaml") == (set(desk), {name for name, rows in desk.items() if all(name.rpartition(".")[2] in row for row in rows)})
    texts = {path.name: yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / "towns" / "demo" / "texts").glob("*.yaml")}
    common = texts.pop("common.yaml")
    assert fields("texts/*.yaml")[0] == {key for blocks in texts.values() for block in blocks.values() for key in block}
    last = PARTS["texts/*.yaml"].rpartition("blocks: ")[2]
    assert set(re.findall(r"`(\w+)`", last)) == set(common)


def test_every_field_of_the_set_up_file_is_named():
    known = {f"{key}[].{each.file}" for key, register in IN_FILES.items() for each in register.fields}
    needed = {f"{key}[].{each.file}" for key, register in IN_FILES.items() for each in register.fields if each.required}
    texts = {f"{part.key}[].{name}" for part in TEXTS.values() for name in (part.by, "source")}
    assert fields(WHOLE) == ({ONLY, *(f"town.{each.column}" for each in FIELDS)} | known | texts, needed | texts)


@pytest.mark.django_db
def test_the_example_of_a_set_up_file_is_taken_as_it_stands(town):
    loaded = load(town, example(WHOLE), actor=who(town, "system"), now=MONDAY)
    assert [str(fault) for fault in loaded.faults] == []
    assert loaded.added == {"units": 1, "categories": 1, "routes": 2, "replies": 1, "questions": 1}


def test_every_file_is_named_and_every_name_is_a_file():
    for folder in ("base", "demo"):
        for path in (ROOT / "towns" / folder).rglob("*.yaml"):
            assert f"`{path.name}`" in PAGE, path
    there = {path.name for path in (ROOT / "towns").rglob("*.yaml")}
    assert set(re.findall(r"`([a-z_]+\.yaml)`", PAGE)) <= there
    assert set(re.findall(r"`([a-z_]+\.py)`", PAGE)) <= {path.name for path in (ROOT / "src" / "lianxin" / "town").glob("*.py")}


def test_readers_are_led_to_it():
    assert "town-data.md" in (ROOT / "mkdocs.yml").read_text("utf-8")
    for page in ("README.md", "docs/index.md", "docs/setup.md", "docs/imports.md"):
        assert "town-data.md" in (ROOT / page).read_text("utf-8"), page
