"""`setup save` and `setup load`: a town's settings as one file."""

from pathlib import Path

import click

from lianxin.town.cli.starting import Fault, django_ready, say, town_named

FILE = click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
TOWN = click.option("--town", "letters", default="", help="乡镇字母代号。Letters of the town.")


@click.group(short_help="乡镇的设置：存成文件，从文件读入。A town's settings as a file.")
def setup() -> None:
    """单位、角色、节假日、类别和时限、派单规则、要问的问题、答复模板、本镇的闭环、工作时间。

    Units, roles, holidays, categories, limits, rules of dispatch, questions, reply texts, own workflows, hours.
    """


@setup.command(short_help="把设置存成文件。Write the settings to a file.")
@FILE
@TOWN
def save(path: Path, letters: str) -> None:
    """把乡镇的设置写到 FILE（YAML）。Writes the settings of a town to FILE."""
    django_ready()
    from lianxin.town.exports.setup import write_setup

    town = town_named(letters)
    try:
        write_setup(path, town)
    except OSError as error:
        raise Fault(f"{path} 写不进去。", f"{path} cannot be written ({error.strerror}).") from error
    say(f"已写到 {path}。", f"Written to {path}.")


@setup.command(short_help="从文件读入设置。Take the settings from a file.")
@FILE
@TOWN
@click.option("--preview", is_flag=True, help="只看不改。Look, change nothing.")
@click.option("--why", default="", help="为什么，记入每条改动记录。The reason, for the history.")
def load(path: Path, letters: str, preview: bool, why: str) -> None:
    """按 FILE（YAML）改动乡镇的设置：先按行号列出全部问题；有一处不对就一处也不改。文件没有写的保持原样，
    only 里写明的（派单规则）以文件为准。

    Brings the settings to what FILE says; tells every fault by its line, and with one fault changes nothing.
    What is not named stays, but for the registers under `only`.
    """
    django_ready()
    from django.utils import timezone

    from lianxin.people.actors import system
    from lianxin.town.registers.files import PARTS, part_name
    from lianxin.town.registers.files import load as take

    try:
        source = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Fault(f"{path} 读不出来，应为 UTF-8 文本。", f"{path} cannot be read as UTF-8 ({error}).") from error
    town = town_named(letters)
    loaded = take(town, source, actor=system(town), now=timezone.now(), preview=preview, why=why)
    if loaded.faults:
        for fault in loaded.faults:
            click.echo(f"{path.name}:{fault.line}: {fault}", err=True)
        raise Fault(f"{len(loaded.faults)} 处不对，没有改动。", f"{len(loaded.faults)} faults; nothing was changed.")
    for key in PARTS:
        counts = [each.get(key, 0) for each in (loaded.added, loaded.changed, loaded.gone, loaded.same)]
        if any(counts):
            zh, en = "新增 {}，改动 {}，删去 {}，不变 {}", "{} new, {} changed, {} taken away, {} as they were"
            say(f"{part_name(key)}（{key}）：{zh.format(*counts)}", en.format(*counts))
    if preview:
        say("只是预览，没有改动。", "A preview: nothing was changed.")


@setup.command(short_help="随新版产品来的闭环：看、发布或保留。Workflows of a newer product.")
@TOWN
@click.option("--diff", "shown", default="", metavar="KEY", help="逐行看不同。Line by line.")
@click.option("--publish", "taken", default="", metavar="KEY", help="发布为下一版。Publish as the next version.")
@click.option("--keep", "kept", default="", metavar="KEY", help="保留本镇的。Keep what the town has.")
@click.option("--why", default="", help="为什么，记入留痕。The reason, for the history.")
def workflows(letters: str, shown: str, taken: str, kept: str, why: str) -> None:
    """列出产品里有而本镇没有发布过的闭环。什么也不会自动发生：看过以后发布，或者保留本镇的。在办事项按开始时的版本办完。

    Lists the product's workflows that the town has never published. Nothing happens by itself.
    """
    django_ready()
    from lianxin.town.cli.newer import decide, tell, tell_diff

    town = town_named(letters)
    if shown:
        tell_diff(town, shown)
    elif taken or kept:
        decide(town, taken or kept, why, publish=bool(taken))
    else:
        tell(town)
