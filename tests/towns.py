"""Small towns for tests."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.test import Client

from lianxin.keys.cache import bump
from lianxin.keys.models import Town
from lianxin.people.actors import Actor, actor_of, reporter, system
from lianxin.people.models import Account, Post, Role, Unit
from lianxin.places.models import Grid
from lianxin.town.base import load_base

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)
STAFF = (  # username, role, unit, grid
    ("clerk", "clerk", "desk", None),
    ("clerk2", "clerk", "desk", None),
    ("dispatcher", "dispatcher", "governance", None),
    ("handler", "handler", "utilities", None),
    ("handler2", "handler", "utilities", None),
    ("sanitation", "handler", "sanitation", None),
    ("supervisor", "supervisor", "supervision", None),
    ("supervisor2", "supervisor", "supervision", None),
    ("leader", "leader", "party_office", None),
    ("worker", "grid_worker", "village_1", "1-1"),
    ("worker2", "grid_worker", "village_2", "2-1"),
    ("chief", "grid_chief", "village_1", "1"),
    ("mediator", "mediator", "justice", None),
    ("admin", "admin", "party_office", None),
    ("security", "security_admin", "party_office", None),
    ("auditor", "audit_admin", "party_office", None),
)


def square(lon: float, lat: float, width: float = 0.01, height: float = 0.01) -> dict:
    ring = [[lon, lat], [lon + width, lat], [lon + width, lat + height], [lon, lat + height], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


TABLES = (  # whatever `_build` writes, in an order in which rows find what they point to
    "keys_town", "places_grid", "people_role", "people_unit", "people_account", "people_post", "people_calendarday",
    "cases_category", "cases_clause", "cases_workflowversion", "cases_route", "ledger_entry", "ledger_head",
)  # fmt: skip
Stamp = dict[str, tuple[list[str], list[tuple]]]
_stamps: dict[tuple[str, str, str], Stamp] = {}


def make_town(letters: str, name: str, *, code: str) -> Town:
    """A town of tests. Built once in a process; the same rows are stamped into the database after that."""
    key = (connection.vendor, letters, code)
    with transaction.atomic():
        if key in _stamps:
            _stamp(_stamps[key])
            return Town.objects.get(letters=letters)
        before = _rows()
        town = _build(letters, name, code)
        _stamps[key] = _rows(but=before)
    return town


def _build(letters: str, name: str, code: str) -> Town:
    town = Town.objects.create(letters=letters, name=name, code=code, host=f"{letters.lower()}.test", is_demo=True)
    _grids(town, 117.0 if letters == "LX" else 118.0)
    load_base(town, now=MONDAY)
    _people(town)
    bump(town)
    return town


def _rows(but: Stamp | None = None) -> Stamp:
    """All rows there are; without those that were there before, which are another town's."""
    kept = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table}")
            names, rows = [column[0] for column in cursor.description], cursor.fetchall()
            known = {row[names.index("id")] for row in but[table][1]} if but else set()
            kept[table] = (names, [row for row in rows if row[names.index("id")] not in known])
    return kept


def _stamp(kept: Stamp) -> None:
    with connection.cursor() as cursor:
        for table, (columns, rows) in kept.items():
            marks, names = ", ".join(["%s"] * len(columns)), ", ".join(f'"{column}"' for column in columns)
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def _grids(town: Town, lon: float) -> None:
    lat = 34.6
    root = _grid(town, None, "town", town.code, town.name, square(lon, lat, 0.04, 0.01))
    for village, grids in ((1, 2), (2, 1)):
        west = lon + (village - 1) * 0.02
        above = _grid(
            town, root, "village", f"{town.code}{200 + village}", f"{village}村", square(west, lat, 0.01 * grids)
        )
        Unit.objects.create(town=town, key=f"village_{village}", name=f"{village}村委会", grid=above)
        for serial in range(1, grids + 1):
            _grid(
                town,
                above,
                "grid",
                f"{above.code}{serial:03d}",
                f"{village}村{serial}格",
                square(west + 0.01 * (serial - 1), lat),
            )


def _grid(town, parent, level, code, name, boundary) -> Grid:
    ring = boundary["coordinates"][0]
    made = Grid(
        town=town, parent=parent, level=level, code=code, name=name, boundary=boundary, valid_from=date(2024, 1, 1)
    )
    made.lon, made.lat = (ring[0][0] + ring[1][0]) / 2, (ring[0][1] + ring[2][1]) / 2
    made.path = f"{parent.path if parent else '/'}{made.pk}/"
    made.save()
    return made


def grid_named(town: Town, name: str) -> Grid:
    """ "1" is the first village, "1-2" its second small grid."""
    village, _, serial = name.partition("-")
    found = Grid.objects.for_system("tests", town)
    return found.get(name=f"{village}村{serial}格") if serial else found.get(name=f"{village}村")


def _people(town: Town) -> None:
    units = {unit.key: unit for unit in Unit.objects.for_system("tests", town)}
    roles = {role.key: role for role in Role.objects.for_system("tests", town)}
    for username, role, unit, grid in STAFF:
        account = Account(username=f"{username}.{town.letters.lower()}", name=f"{username}")
        account.set_password("secret-secret")
        account.save()
        Post.objects.create(
            town=town,
            account=account,
            unit=units[unit],
            role=roles[role],
            grid=grid_named(town, grid) if grid else None,
            title=roles[role].name["zh"],
        )


def who(town: Town, username: str) -> Actor:
    """The actor of a test town's member of staff; "system" for its clockwork."""
    if username == "system":
        return system(town)
    rows = Post.objects.for_system("tests", town).select_related("role", "grid", "account")
    return actor_of(rows.get(account__username=f"{username}.{town.letters.lower()}"), town)


def signed_in(username: str) -> Client:
    """A browser in which a member of the first test town's staff has signed in."""
    browser = Client(HTTP_HOST="lx.test")
    account = Account.objects.get(username=f"{username}.lx")
    browser.force_login(account, backend="lianxin.people.backends.AccountBackend")
    return browser


def reporter_of(town: Town, done) -> Actor:
    """The reporter of a case just opened."""
    return reporter(town, case_id=done.case.pk, reporter_id=done.reporter_id)
