"""Fixtures in the words of the town."""

import gc
import os
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings

# How fast a machine is today says nothing about the code: speed is measured in bench/, never asserted here.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the thread that reads the rows
_DATA = os.environ.setdefault("LIANXIN_DATA", tempfile.mkdtemp())  # settings_for_tests has set it

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)


# A whole browser's own bars are pages too, made ready beside each page that is opened: here they are never seen. The other
# features are those the driver turns off by itself, whose list ours replaces. (Chromium's headless shell has no bars.)
BROWSER = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-features=PreloadTopChromeWebUI,WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
    "LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,OptimizationHints,NetworkTimeServiceQuerying",
]

SHARING = ("test_demo_whole.py", "test_demo_load.py")


def pytest_addoption(parser):
    parser.addoption("--of-the-database", action="store_true", help="only tests that read or write rows, and those of the commands")


def pytest_collection_finish(session):
    """What is there once all tests are read stays: collecting it over and over took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_collection_modifyitems(config, items):
    """Slow ones first, dealt out evenly, so that nobody waits for the last of them alone.

    The second database repeats what depends on the database, the pages and their words among it; what is pure, and
    how a page behaves in a browser, has been tried with the first.
    """
    if config.getoption("--of-the-database"):
        kept = [item for item in items if _depends_on_the_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept
    items[:] = _dealt(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def _dealt(items, hands):
    """In the order in which so many workers, each of which begins with a share from the front, have as much to do."""
    rest = [item for item in items if not item.get_closest_marker("slow")]
    files = {}  # those of one file share what is made once for the file, as a whole town
    for item in items:
        if item.get_closest_marker("slow"):
            files.setdefault(item.path if item.path.name in SHARING else item.nodeid, []).append(item)
    slow = [[item for group in list(files.values())[at::hands] for item in group] for at in range(hands)]
    cuts = [len(rest) * at // hands for at in range(hands + 1)]
    return [item for at in range(hands) for item in (*slow[at], *rest[cuts[at] : cuts[at + 1]])]


def _depends_on_the_database(item):
    if item.get_closest_marker("browser") or item.get_closest_marker("once"):
        return False
    return "db" in item.fixturenames or item.get_closest_marker("django_db") or item.path.name == "test_cli.py"


@pytest.fixture(autouse=True)
def _no_window_of_tries_ends_in_a_test(monkeypatch):
    """Tries are counted in windows of the clock: one that ended inside a test would forgive what was just counted."""
    from lianxin.keys import tries

    begun, longest, real = datetime.now(ZONE), timedelta(minutes=2), tries._window

    def from_here(per, now):
        ends_soon = real(per, begun)[1] < longest.total_seconds()
        return real(per, now - longest if now >= begun and ends_soon and longest < per < timedelta(days=1) else now)

    monkeypatch.setattr(tries, "_window", from_here)


@pytest.fixture(autouse=True)
def _fresh_memory(settings, monkeypatch):
    """What a process remembers of a town belongs to the database it read; no second passes while a test counts."""
    from lianxin.keys import cache, numbers

    monkeypatch.setattr(cache, "time", SimpleNamespace(monotonic=lambda: 0.0))

    settings.LIANXIN_SEAL_LOG = Path(tempfile.mkdtemp(dir=_DATA)) / "seals.log"
    cache.forget()
    numbers.drop_blocks()
    yield
    cache.forget()


@pytest.fixture
def now():
    return MONDAY


@pytest.fixture
def town(db):
    """A town with the base settings, two villages and three small grids, and one person in each post."""
    from django.db import connection

    from towns import make_town

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_search")  # no model's table: what flushes a database after a walk leaves it
    return make_town("LX", "连心镇", code="999001101")


@pytest.fixture
def other_town(db):
    """A second town under the same county."""
    from towns import make_town

    return make_town("QH", "清河镇", code="999001102")


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium; without one the walk says so, and fails where LIANXIN_REQUIRE names chromium."""
    from playwright.sync_api import sync_playwright

    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first draws no window of its own
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        words = "no Chromium on this machine: the walks in the browser were not run"
        pytest.fail(words) if "chromium" in os.environ.get("LIANXIN_REQUIRE", "") else pytest.skip(words)
    with sync_playwright() as playwright:  # one in a process: a second would find the first one's loop running
        running = playwright.chromium.launch(executable_path=found, args=BROWSER)
        yield running
        running.close()
