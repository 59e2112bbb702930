"""PDF from a Typst template and plain data, with Chinese faces embedded.

What people wrote goes in as data (`sys.inputs`), never as text of the template: nothing in it is ever carried out.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse

HERE = Path(__file__).parent
FACES = (  # what machines have that hold a Chinese face, the plainest first
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "HarmonyOS Sans SC", "MiSans",
    "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Serif CJK SC",
    "Source Han Serif SC", "SimSun", "SimHei", "FandolHei",
)  # fmt: skip
PATIENCE = 60  # seconds; a thousand rows take one
POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"  # what browsers' own PDF viewers need


class NoFace(RuntimeError):
    """No Chinese face on the machine: a PDF would show boxes for characters."""


def folder() -> Path:
    """Where an administrator may put a face (TTF, OTF, TTC) for a machine that has none."""
    return Path(settings.MEDIA_ROOT).parent / "fonts"


def press(**asked: Any) -> bytes:
    """What the press makes of it; raises CalledProcessError or TimeoutExpired, which are faults of ours."""
    own = folder()
    told = {"folders": [str(own)] if own.is_dir() else [], **asked}
    command = [sys.executable, "-I", str(HERE / "press.py")]
    done = subprocess.run(command, input=json.dumps(told).encode(), capture_output=True, timeout=PATIENCE, check=True)
    return done.stdout


@lru_cache(maxsize=1)
def faces() -> tuple[str, ...]:
    """The Chinese faces this machine has, the best first; raises NoFace. Looked for once in a process."""
    held = set(json.loads(press()))
    found = tuple(name for name in FACES if name in held)
    if not found:
        raise NoFace
    return found


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of a template beside this file ("slip", "table"); raises NoFace."""
    told = json.dumps({**data, "faces": faces()}, ensure_ascii=False)
    return press(template=str(HERE / f"{template}.typ"), root=str(HERE), data=told)


def paper(template: str, data: Mapping[str, Any], name: str) -> HttpResponse:
    """The PDF as an answer, shown in the browser and kept by no cache; raises NoFace."""
    response = HttpResponse(pdf(template, data), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = POLICY
    return response
