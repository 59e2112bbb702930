"""What a walk saw can be looked at: its pictures lie in the folder that is named, and nowhere without one."""

import pytest
from PIL import Image

pytestmark = pytest.mark.browser


def test_a_walk_leaves_its_pictures_in_the_folder_that_is_named(page, shot, tmp_path, monkeypatch):
    page.set_content("<body style='background: teal; height: 1200px'>")
    monkeypatch.delenv("WALK_SHOTS", raising=False)
    shot(page, "none")
    monkeypatch.setenv("WALK_SHOTS", str(tmp_path / "seen"))
    shot(page, "teal")
    assert [path.name for path in tmp_path.rglob("*.png")] == ["teal.png"]
    with Image.open(tmp_path / "seen" / "teal.png") as seen:
        assert seen.size[0] == 1280
        assert seen.size[1] >= 1200  # the whole page
