"""`backup`: copy all that the towns keep, as it stands at one moment, while they go on running."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from lianxin.town.cli.starting import Fault, django_ready, say

KEPT: Final = ("files", "uploads")  # folders of the data folder; files in them are written once and never changed
SEALS: Final = "seals.log"
DUMP: Final = "lianxin.dump"  # of PostgreSQL, for pg_restore


@click.command(short_help="备份。Back up while running.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--keys", is_flag=True, help="连密钥一起备份，拿到就能读全部内容。With the keys: who has both reads all.")
def backup(folder: Path, keys: bool) -> None:
    """把数据库、照片和封存记录备份到新目录 FOLDER；不用停机，各部分是同一时刻的。

    Copies the database, the photos and the list of seals into FOLDER, which is made, as they stand at one moment; the
    town goes on running. The keys are kept apart, but with --keys. The copy is a data folder: LIANXIN_DATA names it.
    """
    config = django_ready()
    target = folder.resolve()
    _must_be_new(target, config.data)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))  # nobody else may read it
    try:
        _copy(config.data, part, config.database, keys=keys)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    os.sync()
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    say(f"已备份到 {target}，{size / 1e6:,.0f} MB。", f"Backed up, {size / 1e6:,.0f} MB.")
    if not keys:
        say(
            f"密钥没有在内，请单独保管：{config.data / 'keys'}。没有密钥，备份里的个人信息读不出，留痕核验不了。",
            "The keys are not in it: keep them apart. Without them nobody can read what is personal in it, nor verify.",
        )


def _must_be_new(target: Path, data: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Fault(f"{target} 已经存在：请换一个目录。", f"{target} is there already: name another folder.")
    if target == data or data in target.parents:
        raise Fault(f"备份不能放在数据目录 {data} 里面。", f"A backup cannot lie in the data folder {data}.")


def _copy(data: Path, part: Path, database: Mapping[str, Any], *, keys: bool) -> None:
    """A seal is listed after it is committed, a file lies there before its row is: so the list goes first, and files
    both before the database and after it. What is erased meanwhile is in the copy, as it was at that moment.
    """
    if (data / SEALS).exists():
        shutil.copy2(data / SEALS, part)
    _copy_files(data, part)
    if database["ENGINE"].endswith("sqlite3"):
        _copy_sqlite(part / Path(database["NAME"]).name)
    else:
        dump(database, part / DUMP)
    _copy_files(data, part)
    if keys:
        shutil.copytree(data / "keys", part / "keys")


def _copy_files(data: Path, part: Path) -> None:
    """Those that are not there whole yet; one that is gone by the time it is reached was erased."""
    for path in (path for name in KEPT for path in (data / name).rglob("*") if path.is_file()):
        copy = part / path.relative_to(data)
        with contextlib.suppress(FileNotFoundError):
            if not copy.exists() or copy.stat().st_size != path.stat().st_size:
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, copy)


def _copy_sqlite(to: Path) -> None:
    """One reading of the whole file: writers neither wait nor tear it, and nothing erased comes along in free pages."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(to)])


def dump(database: Mapping[str, Any], to: Path) -> None:
    """Write a PostgreSQL database, described as Django does, into a file for pg_restore. Raises Fault."""
    program = shutil.which("pg_dump")
    if program is None:
        raise Fault(
            "没有找到 pg_dump：请安装 PostgreSQL 的客户端程序，版本不低于服务器。",
            "There is no pg_dump: install PostgreSQL's client programs, no older than the server.",
        )
    options = {name: value for name, value in database["OPTIONS"].items() if isinstance(value, str)}
    said = {name: database[name.upper()] for name in ("host", "port", "user", "password")} | options
    environ = {f"PG{name.upper()}": str(value) for name, value in said.items() if value}
    command = [program, "--format=custom", "--no-owner", "--no-privileges", f"--file={to}"]
    told = {**os.environ, **environ, "PGDATABASE": database["NAME"]}  # a password on the command line others would see
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise Fault(f"pg_dump 没有成功：{reason}", "pg_dump did not succeed.")
