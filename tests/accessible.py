"""What axe-core has to say of an open page."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

_ASK = """options => axe.run({resultTypes: ['violations'], ...options}).then(found => found.violations.map(
  rule => ({id: rule.id, help: rule.help, nodes: rule.nodes.map(node => node.html)})))"""


def violations(page: Any, **options: Any) -> list[dict]:
    """Each rule a page breaks: `id`, `help`, and the `nodes` that break it as HTML. `options` are axe-core's own.

    What it found to be right stays in the browser: of a page it is a megabyte that nobody reads.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(_ASK, options)


def told(found: list[dict]) -> str:
    """What was found, a line for each node."""
    return "\n".join(f"{rule['id']}: {rule['help']} — {node[:160]}" for rule in found for node in rule["nodes"])
