"""How long tests wait for what has to come: a busy machine is slow, not wrong."""

import time

SLOW = 30_000  # milliseconds


def until(page, found):
    """Wait until something is so, in the page, on the server or on the phone; fails when it never is.

    `found` is asked here and again and again: a predicate of the page that promises would be taken as true at once.
    """
    end = time.monotonic() + SLOW / 1000
    while not found():
        assert time.monotonic() < end, "it never came"
        page.wait_for_timeout(50)
