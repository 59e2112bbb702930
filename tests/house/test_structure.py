"""The house's own rules: who may import whom, how long things may grow, what the spine may know."""

import ast
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "lianxin"
FILES = sorted(path for path in SRC.rglob("*.py") if "migrations" not in path.parts)
LAYERS = ("town", "cases", "forms", "people", "places", "ledger", "jobs", "keys", "workflow")


def functions(path):
    tree = ast.parse(path.read_text("utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SRC)))
def test_no_file_passes_500_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= 500


def test_no_function_passes_50_lines():
    long = [
        f"{path.relative_to(SRC)}:{node.name} {node.end_lineno - node.lineno + 1}"
        for path in FILES
        for node in functions(path)
        if node.end_lineno - node.lineno + 1 > 50
    ]
    assert long == []


def test_no_function_takes_more_than_six_parameters_beside_actor_now_and_given():
    free = {"self", "cls", "actor", "now", "given", "request"}
    greedy = []
    for path in FILES:
        for node in functions(path):
            names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            if len([name for name in names if name not in free]) > 6:
                greedy.append(f"{path.relative_to(SRC)}:{node.name}")
    assert greedy == []


def test_no_package_has_a_drawer_for_odds_and_ends():
    odd = {"utils", "helpers", "services", "managers", "common", "misc"}
    assert [str(path) for path in FILES if path.stem in odd or (path.parent != SRC and path.parent.name in odd)] == []


def test_public_functions_have_docstrings():
    bare = []
    for path in FILES:
        tree = ast.parse(path.read_text("utf-8"))
        if ast.get_docstring(tree) is None and path.name not in {"apps.py", "__main__.py"}:
            bare.append(str(path.relative_to(SRC)))
        shown = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        bare += [
            f"{path.relative_to(SRC)}:{node.name}"
            for node in shown
            if not node.name.startswith("_") and ast.get_docstring(node) is None and node.name not in {"Config", "UiConfig"}
        ]
    assert bare == []


def test_the_spine_knows_no_kind_by_name():
    kinds = [path.stem for path in (ROOT / "towns/base/workflows").glob("*.yaml")]
    assert len(kinds) == 6
    known = []
    for path in (SRC / "cases").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and node.value in kinds:
                known += [f"{path.relative_to(SRC)}:{node.lineno} {node.value}"]
    assert known == []


def test_nothing_is_left_unfinished():
    marks = ("TO" + "DO", "FIX" + "ME", "raise NotImplemented" + "Error", "X" + "XX")
    found = [
        f"{path.relative_to(ROOT)}: {mark}"
        for path in (*FILES, *(ROOT / "frontend").glob("src/**/*.ts"))
        for mark in marks
        if mark in path.read_text("utf-8") and path.name != "relations.py"
    ]
    assert found == []


def test_what_a_walk_waits_for_is_asked_again():
    """Words are evaluated anew each time, which the pages' policy forbids; a promise is taken for a yes at once."""
    waits = [
        (path.name, node.lineno, node.args[0].value)
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "wait_for_function" and isinstance(node.args[0], ast.Constant)
    ]
    assert len(waits) > 10
    assert [wait for wait in waits if not re.match(r"(\(.*?\)|\w+) => ", wait[2])] == []


def lint(*, cwd):
    return subprocess.run([str(Path(sys.executable).parent / "lint-imports")], cwd=cwd, capture_output=True, text=True)


def test_imports_go_one_way_down():
    result = lint(cwd=ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("upper", "lower"), [*pairwise(LAYERS), ("town.homes", "town.registers")])
def test_a_lower_layer_that_imports_the_one_above_is_found(tmp_path, upper, lower):
    copy = tmp_path / "src" / "lianxin"
    for path in FILES:
        target = copy / path.relative_to(SRC)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    (copy / lower.replace(".", "/") / "climbing.py").write_text(f"import lianxin.{upper}\n")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    result = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(tmp_path / "src"), "PATH": ""},
    )
    assert result.returncode != 0
    assert "climbing" in result.stdout
