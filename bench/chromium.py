"""What the measures in a browser share: a server of a town of its own, and Chromium signed in at a desk."""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.__main__ import Server


@contextmanager
def at_desk(rows):
    """(server, browser context) over so many cases, as long as the measure takes: Chinese, 1440 × 900 CSS pixels."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with tempfile.TemporaryDirectory(prefix="lianxin-bench-") as folder, sync_playwright() as playwright:
        server = Server(Path(folder), "", rows)
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            base = f"http://127.0.0.1:{server.port}"
            name, _, value = server.facts["cookie"].partition("=")
            context = browser.new_context(base_url=base, locale="zh-CN", viewport={"width": 1440, "height": 900})
            context.add_cookies([{"name": name, "value": value, "url": base}])
            yield server, context
        finally:
            browser.close()
            server.stop()
