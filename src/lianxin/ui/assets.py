"""Where the built front end lies and under which address each part is served."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parent / "static" / "lianxin"
MANIFEST = STATIC / "manifest.json"
WORKER = STATIC / "sw.js"
ICON = "favicon.ico"  # where browsers look for one whatever a page says
# Whose pages a service worker keeps: its own file, and the scripts and the sheet those pages need.
FACES = {"public": ("sw.js", "public", "public"), "field": ("field-sw.js", "field", "staff")}
ADDRESS = "/ui/made/"  # of `made`, which sends them packed
SOURCES = {".js": "src/{}.ts", ".css": "css/{}.css"}


@cache
def _manifest(changed_at: int) -> dict[str, Any]:
    """The build's list of files; ``changed_at`` makes a new build be read anew."""
    if not changed_at:
        return {}
    manifest: dict[str, Any] = json.loads(MANIFEST.read_text("utf-8"))
    return manifest


def asset(name: str) -> str:
    """Address of a built file: ``public.js``, ``desk.js``, ``field.js``, ``public.css``,
    ``staff.css``, or a file copied as it is (``mark.svg``).

    Before the first build the plain name is given, so that pages still come.
    """
    changed_at = MANIFEST.stat().st_mtime_ns if MANIFEST.is_file() else 0
    path = Path(name)
    source = SOURCES.get(path.suffix, "{}").format(path.stem)
    entry = _manifest(changed_at).get(source, {"file": name})
    return f"{ADDRESS}{entry['file']}"


def kept_offline(face: str = "public") -> list[str]:
    """Addresses of what a page of this face needs before a map is opened: scripts, sheet, mark."""
    changed_at = MANIFEST.stat().st_mtime_ns if MANIFEST.is_file() else 0
    manifest = _manifest(changed_at)
    _worker, script, sheet = FACES[face]
    files, todo = ["mark.svg"], [SOURCES[".js"].format(script), SOURCES[".css"].format(sheet)]
    while todo:
        entry = manifest.get(todo.pop(), {})
        todo += entry.get("imports", ())
        files += [file for file in (entry.get("file"), *entry.get("css", ())) if file and file not in files]
    return [f"{ADDRESS}{file}" for file in sorted(files)]


def worker_script(form: str, face: str = "public") -> str | None:
    """The service worker with what it keeps: the files of this build and the empty `form`; None before a build.

    Its version is a digest of all of it, so that a new build is a new worker and the old one's copies go.
    """
    path = WORKER if face == "public" else STATIC / FACES[face][0]
    if not path.is_file():
        return None
    source, files = path.read_text("utf-8"), kept_offline(face)
    version = hashlib.sha256("\n".join([source, form, *files]).encode()).hexdigest()[:16]
    return f"self.LIANXIN = {json.dumps({'version': version, 'files': files, 'form': form})};\n{source}"
