"""Fill the page of the workflow language with the diagrams and tables of the files in towns/base."""

from pathlib import Path

import yaml

from lianxin.workflow.definition import FIELDS, read
from lianxin.workflow.diagram import svg

BASE = Path(__file__).parents[1] / "towns/base"
WORKFLOWS = sorted((BASE / "workflows").glob("*.yaml"))
ROLES = {each["key"]: each["name"]["zh"] for each in yaml.safe_load((BASE / "roles.yaml").read_text("utf-8"))}
WHO = {**ROLES, "holder": "经办", "reporter": "群众"}
UNITS = {"working_days": "个工作日", "working_hours": "个工作小时", "days": "天", "hours": "小时"}


def on_page_markdown(markdown, **_):
    """Put the workflows in the place marked for them."""
    if "<!-- workflows -->" not in markdown:
        return markdown
    return markdown.replace("<!-- workflows -->", "\n\n".join(section(path) for path in WORKFLOWS))


def section(path):
    """A workflow: its diagram and the table of its transitions."""
    flow = read(path.read_text("utf-8"))
    rows = [
        f"| {each.name['zh']} `{each.act}` | {'、'.join(flow.steps[key].name['zh'] for key in sources(flow, each))} "
        f"| {flow.steps[each.to].name['zh'] if each.to else '不动'} | {'、'.join(each.by)} "
        f"| {'、'.join(FIELDS[need].name['zh'] for need in each.needs)} | {'、'.join(e.name for e in each.effects)} |"
        for each in flow.transitions
    ]
    head = "| 流转 | 从 | 到 | 谁 | 必填 | 效果 |\n|---|---|---|---|---|---|"
    drawn = svg(flow, "zh", under(flow))
    return f"## {flow.name['zh']} `{flow.key}`\n\n{drawn}\n\n{head}\n" + "\n".join(rows)


def sources(flow, each):
    """The steps a transition may start from, in the order of the file."""
    return [key for key in flow.steps if key in each.sources]


def under(flow):
    """Whose turn it is at each step and how long, in words, for below its name."""
    told = {}
    for step in flow.steps.values():
        number, _, unit = str(step.within or "").partition(" ")
        limit = f"{number} {UNITS[unit]}" if number else ""
        told[step.key] = " · ".join(filter(None, (WHO.get(step.who, step.who), limit)))
    return told
