"""`demo`: load the invented town, or print its sign-ins."""

import sys
import time
from types import TracebackType
from typing import Self

import click

from lianxin.town.cli.starting import Fault, django_ready, migrate, say


@click.command(short_help="装入演示镇。Load the demo town.")
@click.option("--seed", type=int, help="随机种子，默认见 towns/demo/town.yaml。Seed; default in towns/demo/town.yaml.")
@click.option("--most", type=int, help="最多装入多少件（试用）。At most so many cases, for trials.")
def demo(seed: int | None, most: int | None) -> None:
    """装入虚构的连心镇（约两年的诉求），已装入则只显示登录名。

    Loads the invented town of 连心镇 with two years of requests; prints the sign-ins when it is there already.
    """
    config = django_ready(migrated=False)
    if config["LIANXIN_PROFILE"] != "demo":
        raise Fault(
            "演示镇只能装入演示环境：请先设 LIANXIN_PROFILE=demo，并用单独的数据目录。",
            "The demo town belongs into a demo installation: set LIANXIN_PROFILE=demo, with a data folder of its own.",
        )
    migrate()
    from lianxin.keys.models import Town

    if not Town.objects.filter(is_demo=True).exists():
        load(seed=seed, most=most)
    from lianxin.town.demo.signins import kept

    click.echo("\n".join(kept()))


def load(seed: int | None = None, most: int | None = None) -> None:
    """Load the demo town with progress on the screen."""
    from lianxin.town.demo.load import load_demo

    begun = time.monotonic()
    with Counter() as counter:
        town = load_demo(seed=seed, progress=counter.show, most=most)
    say(f"{town.name}已装入，用时 {time.monotonic() - begun:.0f} 秒。", "The demo town is loaded.")


class Counter:
    """Progress on one line of a terminal, and a line a stage where there is none."""

    def __init__(self) -> None:
        self._stage, self._shown = "", 0.0
        self._live = sys.stdout.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live and self._stage:
            click.echo()

    def show(self, stage: str, done: int, whole: int) -> None:
        """Show how far a stage is; `whole` 0 where nobody knows."""
        if self._live:
            self._line(stage, done, whole)
        elif stage != self._stage:
            click.echo(f"{stage} …")
        self._stage = stage

    def _line(self, stage: str, done: int, whole: int) -> None:
        changed = stage != self._stage
        if changed and self._stage:
            click.echo()
        if not changed and done < whole and time.monotonic() - self._shown < 0.2:
            return
        self._shown = time.monotonic()
        part = f" {done:,} / {whole:,}  {done * 100 // whole} %" if whole else f" {done:,}" if done else " …"
        click.echo(f"\r\x1b[K{stage}{part}", nl=False)
