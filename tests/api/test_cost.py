"""What a call costs in statements, so that a slow one is noticed before a town notices it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calling import REPORT

pytestmark = pytest.mark.django_db
NOT_COUNTED = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")


def statements(call):
    with CaptureQueriesContext(connection) as caught:
        call()
    return [query["sql"] for query in caught if not query["sql"].startswith(NOT_COUNTED)]


def test_calls_stay_cheap(anybody, token):
    made = anybody("POST", "/reports", REPORT, status=201).json_body
    clerk, where = token("clerk"), f"/cases/{made['number']}"
    clerk("GET", "/cases", status=200)
    clerk("GET", where, status=200)
    most = {
        "open": (lambda: anybody("POST", "/reports", REPORT, status=201), 10),  # the door's 8; the limit, and a block of numbers now and then
        "follow": (lambda: anybody("GET", f"/reports/{made['number']}?code={made['code']}", status=200), 11),
        "list": (lambda: clerk("GET", "/cases", status=200), 6),
        "read": (lambda: clerk("GET", where, status=200), 11),
        "act": (lambda: clerk("POST", where + "/transitions", {"act": "accept", "version": 1}, status=201), 8),
        "board": (lambda: anybody("GET", "/board", status=200), 2),
        "categories": (lambda: anybody("GET", "/categories", status=200), 1),
    }
    cost = {name: len(statements(call)) for name, (call, _most) in most.items()}
    assert {name: count for name, count in cost.items() if count > most[name][1]} == {}, cost
