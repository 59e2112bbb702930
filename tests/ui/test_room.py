"""The room kept for the outbox is what this browser measured, and nothing a stranger may blow up."""

import pytest
from django.test import RequestFactory

from lianxin.ui.room import room_for


@pytest.mark.parametrize(
    ("told", "room"),
    [("184", 184), ("0", 0), ("", 0), ("1200", 1200), ("1201", 0), ("99999", 0), ("-5", 0), ("１２", 0), ("1.5", 0), ("x", 0)],
)
def test_only_a_plausible_height_is_kept_free(told, room):
    request = RequestFactory().get("/")
    request.COOKIES["lx_room"] = told
    assert room_for(request, "lx_room") == room
    assert room_for(request, "lx_room_field") == room_for(request, "lx_room_day") == 0
