"""What every command does first: read the settings, find the data folder and the database, or say what is wrong."""

import os
import sys
from pathlib import Path
from typing import IO, Any

import click

from lianxin.town import config


class Fault(click.ClickException):
    """Something the person at the keyboard can mend: one plain sentence in each language, no traceback."""

    exit_code = 2

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")

    def show(self, file: IO[Any] | None = None) -> None:
        """Write it to standard error."""
        click.echo(click.style(self.message, fg="red"), file=file or sys.stderr)


def say(zh: str, en: str = "") -> None:
    """A line for the person at the keyboard, Chinese first."""
    click.echo(f"{zh}  {click.style(en, dim=True)}" if en else zh)


def must_ring(phone: str) -> str:
    """The figures of a telephone number as it is dialled, "" for none; raises Fault for what is no number."""
    from lianxin.people.masking import tidy_phone

    digits = tidy_phone(phone)
    if phone.strip() and not digits:
        raise Fault(
            f"{phone} 不是电话号码：应为手机号、带区号的固定电话或 12345 这样的服务号码。",
            f"{phone} is no telephone number: a mobile, a landline with its area code, a service number as 12345.",
        )
    return digits


def settings() -> config.Config:
    """The settings of the environment, the data folder made; raises Fault."""
    try:
        read = config.read(os.environ)
    except config.BadSettings as bad:
        lines = "\n".join(bad.faults)
        raise Fault("设置有误，请改正下列环境变量：", f"Settings are wrong; mend these:\n{lines}") from bad
    _must_be_writable(read.data)
    _must_be_writable(read.data / "keys", mode=0o700)
    return read


def _must_be_writable(folder: Path, *, mode: int = 0o777) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise Fault(
            f"数据目录 {folder} 不能写入：请改权限，或用 LIANXIN_DATA 指定别的目录。",
            f"The data folder {folder} cannot be written ({error.strerror}): "
            "change its rights or name another with LIANXIN_DATA.",
        ) from error


def apps_ready() -> config.Config:
    """Settings read and Django set up; the database is not asked. Raises Fault."""
    read = settings()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianxin.town.settings")
    import django

    django.setup()
    return read


def django_ready(*, migrated: bool = True) -> config.Config:
    """Settings read, Django set up, the database reached and (unless `migrated` is False) up to date; raises Fault."""
    read = apps_ready()
    _must_be_reachable(read)
    if migrated and pending_migrations():
        raise Fault(
            "数据库还没有建好：请先运行一次 lianxin run，或 lianxin demo。",
            "The database is not set up yet: run `lianxin run` or `lianxin demo` once.",
        )
    return read


def _must_be_reachable(read: config.Config) -> None:
    from django.db import DatabaseError, connection

    try:
        connection.ensure_connection()
    except DatabaseError as error:
        known = read.database
        place = f"{known.get('HOST') or 'localhost'}:{known.get('PORT') or 5432}/{known['NAME']}"
        where = place if read["LIANXIN_DATABASE"] else known["NAME"]
        reason = str(error).strip().splitlines()[0]
        raise Fault(
            f"连不上数据库 {where}：请确认它已启动，并检查 LIANXIN_DATABASE。",
            f"The database {where} cannot be reached ({reason}): see that it runs, and check LIANXIN_DATABASE.",
        ) from error


def pending_migrations() -> bool:
    """Whether the database lacks a migration."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate() -> bool:
    """Bring the database up to date; whether there was anything to do."""
    if not pending_migrations():
        return False
    from django.core.management import call_command

    say("正在建立数据库……", "Setting up the database …")
    call_command("migrate", interactive=False, verbosity=0)
    return True


def watched() -> None:
    """Settings that an older version kept without a word in the history are written down, once."""
    from django.utils import timezone

    from lianxin.town.watching import watch_all

    if rows := watch_all(now=timezone.now()):
        say(f"已把 {rows} 项原有设置记入留痕。", f"{rows} settings that were there before stand in the history now.")


def town_named(letters: str) -> Any:
    """The town of these letters, or the only one; raises Fault."""
    from lianxin.keys.models import Town

    towns = list(Town.objects.order_by("id"))
    found = [town for town in towns if not letters or town.letters == letters.upper()]
    if len(found) == 1:
        return found[0]
    known = "、".join(f"{town.letters} {town.name}" for town in towns) or "—"
    raise Fault(
        f"请用 --town 指明乡镇（现有：{known}）。",
        f"Name a town with --town (there are: {known}).",
    )
