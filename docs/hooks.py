"""Fill the page of the workflow language with the diagrams and tables of the files in towns/base."""

from pathlib import Path

from lianxin.workflow.definition import FIELDS, read
from lianxin.workflow.diagram import svg

WORKFLOWS = sorted((Path(__file__).parents[1] / "towns/base/workflows").glob("*.yaml"))


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
    return f"## {flow.name['zh']} `{flow.key}`\n\n{svg(flow)}\n\n{head}\n" + "\n".join(rows)


def sources(flow, each):
    """The steps a transition may start from, in the order of the file."""
    return [key for key in flow.steps if key in each.sources]
