"""Two towns, five cases and everybody who may look: the world in which permissions are tried."""

import io
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.worklinks import LinkFacts, make_link
from lianxin.cases.links import link_code
from lianxin.cases.models import Category, Photo, Publication, Route
from lianxin.cases.queries.standing import stand
from lianxin.cases.values import Contact, Done, Draft, Holder
from lianxin.forms.photos import store
from lianxin.keys.models import Town
from lianxin.ledger.actions import Line, record
from lianxin.ledger.rows import add_row
from lianxin.people.actions import create_token
from lianxin.people.actors import nobody
from lianxin.people.models import Account, CentreHousehold, Post
from lianxin.people.queries import unit_by_key
from lianxin.people.representatives import MicroFacts, add_micro
from lianxin.people.tokens import DISPLAY
from lianxin.places.models import Grid
from lianxin.places.sites.actions import SiteFacts, add_site, end_site
from lianxin.town.imports.taken import note_taken, taken_files
from lianxin.town.models import Upload
from towns import grid_named, make_town, who

HOST = "lx.test"
PHONE = "13812349876"
NAME = "欧阳小试"
# Words that stand in the title, the text and the address of each case, and nowhere else.
WORDS = {
    "own": ("麒麟甲", "獬豸甲", "貔貅甲"),
    "far": ("麒麟乙", "獬豸乙", "貔貅乙"),
    "shut": ("麒麟丙", "獬豸丙", "貔貅丙"),
    "shown": ("麒麟丁", "獬豸丁", "貔貅丁"),
    "foreign": ("麒麟戊", "獬豸戊", "貔貅戊"),
}
PUBLISHED = "公开的题目丁"
STAFF = {
    "clerk": "clerk", "dispatcher": "dispatcher", "handler": "handler", "grid_worker": "worker", "grid_chief": "chief",
    "supervisor": "supervisor", "leader": "leader", "mediator": "mediator", "admin": "admin",
    "security_admin": "security", "audit_admin": "auditor",
}  # fmt: skip


@dataclass
class World:
    """What the test walks: `cases` by name, `callers` by role, `values` to fill addresses with."""

    town: Town
    other: Town
    cases: dict[str, Done] = field(default_factory=dict)
    callers: dict[str, Client] = field(default_factory=dict)
    values: dict[str, object] = field(default_factory=dict)

    def number(self, name: str) -> str:
        return self.cases[name].case.number


def photo(town):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    return store(out.getvalue(), town=town)


def make_world() -> World:
    """Call it inside a transaction that is rolled back."""
    world = World(make_town("LX", "连心镇", code="999001101"), make_town("QH", "清河镇", code="999001102"))
    town, now = world.town, timezone.now() - timedelta(hours=3)
    world.cases["own"] = _handled(_open(town, "own", "1-1"), town, "utilities", "handler", now)
    world.cases["far"] = _handled(_open(town, "far", "2-1"), town, "sanitation", "sanitation", now)
    world.cases["shut"] = _open(town, "shut", "1-1", kind="dispute")
    world.cases["shown"] = _closed(_handled(_open(town, "shown", "2-1"), town, "sanitation", "sanitation", now), town, now)
    world.cases["foreign"] = _open(world.other, "foreign", "1-1")
    Publication.objects.create(
        town=town, case_id=world.cases["shown"].case.pk, state="published", title=PUBLISHED, text="公开的话",
        answer="公开的答复", checked_by=1, at=now,
    )  # fmt: skip
    _callers(world)
    _values(world)
    _sites(world)
    _micro(world)
    _centres(world)
    _links(world)
    _uploads(world)
    return world


def _open(town, name, grid, kind="request") -> Done:
    title, text, address = WORDS[name]
    draft = Draft(
        kind=kind, title=f"{title}坏了", text=f"{text}请来看看", address=f"{address}旁边", channel="phone",
        grid_id=grid_named(town, grid).pk, lon=117.005, lat=34.605, contact=Contact(NAME, PHONE), photos=[photo(town)],
    )  # fmt: skip
    return open_case(draft, actor=nobody(town), now=timezone.now() - timedelta(hours=4))


def _handled(done, town, unit, handler, now) -> Done:
    holder = Holder(unit_by_key(town, unit).pk)
    first = done.reporter_id
    for act, by, given in (("accept", "clerk", {}), ("assign", "clerk", {"holder": holder}), ("take", handler, {})):
        done = transition(done.standing, act, actor=who(town, by), now=now, given=given)
    return Done(done.standing, done.entry, first)


def _closed(done, town, now) -> Done:
    first = done.reporter_id
    for act, by, given in (
        ("finish", "sanitation", {"answer": "修好了"}), ("call_back", "clerk", {"rating": "5", "note": "满意"}),
        ("close", "supervisor", {}),
    ):  # fmt: skip
        done = transition(done.standing, act, actor=who(town, by), now=now, given=given)
    return Done(done.standing, done.entry, first)


def _callers(world: World) -> None:
    world.callers["nobody"] = Client(raise_request_exception=False)
    for role, username in STAFF.items():
        world.callers[role] = _signed_in(f"{username}.lx")
    world.callers["stranger"] = _signed_in("leader.qh")


def _signed_in(username) -> Client:
    browser = Client(raise_request_exception=False)
    account = Account.objects.get(username=username)
    browser.force_login(account, backend="lianxin.people.backends.AccountBackend")
    return browser


