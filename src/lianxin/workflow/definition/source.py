"""YAML into plain values, remembering the line of everything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from lianxin.workflow.definition.model import Fault

Path = tuple[str | int, ...]

ALIASES = "aliases (&, *) are not used in workflows"
# Every process reads the published workflows as it starts; the loader in C takes a fifteenth of the time.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 50  # a workflow has seven levels


@dataclass(slots=True)
class Source:
    """Plain values, where each stood, and what was wrong with the text itself."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of what stands at `path`, or of the nearest thing around it; 0 when not read from text."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


def load(raw: Mapping[str, Any] | str) -> Source:
    """Take parsed data as it is, or read YAML text; never raises."""
    if not isinstance(raw, str):
        return Source(raw)
    source = Source()
    try:
        node = _composed(raw)
        if node is not None:
            source.data = _value(node, (), source, set())
        if any(fault.message == ALIASES for fault in source.faults):
            source.data = None  # what an alias stood for is missing: more would be said of its absence than of it
            source.faults[:] = [fault for fault in source.faults if fault.message == ALIASES]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        last = len(raw.splitlines())  # where it ends too early, the mark lies behind the end
        source.faults.append(Fault(min(mark.line + 1, last) if mark else 1, f"not YAML: {error.problem}"))
    except yaml.YAMLError as error:
        source.faults.append(Fault(1, f"not YAML: {str(error).splitlines()[0]}"))
    except (RecursionError, ValueError, OverflowError):
        source.faults.append(Fault(1, "not YAML that can be read: nested too deeply or badly written"))
    return source


def _composed(raw: str) -> yaml.Node | None:
    """The text as nodes; raises RecursionError for one so deep that the loader in C would end the process."""
    depth = 0
    for event in yaml.parse(raw, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise RecursionError
    return yaml.compose(raw, Loader=LOADER)


def _value(node: yaml.Node, path: Path, source: Source, seen: set[int]) -> Any:
    line = node.start_mark.line + 1
    source.lines.setdefault(path, line)
    # An alias gives the same node twice, or itself within itself; no workflow needs one.
    if id(node) in seen:
        source.faults.append(Fault(line, ALIASES))
        return None
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, source, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), source, seen) for index, item in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, path: Path, source: Source, seen: set[int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            source.faults.append(Fault(line, "a key must be a word"))
            continue
        key = str(key_node.value)
        if key in found:
            source.faults.append(Fault(line, f"{key} is said twice"))
            continue
        source.lines[*path, key] = line
        found[key] = _value(value_node, (*path, key), source, seen)
    return found


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    kind = node.tag.rsplit(":", 1)[-1]
    if kind == "bool":
        return text.lower() in {"true", "yes", "on"}
    if kind == "null":
        return None
    if kind == "int" and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return text
