"""`import cases`, `import grids`, `import people`, `import sites`: look first, tell every fault, then write."""

from __future__ import annotations

from collections import Counter as Tally
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from django.utils import timezone

from lianxin.people.actors import system
from lianxin.places.actions import import_grids
from lianxin.places.datum import Datum
from lianxin.places.imports import read_grids
from lianxin.places.queries import known_grids
from lianxin.places.sites.actions import import_sites
from lianxin.town.cli.demo import Counter
from lianxin.town.cli.starting import Fault, django_ready, say, town_named
from lianxin.town.imports import sites as site_tables
from lianxin.town.imports.cases import bring, kind_to_open, look
from lianxin.town.imports.faults import RowFault, Unreadable, write_faults
from lianxin.town.imports.maps import read_map
from lianxin.town.imports.people import COLUMNS, read_people, settle_people
from lianxin.town.imports.tables import open_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lianxin.keys.models import Town
    from lianxin.places.ground import Fault as GroundFault
    from lianxin.town.imports.cases import Looked
    from lianxin.town.imports.people import PersonRow

SHOWN = 20  # faults on the screen; the file has them all
FILE = click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
TOWN = click.option("--town", "letters", default="", help="乡镇字母代号。Letters of the town.")
FAULTS = click.option(
    "--faults", type=click.Path(path_type=Path, dir_okay=False), help="拒收清单写到哪里。Where to list faults."
)  # fmt: skip
YES = click.option("--yes", is_flag=True, help="不再询问。Do not ask.")


@click.command("cases", short_help="导入别的系统的事项。Cases from Excel or CSV.")
@FILE
@click.option(
    "--map", "plan", required=True, help="列对应文件或名称（messages、hotline）。Column map: a file or a name."
)
@TOWN
@click.option("--kind", default="", help="事项种类，默认为群众诉求。Kind of case; what residents open by default.")
@click.option("--preview", is_flag=True, help="只看不导。Look, write nothing.")
@FAULTS
@YES
def cases(path: Path, plan: str, letters: str, kind: str, **how: Any) -> None:
    """导入 Excel（.xlsx）或 CSV 里的事项，按 --map 对应各列。

    每行成为一件事项，保留原编号和原时间，办理时限从导入时算起，不发通知。中断后再次运行同一命令即可接着导，
    重复运行不会重复导入。有拒收的行时返回 1，并写明每行的原因。

    Each row becomes a case with its original number and time; limits run from now and nobody is notified. Broken off,
    the same command goes on; run twice, it adds nothing. Exits with 1 when rows were refused.
    """
    django_ready()
    town = town_named(letters)
    try:
        looked = _bring_cases(path, plan, town, kind, how)
    except Unreadable as bad:
        raise Fault(bad.zh, bad.en) from bad
    raise SystemExit(1 if looked.faults else 0)


def _bring_cases(path: Path, plan: str, town: Town, kind: str, how: Mapping[str, Any]) -> Looked:
    columns = read_map(plan)
    table, kind = open_table(path, wanted=columns.titles), kind_to_open(town, kind)
    with Counter() as counter:
        looked = look(
            table, columns, town, kind=kind, now=timezone.now(), progress=lambda n: counter.show("检查 / reading", n, 0)
        )
    _tell_cases(looked, path, how["faults"])
    if how["preview"] or not looked.fresh:
        say("未写入任何内容。" if how["preview"] else "没有新的事项，未写入。", "Nothing was written.")
        return looked
    if not how["yes"] and not click.confirm(f"导入 {looked.fresh:,} 件到{town.name}？ Import them?", default=True):
        raise click.Abort
    with Counter() as counter:
        done = bring(
            table, columns, town, kind=kind, progress=lambda n: counter.show("导入 / importing", n, looked.rows)
        )
    say(f"新增 {done.added:,} 件，已有 {done.same:,} 件。", f"{done.added:,} added, {done.same:,} were there already.")
    return looked


def _tell_cases(looked: Looked, path: Path, faults: Path | None) -> None:
    for entrant in looked.first:
        draft, answers = entrant.draft, entrant.draft.answers
        text = " ".join(draft.text.split())
        when = f"{draft.happened_at:%Y-%m-%d %H:%M}" if draft.happened_at else "—"
        click.echo(f"  {entrant.row:>6}  {answers.get('external_number', '')}  {when}  {draft.title}")
        click.echo(f"          {text[:60]}{'…' if len(text) > 60 else ''}")
    repeats = f"，文件内重复 {looked.repeats:,} 行" if looked.repeats else ""
    say(
        f"共 {looked.rows:,} 行："
        f"可导入 {looked.fresh:,}，已导入过 {looked.known:,}，拒收 {looked.refused:,}{repeats}。",
        f"{looked.rows:,} rows: {looked.fresh:,} new, {looked.known:,} there already, {looked.refused:,} refused.",
    )
    _tell_faults(looked.faults, path, faults)


def _tell_faults(found: Sequence[RowFault], path: Path, faults: Path | None) -> None:
    """The first faults on the screen, all of them in a file beside the one that was read."""
    target = faults or path.with_name(f"{path.name}.faults.csv")
    try:
        write_faults(target, found)
    except OSError as error:
        raise Fault(
            f"{target} 不能写入：{error.strerror}；可用 --faults 指定别处。",
            f"{target} cannot be written: {error.strerror}; name another place with --faults.",
        ) from error
    if not found:
        return
    for fault in found[:SHOWN]:
        click.echo(click.style(f"  {fault}", fg="red"))
    kinds = "、".join(f"{code} {count:,}" for code, count in Tally(fault.code for fault in found).most_common())
    say(f"全部问题见 {target}（{kinds}）。", "Every fault is listed there.")


