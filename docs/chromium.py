"""Which Chromium draws the documentation's pictures and measures its pages: `CHROMIUM`, or what the machine has."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")


def path() -> str:
    """Where it lies; ends the command with a plain sentence where there is none."""
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not named:
        raise SystemExit("找不到 Chromium：请先安装，或用 CHROMIUM 指明。Install Chromium, or name it with CHROMIUM.")
    return named
