"""What `setup workflows` says and does of workflows that came with a newer product."""

import difflib

import click
from django.utils import timezone

from lianxin.cases.actions.workflows import NotPublished
from lianxin.cases.fitting import read_for
from lianxin.cases.rehearsal import dry_run, seed_of
from lianxin.keys.models import Town
from lianxin.people.actors import system
from lianxin.town.cli.starting import Fault, say
from lianxin.town.newer import Newer, keep_own, newer, newer_of, take_up
from lianxin.workflow.definition import BadWorkflow


def tell(town: Town) -> None:
    """List them."""
    found = newer(town)
    for each in found:
        told = ("本镇已决定保留自己的", "the town keeps its own") if each.kept else ("待决定", "to be decided")
        about = ("新种类", "a new kind")
        if each.base:
            about = (f"本镇为第 {each.base} 版", f"the town has version {each.base}")
        say(f"{each.key}：{about[0]}，{told[0]}。", f"{about[1]}; {told[1]}.")
    if not found:
        say("本镇的闭环与产品一致，或者已经发布过。", "The town has published every workflow of the product.")


def tell_diff(town: Town, key: str) -> None:
    """The lines that would go and come, and what it would mean for open cases."""
    offer = _offer(town, key)
    before = offer.latest.source.splitlines() if offer.latest is not None else []
    for line in difflib.unified_diff(before, offer.source.splitlines(), "本镇 town", "产品 product", lineterm=""):
        click.echo(line)
    try:
        flow = read_for(town, offer.source)
    except BadWorkflow as bad:
        for fault in bad.faults:
            click.echo(str(fault), err=True)
        raise Fault("本镇缺少它要用的设置，不能发布。", "The town lacks what it names: not to be published.") from bad
    if offer.latest is None:
        return
    run = dry_run(town, flow, seed=seed_of(offer.source))
    n = sum(each.count for each in (*run.steps, *run.acts, *run.earlier, *run.later))
    zh, en = f"在办 {run.of:,} 件，按它会有 {n:,} 处不同。", f"{run.of:,} open cases, {n:,} differences for them."
    say(zh, en)


def decide(town: Town, key: str, why: str, *, publish: bool) -> None:
    """Publish it, or keep what the town has."""
    offer, now = _offer(town, key), timezone.now()
    if not why.strip():
        raise Fault("请用 --why 写明为什么。", "Say with --why why.")
    if not publish:
        keep_own(offer, why=why.strip()[:200], actor=system(town), now=now)
        say("保留本镇的，没有改动。", "Kept; nothing was changed.")
        return
    try:
        made = take_up(offer, why=why.strip()[:200], actor=system(town), now=now)
    except BadWorkflow as bad:
        for fault in bad.faults:
            click.echo(str(fault), err=True)
        raise Fault("本镇缺少它要用的设置，没有发布。", "The town lacks what it names; not published.") from bad
    except NotPublished as refused:
        raise Fault("刚刚有人发布了另一版，请再看一遍。", "Another version came meanwhile: look again.") from refused
    say(f"已发布为第 {made.version} 版。", f"Published as version {made.version}.")


def _offer(town: Town, key: str) -> Newer:
    offer = newer_of(town, key)
    if offer is None:
        raise Fault(f"产品里没有 {key} 的新文本。", f"The product has no newer text of {key}.")
    return offer