@click.command("people", short_help="导入人员和岗位。People and posts from Excel or CSV.")
@FILE
@TOWN
@click.option("--dry-run", is_flag=True, help="只检查。Check, write nothing.")
@FAULTS
@YES
def people(path: Path, letters: str, dry_run: bool, faults: Path | None, yes: bool) -> None:
    """导入人员和岗位；有一处问题就一行也不写。模板：lianxin export people --template --to 人员.xlsx

    New accounts have no password until `lianxin user reset`. Any fault, and nothing is written.
    """
    django_ready()
    town = town_named(letters)
    try:
        table = open_table(path, wanted=[title for titles in COLUMNS.values() for title in titles])
        rows, found = read_people(table, town, now=timezone.now())
    except Unreadable as bad:
        raise Fault(bad.zh, bad.en) from bad
    _tell_faults(found, path, faults)
    if found:
        say(f"有 {len({f.row for f in found}):,} 行有问题，未写入任何内容。", "Rows have faults; nothing written.")
        raise SystemExit(1)
    if dry_run or (not yes and not click.confirm(f"写入 {len(rows):,} 个岗位？ Write them?", default=True)):
        say(f"{len(rows):,} 行都没有问题；未写入。", "All rows are sound; nothing written.")
        return
    _settle(rows, town)


def _settle(rows: Sequence[PersonRow], town: Town) -> None:
    done = settle_people(rows, actor=system(town), now=timezone.now())
    say(
        f"新增账号 {done.accounts:,}、岗位 {done.posts:,}，更新 {done.changed:,}，不变 {done.same:,}。",
        f"{done.accounts:,} accounts and {done.posts:,} posts added, "
        f"{done.changed:,} changed, {done.same:,} as before.",
    )
    if done.unnamed:
        say(f"这些人另有 {done.unnamed:,} 个岗位不在文件里，未改动。", "Their other posts were left alone.")


@click.command("grids", short_help="导入网格边界。Grids from GeoJSON.")
@FILE
@TOWN
@click.option("--datum", help="坐标系：wgs84、gcj02、bd09，默认看文件。Datum; else as the file says.")
@click.option("--dry-run", is_flag=True, help="只检查。Check, write nothing.")
@FAULTS
@YES
def grids(path: Path, letters: str, datum: str | None, faults: Path | None, **how: bool) -> None:
    """导入 GeoJSON 网格；有一处严重问题就一个也不写，轻微的只提示。

    Any grave fault, and nothing is written; notes are told only. Codes that are known are changed, none is removed.
    """
    django_ready()
    town = town_named(letters)
    rows, found = read_grids(path, datum=datum, known=known_grids(town))
    _tell_ground(found, path, faults)
    if grave := sum(fault.grave for fault in found):
        say(f"有 {grave:,} 处问题，未写入任何内容。", f"{grave:,} faults; nothing written.")
        raise SystemExit(1)
    if how["dry_run"] or (
        not how["yes"] and not click.confirm(f"写入 {len(rows):,} 个网格？ Write them?", default=True)
    ):
        say(f"{len(rows):,} 个网格都没有问题；未写入。", "All grids are sound; nothing written.")
        return
    done = import_grids(town, rows, actor=system(town), now=timezone.now())
    say(
        f"新增 {done.added:,} 个，更新 {done.changed:,} 个，不变 {done.same:,} 个。",
        f"{done.added:,} added, {done.changed:,} changed, {done.same:,} as before.",
    )


def _tell_ground(found: Iterable[GroundFault], path: Path, faults: Path | None) -> None:
    """The faults of grids, whose sentences come from the reader of places, in the same kind of list."""
    said = [RowFault(f.row, "" if f.grave else "提示 note", f.code, {"message": str(f.message)}) for f in found]
    _tell_faults(said, path, faults)


@click.command("sites", short_help="导入小区、企业、公共场所。Sites from Excel or CSV.")
@FILE
@TOWN
@click.option(
    "--datum", default="wgs84", type=click.Choice([each.value for each in Datum]), help="经纬度的坐标系。Datum."
)
@click.option("--dry-run", is_flag=True, help="只检查。Check, write nothing.")
@FAULTS
@YES
def sites(path: Path, letters: str, datum: str, faults: Path | None, **how: bool) -> None:
    """导入场所；有一处问题就一个也不写。列：类型、名称，另有编码（或统一社会信用代码）、地址、网格编码、经度、纬度。

    A row is known again by its code, else by kind, name and grid: the same file again changes nothing. Any fault, and
    nothing is written; none is ended.
    """
    django_ready()
    town = town_named(letters)
    try:
        table = open_table(path, wanted=[title for titles in site_tables.COLUMNS.values() for title in titles])
        rows, found = site_tables.read_sites(table, town, Datum(datum))
    except Unreadable as bad:
        raise Fault(bad.zh, bad.en) from bad
    _tell_faults(found, path, faults)
    if found:
        say(f"有 {len({f.row for f in found}):,} 行有问题，未写入任何内容。", "Rows have faults; nothing written.")
        raise SystemExit(1)
    if how["dry_run"] or (
        not how["yes"] and not click.confirm(f"写入 {len(rows):,} 处场所？ Write them?", default=True)
    ):
        say(f"{len(rows):,} 行都没有问题；未写入。", "All rows are sound; nothing written.")
        return
    done = import_sites(rows, actor=system(town), now=timezone.now())
    say(
        f"新增 {done.added:,} 处，更新 {done.changed:,} 处，不变 {done.same:,} 处。",
        f"{done.added:,} added, {done.changed:,} changed, {done.same:,} as before.",
    )


commands: list[click.Command] = [cases, grids, people, sites]
