"""Column maps: files that say which column of another system's table is what of a case.

    key: messages                     # keeps the numbers of one source apart from those of another
    name: {zh: 网络留言, en: Message board}
    columns: {number: [留言编号], …}   # what a case holds ← the names its column goes by, the first that is there
    required: [number, text]          # a row without them is refused
    dates: ["%Y/%m/%d %H:%M:%S"]      # how times are written; cells that are dates need none
    datum: wgs84                      # wgs84, gcj02 or bd09
    constants: {channel: import}      # what no column says
    keep: [line_breaks]               # of the cleaning, what is left out: line_breaks, title_in_text

A map that is wrong is refused with every fault and its line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lianxin.places.datum import datum_named
from lianxin.town.base import BASE
from lianxin.town.columnmaps import faults_of
from lianxin.town.imports.faults import Unreadable
from lianxin.workflow.definition.source import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lianxin.places.datum import Datum

MAPS: Final = BASE / "maps"
MOST_MAP: Final = 100_000  # bytes


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A column map, checked."""

    key: str
    name: Mapping[str, str]
    columns: Mapping[str, tuple[str, ...]]
    required: frozenset[str] = frozenset()
    dates: tuple[str, ...] = ()
    datum: Datum | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    keep: frozenset[str] = frozenset()

    @property
    def titles(self) -> list[str]:
        """Every name a column may go by."""
        return [title for titles in self.columns.values() for title in titles]

    @property
    def scope(self) -> str:
        """Under which the numbers of this source are known for good."""
        return f"import:{self.key}"


def known_maps() -> list[str]:
    """The maps that come with the product, by name."""
    return sorted(path.stem for path in MAPS.glob("*.yaml"))


def read_map(source: str | Path) -> ColumnMap:
    """Read a map from a file, or one that comes with the product by its name; raises Unreadable with every fault."""
    path = MAPS / f"{source}.yaml" if str(source) in known_maps() else Path(source)
    try:
        if path.stat().st_size > MOST_MAP:
            raise ValueError("too big for a column map")
        read = load(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        known = "、".join(known_maps())
        raise Unreadable(
            f"列对应文件 {path} 不能读取：{said}。现成的有：{known}。",
            f"The column map {path} cannot be read: {said}. There are: {known}.",
        ) from error
    if faults := faults_of(read):
        lines = "\n".join(f"  {path.name}:{line}: {message}" for line, message in faults)
        raise Unreadable(f"列对应文件有误：\n{lines}\n", "The column map is wrong, see above.")
    return _made(read.data)


def _made(data: Mapping[str, Any]) -> ColumnMap:
    datum = data.get("datum")
    return ColumnMap(
        key=str(data["key"]),
        name=data["name"],
        columns={target: _titles(titles) for target, titles in data["columns"].items()},
        required=frozenset(data.get("required") or ()),
        dates=tuple(data.get("dates") or ()),
        datum=datum_named(datum) if datum else None,
        constants={name: str(value) for name, value in (data.get("constants") or {}).items()},
        keep=frozenset(data.get("keep") or ()),
    )


def _titles(given: Any) -> tuple[str, ...]:
    return (str(given),) if isinstance(given, str | int) else tuple(str(title) for title in given)
