"""The set-up of a town out as one file, as it comes in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lianxin.town.exports.writing import replacing
from lianxin.town.registers.files import written

if TYPE_CHECKING:
    from pathlib import Path

    from lianxin.keys.models import Town


def write_setup(path: Path, town: Town) -> int:
    """Write the set-up as YAML, whole or not at all; the number of its lines."""
    text = written(town)
    with replacing(path, mode="w", encoding="utf-8") as file:
        file.write(text)
    return len(text.splitlines())
