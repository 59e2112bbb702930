"""`verify`: replay the history and name what does not hold."""

from functools import partial

import click

from lianxin.town.cli.demo import Counter
from lianxin.town.cli.starting import django_ready, say, town_named


@click.command(short_help="核验留痕。Check the whole history.")
@click.option("--town", "letters", default="", help="乡镇字母代号。Letters of one town; all by default.")
def verify(letters: str) -> None:
    """核验全部留痕、封印、事项和照片，逐一列出不符之处；有不符则返回 1。

    Replays every entry, seal, case and photo; names everything that does not hold, and then exits with 1.
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
    if broken:
        say(f"发现 {broken} 处不符。", f"{broken} things do not hold.")
        raise SystemExit(1)
    say(f"{len(towns)} 个乡镇的留痕全部相符。", f"The history of {len(towns)} town(s) holds.")


def _show(counter: Counter, name: str, done: int) -> None:
    counter.show(name, done, 0)
