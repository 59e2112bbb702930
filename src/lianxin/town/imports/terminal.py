"""`import cases|grids|people|…|setup`: look first, tell every fault, then write."""

from __future__ import annotations

import hashlib
from collections import Counter as Tally
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from django.db import transaction
from django.utils import timezone

from lianxin.keys.ids import new_id
from lianxin.ledger.actions import seal_all
from lianxin.people.actors import system
from lianxin.places.datum import Datum
from lianxin.town.cli.demo import Counter
from lianxin.town.cli.starting import Fault, django_ready, say, town_named
from lianxin.town.imports.cases import bring, kind_to_open, look
from lianxin.town.imports.faults import Unreadable, write_faults
from lianxin.town.imports.maps import read_map
from lianxin.town.imports.people import COLUMNS, read_people, settle_people
from lianxin.town.imports.sorts import SORTS, Options
from lianxin.town.imports.tables import open_table
from lianxin.town.imports.taken import note_taken

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lianxin.keys.models import Town
    from lianxin.town.imports.cases import Looked
    from lianxin.town.imports.faults import RowFault
    from lianxin.town.imports.people import PersonRow
    from lianxin.town.imports.sorts import Sort

SHOWN = 20  # faults on the screen; the file has them all
FILE = click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
TOWN = click.option("--town", "letters", default="", help="乡镇字母代号。Letters of the town.")
FAULTS = click.option(
    "--faults", type=click.Path(path_type=Path, dir_okay=False), help="拒收清单写到哪里。Where to list faults."
)  # fmt: skip
YES = click.option("--yes", is_flag=True, help="不再询问。Do not ask.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="只检查。Check, write nothing.")
DATUM = click.option(
    "--datum", default="wgs84", type=click.Choice([each.value for each in Datum]), help="经纬度的坐标系。Datum."
)  # fmt: skip


def _command(name: str, about: str, *options: Callable[[Any], Any]) -> Callable[[Callable[..., None]], click.Command]:
    """A command that reads a file, tells every fault, and writes once it may."""

    def made(run: Callable[..., None]) -> click.Command:
        for option in reversed((FILE, TOWN, *options, DRY_RUN, FAULTS, YES)):
            run = option(run)
        return click.command(name, short_help=about)(run)

    return made


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
    seal_all(town, now=timezone.now())
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


@_command("people", "导入人员和岗位。People and posts from Excel or CSV.")
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
    _settle(rows, town, path)


def _settle(rows: Sequence[PersonRow], town: Town, path: Path) -> None:
    now, actor = timezone.now(), system(town)
    with transaction.atomic():
        done = settle_people(rows, actor=actor, now=now)
        counts = {"added": done.posts, "changed": done.changed, "same": done.same, "accounts": done.accounts}
        note_taken(new_id(), {"what": "people", **_file(path), **counts}, path.name, actor=actor, now=now)
    seal_all(town, now=timezone.now())
    say(
        f"新增账号 {done.accounts:,}、岗位 {done.posts:,}，更新 {done.changed:,}，不变 {done.same:,}。",
        f"{done.accounts:,} accounts and {done.posts:,} posts added, "
        f"{done.changed:,} changed, {done.same:,} as before.",
    )
    if done.unnamed:
        say(f"这些人另有 {done.unnamed:,} 个岗位不在文件里，未改动。", "Their other posts were left alone.")


@_command(
    "grids",
    "导入网格边界。Grids from GeoJSON, a zipped Shapefile, Excel or CSV.",
    click.option("--datum", help="坐标系：wgs84、gcj02、bd09，默认看文件。Datum; else as the file says."),
)
def grids(path: Path, letters: str, datum: str | None, faults: Path | None, **how: bool) -> None:
    """导入网格：GeoJSON，打成 zip 的 Shapefile，或带边界列的 Excel、CSV；有一处严重问题就一个也不写，轻微的只提示。

    Any grave fault, and nothing is written; notes are told only. Codes that are known are changed, none is removed.
    """
    _bring(SORTS["grids"], path, letters, Options(datum or ""), faults, **how)


@_command("sites", "导入小区、企业、公共场所。Sites from Excel or CSV.", DATUM)
def sites(path: Path, letters: str, datum: str, faults: Path | None, **how: bool) -> None:
    """导入场所；有一处问题就一个也不写。列：类型、名称，另有编码（或统一社会信用代码）、地址、网格编码、经度、纬度。

    A row is known again by its code, else by kind, name and grid: the same file again changes nothing. Any fault, and
    nothing is written; none is ended.
    """
    _bring(SORTS["sites"], path, letters, Options(datum), faults, **how)


@_command("names", "导入地名。Names of places from Excel or CSV.", DATUM)
def names(path: Path, letters: str, datum: str, faults: Path | None, **how: bool) -> None:
    """导入道路、小区、地标、别名，地址由此落到网格；有一处问题就一个也不写。列：类型、地名，另有网格编码、经度、纬度、删除。

    A row is known again by kind, name and grid; 是 under 删除 takes it away. Any fault, and nothing is written.
    """
    _bring(SORTS["names"], path, letters, Options(datum), faults, **how)


@_command("micros", "导入微网格和代表。Micro-grids from Excel or CSV.")
def micros(path: Path, letters: str, faults: Path | None, **how: bool) -> None:
    """导入微网格和代表；有一处问题就一个也不写。列：微网格名称、所属网格（或微网格编码），另有户数、人口、代表账号、
    代表姓名、代表电话、称呼、楼栋门牌。

    A row is known again by its code, else by small grid and name. Any fault, and nothing is written; none is ended.
    """
    _bring(SORTS["micros"], path, letters, Options(), faults, **how)


@_command("lines", "导入八条线服务。Who serves each grid, from Excel or CSV.")
def lines(path: Path, letters: str, faults: Path | None, **how: bool) -> None:
    """导入八条线由谁服务；有一处问题就一条也不写。列：网格编码，和八条线各一列，格里填单位，或者在岗人员的账号。

    A cell names a unit or an account; an empty one leaves the line as it is. Any fault, and nothing is written.
    """
    _bring(SORTS["lines"], path, letters, Options(), faults, **how)


@_command("groups", "导入党小组。Party groups from Excel or CSV.")
def groups(path: Path, letters: str, faults: Path | None, **how: bool) -> None:
    """导入网格党小组；有一处问题就一个也不写。列：网格编码、党小组名称，另有编号、组长账号、党员数、删除。

    A row is known again by its number, else by grid and name; 是 under 删除 takes it away. Any fault, and nothing is
    written.
    """
    _bring(SORTS["groups"], path, letters, Options(), faults, **how)


@_command("centres", "导入党员中心户。Centre households from Excel or CSV.")
def centres(path: Path, letters: str, faults: Path | None, **how: bool) -> None:
    """导入党员中心户；有一处问题就一户也不写。列：网格编码、户主姓名，另有编号、电话、住址、党员数、删除。

    A row is known again by its number, else by grid and name; what is masked stays as it is; 是 under 删除 takes the
    household away. Any fault, and nothing is written.
    """
    _bring(SORTS["centres"], path, letters, Options(), faults, **how)


@_command(
    "categories",
    "导入类别树。A tree of categories from Excel or CSV.",
    click.option("--overwrite", is_flag=True, help="已有的类别也照文件改。Change those that are there, too."),
)
def categories(path: Path, letters: str, overwrite: bool, faults: Path | None, **how: bool) -> None:
    """导入类别树：一行一个末级类别，列一级、二级、三级分类，另有编码、处置时限；或者列编码、名称、上级编码。

    已有的类别默认不动（本镇可能改过），--overwrite 才照文件改；文件里没有的不动。有一处问题就一个也不写。

    Categories that are there stay as the town has them unless --overwrite is given; none is removed.
    """
    _bring(SORTS["categories"], path, letters, Options(overwrite=overwrite), faults, **how)


@_command("setup", "导入全部设置。The whole set-up, from YAML.")
def setup(path: Path, letters: str, faults: Path | None, **how: bool) -> None:
    """导入 `export setup`（或 `setup save`）写的文件；有一处问题就一处也不改，按行号列出全部问题。

    What `export setup` writes. Any fault, each told by its line, and nothing is changed; the same file again changes
    nothing.
    """
    _bring(SORTS["setup"], path, letters, Options(), faults, **how)


def _bring(sort: Sort, path: Path, letters: str, options: Options, faults: Path | None, **how: bool) -> None:
    """Look at the whole file, tell every fault, ask, write."""
    django_ready()
    town = town_named(letters)
    try:
        looked = sort.look(path, town, options, timezone.now())
    except Unreadable as bad:
        raise Fault(bad.zh, bad.en) from bad
    _tell_faults(looked.faults, path, faults)
    if looked.grave:
        say(f"有 {looked.refused:,} 行有问题，未写入任何内容。", "Rows have faults; nothing written.")
        raise SystemExit(1)
    added, changed, gone = (looked.counts.get(name, 0) for name in ("added", "changed", "gone"))
    asked = f"新增 {added:,}，更新 {changed:,}{f'，删除 {gone:,}' if gone else ''}，写入？ Write them?"
    if how["dry_run"] or (not how["yes"] and not click.confirm(asked, default=True)):
        say(f"{len(looked.rows):,} 行都没有问题；未写入。", "All rows are sound; nothing written.")
        return
    now, actor = timezone.now(), system(town)
    with transaction.atomic():
        done = sort.take(looked, options, actor, now)
        note_taken(new_id(), {"what": sort.key, **_file(path), **done}, path.name, actor=actor, now=now)
    seal_all(town, now=timezone.now())
    word, kept = sort.word, done.get("kept", 0)
    say(
        f"新增 {done['added']:,} {word}，更新 {done['changed']:,} {word}，不变 {done['same']:,} {word}。",
        f"{done['added']:,} added, {done['changed']:,} changed, {done['same']:,} as before.",
    )
    if gone:
        say(f"删除 {gone:,} {word}。", f"{gone:,} taken away.")
    if kept:
        say(f"另有 {kept:,} 个与本镇已有的不同，未动；要照文件改请加 --overwrite。", f"{kept:,} were left as they are.")


def _file(path: Path) -> dict[str, Any]:
    """What the history keeps of a file: its digest and size."""
    with path.open("rb") as file:
        return {"file": hashlib.file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}


commands: list[click.Command] = [
    cases, grids, people, sites, names, micros, lines, groups, centres, categories, setup,
]  # fmt: skip
