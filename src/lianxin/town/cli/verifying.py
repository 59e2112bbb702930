"""`verify`: replay the history and name what does not hold."""

from functools import partial

import click

from lianxin.town.cli.demo import Counter
from lianxin.town.cli.starting import django_ready, say, town_named


@click.command(short_help="核验留痕。Check the whole history.")
@click.option("--town", "letters", default="", help="乡镇字母代号。Letters of one town; all by default.")
def verify(letters: str) -> None:
    """核验全部留痕、封存、事项、诉求人、公开内容和照片，列出不符之处；有不符则返回 1。另说还有多少条没有封存。

    Replays every entry and seal and compares cases, reporters, what is published, photos and settings with them; names
    everything that does not hold, and then exits with 1. Says how many entries are not sealed yet.
    """
    django_ready()
    from lianxin.keys.models import Town
    from lianxin.ledger import verify as ledger

    towns = [town_named(letters)] if letters else list(Town.objects.order_by("id"))
    broken = 0
    for town in towns:
        with Counter() as counter:
            found = list(ledger.verify(town, progress=partial(_show, counter, town.name)))
        for each in found:
            click.echo(click.style(f"{town.letters}: {each}", fg="red"))
        broken += len(found)
        _tell_unsealed(town.name, ledger.unsealed(town))
    if broken:
        say(f"发现 {broken} 处不符。", f"{broken} things do not hold.")
        raise SystemExit(1)
    say(f"{len(towns)} 个乡镇的留痕全部相符。", f"The history of {len(towns)} town(s) holds.")


def _tell_unsealed(name: str, count: int) -> None:
    """What is not sealed is no fault: it was written a moment ago, or no worker has run since."""
    if not count:
        say(f"{name}：留痕全部已封存。", "Every entry is sealed.")
        return
    say(
        f"{name}：{count} 条留痕还没有封存。封存以前，能改数据库的人若连同留痕一起重算，核验看不出来；"
        "后台任务（lianxin run 或 worker）运行着，几秒钟封存一次。",
        f"{count} entries are not sealed yet: until then, who may write the database could make them anew, and nothing "
        "here would show it. A running worker seals every few seconds.",
    )


def _show(counter: Counter, name: str, done: int) -> None:
    counter.show(name, done, 0)
