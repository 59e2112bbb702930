"""Room on a page for what only the phone knows: how high the outbox was when this browser last drew it.

The script leaves the height in a cookie (`roomFor` in frontend/src/outbox.ts), so that nothing below moves when the
outbox is filled; what stands in it the server never learns.
"""

from django.http import HttpRequest

MOST = 1200  # more than a screen or two


def outbox_room(request: HttpRequest, name: str) -> int:
    """The height of the outbox in CSS pixels, 0 where there was none; `name`: of the cookie, one for each outbox.

    A cookie is a stranger's word: what is no number of pixels, or too many, is no room.
    """
    told = request.COOKIES.get(name, "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 5 and int(told) <= MOST else 0