def _sites(world: World) -> None:
    """A site where the cases lie, one that has ended, one of the other town."""
    for name, town, sort in (("site", world.town, "venue"), ("site_ended", world.town, "compound"), ("site_foreign", world.other, "venue")):
        facts = SiteFacts(sort, "广场", grid_named(town, "1-1").pk, "1村路 2 号", 117.005, 34.605)
        made = add_site(facts, actor=who(town, "admin"), now=timezone.now())
        world.values[name], world.values[f"{name}_id"] = made.code, made.pk
        if name == "site_ended":
            end_site(made, "拆除", actor=who(town, "admin"), now=timezone.now())


def _micro(world: World) -> None:
    """A micro-grid where the cases lie, with a neighbour who speaks for it."""
    facts = MicroFacts("一单元", 16, person="张大嫂", phone="13900001111", doors="1 至 16 号")
    made = add_micro(grid_named(world.town, "1-1").pk, facts, actor=who(world.town, "admin"), now=timezone.now())
    world.values["micro"], world.values["micro_code"] = made.pk, made.code


def _centres(world: World) -> None:
    """A centre household where the cases lie, one of the other town."""
    for name, town in (("centre", world.town), ("centre_foreign", world.other)):
        row = CentreHousehold(town=town, grid=grid_named(town, "1-1"), name="户主甲", phone="13900002222", address="12号")
        world.values[name] = add_row(row, "centre", actor=who(town, "admin"), now=timezone.now()).subject_id


def _links(world: World) -> None:
    """A contractor's link to the case that is being handled, saying what it is in the case's own words."""
    handler, now = who(world.town, "handler"), timezone.now()
    facts = LinkFacts("亮堂安装队", now + timedelta(days=3), WORDS["own"][0], WORDS["own"][1], may=("record", "finish"))
    made = make_link(stand(handler, pk=world.cases["own"].case.pk), facts, actor=handler, now=now)
    world.values["link"], world.values["link_code"] = made.link.pk, made.code


def _values(world: World) -> None:
    world.values["unit"] = unit_by_key(world.town, "utilities").pk
    world.values["unit_foreign"] = unit_by_key(world.other, "utilities").pk
    for name, done in world.cases.items():
        town = world.other if name == "foreign" else world.town
        world.values[f"code_{name}"] = link_code(done.reporter_id)
        shot = Photo.objects.for_system("tests", town).get(case_id=done.case.pk)
        world.values[f"photo_{name}"] = shot.pk
        world.values[f"reporter_{name}"] = done.reporter_id
    for name, town in (("route", world.town), ("route_foreign", world.other)):
        world.values[name] = Route.objects.for_system("tests", town).filter(category=None).get().pk
        leaf = Category.objects.for_system("tests", town).get(key="streetlight")
        world.values[name.replace("route", "category")] = leaf.pk
    world.values["grid"] = grid_named(world.town, "1-1").pk
    world.values["grid_foreign"] = grid_named(world.other, "1-1").pk
    world.values["grid_code"], world.values["foreign_code"] = (
        grid_named(each, "1-1").code for each in (world.town, world.other)
    )
    posts = Post.objects.for_system("tests", world.town)
    world.values["post"] = posts.get(account__username="handler.lx").pk
    _token, world.values["display"] = create_token(
        posts.get(account__username="admin.lx"), scopes=[DISPLAY], days=1, actor=who(world.town, "admin"), now=timezone.now()
    )
    world.values["post_foreign"] = Post.objects.for_system("tests", world.other).get(account__username="handler.qh").pk


def _uploads(world: World) -> None:
    """A file the administrator looks at, with a fault and a note; one of the other town."""
    reasons = {"row": 2, "column": "边界", "reasons": ["边界自身交叉", "the boundary crosses itself"], "grave": True}
    note = {"row": 0, "column": "", "reasons": ["没有写明坐标系", "no datum"], "grave": False}
    found = {"counts": {"rows": 1}, "grave": 1, "refused": 1, "faults": 2, "first": [reasons, note], "added": [], "changed": [], "again": True}
    now = timezone.now()
    for name, town in (("upload", world.town), ("upload_foreign", world.other)):
        admin = who(town, "admin")
        made = Upload.objects.create(
            town=town, account_id=admin.account_id, post_id=admin.post_id, what="grids", name="网格.zip", size=1234, digest="d",
            options={"datum": "", "overwrite": False, "language": "zh-hans"}, state="looked", found=found, made_at=now,
            expires_at=now + timedelta(hours=1),
        )  # fmt: skip
        world.values[name] = made.pk
        row = Grid.objects.for_system("tests", town).get(code=f"{town.code}202001")
        with transaction.atomic():
            data = {"code": row.code, "new": False, "changed": ["households"], "households_was": 7, "households": 0}
            record(Line("grid", row.pk, "import", data), actor=admin, now=now)
            note_taken(made.pk, {"what": "grids", "file": "d", "size": 1234, "changed": 1}, "网格.zip", actor=admin, now=now)
        world.values[name.replace("upload", "imported")] = taken_files(admin)[0].entry.pk


def versions(world: World) -> dict[str, int]:
    """The versions of all cases: nothing may have moved."""
    with connection.cursor() as cursor:  # past the guards, both towns at once: asked thousands of times
        cursor.execute("SELECT id, version FROM cases_case")
        found = dict(cursor.fetchall())
    return {name: found[done.case.pk] for name, done in world.cases.items()}
