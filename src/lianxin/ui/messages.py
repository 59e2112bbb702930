"""The words of every app: ``python -m lianxin.ui.messages extract|check|compile``.

Django's own ``makemessages`` does not read Jinja2. Messages are English in the source; each app
keeps its Chinese in ``locale/zh_Hans/LC_MESSAGES/django.po``.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LOCALE = "zh_Hans"
PO = Path("locale") / LOCALE / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
METHODS = {".py": "python", ".html": "jinja2"}
TEMPLATE_OPTIONS = {
    "newstyle_gettext": "true",
    "trimmed": "true",
    "silent": "false",
    "extensions": "jinja2.ext.do",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A message of an app that a Chinese reader would see in English, or wrongly."""

    app: str
    message: str
    where: str
    fault: str

    def __str__(self) -> str:
        return f"{self.app}: {self.where}: {self.fault}: {self.message!r}"


def apps(root: Path = ROOT) -> list[Path]:
    """The folders of all apps."""
    return sorted(path.parent for path in root.glob("*/__init__.py"))


def sources(app: Path) -> Iterator[Path]:
    """The files of an app that may hold messages."""
    for path in sorted(app.rglob("*")):
        if path.suffix in METHODS and "__pycache__" not in path.parts:
            yield path


def wanted(app: Path) -> Catalog:
    """All messages used in an app, with their places."""
    catalog = Catalog(locale=LOCALE, charset="utf-8", fuzzy=False)
    for path in sources(app):
        method = METHODS[path.suffix]
        options = TEMPLATE_OPTIONS if method == "jinja2" else {}
        inside = path.relative_to(app.parent).as_posix()
        for line, words, notes, context in extract_from_file(
            method, path, keywords=KEYWORDS, comment_tags=("Translators:",), options=options
        ):
            catalog.add(words, None, [(inside, line)], auto_comments=notes, context=context)
    return catalog


def catalogues(app: Path) -> list[Path]:
    """An app's files: its own, which may still be missing, and those of its parts that keep their words beside them."""
    return sorted({app / PO, *app.rglob(PO.as_posix())})


def _read(path: Path) -> Catalog:
    if not path.is_file():
        return Catalog(locale=LOCALE, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE)


def translated(app: Path) -> Catalog:
    """What the app's files hold together; empty when it has none."""
    whole = Catalog(locale=LOCALE, charset="utf-8", fuzzy=False)
    for path in catalogues(app):
        for message in _read(path):
            if message.id:
                whole[message.id] = message
    return whole


def _words(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def _is_told(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    told = message.string
    return bool(told) if isinstance(told, str) else bool(told) and all(told or ())


def gaps(root: Path = ROOT) -> list[Gap]:
    """Every message without a sound translation, over all apps."""
    found = []
    for app in apps(root):
        have = translated(app)
        for message in wanted(app):
            if not message.id:
                continue
            where = ":".join(str(part) for part in message.locations[0])
            told = have.get(message.id, context=message.context)
            if not _is_told(told):
                found.append(Gap(app.name, _words(message), where, "not translated"))
            elif told is not None:
                told.flags |= message.flags
                found += [Gap(app.name, _words(message), where, str(fault)) for fault in told.check(have)]
    return found


def clashes(root: Path = ROOT) -> list[Gap]:
    """Messages that two files translate differently: Django would show one of them everywhere."""
    first: dict[tuple[str, str | None], tuple[str, str]] = {}
    found = []
    for app, path in ((each, path) for each in apps(root) for path in catalogues(each)):
        where = path.relative_to(root).as_posix().removesuffix(f"/{PO.as_posix()}")
        for message in _read(path):
            if not message.id or not _is_told(message):
                continue
            words = str(message.string)
            other, told = first.setdefault((_words(message), message.context), (where, words))
            if told != words:
                fault = f"translated otherwise in {other} (give it a context with pgettext)"
                found.append(Gap(app.name, _words(message), where, fault))
    return found


def extract(root: Path = ROOT) -> int:
    """Add each missing message, untranslated, to the nearest file of its app, and take out what nothing says any more.

    Files in which nothing changes are left alone; tells how many messages were added.
    """
    added = 0
    for app in apps(root):
        need = {(message.id, message.context): message for message in wanted(app) if message.id}
        files = {path: _read(path) for path in catalogues(app)}
        kept = {path: {(each.id, each.context) for each in catalog if each.id} for path, catalog in files.items()}
        changed = set()
        for path, key in [(path, key) for path, keys in kept.items() for key in keys - need.keys()]:
            files[path].delete(*key)
            changed.add(path)
        for key in need.keys() - set().union(*kept.values()):
            path = _nearest(files, root / need[key].locations[0][0])
            files[path][need[key].id] = need[key]
            changed.add(path)
            added += 1
        for path in changed:
            _write(path, files[path])
    return added


def _nearest(paths: Iterable[Path], source: Path) -> Path:
    """Of an app's files, the one that stands deepest above a source."""
    above = [path for path in paths if path.parents[3] in source.parents]
    return max(above, key=lambda path: len(path.parts))


def _write(path: Path, catalog: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, include_lineno=False, ignore_obsolete=True, sort_output=True)


def compile_all(root: Path = ROOT) -> int:
    """Make the binary catalogues Django reads, where they are older; tells how many were made."""
    made = 0
    for path in (path for app in apps(root) for path in catalogues(app)):
        target = path.with_suffix(".mo")
        if not path.is_file() or (target.is_file() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns):
            continue
        with target.open("wb") as file:
            write_mo(file, _read(path))
        made += 1
    return made


def main(arguments: list[str] | None = None) -> int:
    """The command; ``check`` fails when a message is not soundly translated."""
    parser = argparse.ArgumentParser(prog="python -m lianxin.ui.messages", description=__doc__)
    parser.add_argument("act", choices=("extract", "check", "compile"))
    act = parser.parse_args(arguments).act
    if act == "extract":
        print(f"{extract()} messages added")  # noqa: T201
        return 0
    if act == "compile":
        compile_all()
        return 0
    found = gaps() + clashes()
    for gap in found:
        print(gap)  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
