"""One example for each operation: data, in `examples.yaml`."""

from pathlib import Path
from typing import Any

import yaml

_ALL: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("examples.yaml").read_text("utf-8"))


def example(name: str) -> Any:
    """An example by its name; KeyError for one unknown."""
    return _ALL[name]
