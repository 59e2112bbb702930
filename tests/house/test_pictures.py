"""The pictures of the documentation: each that a page shows is there, and one command takes it."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
TAKEN = set(re.findall(r'^    \("([a-z-]+)", "', (DOCS / "pictures.py").read_text("utf-8"), re.MULTILINE))


def test_every_picture_that_a_page_shows_is_there_and_is_taken_by_the_command():
    pages = [*DOCS.glob("*.md"), *DOCS.glob("adr/*.md")]
    shown = {name for page in pages for name in re.findall(r"\]\(images/([a-z-]+)\.png\)", page.read_text("utf-8"))}
    assert {"desk", "admin-import", "clerk-bulk-done"} <= shown
    assert shown <= TAKEN
    assert {path.stem for path in (DOCS / "images").glob("*.png")} == TAKEN


def test_every_scene_belongs_to_a_picture():
    scenes = (DOCS / "scenes.py").read_text("utf-8")
    named = set(re.findall(r'"((?:admin|clerk)-[a-z-]+)":', scenes))
    assert named
    assert named <= TAKEN


def test_pictures_are_small_enough_to_be_read_on_a_slow_line():
    heavy = {path.name: path.stat().st_size for path in (DOCS / "images").glob("*.png") if path.stat().st_size > 100_000}
    assert heavy == {}
