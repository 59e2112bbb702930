"""An import killed in the middle by another process: begun again, everything is there once."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MAKE_TOWN = (
    "import django; django.setup(); from django.core.management import call_command;"
    "call_command('migrate', verbosity=0); from towns import make_town; make_town('LX', '连心镇', code='999001101')"
)


@pytest.fixture
def environment(tmp_path):
    """An installation of its own; on PostgreSQL a database of its own."""
    values = {
        **os.environ, "LIANXIN_DATA": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "lianxin.town.settings",
        "PYTHONPATH": str(ROOT / "tests"),
    }  # fmt: skip
    url = os.environ.get("LIANXIN_DATABASE", "")
    if not url:
        yield {**values, "LIANXIN_DATABASE": ""}
        return
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE import_killed")
        yield {**values, "LIANXIN_DATABASE": f"{url.rpartition('/')[0]}/import_killed"}
        connection.execute("DROP DATABASE import_killed WITH (FORCE)")


def count(environment):
    """How many cases there are, read without the product."""
    if url := environment["LIANXIN_DATABASE"]:
        import psycopg

        with psycopg.connect(url) as connection:
            return connection.execute("SELECT count(*) FROM cases_case").fetchone()[0]
    with closing(sqlite3.connect(Path(environment["LIANXIN_DATA"]) / "lianxin.sqlite3")) as connection:
        return connection.execute("SELECT count(*) FROM cases_case").fetchone()[0]


@pytest.mark.slow
def test_an_import_killed_in_the_middle_goes_on_with_the_same_command(tmp_path, made, environment):
    def python(*arguments):
        result = subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=300
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    rows = [made.row(str(at), title=f"第{at}件") for at in range(1000)]
    path = made.table(tmp_path / "a.csv", rows)
    python("-c", MAKE_TOWN)
    command = ["-m", "lianxin", "import", "cases", str(path), "--map", "hotline", "--yes"]
    importing = subprocess.Popen(
        [sys.executable, "-u", *command], env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    with importing:
        while "导入 / importing" not in (line := importing.stdout.readline()):
            assert line, "it ended before it began to write"
        while not 200 <= count(environment) < 1000:
            assert importing.poll() is None, "it was done before it could be killed"
            time.sleep(0.05)
        os.killpg(importing.pid, signal.SIGKILL)
    left = count(environment)
    assert 200 <= left < 1000
    assert left % 200 == 0
    said = python(*command)
    assert f"新增 {1000 - left:,} 件" in said
    assert f"已导入过 {left:,}" in said
    assert count(environment) == 1000
    assert "没有新的事项" in python(*command)
    assert "全部相符" in python("-m", "lianxin", "verify")
