"""The workflows as their files say: read anew, in the plainest form. What the words mean stands in docs/workflows.md."""

from pathlib import Path

import yaml

FOLDER = Path(__file__).parents[2] / "towns" / "base" / "workflows"
CHOICES = {
    "rating": ("1", "2", "3", "4", "5"),
    "urgency": ("normal", "urgent", "emergency"),
    "contacted": ("reached", "visited", "no_reply", "none"),
    "grade": ("general", "major"),
}
TEXTS = ("reason", "note", "answer", "demand", "agreement", "present", "minutes", "materials", "measure")


def listed(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def _effects(raw):
    found = []
    for each in listed(raw):
        name, args = next(iter(each.items())) if isinstance(each, dict) else (each, {})
        found.append((name, {} if args is None else args))
    return found


def _flow(raw):
    steps = raw["steps"]
    ways = {}
    for row in raw["transitions"]:
        sources = [key for key, step in steps.items() if not step.get("end")] if row["from"] == "any" else listed(row["from"])
        for source in sources:
            by = listed(row.get("by")) or [steps[source]["who"]]
            only_duty = by[0][5:] if len(by) == 1 and by[0].startswith("duty:") else ""
            ways[source, row["act"]] = {
                "act": row["act"], "to": row.get("to"), "by": by, "needs": listed(row.get("needs")),
                "takes": listed(row.get("takes")), "counts": row.get("counts", ""), "at_most": row.get("at_most"),
                "duty": row.get("duty", only_duty), "final": row.get("final", False), "effects": _effects(row.get("effects")),
            }  # fmt: skip
    kept = {args["what"] for way in ways.values() for name, args in way["effects"] if name == "ask" and args.get("keep")}
    return {"start": raw["start"], "steps": steps, "ways": ways, "kept": kept, "secret": raw.get("confidential", False)}


FLOWS = {path.stem: _flow(yaml.safe_load(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.yaml"))}


def limit_at(step, limits):
    """The limit of a step: the category's of that name, else its own."""
    within = step["within"]
    return limits.get(within["limit"], within["default"]) if isinstance(within, dict) else within


def has(way, effect):
    return any(name == effect for name, _ in way["effects"])
