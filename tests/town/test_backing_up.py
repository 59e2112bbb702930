"""A backup of a running town: taken while others write, put elsewhere, and everything in it holds."""

import secrets
import shutil
import sqlite3
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from click.testing import CliRunner
from django.db import connection
from psycopg import sql

from lianxin.town.cli import main
from lianxin.town.cli.backing_up import dump
from lianxin.town.cli.starting import Fault
from town.test_cli import lianxin

pytestmark = pytest.mark.row("J")
CREATE = ("town", "create", "LH", "--name", "柳河镇", "--code", "999001103")


@contextmanager
def databases(count):
    """So many databases of our own beside the one of the tests: their URLs; "" for each where tests run on SQLite."""
    if connection.vendor == "sqlite":
        yield [""] * count
        return
    told = connection.settings_dict
    names = [f"backup_{secrets.token_hex(4)}" for _ in range(count)]
    server = {"host": told["HOST"], "port": told["PORT"], "user": told["USER"], "password": told["PASSWORD"]}
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as admin:
        for name in names:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield [f"postgresql://{quote(told['USER'])}@{told['HOST']}:{told['PORT']}/{name}" for name in names]
        finally:
            for name in names:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def writing(data: Path, url: str):
    """Somebody who goes on writing two numbers together until this is over."""
    over = threading.Event()

    def write():
        held = psycopg.connect(url) if url else sqlite3.connect(data / "lianxin.sqlite3", timeout=30)
        n = 0
        while not over.is_set():
            n += 1
            held.execute(f"UPDATE keys_town SET county = '{n}'")
            held.execute(f"UPDATE keys_town SET name_en = '{n}'")
            held.commit()
        held.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


@pytest.mark.slow
@pytest.mark.django_db
def test_a_running_town_is_backed_up_and_put_elsewhere(tmp_path):
    data, copy = tmp_path / "var", tmp_path / "backups" / "monday"
    with databases(2) as (url, other):
        environ = {"LIANXIN_DATA": str(data), "LIANXIN_DATABASE": url}
        assert lianxin(*CREATE, **environ).returncode == 0
        (data / "files" / "7" / "ab").mkdir(parents=True)
        (data / "files" / "7" / "ab" / "abc.jpg").write_bytes(b"a photo")
        with writing(data, url):
            done = lianxin("backup", str(copy), **environ)
        assert done.returncode == 0, done.stderr
        assert "密钥没有在内" in done.stdout
        assert (copy / "files" / "7" / "ab" / "abc.jpg").read_bytes() == b"a photo"
        assert not (copy / "keys").exists()
        assert copy.stat().st_mode & 0o077 == 0
        assert [path.name for path in copy.parent.iterdir()] == ["monday"]
        if url:
            subprocess.run(["pg_restore", "--no-owner", f"--dbname={other}", copy / "lianxin.dump"], check=True)
        with (psycopg.connect(other) if other else sqlite3.connect(copy / "lianxin.sqlite3")) as held:
            one, two = held.execute("SELECT county, name_en FROM keys_town").fetchone()
            assert one == two != ""  # what was written together is there together
            held.execute("UPDATE keys_town SET county = '', name_en = ''")  # it had no entry
        shutil.copytree(data / "keys", copy / "keys")
        again = lianxin("verify", LIANXIN_DATA=str(copy), LIANXIN_DATABASE=other)
        assert again.returncode == 0, again.stdout


@pytest.mark.django_db
def test_a_backup_is_not_put_over_anything_nor_into_the_data(tmp_path, settings):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    said = CliRunner().invoke(main, ["backup", str(tmp_path / "full")])
    assert (said.exit_code, "已经存在" in said.output) == (2, True)
    inside = Path(settings.LIANXIN_UPLOADS).parent / "backup"
    said = CliRunner().invoke(main, ["backup", str(inside)])
    assert (said.exit_code, inside.exists()) == (2, False)


def test_a_dump_that_does_not_come_about_is_told_why(tmp_path, monkeypatch):
    nowhere = {"NAME": "x", "HOST": "127.0.0.1", "PORT": "1", "USER": "u", "PASSWORD": "", "OPTIONS": {"prepare_threshold": 3}}
    with pytest.raises(Fault, match="pg_dump"):
        dump(nowhere, tmp_path / "dump")
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(Fault, match="没有找到 pg_dump"):
        dump(nowhere, tmp_path / "dump")
