"""One example for each operation: data, in `examples.yaml`."""

from pathlib import Path
from typing import Any

import yaml

# Every process reads them when it starts: libyaml, where it is there, takes a tenth of the time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ALL: dict[str, Any] = yaml.load(Path(__file__).with_name("examples.yaml").read_text("utf-8"), _LOADER)  # noqa: S506


def example(name: str) -> Any:
    """An example by its name; KeyError for one unknown."""
    return _ALL[name]
