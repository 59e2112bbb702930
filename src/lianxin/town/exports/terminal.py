"""`export cases|grids|people|setup|ledger` …: as somebody, masked; every export leaves an entry."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from django.db import transaction
from django.utils import timezone

from lianxin.ledger.actions import Line, record
from lianxin.people.actors import Actor, actor_of, system
from lianxin.people.models import Account
from lianxin.people.queries import posts_of, today
from lianxin.town.cli.demo import Counter
from lianxin.town.cli.starting import Fault, django_ready, say, town_named
from lianxin.town.exports.cases import COLUMNS as OF_CASES
from lianxin.town.exports.cases import case_rows
from lianxin.town.exports.categories import COLUMNS as OF_CATEGORIES
from lianxin.town.exports.categories import category_rows
from lianxin.town.exports.grids import COLUMNS as OF_GRIDS
from lianxin.town.exports.grids import grid_rows, grid_table
from lianxin.town.exports.ledger import COLUMNS as OF_LEDGER
from lianxin.town.exports.ledger import ledger_rows
from lianxin.town.exports.lines import COLUMNS as OF_LINES
from lianxin.town.exports.lines import line_rows
from lianxin.town.exports.micros import COLUMNS as OF_MICROS
from lianxin.town.exports.micros import micro_rows
from lianxin.town.exports.names import COLUMNS as OF_NAMES
from lianxin.town.exports.names import name_rows
from lianxin.town.exports.party import columns_of, party_rows
from lianxin.town.exports.people import COLUMNS as OF_PEOPLE
from lianxin.town.exports.people import people_rows, write_template
from lianxin.town.exports.setup import write_setup
from lianxin.town.exports.shapefiles import write_shapefile
from lianxin.town.exports.sites import COLUMNS as OF_SITES
from lianxin.town.exports.sites import site_rows
from lianxin.town.exports.writing import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lianxin.keys.models import Town
    from lianxin.town.exports.writing import Column, Row

ENDINGS = {".json": "geojson", ".yml": "yaml", ".ndjson": "jsonl", ".zip": "shp"}

TO = click.option(
    "--to", "path", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写到哪里。File to write."
)
TOWN = click.option("--town", "letters", default="", help="乡镇字母代号。Letters of the town.")
OVERWRITE = click.option("--overwrite", is_flag=True, help="已有的文件照样覆盖。Replace a file that is there.")
PERSONAL = click.option("--personal", is_flag=True, help="不遮盖姓名、电话等。Personal details in full.")


def _form(*forms: str) -> Callable[[Any], Any]:
    return click.option("--format", "form", type=click.Choice(forms), help="默认看扩展名。Default: by the ending.")


def _as(*, needed: bool) -> Callable[[Any], Any]:
    return click.option("--as", "username", required=needed, help="以谁的身份（账号）。Whose rights: an account.")


@dataclass(frozen=True, slots=True)
class Export:
    """Where an export goes to, in which format, and whether personal details are in full."""

    what: str
    path: Path
    form: str
    personal: bool = False


@click.command(short_help="导出事项。Cases, those the person may see.")
@TO
@_form("xlsx", "csv", "geojson", "jsonl")
@TOWN
@_as(needed=True)
@PERSONAL
@OVERWRITE
def cases(path: Path, form: str | None, letters: str, username: str, **how: bool) -> None:
    """导出该身份看得到的事项。Exports the cases that person may see; needs the permission `export`.

    姓名、电话和文字中的号码默认遮盖；--personal 另需查看联系方式的权限。
    Names and numbers are masked; --personal needs the permission to see contacts too.
    """
    export = _target("cases", path, form, ("xlsx", "csv", "geojson", "jsonl"), **how)
    actor = _actor(_town(letters), username, ("export",), ("reveal_contact",) if export.personal else ())
    _write(export, OF_CASES, case_rows(actor, personal=export.personal), actor=actor)


@click.command(short_help="导出人员和岗位。People and posts; also an empty template.")
@TO
@_form("xlsx", "csv", "jsonl")
@TOWN
@_as(needed=False)
@PERSONAL
@click.option("--template", is_flag=True, help="只要空白的 Excel 模板。An empty Excel table to fill in.")
@OVERWRITE
def people(path: Path, form: str | None, letters: str, username: str | None, **how: bool) -> None:
    """导出今天在岗的人员，可再导入。Exports the posts held today, as an import takes them.

    电话默认遮盖；遮盖的号码再导入时视为不变。Masked telephone numbers count as unchanged when imported.
    """
    template = how.pop("template")
    export = _target("people", path, form, ("xlsx",) if template else ("xlsx", "csv", "jsonl"), **how)
    town = _town(letters)
    if template:
        with _writing(path):
            write_template(path, town)
        say(f"模板已写入 {path}。", "The template is written.")
        return
    if not username:
        raise Fault("请用 --as 指明以谁的身份导出。", "Say with --as whose rights the export is done with.")
    actor = _actor(town, username, ("export", "manage_people"), ("manage_people",) if export.personal else ())
    _write(export, OF_PEOPLE, people_rows(actor, now=timezone.now(), personal=export.personal), actor=actor)


@click.command(short_help="导出网格。Grids with their boundaries.")
@TO
@_form("geojson", "shp", "xlsx", "csv", "jsonl")
@TOWN
@_as(needed=False)
@OVERWRITE
def grids(path: Path, form: str | None, letters: str, username: str | None, **how: bool) -> None:
    """导出网格，带边界（WGS-84），可再导入：GeoJSON、打成 zip 的 Shapefile、Excel、CSV。

    All but JSON lines hold the boundaries and can be imported again; .zip is a Shapefile.
    """
    export = _target("grids", path, form, ("geojson", "shp", "xlsx", "csv", "jsonl"), **how)
    town = _town(letters)
    actor = _actor(town, username, (), ()) if username else system(town)
    if export.form in {"xlsx", "csv"}:
        _write(export, *grid_table(town), actor=actor)
    else:
        _write(export, OF_GRIDS, grid_rows(town), actor=actor)


@click.command(short_help="导出场所。Sites.")
@TO
@_form("xlsx", "csv", "geojson", "jsonl")
@TOWN
@_as(needed=False)
@OVERWRITE
def sites(path: Path, form: str | None, letters: str, username: str | None, **how: bool) -> None:
    """导出小区、企业、公共场所（WGS-84），Excel 和 CSV 可再导入。Excel and CSV can be imported again."""
    export = _target("sites", path, form, ("xlsx", "csv", "geojson", "jsonl"), **how)
    town = _town(letters)
    actor = _actor(town, username, (), ()) if username else system(town)
    _write(export, OF_SITES, site_rows(town), actor=actor)


def _table(
    key: str,
    about: tuple[str, str],
    columns: Sequence[Column],
    rows: Callable[[Town, bool], Iterable[Row]],
    *,
    personal: bool = False,
) -> click.Command:
    """The command of a table that any person may take out, and that can be brought in again.

    `about`: in short, and the whole. `rows`: of a town, given whether personal details are in full; where `personal`,
    they are masked unless somebody who manages people asks for them.
    """

    def run(path: Path, form: str | None, letters: str, username: str | None, **how: bool) -> None:
        export = _target(key, path, form, ("xlsx", "csv", "jsonl"), **how)
        town = _town(letters)
        if export.personal and not username:
            raise Fault("请用 --as 指明以谁的身份导出。", "Say with --as whose rights the export is done with.")
        needed = ("manage_people",) if export.personal else ()
        actor = _actor(town, username, (), needed) if username else system(town)
        _write(export, columns, rows(town, export.personal), actor=actor)

    run.__doc__ = about[1]
    own = (PERSONAL,) if personal else ()
    command: Any = run
    for option in reversed((TO, _form("xlsx", "csv", "jsonl"), TOWN, _as(needed=False), *own, OVERWRITE)):
        command = option(command)
    made: click.Command = click.command(key, short_help=about[0])(command)
    return made


names = _table(
    "names",
    ("导出地名。Names of places.", "导出地名（WGS-84），可再导入。Can be imported again."),
    OF_NAMES,
    lambda town, _full: name_rows(town),
)
micros = _table(
    "micros",
    (
        "导出微网格和代表。Micro-grids with who speaks for them.",
        "导出微网格和代表，可再导入。街坊代表的电话默认遮盖，--personal 须用 --as 指明有“管理人员”权限的人。\n\n"
        "Can be imported again; neighbours' numbers are masked, --personal needs --as somebody who manages people.",
    ),
    OF_MICROS,
    lambda town, full: micro_rows(town, personal=full),
    personal=True,
)
lines = _table(
    "lines",
    (
        "导出八条线服务。Who serves each grid in the eight lines.",
        "导出各网格自己写明的条线服务，可再导入；空着的按上级。Can be imported again; empty: as the grid above says.",
    ),
    OF_LINES,
    lambda town, _full: line_rows(town, now=timezone.now()),
)
categories = _table(
    "categories",
    ("导出类别和时限。Categories and limits.", "导出类别树和时限，可再导入。Can be imported again."),
    OF_CATEGORIES,
    lambda town, _full: category_rows(town),
)
groups = _table(
    "groups",
    ("导出党小组。Party groups.", "导出网格党小组，可再导入。Can be imported again."),
    columns_of("groups"),
    lambda town, _full: party_rows("groups", town),
)
centres = _table(
    "centres",
    (
        "导出党员中心户。Centre households.",
        "导出党员中心户，可再导入。姓名、电话、住址默认遮盖，--personal 须用 --as 指明有“管理人员”权限的人。\n\n"
        "Can be imported again; names, numbers and addresses are masked, "
        "--personal needs --as somebody who manages people.",
    ),
    columns_of("centres"),
    lambda town, full: party_rows("centres", town, personal=full),
    personal=True,
)


@click.command(short_help="导出全部设置。The whole set-up, YAML.")
@TO
@TOWN
@_as(needed=False)
@OVERWRITE
def setup(path: Path, letters: str, username: str | None, **how: bool) -> None:
    """导出单位、角色、类别、派单规则、要问的问题、答复模板、本镇的闭环等，可再导入，也可照搬到另一个镇。

    Can be imported again, into another town too.
    """
    export = _target("setup", path, None, ("yaml",), **how)
    town = _town(letters)
    actor = _actor(town, username, ("configure",), ()) if username else system(town)
    with _writing(path):
        done = write_setup(path, town)
    _tell(export, done, actor)


@click.command(short_help="导出留痕。The history with its digests.")
@TO
@_form("jsonl", "xlsx", "csv")
@TOWN
@_as(needed=False)
@OVERWRITE
def ledger(path: Path, form: str | None, letters: str, username: str | None, **how: bool) -> None:
    """导出全部留痕和摘要，不含文字内容，供他人核验。Exports every entry with its digests, without texts."""
    export = _target("ledger", path, form, ("jsonl", "xlsx", "csv"), **how)
    town = _town(letters)
    actor = _actor(town, username, ("audit",), ()) if username else system(town)
    _write(export, OF_LEDGER, ledger_rows(town), actor=actor)


def _target(
    what: str, path: Path, form: str | None, forms: Sequence[str], *, overwrite: bool, personal: bool = False
) -> Export:
    """Where to write, checked before the work begins; raises Fault."""
    ending = path.suffix.lower()
    form = form or ENDINGS.get(ending, ending.removeprefix("."))
    if form not in forms:
        known = "、".join(forms)
        raise Fault(f"请用 --format 指明格式：{known}。", f"Name a --format: {', '.join(forms)}.")
    if path.exists() and not overwrite:
        raise Fault(f"{path} 已存在；要覆盖请加 --overwrite。", f"{path} is there already; --overwrite replaces it.")
    if not path.parent.is_dir():
        raise Fault(f"没有文件夹 {path.parent}。", f"There is no folder {path.parent}.")
    return Export(what, path, form, personal)


def _town(letters: str) -> Town:
    django_ready()
    town: Town = town_named(letters)
    return town


def _actor(town: Town, username: str, some: Sequence[str], every: Sequence[str]) -> Actor:
    """The first post of that person with one of `some` permissions and `every` other; raises Fault."""
    account = Account.objects.filter(username=username).first()
    posts = posts_of(account.pk, town, on=today(timezone.now())) if account else []
    if not posts:
        raise Fault(f"{username} 在本镇没有岗位。", f"{username} holds no post in this town.")
    for actor in (actor_of(post, town) for post in posts):
        if (not some or any(map(actor.can, some))) and all(map(actor.can, every)):
            return actor
    raise Fault(f"{username} 没有导出这些内容的权限。", f"{username} may not export this.")


def _write(export: Export, columns: Sequence[Column], rows: Iterable[Row], *, actor: Actor) -> None:
    with _writing(export.path), Counter() as counter:
        counted = _counted(rows, counter)
        shapes = export.form == "shp"
        done = (
            write_shapefile(export.path, columns, counted)
            if shapes
            else write(export.path, export.form, columns, counted)
        )
    _tell(export, done, actor)


def _tell(export: Export, done: int, actor: Actor) -> None:
    """The entry that says who took what, and a line on the screen."""
    data = {"what": export.what, "format": export.form, "rows": done, "personal": export.personal}
    with transaction.atomic():
        record(Line("export", actor.town_id, "export", data), actor=actor, now=timezone.now())
    say(f"已写入 {export.path}，{done:,} 行。", f"{done:,} rows written.")


def _counted(rows: Iterable[Row], counter: Counter) -> Iterator[Row]:
    for done, row in enumerate(rows, start=1):
        if done % 500 == 0:
            counter.show("导出 / exporting", done, 0)
        yield row


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Say plainly when a file cannot be written."""
    try:
        yield
    except OSError as error:
        why = error.strerror
        raise Fault(f"{path} 不能写入：{why}。", f"{path} cannot be written: {why}.") from error


commands: list[click.Command] = [
    cases, grids, people, sites, names, micros, lines, groups, centres, categories, setup, ledger,
]  # fmt: skip
