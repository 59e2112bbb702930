"""`check`: validate a folder of town data."""

from pathlib import Path

import click

from lianxin.town.cli.starting import say


@click.command(short_help="检查乡镇数据目录。Check a folder of town data.")
@click.argument("folder", type=click.Path(path_type=Path))
def check(folder: Path) -> None:
    """检查目录中的闭环、类别、单位、角色、依据、工时和导入用的列对应，按文件和行号列出全部问题；有问题则返回 1。

    Checks the workflows, categories, units, roles, grounds, hours and column maps of a folder; prints every fault with
    file and line, and then exits with 1. The shape of each file is that of towns/base.
    """
    from lianxin.town.shapes import check_folder

    if not folder.is_dir():
        say(f"没有目录 {folder}。", f"There is no folder {folder}.")
        raise SystemExit(1)
    faults = list(check_folder(folder))
    for fault in faults:
        click.echo(str(fault))
    if faults:
        say(f"共 {len(faults)} 处问题。", f"{len(faults)} faults.")
        raise SystemExit(1)
    say("没有问题。", "No faults.")
