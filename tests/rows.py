"""List which requirement rows have a test that walks them: `python tests/rows.py` (or `make rows`)."""

import io
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

ROWS = {
    **{f"A{n}": "网格、人和地方" for n in range(1, 11)},
    **{f"B{n}": "诉求闭环" for n in range(1, 10)},
    **{f"C{n}": "走访与企业" for n in range(1, 7)},
    **{f"D{n}": "检查与安全" for n in range(1, 5)},
    "E1": "矛盾纠纷",
    **{f"F{n}": "参与" for n in range(1, 9)},
    **{f"G{n}": "服务与项目" for n in range(1, 5)},
    **{f"H{n}": "考核" for n in range(1, 6)},
    **{f"I{n}": "研判" for n in range(1, 4)},
    "J": "处处",
}


class Collected:
    """Gathers the tests of each row."""

    def __init__(self) -> None:
        self.tests: dict[str, list[str]] = {row: [] for row in ROWS}
        self.unknown: list[str] = []

    def pytest_collection_modifyitems(self, items):
        for item in items:
            for mark in item.iter_markers("row"):
                for row in mark.args:
                    self.tests.get(row, self.unknown).append(item.nodeid)


def _quietly(run):
    """pytest prints every test it collects; here only the rows matter, and its words when it fails."""
    with redirect_stdout(io.StringIO()) as said:
        code = run()
    if code:
        print(said.getvalue()[-4000:])
    return code


def main() -> int:
    collected = Collected()
    code = _quietly(lambda: pytest.main(["--collect-only", "-qq", str(Path(__file__).parent)], [collected]))
    for row, tests in collected.tests.items():
        print(f"{row:4} {ROWS[row]}  {len(tests) or '—'}")
    covered = sum(1 for tests in collected.tests.values() if tests)
    print(f"{covered} of {len(ROWS)} rows have a walk.")
    if collected.unknown:
        print("Marked with a row that is not there:", *collected.unknown, sep="\n  ")
    return int(code) or int(bool(collected.unknown))


if __name__ == "__main__":
    sys.exit(main())
