"""Room on a page for what only the phone knows: how high it was when this browser last drew it.

The script leaves the height in a cookie (`leaveRoom` in frontend/src/dom.ts), so that nothing below moves when the
outbox is filled, or it is said whether the day is kept; what stands there the server never learns.
"""

from django.http import HttpRequest

MOST = 1200  # more than a screen or two


def room_for(request: HttpRequest, name: str) -> int:
    """The height in CSS pixels, 0 where there was nothing; `name` is the cookie's: each outbox has one, and the day.

    A cookie is a stranger's word: what is no number of pixels, or too many, is no room.
    """
    told = request.COOKIES.get(name, "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 5 and int(told) <= MOST else 0
