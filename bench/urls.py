"""The yardstick: endpoints of the same server that write the rows of an opening and of a transition, and read those of an
inbox page, by raw SQL."""

import html
import itertools
import json
import time

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from lianxin.keys.ids import new_id
from lianxin.keys.models import Town

_serial = itertools.count(time.time_ns() % 1_000_000)
INSERTS = {
    "keys_once": "id town_id scope key digest result at forever",
    "cases_case": "id town_id number kind workflow_id step version head title category_id grid_id unit_id post_id urgency "
    "channel lon lat address happened_at recorded_at due_at closed_at state parent_id answers",
    "cases_reporter": "id town_id case_id account_id name phone phone_blind phone_tail public_consent first at rating",
    "cases_duty": "id town_id case_id what step who unit_id post_id opened_at due_at soon_at done_at swept "
    "workflow_id paused",
    "ledger_entry": "id town_id subject_kind subject_id seq act source step counts late account_id post_id at data prev "
    "digest seal_id",
    "ledger_text": "id town_id entry_id subject_id field body key erased_at",
    "jobs_job": "id town_id task args run_at attempts leased_until dead error",
}
SQL = {
    table: f"INSERT INTO {table} ({', '.join(columns.split())}) VALUES ({', '.join(['%s'] * len(columns.split()))})"
    for table, columns in INSERTS.items()
}
_town: list[tuple] = []


def ground() -> tuple:
    """The town, a workflow, a unit: read once."""
    if not _town:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM cases_workflowversion WHERE key = %s", ["request"])
            flow = cursor.fetchone()[0]
            cursor.execute("SELECT id FROM people_unit ORDER BY id LIMIT 1")
            _town.append((Town.objects.get().pk, flow, cursor.fetchone()[0]))
    return _town[0]


@csrf_exempt
def raw_open(request: HttpRequest) -> JsonResponse:
    """The eight rows of an opening."""
    body = json.loads(request.body)
    town, flow, unit = ground()
    case, entry, now, number = new_id(), new_id(), "2026-11-21 01:00:00+00:00", f"B{next(_serial):08d}"
    state = json.dumps({"entered_at": now, "counts": {}})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SQL["keys_once"], [new_id(), town, "raw", number, "0" * 64, case, now, False])
        cursor.execute(SQL["cases_case"], [
            case, town, number, "request", flow, "collect", 1, "0" * 64, body["text"][:60], None, None, unit, None,
            "normal", "phone", 117.0, 34.6, "", None, now, now, None, state, None, "{}",
        ])  # fmt: skip
        cursor.execute(SQL["cases_reporter"], [new_id(), town, case, None, "", "", "", "", False, True, now, None])
        cursor.execute(SQL["cases_duty"], [new_id(), town, case, "main", "collect", "clerk", unit, None, now, now, now, None, False, flow, False])
        cursor.execute(SQL["ledger_entry"], [
            entry, town, "case", case, 1, "open", "", "collect", "", False, None, None, now, state, "0" * 64, "0" * 64, None,
        ])  # fmt: skip
        for field in ("title", "text", "place", "reporter"):
            cursor.execute(SQL["ledger_text"], [new_id(), town, entry, case, field, body["text"], "0" * 32, None])
        cursor.execute(SQL["jobs_job"], [new_id(), town, "cases.entered", "{}", "2099-01-01 00:00:00+00:00", 0, None, True, ""])
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO cases_search (rowid, town_id, tokens) VALUES (%s, %s, %s)", [case, town, "路灯 灯不 不亮"])
        else:
            cursor.execute(
                "INSERT INTO cases_search (town_id, case_id, tokens) VALUES (%s, %s, array_to_tsvector(%s))",
                [town, case, ["路灯", "灯不", "不亮"]],
            )
    return JsonResponse({"number": number, "id": str(case)})


@csrf_exempt
def raw_act(request: HttpRequest) -> JsonResponse:
    """The reads and rows of a transition."""
    body = json.loads(request.body)
    town, flow, unit = ground()
    case, entry, now = int(body["id"]), new_id(), "2026-11-21 01:00:00+00:00"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_case WHERE town_id = %s AND id = %s", [town, case])
        cursor.fetchone()
        cursor.execute("SELECT * FROM cases_duty WHERE town_id = %s AND case_id = %s AND done_at IS NULL", [town, case])
        duty = cursor.fetchone()
        cursor.execute(SQL["keys_once"], [new_id(), town, "raw", str(entry), "0" * 64, case, now, False])
        cursor.execute(
            "UPDATE cases_case SET step = %s, version = version + 1, head = %s, due_at = %s, state = %s "
            "WHERE town_id = %s AND id = %s AND version = %s",
            ["triage", "1" * 64, now, "{}", town, case, 1],
        )
        cursor.execute("UPDATE cases_duty SET done_at = %s WHERE town_id = %s AND id = %s", [now, town, duty[0]])
        cursor.execute(SQL["cases_duty"], [new_id(), town, case, "main", "triage", "clerk", unit, None, now, now, now, None, False, flow, False])
        cursor.execute(SQL["ledger_entry"], [
            entry, town, "case", case, 2, "accept", "", "triage", "", False, None, None, now, "{}", "0" * 64, "0" * 64, None,
        ])  # fmt: skip
        cursor.execute(SQL["jobs_job"], [new_id(), town, "cases.entered", "{}", "2099-01-01 00:00:00+00:00", 0, None, True, ""])
    return JsonResponse({"id": body["id"]})


PAGE = """
SELECT d.id, d.due_at, d.soon_at, d.step, c.number, c.title, c.kind, c.urgency, c.recorded_at, g.name, u.name, k.name
FROM cases_duty d JOIN cases_case c ON c.town_id = d.town_id AND c.id = d.case_id
LEFT JOIN places_grid g ON g.town_id = c.town_id AND g.id = c.grid_id
LEFT JOIN people_unit u ON u.town_id = d.town_id AND u.id = d.unit_id
LEFT JOIN cases_category k ON k.town_id = c.town_id AND k.id = c.category_id
WHERE d.town_id = %s AND d.what = 'main' AND d.done_at IS NULL ORDER BY d.due_at, d.id LIMIT 51
"""


def raw_inbox(_request: HttpRequest) -> HttpResponse:
    """Fifty rows in the order of the inbox, as a bare table: nobody is signed in, nothing is counted."""
    with connection.cursor() as cursor:
        cursor.execute(PAGE, [ground()[0]])
        rows = cursor.fetchall()
    cells = ("".join(f"<td>{html.escape(str(value))}</td>" for value in row) for row in rows[:50])
    return HttpResponse("<!doctype html><table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>")


urlpatterns = [
    path("raw/open", raw_open),
    path("raw/act", raw_act),
    path("raw/inbox", raw_inbox),
    path("", include("lianxin.town.urls")),
]
