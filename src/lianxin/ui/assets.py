"""Where the built front end lies and under which address each part is served."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.templatetags.static import static

STATIC = Path(__file__).parent / "static" / "lianxin"
MANIFEST = STATIC / "manifest.json"
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
    return static(f"lianxin/{entry['file']}")
