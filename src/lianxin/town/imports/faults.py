"""What can be wrong with a file or a row of it, and the list of it that is kept beside the file."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from lianxin.town.exports.safety import harmless
from lianxin.workflow.definition.source import LOADER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HEADER: Final = ("行号 row", "列 column", "原因", "reason", "代码 code")
SHOWN: Final = 60  # characters of a wrong value that are repeated in a list of faults

SENTENCES: Final[Mapping[str, Mapping[str, str]]] = yaml.load(
    Path(__file__).with_name("reasons.yaml").read_text("utf-8"), LOADER  # noqa: S506 - a loader of plain values
)


class Unreadable(Exception):
    """A file, or a column map, that is no use as a whole: one plain sentence in each language."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row is refused: `row` as a spreadsheet program numbers it, `column` as the file has it, a stable `code`.

    What is not `grave` is a note: the row can be taken all the same.
    """

    row: int
    column: str
    code: str
    said: Mapping[str, Any] = field(default_factory=dict)
    grave: bool = True

    @property
    def reasons(self) -> tuple[str, str]:
        """The reason in Chinese and in English."""
        if "message" in self.said:  # told by another reader, in the language that is set
            return str(self.said["message"]), ""
        said = {name: _short(value) for name, value in self.said.items()}
        words = SENTENCES[self.code]
        return words["zh"].format_map(said), words["en"].format_map(said)

    def __str__(self) -> str:
        zh, en = self.reasons
        place = f"第 {self.row} 行" if self.row else "整个文件"
        return f"{place}  {self.where}：{zh}" + (f"  ({en})" if en else "")

    @property
    def where(self) -> str:
        """The column, and that it is only a note."""
        return self.column if self.grave else f"{self.column} 提示 note".strip()


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def write_faults(path: Path, faults: Sequence[RowFault]) -> None:
    """Write the list of faults as CSV that a spreadsheet program opens; with none, an earlier list goes.

    The list may repeat what the file says of people, so only its owner may read it.
    """
    if not faults:
        if _is_list(path):  # and not another file that was named by mistake
            path.unlink()
        return
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows([f.row, harmless(f.where), *map(harmless, f.reasons), f.code] for f in faults)


def _is_list(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(200).decode("utf-8-sig", "replace").startswith(",".join(HEADER))
