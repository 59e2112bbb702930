"""One example for each operation: data, in files beside the operations."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from lianxin.workflow.definition.source import LOADER


def examples_in(path: Path) -> Callable[[str], Any]:
    """What gives the examples of a file by name; KeyError for one unknown."""
    known: dict[str, Any] = yaml.load(path.read_text("utf-8"), LOADER)  # noqa: S506
    return known.__getitem__


example = examples_in(Path(__file__).with_name("examples.yaml"))
