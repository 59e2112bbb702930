"""Every address and every operation × every role × own, other grid, confidential, published, other town.

One table says what each caller gets: the status, and of which cases the answer may hold a word (rows, search hits,
suggestions; in the text, a link or an error). An address that is not in the table fails the test.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, get_resolver, resolve

from lianxin.keys import cache
from lianxin.ui.assets import WORKER
from world import HOST, NAME, PHONE, PUBLISHED, STAFF, WORDS, make_world, versions

pytestmark = pytest.mark.django_db

ROLES = ("nobody", *STAFF, "stranger")
TOWN_WIDE = {"clerk", "dispatcher", "supervisor", "leader"}
ON_GRID_1 = {"grid_worker", "grid_chief"}
CASES = tuple(WORDS)

# Who sees which case. The dispute is confidential: its mediator alone. The foreign one lies in another town.
SEES = {
    "own": TOWN_WIDE | ON_GRID_1 | {"handler"},
    "far": TOWN_WIDE,
    "shut": {"mediator"},
    "shown": TOWN_WIDE,
    "foreign": set(),
}
REGISTER = {"clerk", "dispatcher", "handler", "grid_worker", "grid_chief", "mediator"}
TRIAGE = {"clerk", "dispatcher", "grid_chief", "supervisor"}
PUBLISH = {"clerk"}
REVEAL = {"clerk", "handler", "grid_worker", "grid_chief", "supervisor", "mediator"}
LOOK = {"admin", "clerk", "supervisor", "grid_worker", "grid_chief"}  # at a household of the first grid
AUDIT = {"audit_admin"}
OVERSEE = {"supervisor", "leader"}
MANAGE_PEOPLE = {"admin", "security_admin"}
ERASE = {"security_admin"}

Rule = Callable[[str, str], int]  # (role, case) -> status
Words = Callable[[str, str], set[str]]  # (role, case) -> the cases whose words stand in the answer


# --- what is answered ---------------------------------------------------------------------------------------------------


def always(status: int) -> Rule:
    return lambda role, case: status


def staff(status: int = 200, but: dict[str, int] | None = None) -> Rule:
    """Pages of people in a post: others are sent to sign in, or told that it is not theirs."""
    return lambda role, case: {"nobody": 302, "stranger": 403, **(but or {})}.get(role, status)


def only(allowed: set[str], status: int = 200) -> Rule:
    return lambda role, case: staff(status)(role, case) if role in {*allowed, "nobody"} else 403


def of_case(status: int = 200) -> Rule:
    """Whoever does not see the case is told there is none."""
    return lambda role, case: staff(status if role in SEES[case] else 404)(role, case)


def of_case_for(allowed: set[str], status: int, refused: int) -> Rule:
    """Whoever sees the case and may; who sees it and may not is refused."""
    return lambda role, case: of_case(status if role in allowed else refused)(role, case)


def first(rule: Rule, then: Rule) -> Rule:
    """Two locks: what the first refuses is refused so, else the second decides."""
    return lambda role, case: status if (status := rule(role, case)) >= 300 else then(role, case)


def by_case(**statuses: int) -> Rule:
    """The same for everybody, by case; "rest" for the others."""
    return lambda role, case: statuses.get(case, statuses["rest"])


def api(rule: Rule) -> Rule:
    """Programs are not sent to a page to sign in."""
    return lambda role, case: {302: 401, 303: 201}.get(rule(role, case), rule(role, case))


def own_upload(status: int) -> Rule:
    """The administrator brought it; whoever else may bring files is told there is none."""
    return lambda role, case: 404 if role == "security_admin" else only({"admin"}, status)(role, case)


# --- of which cases words are shown ---------------------------------------------------------------------------------------


def none(role: str, case: str) -> set[str]:
    return set()


def this(role: str, case: str) -> set[str]:
    return {case}


def seen(*cases: str) -> Words:
    """Of these cases all that the role may see."""
    return lambda role, case: {each for each in cases if role in SEES[each]}


def mine(role: str, case: str) -> set[str]:
    """The cases whose turn is the post's or its unit's."""
    return {"handler": {"own"}, "mediator": {"shut"}}.get(role, set())


@dataclass(frozen=True)
class Row:
    """One line of the table. `may` shows words of other visible cases beside those of `shows` (suggestions)."""

    address: str
    rule: Rule
    shows: Words = none
    cases: tuple[str, ...] = ("",)
    may: Words = none
    sent: dict | None = None
    method: str = "GET"
    as_json: bool = False
    reveals: set = field(default_factory=set)  # who reads the reporter's name and telephone number here
    also: Words = none  # where an answer that is not 200 shows words (a form that comes back)


NUMBER = {"cases": CASES}
BACK = {"also": this}  # the page comes back with what is wrong


def post(address, sent, rule, **kwargs):
    """A form: whoever has not signed in is told so beside their words, not sent away from them."""

    def asked(role: str, case: str) -> int:
        return 401 if role == "nobody" and rule(role, case) == 302 else rule(role, case)

    return Row(address, asked, sent=sent, method="POST", **kwargs)


def sends(address, sent, rule, method="POST", **kwargs):
    """A JSON body, with a fresh key."""
    return Row(address, rule, sent=sent, method=method, as_json=True, **kwargs)


NOTE = {"act": "note", "version": "{version}", "note": "说明"}
MAY_NOTE = TOWN_WIDE | {"handler"}  # holder, clerk, dispatcher, supervisor, leader; a grid's people look on
REMIND = {"clerk", "supervisor", "leader"}


def noted(role: str, case: str) -> int:
    """A note on an open case by those whose workflow knows it; the dispute's knows none; the closed one takes none."""
    return of_case_for(MAY_NOTE if case in {"own", "far"} else set(), 303, 422)(role, case)


def noted_by_program(role: str, case: str) -> int:
    status = api(noted)(role, case)
    if status != 422:
        return status
    return 403 if case == "own" else 409  # not yours | not from here


def undone_by_program(role: str, case: str) -> int:
    """What somebody else did is not taken back; what one did oneself hours ago is too late."""
    own = {"own": "handler", "shown": "supervisor"}.get(case)
    return api(of_case(409 if role == own else 403))(role, case)


def linking(status: int) -> Rule:
    """Who has the case, while it is handled; who sees it and has it not is refused."""
    return lambda role, case: of_case_for({"handler"} if case == "own" else set(), status, 403)(role, case)


def own_link(status: int) -> Rule:
    """A link is its unit's: to whoever else sees the case there is none."""
    return lambda role, case: of_case_for({"handler"} if case == "own" else set(), status, 404)(role, case)


TABLE = (
    # The public's pages: the same for everybody; what is published, and nothing else.
    Row("/", lambda role, case: 302 if role in STAFF else 200),
    Row("/report/", always(200)),
    Row("/report/offline/", always(200)),
    Row("/sw.js", always(200 if WORKER.is_file() else 404)),  # before the front end is built there is none
    post("/report/places/", {"address": "1村"}, always(200)),
    post("/report/similar/", {"text": f"{WORDS['own'][0]}坏了{WORDS['own'][1]}请来看看", "lon": "117.005", "lat": "34.605"},
         always(200)),
    Row("/report/photos/made-up.jpg", always(404)),
    post("/report/", {}, always(422)),
    Row("/join/{number}/", by_case(shown=302, rest=404), **NUMBER),  # none of them is consented to, and the published one is closed
    post("/join/{number}/", {}, by_case(shown=409, rest=404), **NUMBER),
    Row("/find/", always(200)),
    post("/find/", {"number": "{number}", "digits": "0000"}, always(422), **NUMBER),
    Row("/r/{number}/", always(302), **NUMBER),
    Row("/r/{number}/AAAAAAAAAAAAAAAA/", always(404), **NUMBER),
    Row("/r/{number}/AAAAAAAAAAAAAAAA/sent/", always(404), **NUMBER),
    Row("/r/{number}/AAAAAAAAAAAAAAAA/brief/", always(404), **NUMBER),
    Row("/r/{number}/AAAAAAAAAAAAAAAA/photos/{photo}.jpg", always(404), **NUMBER),
    post("/r/{number}/AAAAAAAAAAAAAAAA/", {"act": "add", "note": "x"}, always(404), **NUMBER),
    # With the secret of a report: that report, in its own town.
    Row("/r/{number}/{code}/", by_case(foreign=404, rest=200), shows=this, **NUMBER),
    Row("/r/{number}/{code}/sent/", by_case(foreign=404, rest=200), shows=this, **NUMBER),
    Row("/r/{number}/{code}/brief/", by_case(foreign=404, rest=200), shows=this, **NUMBER),
    Row("/r/{number}/{code}/photos/{photo}.jpg", by_case(foreign=404, rest=200), **NUMBER),
    Row("/r/{number}/{code}/photos/{photo_far}.jpg", by_case(far=200, rest=404), **NUMBER),
    Row("/r/{number}/{code_far}/", by_case(far=200, rest=404), shows=this, **NUMBER),
    # With the secret: one's own details, and none of anybody else's.
    *(Row(f"/r/{{number}}/AAAAAAAAAAAAAAAA/{tail}", always(404), **NUMBER) for tail in ("details/", "erase/", "export.zip")),
    Row("/r/{number}/{code}/details/", by_case(foreign=404, rest=200), reveals=set(ROLES), **NUMBER),
    post("/r/{number}/{code}/details/", {"phone": "12"}, by_case(foreign=404, rest=422), **NUMBER),
    Row("/r/{number}/{code}/erase/", by_case(foreign=404, rest=200), **NUMBER),
    post("/r/{number}/{code}/erase/", {}, by_case(foreign=404, rest=422), **NUMBER),
    Row("/r/{number}/{code}/export.zip", by_case(foreign=404, rest=200), **NUMBER),
    # By telephone; here no text messages go out, so that nobody can sign in. Whoever has signed in has none of these.
    Row("/mine/", lambda role, case: 302 if role == "nobody" else 200),
    Row("/mine/details/", always(303)),
    Row("/mine/erase/", lambda role, case: 303 if role == "nobody" else 403),
    Row("/mine/export.zip", lambda role, case: 303 if role == "nobody" else 200),
    Row("/mine/sign-in/", always(404)),
    Row("/mine/code/", always(404)),
    Row("/mine/sign-out/", always(405)),
    post("/mine/sign-out/", {}, always(303)),
    Row("/limits/", always(200)),
    # Following what others asked: what stands on the board.
    Row("/board/{number}/watch/", by_case(shown=200, rest=404), **NUMBER),
    post("/board/{number}/watch/", {}, by_case(shown=422, rest=404), **NUMBER),
    Row("/board/{number}/feed.atom", by_case(shown=200, rest=404), **NUMBER),
    Row("/board/{number}/feed.rss", by_case(shown=200, rest=404), **NUMBER),
    # The board.
    Row("/board/", always(200)),
    Row(f"/board/?words={WORDS['own'][0]}", always(200)),
    Row(f"/board/?words={WORDS['shown'][1]}", always(200)),
    Row("/board/{number}/", by_case(shown=200, rest=404), **NUMBER),
    Row("/board/{number}/photos/{photo}.jpg", always(404), **NUMBER),  # none was chosen for the public
    Row("/board/feed.atom", always(200)),
    Row("/board/feed.rss", always(200)),
    # Following: an address is asked whether it is its owner's; the links of letters are secrets.
    Row("/watch/", always(200)),
    post("/watch/", {"way": "email", "address": "x"}, always(422)),
    Row("/watch/asked/", always(200)),
    Row("/watch/1/AAAAAAAAAAAAAAAA/", always(404)),
    post("/watch/1/AAAAAAAAAAAAAAAA/", {"do": "stop"}, always(404)),
    Row("/r/{number}/AAAAAAAAAAAAAAAA/watch/", always(404), **NUMBER),
    Row("/r/{number}/{code}/watch/", by_case(foreign=404, rest=200), **NUMBER),
    post("/r/{number}/{code}/watch/", {}, by_case(foreign=404, rest=422), **NUMBER),
    Row("/map/", always(200)),
    Row("/map/marks.geojson", always(200)),
    Row("/grids.geojson", always(200)),
    # Signing in.
    Row("/sign-in/", lambda role, case: 200 if role == "nobody" else 303),
    post("/sign-in/", {"username": "clerk.lx", "password": "wrong"}, always(422)),
    Row("/sign-out/", always(405)),
    post("/sign-out/", {}, always(303)),
    Row("/post/", staff(but={"stranger": 200})),
    Row("/password/", staff(but={"stranger": 200})),
    Row("/password/", staff(422, but={"stranger": 422}), sent={}, method="POST"),  # it brings its own way to sign in
    Row("/tokens/", staff()),
    post("/tokens/", {}, staff(422)),
    post("/tokens/1/revoke/", {}, staff(404)),
    # One case.
    Row("/cases/{number}/", of_case(), shows=this, may=seen(*CASES), **NUMBER),
    Row("/cases/{number}/transitions", staff(405), **NUMBER),
    post("/cases/{number}/transitions", NOTE, noted, **BACK, **NUMBER),
    Row("/cases/{number}/contact", staff(405), **NUMBER),
    post("/cases/{number}/contact", {"reporter": "{reporter}"},
         lambda role, case: 403 if role in {"dispatcher", "leader"} and role in SEES[case] else of_case(422)(role, case),
         **BACK, **NUMBER),
    post("/cases/{number}/contact", {"reporter": "{reporter}", "reason": "handle"},
         of_case_for(REVEAL, 200, 403), shows=this, reveals=REVEAL, **NUMBER),
    post("/cases/{number}/contact", {"reporter": "{reporter_far}", "reason": "handle"},
         lambda role, case: of_case_for(REVEAL, 200 if case == "far" else 404, 403)(role, case),
         shows=this, reveals=REVEAL, **NUMBER),
    Row("/cases/{number}/undo", staff(405), **NUMBER),
    post("/cases/{number}/undo", {"entry": "1"}, of_case(409), **BACK, may=seen(*CASES), **NUMBER),
    Row("/cases/{number}/photos/{photo}.jpg", of_case(), **NUMBER),
    Row("/cases/{number}/photos/{photo_far}.jpg", lambda role, case: of_case(200 if case == "far" else 404)(role, case),
        **NUMBER),
    Row("/messages/", staff()),
    Row("/messages/?after=1", staff()),
    Row("/messages/1/", staff(404)),
    Row("/messages/read/", staff(405)),
    post("/messages/read/", {}, staff(303)),
    # Erasing: found by number, counted, never read.
    Row("/erase/", only(ERASE)),
    Row("/erase/?number={number}", only(ERASE, 303), cases=("own", "far", "shut", "shown")),
    Row("/erase/?number={number}", only(ERASE, 404), cases=("foreign",)),
    Row("/cases/{number}/erase/", only(ERASE), cases=("own", "far", "shut", "shown")),
    Row("/cases/{number}/erase/", only(ERASE, 404), cases=("foreign",)),
    post("/cases/{number}/erase/", {}, only(ERASE, 422), cases=("own", "far", "shut", "shown")),
    # The desk.
    Row("/desk/", staff(), shows=mine),
    Row("/desk/?scope=all", staff(), shows=seen("own", "far", "shut")),
    Row("/desk/?scope=all&closed=1", staff(), shows=seen("own", "far", "shut")),  # the desk shows what is open
    Row("/desk/pulse/", staff()),
    Row("/desk/pulse/?list=1", staff(), shows=mine),
    Row("/desk/pulse/?list=1&scope=all", staff(), shows=seen("own", "far", "shut")),
    Row("/desk/pulse/?open={number}&version=0", staff(), **NUMBER),
    Row("/desk/search/", staff()),
    *(Row(f"/desk/search/?q={word}", staff(), shows=seen(name))
      for name, words in WORDS.items() for word in words),
    Row(f"/desk/search/?q={PHONE}", staff(), shows=seen("own", "far", "shut", "shown")),
    Row("/desk/search/?q={number}", lambda role, case: staff(302 if role in SEES[case] else 200)(role, case), **NUMBER),
    Row("/desk/register/", only(REGISTER)),
    Row(f"/desk/register/?phone={PHONE}", only(REGISTER), may=seen("own", "far", "shut", "shown")),
    post("/desk/register/", {}, only(REGISTER, 422)),
    Row("/desk/triage/{number}/", of_case(), shows=this, may=seen(*CASES), **NUMBER),
    post("/desk/triage/{number}/", {"act": "accept", "version": "{version}"}, of_case(409), also=this,
         may=seen(*CASES), **NUMBER),
    Row("/desk/merge/{number}/", of_case(), shows=this, may=seen(*CASES), **NUMBER),
    Row("/desk/merge/{number}/?other={number_far}", of_case(), shows=this, may=seen(*CASES), **NUMBER),
    Row("/desk/merge/{number}/?other={number_shut}", of_case(), shows=this, may=seen(*CASES), **NUMBER),
    Row("/desk/merge/{number}/?other={number_foreign}", of_case(), shows=this, may=seen(*CASES), **NUMBER),
    post("/desk/merge/{number}/", {"version": "{version}", "case": "{number_foreign}"}, of_case(409), also=this,
         may=seen(*CASES), **NUMBER),
    Row("/desk/split/{number}/", of_case(303), **NUMBER),
    Row("/desk/publish/", only(PUBLISH)),
    Row("/desk/publish/{number}/", first(only(PUBLISH), of_case()), shows=this, **NUMBER),
    post("/desk/publish/{number}/", {}, first(only(PUBLISH), of_case(422)), **BACK, **NUMBER),
    # The palette: where one may go; for what is typed, the cases one may see.
    Row("/desk/palette/", staff()),
    *(Row(f"/desk/palette/?q={word}", staff(), shows=seen(name))
      for name, words in WORDS.items() for word in words[:1]),
    Row("/desk/palette/?q={number}", staff(), shows=lambda role, case: seen(case)(role, case), **NUMBER),
    # Paper: as much as the page beside it shows; the telephone for a reason, to those who may see it.
    Row("/cases/{number}/slip/", of_case(), shows=lambda role, case: {case}, **NUMBER),
    Row("/cases/{number}/slip.pdf", of_case(), **NUMBER),
    post("/cases/{number}/slip.pdf", {}, lambda role, case: 403 if role in {"dispatcher", "leader"} and role in SEES[case]
         else of_case(422)(role, case), also=this, **NUMBER),
    post("/cases/{number}/slip.pdf", {"reason": "handle"}, of_case_for(REVEAL, 200, 403), **NUMBER),
    Row("/desk/print/", staff()),
    Row("/desk/print/list.pdf?scope=all", staff()),
    Row("/desk/print/register.pdf", staff()),
    post("/desk/print/register/", {"form": "csv", "scope": "all"}, staff(200), shows=seen(*CASES)),
    post("/desk/print/register/", {"form": "pdf"}, staff(303)),
    Row("/desk/publish/{number}/photos/{photo}/", first(only(PUBLISH), of_case()), **NUMBER),
    Row("/desk/publish/{number}/photos/{photo_far}/", first(only(PUBLISH), lambda role, case: of_case(200 if case == "far" else 404)(role, case)),
        **NUMBER),
    post("/desk/publish/{number}/photos/{photo}/", {}, first(only(PUBLISH), of_case(422)), **NUMBER),
    Row("/desk/publish/{number}/photos/{photo}/covered.jpg", first(only(PUBLISH), of_case(404)), **NUMBER),
    # Several at once: those of the chosen that one sees; what came of it is its maker's.
    Row("/desk/bulk/", staff()),
    Row("/desk/bulk/?pick={number}", staff(), shows=lambda role, case: seen(case)(role, case), **NUMBER),
    post("/desk/bulk/", {"pick": "{number}:0", "act": "note"}, staff(422), also=lambda role, case: seen(case)(role, case), **NUMBER),
    Row("/desk/bulk/1/", staff(404)),
    Row("/desk/bulk/1/undo/", staff(405)),
    post("/desk/bulk/1/undo/", {}, staff(404)),
    # To look at again: one's unit's own.
    Row("/desk/follow-ups/", staff()),
    post("/desk/follow-ups/1/done/", {}, staff(404)),
    post("/cases/{number}/follow-up", {"in": "1"}, of_case(303), **NUMBER),
    Row("/cases/{number}/minutes/99/", staff(404), **NUMBER),
    # The day at a glance: one's own; the links of its letters are secrets.
    Row("/today/", staff(), may=mine),
    Row("/today/letter/", staff()),
    post("/today/letter/", {}, staff(422)),
    Row("/today/letter/confirm/made-up/", always(404)),
    post("/today/letter/confirm/made-up/", {}, always(404)),
    Row("/today/letter/1/AAAAAAAAAAAAAAAA/", always(404)),
    post("/today/letter/1/AAAAAAAAAAAAAAAA/", {}, always(404)),
    # Links for contractors: made by who has the case, or acts for the unit, while it is handled.
    Row("/cases/{number}/links/", linking(200), shows=this, **NUMBER),
    post("/cases/{number}/links/", {}, linking(422), **BACK, **NUMBER),
    Row("/cases/{number}/links/{link}/renew", staff(405), **NUMBER),
    post("/cases/{number}/links/{link}/renew", {}, own_link(201), also=this, shows=this, **NUMBER),
    post("/cases/{number}/links/{link}/end", {}, own_link(303), **NUMBER),
    Row("/w/{number_own}/{link_code}/", always(200), shows=lambda role, case: {"own"}),
    post("/w/{number_own}/{link_code}/", {}, always(422), also=lambda role, case: {"own"}),
    Row("/w/{number}/{link_code}/", by_case(own=200, rest=404), shows=this, **NUMBER),
    Row("/w/{number}/AAAAAAAAAAAAAAAAAAAAAAAAAA/", always(404), **NUMBER),
    Row("/w/{number}/{link_code}/photos/{photo}.jpg", always(404), **NUMBER),  # none was chosen
    # Reply texts: one's unit's and the town's.
    Row("/desk/replies/", staff()),
    post("/desk/replies/", {}, staff(422)),
    post("/desk/replies/", {"name": "x", "body": "y", "whose": "town"}, lambda role, case: staff(303 if role == "admin" else 403)(role, case)),
    Row("/desk/replies/1/", staff(404)),
    post("/desk/replies/1/back/", {}, staff(404)),
    Row("/cases/{number}/replies/1/", of_case(), **NUMBER),
    # Saved views hold filters: one's own and one's unit's.
    Row("/desk/views/", staff()),
    Row("/desk/views/save/", staff(405)),
    post("/desk/views/save/", {}, staff(422)),
    post("/desk/views/save/", {"name": "超期", "query": "light=late"}, staff(303)),
    post("/desk/views/1/", {"do": "drop"}, staff(404)),
    # Homes.
    Row("/field/", staff(), shows=mine),
    Row("/field/day.json", staff()),  # addresses of cases, none of their words
    Row("/field/offline/", always(200)),
    Row("/field/sw.js", always(200 if WORKER.is_file() else 404)),
    Row("/field/check-in/", staff(405)),
    post("/field/check-in/", {"case": "{number}"},
         lambda role, case: {303: 303 if role in REGISTER else 403}.get(of_case(303)(role, case), of_case(303)(role, case)), **NUMBER),
    post("/field/check-in/", {"grid": "{grid}"}, only(REGISTER, 303)),
    post("/field/check-in/", {"grid": "{grid_foreign}"}, staff(404)),
    Row("/field/grids/{grid_code}/", staff(), may=seen(*CASES)),
    Row("/field/grids/{foreign_code}/", staff(404)),
    Row("/g/{grid_code}/", lambda role, case: 302 if role in REGISTER else 200),
    Row("/g/{foreign_code}/", always(404)),
    Row("/g/{site}/", lambda role, case: 302 if role in REGISTER else 200),
    Row("/g/{site_ended}/", lambda role, case: 302 if role in REGISTER else 200),
    Row("/g/{site_foreign}/", always(404)),
    Row("/field/sites/{site}/", staff(), shows=seen("own", "far", "shut")),
    Row("/field/sites/{site_foreign}/", staff(404)),
    post("/field/check-in/", {"site": "{site}"}, only(REGISTER, 303)),
    post("/field/check-in/", {"site": "{site_ended}"}, staff(404)),
    post("/field/check-in/", {"site": "{site_foreign}"}, staff(404)),
    # Sites are no secret: all staff read them, who sets up the town writes them.
    Row("/sites/", staff()),
    Row("/sites/?q=广场&kind=venue&grid={grid}", staff()),
    Row("/sites/plates/", staff()),
    Row("/sites/new/", only({"admin"})),
    post("/sites/new/", {}, only({"admin"}, 422)),
    Row("/sites/{site}/", staff(), shows=seen("own", "far", "shut")),
    Row("/sites/{site_foreign}/", staff(404)),
    Row("/sites/{site}/plate/", staff()),
    Row("/sites/{site_foreign}/plate/", staff(404)),
    Row("/sites/{site}/change/", only({"admin"})),
    post("/sites/{site}/change/", {}, only({"admin"}, 422)),
    post("/sites/{site_foreign}/change/", {}, only({"admin"}, 404)),
    Row("/sites/{site}/end/", staff(405)),
    post("/sites/{site}/end/", {}, only({"admin"}, 422), also=seen("own", "far", "shut")),
    post("/sites/{site_foreign}/end/", {"reason": "x"}, only({"admin"}, 404)),
    Row("/grids/{grid}/plates/", staff()),
    Row("/grids/{grid_foreign}/plates/", staff(404)),
    Row("/points/", always(200)),
    Row("/points/?open=1", always(200)),
    Row("/points/marks.geojson", always(200)),
    # The set-up: the administrator keeps the town, who manages people keeps the roles.
    Row("/setup/", only(MANAGE_PEOPLE)),
    Row("/setup/calendar/year/", only({"admin"})),
    post("/setup/calendar/year/", {}, only({"admin"}, 422)),
    Row("/setup/town/", only({"admin"})),
    post("/setup/town/", {}, only({"admin"}, 422)),
    post("/setup/town/back/", {}, only({"admin"}, 422)),
    Row("/setup/units/", only({"admin"})),
    Row("/setup/roles/", only(MANAGE_PEOPLE)),
    Row("/setup/nothing/", staff(404)),
    Row("/setup/units/new/", only({"admin"})),
    post("/setup/units/new/", {}, only({"admin"}, 422)),
    Row("/setup/units/{unit}/", only({"admin"})),
    Row("/setup/units/{unit_foreign}/", only({"admin"}, 404)),
    post("/setup/units/{unit}/", {}, only({"admin"}, 422)),
    post("/setup/units/{unit_foreign}/", {}, only({"admin"}, 404)),
    post("/setup/units/{unit}/back/", {"seq": "1"}, only({"admin"}, 422)),
    post("/setup/units/{unit_foreign}/back/", {"seq": "1"}, only({"admin"}, 404)),
    post("/setup/units/{unit}/drop/", {}, only({"admin"}, 422)),
    post("/setup/units/{unit_foreign}/drop/", {}, only({"admin"}, 404)),
    # Where grids lie, and lay, all staff may know; who sets up the town moves their boundaries.
    Row("/grids/{grid}/boundary/", only({"admin"})),
    Row("/grids/{grid_foreign}/boundary/", only({"admin"}, 404)),
    Row("/grids/{grid}/boundary/sheet.json", only({"admin"})),
    post("/grids/{grid}/boundary/", {"act": "check"}, only({"admin"}, 409)),
    post("/grids/{grid_foreign}/boundary/", {"act": "save"}, only({"admin"}, 404)),
    Row("/grids/{grid}/boundary/history/", staff()),
    Row("/grids/{grid_foreign}/boundary/history/", staff(404)),
    Row("/grids/{grid}/boundary/history/shapes.geojson", staff()),
    Row("/grids/{grid_foreign}/boundary/history/shapes.geojson", staff(404)),
    # What a grid was all staff may know; who sets up the town names it anew, merges it, gives it another code.
    Row("/grids/{grid}/past/", staff()),
    Row("/grids/{grid_foreign}/past/", staff(404)),
    # Micro-grids and the eight lines: all staff may read who speaks for whom, who sets up the town says so.
    Row("/grids/{grid}/micro/", staff()),
    Row("/grids/{grid_foreign}/micro/", staff(404)),
    post("/grids/{grid}/micro/", {}, only({"admin"}, 422)),
    post("/grids/{grid}/micro/", {"name": "一组"}, only({"admin"}, 303)),
    Row("/grids/{micro}/representative/", only({"admin"})),
    Row("/grids/{grid}/representative/", only({"admin"}, 404)),
    post("/grids/{micro}/representative/", {"phone": "x"}, only({"admin"}, 422)),
    Row("/grids/{micro}/end/", staff(405)),
    post("/grids/{grid}/end/", {}, only({"admin"}, 404)),
    # The ledger: its auditor alone, who reads no case's words there, and learns of a confidential one only that it is.
    Row("/ledger/", only(AUDIT)),
    Row("/ledger/?kind=case&subject={number}", lambda role, case: only(AUDIT, 422 if case in {"shut", "foreign"} else 200)(role, case), **NUMBER),
    Row("/ledger/?act=open", only(AUDIT)),
    Row("/ledger/check/", only(AUDIT)),
    post("/ledger/check/", {}, only(AUDIT, 303)),
    # A centre household: masked for all staff on the grid's page, its own for those who may read it, erased by one.
    Row("/grids/centres/{centre}/", only(LOOK | ERASE)),
    Row("/grids/centres/{centre_foreign}/", staff(404)),
    post("/grids/centres/{centre}/", {}, only(LOOK, 422)),
    post("/grids/centres/{centre}/", {"reason": "通知开会"}, only(LOOK)),
    post("/grids/centres/{centre}/", {"do": "erase"}, only(ERASE, 422)),
    post("/grids/centres/{centre}/", {"do": "erase", "reason": "本人要求"}, only(ERASE, 303)),
    Row("/setup/centres/{centre}/", only({"admin"})),
    Row("/grids/{grid}/lines/", only({"admin"})),
    Row("/grids/{grid_foreign}/lines/", only({"admin"}, 404)),
    post("/grids/{grid}/lines/", {"line-0": "unit:1"}, only({"admin"}, 422)),
    Row("/grids/{grid}/change/", only({"admin"})),
    post("/grids/{grid}/change/", {}, only({"admin"}, 422)),
    Row("/grids/{grid_foreign}/change/", only({"admin"}, 404)),
    Row("/grids/{grid}/reform/?do=recode", only({"admin"})),
    post("/grids/{grid}/reform/", {"do": "recode"}, only({"admin"}, 422)),
    post("/grids/{grid_foreign}/reform/", {"do": "recode", "reason": "x"}, only({"admin"}, 404)),
    Row("/field/near/", staff(), shows=seen("own", "far", "shut")),
    Row("/field/cases/{number}/", of_case(), shows=this, may=seen(*CASES), **NUMBER),
    Row("/field/cases/{number}/act", staff(405), **NUMBER),
    post("/field/cases/{number}/act", NOTE, noted, **BACK, **NUMBER),
    Row("/field/raise/", only(REGISTER)),
    post("/field/raise/", {}, only(REGISTER, 422)),
    Row("/supervise/", only(OVERSEE), may=seen(*CASES)),
    Row("/supervise/sample/", staff(405)),
    post("/supervise/sample/", {}, only({"supervisor"}, 303)),
    Row("/town/", staff(), may=seen(*CASES)),
    Row("/town/cases/", staff(), may=seen(*CASES)),
    # The wall: counts alone. A display's link is nobody's session, and opens to whoever holds it.
    Row("/wall/", only(TOWN_WIDE)),
    Row("/wall/figures", only(TOWN_WIDE)),
    Row("/wall/{display}/", always(200)),
    Row("/wall/{display}/figures", always(200)),
    Row("/wall/lx-LX-AAAA/", always(404)),
    Row("/wall/lx-LX-AAAA/figures", always(404)),
    Row("/wall/displays/", only({"admin"})),
    post("/wall/displays/", {}, only({"admin"}, 422)),
    post("/wall/displays/1/end/", {}, only({"admin"}, 404)),
    # What categories ask: the same.
    Row("/setup/questions/", only({"admin"})),
    Row("/setup/questions/{category}/", only({"admin"})),
    Row("/setup/questions/{category_foreign}/", only({"admin"}, 404)),
    post("/setup/questions/{category}/", {}, only({"admin"}, 422)),
    post("/setup/questions/{category_foreign}/", {"do": "publish"}, only({"admin"}, 404)),
    # Rules of dispatch: the same.
    Row("/setup/routes/", only({"admin"})),
    Row("/setup/routes/+new/", only({"admin"})),
    post("/setup/routes/+new/", {}, only({"admin"}, 422)),
    Row("/setup/routes/+why/", only({"admin"})),
    Row("/setup/routes/+why/?category=streetlight", only({"admin"})),
    Row("/setup/routes/{route}/", only({"admin"})),
    Row("/setup/routes/{route_foreign}/", only({"admin"}, 404)),
    post("/setup/routes/{route}/", {}, only({"admin"}, 422)),
    post("/setup/routes/{route_foreign}/", {"do": "end"}, only({"admin"}, 404)),
    # Kinds and workflows: who sets up the town, who does not read its cases.
    Row("/setup/workflows/", only({"admin"})),
    Row("/setup/workflows/+new/", only({"admin"})),
    post("/setup/workflows/+new/", {}, only({"admin"}, 422)),
    Row("/setup/workflows/request/", only({"admin"})),
    Row("/setup/workflows/request/change/", only({"admin"})),
    post("/setup/workflows/request/change/", {}, only({"admin"}, 422)),
    Row("/setup/workflows/request/newer/", only({"admin"}, 404)),  # the product has no newer one
    post("/setup/workflows/request/newer/", {}, only({"admin"}, 422)),
    Row("/setup/workflows/request/compare/", only({"admin"})),
    Row("/setup/workflows/request/v1.yaml", only({"admin"})),
    # The map of cases: those one may see, and the counts of no others.
    Row("/casemap/", staff(), may=seen(*CASES)),
    Row("/casemap/?grid={grid}&state=all", staff(), shows=seen("own"), may=seen(*CASES)),
    Row("/casemap/marks.geojson?state=all&each=1&west=116.9&south=34.5&east=117.1&north=34.7&zoom=12", staff(),
        shows=seen("own", "far", "shut", "shown")),
    Row("/casemap/marks.geojson?west=116.9&south=34.5&east=117.1&north=34.7&zoom=12", staff(), may=seen(*CASES)),
    Row("/grids/", staff()),
    Row("/grids/boundaries.geojson", staff()),
    Row("/grids/{grid}/", staff(), may=seen(*CASES)),
    Row("/grids/{grid_foreign}/", staff(404)),
    Row("/staff/", staff()),
    Row("/staff/new/", only(MANAGE_PEOPLE)),
    post("/staff/new/", {}, only(MANAGE_PEOPLE, 422)),
    Row("/staff/passwords/", only(MANAGE_PEOPLE)),
    post("/staff/passwords/", {}, only(MANAGE_PEOPLE)),  # everybody of the world has one
    Row("/staff/{post}/", staff(), may=seen(*CASES)),
    Row("/staff/{post}/password/", staff(405)),
    post("/staff/{post_foreign}/password/", {}, staff(404)),
    Row("/staff/{post_foreign}/", staff(404)),
    Row("/staff/{post}/away/", staff(405)),
    post("/staff/{post}/away/", {}, staff(422), may=seen(*CASES)),
    post("/staff/{post_foreign}/away/", {}, staff(404)),
    Row("/staff/{post}/away/1/end/", staff(405)),
    post("/staff/{post}/away/1/end/", {}, staff(404)),
    Row("/staff/{post}/change/", staff(405)),
    post("/staff/{post}/change/", {"phone": "1"}, staff(422), may=seen(*CASES)),
    post("/staff/{post}/change/", {"title": "甲"}, only(MANAGE_PEOPLE, 303)),
    post("/staff/{post_foreign}/change/", {"phone": "110"}, staff(404)),
    Row("/staff/{post}/leave/", staff(405)),
    post("/staff/{post}/leave/", {}, only(MANAGE_PEOPLE, 422)),
    post("/staff/{post_foreign}/leave/", {}, staff(404)),
    # What was done to a record: who keeps it, whose own it is, who audits. Who keeps it puts it back.
    Row("/records/posts/{post}/", only(MANAGE_PEOPLE | {"audit_admin", "handler"})),
    post("/records/posts/{post}/", {"seq": "1"}, only(MANAGE_PEOPLE, 422)),
    Row("/records/sites/{site_id}/", only({"admin", "audit_admin"})),
    post("/records/sites/{site_id}/", {"seq": "1"}, only({"admin"}, 422)),
    Row("/records/posts/{post_foreign}/", staff(404)),
    post("/records/posts/{post_foreign}/", {"seq": "1"}, staff(404)),
    # Files brought in: who sets up the town; what somebody brought, nobody else sees.
    Row("/setup/import/", only(MANAGE_PEOPLE)),
    post("/setup/import/", {}, only(MANAGE_PEOPLE, 422)),
    Row("/setup/import/taken/", only(MANAGE_PEOPLE)),
    Row("/setup/import/taken/{imported}/", own_upload(200)),
    Row("/setup/import/taken/{imported_foreign}/", only(MANAGE_PEOPLE, 404)),
    post("/setup/import/taken/{imported}/", {}, own_upload(422)),
    Row("/setup/import/{upload}/", own_upload(200)),
    Row("/setup/import/{upload_foreign}/", only(MANAGE_PEOPLE, 404)),
    Row("/setup/import/{upload}/faults.csv", own_upload(404)),
    post("/setup/import/{upload}/take/", {}, own_upload(409)),
    post("/setup/import/{upload}/drop/", {}, own_upload(303)),
    Row("/setup/export/", only(MANAGE_PEOPLE)),
    post("/setup/export/", {}, only(MANAGE_PEOPLE, 404)),
    post("/setup/export/", {"what": "grids", "form": "csv"},
         lambda role, case: {200: 200 if role == "admin" else 403}.get(only(MANAGE_PEOPLE)(role, case), only(MANAGE_PEOPLE)(role, case))),
    # The look.
    Row("/ui/look/?size=elder", always(302)),
    Row("/ui/made/mark.svg", always(200)),
    Row("/favicon.ico", always(200)),
    Row("/ui/", always(200)),
    # The programs' door, public.
    Row("/api/v1/", always(404)),
    Row("/api/v1/openapi.json", always(200)),
    Row("/api/v1/docs", always(200)),
    Row("/api/v1/categories", always(200)),
    Row("/api/v1/grids", always(200)),
    Row("/api/v1/kinds", always(200)),
    Row("/api/v1/board", always(200)),
    Row(f"/api/v1/board?words={WORDS['own'][1]}", always(200)),
    Row("/api/v1/board/{number}", by_case(shown=200, rest=404), **NUMBER),
    sends("/api/v1/reports", {"text": "新的事情"}, always(201)),
    sends("/api/v1/photos", {}, always(415)),
    Row("/api/v1/reports/{number}", always(401), **NUMBER),
    Row("/api/v1/reports/{number}?code=AAAAAAAAAAAAAAAA", always(404), **NUMBER),
    Row("/api/v1/reports/{number}?code={code}", by_case(foreign=404, rest=200), shows=this, **NUMBER),
    Row("/api/v1/reports/{number}?code={code_far}", by_case(far=200, rest=404), shows=this, **NUMBER),
    Row("/api/v1/reports/{number}/photos/{photo}", always(401), **NUMBER),
    Row("/api/v1/reports/{number}/photos/{photo}?code={code_far}", always(404), cases=("own", "shut", "shown", "foreign")),
    Row("/api/v1/reports/{number}/photos/{photo}?code={code}", by_case(foreign=404, rest=200), **NUMBER),
    Row("/api/v1/reports/{number}/photos/{photo_far}?code={code}", by_case(far=200, rest=404), **NUMBER),
    sends("/api/v1/reports/{number}/transitions", {"act": "add", "given": {"note": "x"}}, always(401), **NUMBER),
    sends("/api/v1/reports/{number}/transitions?code={code}", {"act": "remind"},
          by_case(foreign=404, own=201, far=201, rest=409), **NUMBER),
    sends("/api/v1/reports/{number}/transitions?code={code_far}", {"act": "remind"}, by_case(far=201, rest=404), **NUMBER),
    # The programs' door, staff.
    Row("/api/v1/me", api(staff())),
    Row("/api/v1/units", api(staff())),
    Row("/api/v1/sites", api(staff())),
    Row("/api/v1/grids/{grid_code}/boundary", api(staff())),
    Row("/api/v1/grids/{foreign_code}/boundary", api(staff(404))),
    sends("/api/v1/grids/{grid_code}/boundary", {}, api(only({"admin"}, 422))),
    Row("/api/v1/grids/{grid_code}", api(staff())),
    Row("/api/v1/grids/{foreign_code}", api(staff(404))),
    sends("/api/v1/grids/{grid_code}/reform", {}, api(only({"admin"}, 422))),
    # The set-up by program: whose the page is, whose the operation.
    Row("/api/v1/setup/registers", api(staff())),
    sends("/api/v1/setup/sites", {}, api(only({"admin"}, 422))),
    sends("/api/v1/setup/sites/{site}", {"kind": "venue", "lon": 1}, api(only({"admin"}, 422)), method="PATCH"),
    sends("/api/v1/setup/sites/{site_foreign}", {}, api(only({"admin"}, 404)), method="PATCH"),
    sends("/api/v1/setup/sites/{site}", {}, api(only({"admin"}, 422)), method="DELETE"),
    sends("/api/v1/setup/sites/{site_foreign}?reason=x", {}, api(only({"admin"}, 404)), method="DELETE"),
    sends("/api/v1/grids/{grid_code}", {"name": ""}, api(only({"admin"}, 422)), method="PATCH"),
    sends("/api/v1/grids/{foreign_code}", {"name": "x"}, api(only({"admin"}, 404)), method="PATCH"),
    sends("/api/v1/grids/{grid_code}/lines", {}, api(only({"admin"}, 422))),
    sends("/api/v1/grids/{foreign_code}/lines", {"lines": {}}, api(only({"admin"}, 404))),
    # What the public sees, by program: read and decided by who publishes. Erasing: counted, never read.
    Row("/api/v1/publications", api(only(PUBLISH))),
    Row("/api/v1/cases/{number}/publication", api(first(only(PUBLISH), of_case())), shows=this, **NUMBER),
    sends("/api/v1/cases/{number}/publication", {}, api(first(only(PUBLISH), lambda role, case: 422)), **NUMBER),
    sends("/api/v1/cases/{number}/publication", {"do": "withhold", "reason": "重复"}, api(first(only(PUBLISH), of_case(303))), **NUMBER),
    sends("/api/v1/cases/{number}/photos/{photo}/cover", {}, api(first(only(PUBLISH), lambda role, case: 422)), **NUMBER),
    sends("/api/v1/cases/{number}/photos/{photo_far}/cover", {"areas": [[0, 0, 9, 9]]},
          api(first(only(PUBLISH), lambda role, case: of_case(303 if case == "far" else 404)(role, case))), **NUMBER),
    sends("/api/v1/cases/{number}/photos/{photo}/cover", {}, api(first(only(PUBLISH), of_case())), method="DELETE", **NUMBER),
    Row("/api/v1/cases/{number}/erase", api(only(ERASE)), cases=("own", "far", "shut", "shown")),
    Row("/api/v1/cases/{number}/erase", api(only(ERASE, 404)), cases=("foreign",)),
    sends("/api/v1/cases/{number}/erase", {}, api(only(ERASE, 422)), cases=("own", "far", "shut", "shown")),
    sends("/api/v1/cases/{number}/erase", {"reason": "本人申请", "sure": True}, api(only(ERASE, 404)), cases=("foreign",)),
    # Micro-grids by program: all staff read who speaks for whom, who sets up the town says so.
    Row("/api/v1/grids/{grid_code}/micro", api(staff())),
    Row("/api/v1/grids/{foreign_code}/micro", api(staff(404))),
    sends("/api/v1/grids/{grid_code}/micro", {}, api(only({"admin"}, 422))),
    sends("/api/v1/grids/{grid_code}/micro", {"name": "一组"}, api(only({"admin"}, 303))),
    sends("/api/v1/grids/{micro_code}/representative", {"phone": "x"}, api(only({"admin"}, 422)), method="PATCH"),
    sends("/api/v1/grids/{grid_code}/representative", {}, api(only({"admin"}, 404)), method="PATCH"),
    sends("/api/v1/grids/{micro_code}/end", {}, api(only({"admin"}, 303))),
    sends("/api/v1/grids/{grid_code}/end", {}, api(only({"admin"}, 404))),
    Row("/api/v1/ledger", api(only(AUDIT))),
    Row("/api/v1/ledger?kind=case&subject={number}", api(lambda role, case: only(AUDIT, 422 if case in {"shut", "foreign"} else 200)(role, case)), **NUMBER),
    Row("/api/v1/ledger/checks", api(only(AUDIT))),
    sends("/api/v1/ledger/checks", {}, api(only(AUDIT, 201))),
    Row("/api/v1/grids/{grid_code}/party", api(staff())),
    Row("/api/v1/grids/{foreign_code}/party", api(staff(404))),
    sends("/api/v1/centres/{centre}/look", {}, api(only(LOOK, 422))),
    sends("/api/v1/centres/{centre}/look", {"reason": "通知开会"}, api(only(LOOK, 201))),
    sends("/api/v1/centres/{centre_foreign}/look", {"reason": "通知开会"}, api(staff(404))),
    sends("/api/v1/centres/{centre}/erase", {}, api(only(ERASE, 422))),
    sends("/api/v1/centres/{centre}/erase", {"reason": "本人要求"}, api(only(ERASE, 201))),
    sends("/api/v1/centres/{centre_foreign}/erase", {"reason": "本人要求"}, api(only(ERASE, 404))),
    # What is done beside moving cases: a look for a reason, a press, messages, the sample.
    sends("/api/v1/cases/{number}/contact", {"reporter": "{reporter}", "reason": "回电"}, api(of_case_for(REVEAL, 201, 403)),
          reveals=REVEAL, **NUMBER),
    sends("/api/v1/cases/{number}/contact", {"reporter": "{reporter_far}", "reason": "回电"},
          lambda role, case: api(of_case_for(REVEAL, 201 if case == "far" else 404, 403))(role, case), reveals=REVEAL, **NUMBER),
    sends("/api/v1/check-ins", {"case": "{number}"}, api(first(only(REGISTER), of_case(303))), **NUMBER),
    sends("/api/v1/check-ins", {"grid": "{grid_foreign}"}, api(only(REGISTER, 422))),
    Row("/api/v1/messages", api(staff())),
    sends("/api/v1/messages/read", {}, api(staff(303))),
    sends("/api/v1/samples", {"size": 3}, api(only({"supervisor"}, 409))),
    # People and posts by program: all staff read the directory, who manages people writes it.
    Row("/api/v1/posts", api(staff())),
    Row("/api/v1/posts?unit=utilities&state=joined", api(staff())),
    Row("/api/v1/posts/{post}", api(staff())),
    Row("/api/v1/posts/{post_foreign}", api(staff(404))),
    sends("/api/v1/posts", {}, api(only(MANAGE_PEOPLE, 422))),
    sends("/api/v1/posts/{post}", {"title": "甲", "seen": "x"}, api(only(MANAGE_PEOPLE, 409)), method="PATCH"),
    sends("/api/v1/posts/{post}", {"phone": "110", "seen": "x"}, api(only({*MANAGE_PEOPLE, "handler"}, 409)), method="PATCH"),
    sends("/api/v1/posts/{post_foreign}", {"phone": "110", "seen": "x"}, api(staff(404)), method="PATCH"),
    sends("/api/v1/posts/{post}/end", {}, api(only(MANAGE_PEOPLE, 422))),
    sends("/api/v1/posts/{post_foreign}/end", {"off": "2026-01-01", "to": "unit:desk", "reason": "x"}, api(only(MANAGE_PEOPLE, 404))),
    sends("/api/v1/posts/{post}/leaves", {"first": "2000-01-01", "last": "2000-01-02", "stand_in": "unit:utilities"},
          api(only({*MANAGE_PEOPLE, "handler"}, 422))),
    sends("/api/v1/posts/{post_foreign}/leaves", {"first": "2000-01-01", "last": "2000-01-02", "stand_in": "unit:utilities"}, api(staff(404))),
    sends("/api/v1/posts/{post}/leaves/1", {}, api(only({*MANAGE_PEOPLE, "handler"}, 404)), method="DELETE"),
    Row("/api/v1/records/posts", api(only(MANAGE_PEOPLE | {"audit_admin"}))),
    Row("/api/v1/records/sites", api(only({"admin", "audit_admin"}))),
    Row("/api/v1/records/posts/{post}/past", api(only(MANAGE_PEOPLE | {"audit_admin", "handler"}))),
    Row("/api/v1/records/posts/{post_foreign}/past", api(staff(404))),
    sends("/api/v1/records/posts/{post}/back", {"seq": 1, "seen": "x"}, api(only(MANAGE_PEOPLE, 422))),
    sends("/api/v1/records/sites/{site_id}/back", {}, api(only({"admin"}, 422))),
    sends("/api/v1/records/posts/{post_foreign}/back", {"seq": 1, "seen": "x"}, api(staff(404))),
    Row("/api/v1/setup/imports", api(only(MANAGE_PEOPLE))),
    sends("/api/v1/setup/imports", {}, api(only(MANAGE_PEOPLE, 415))),
    Row("/api/v1/setup/imported", api(only(MANAGE_PEOPLE))),
    Row("/api/v1/setup/imported/{imported}", api(own_upload(200))),
    Row("/api/v1/setup/imported/{imported_foreign}", api(only(MANAGE_PEOPLE, 404))),
    sends("/api/v1/setup/imported/{imported}/back", {"seen": "x", "reason": "错"}, api(own_upload(409))),
    Row("/api/v1/setup/imports/{upload}", api(own_upload(200))),
    Row("/api/v1/setup/imports/{upload_foreign}", api(only(MANAGE_PEOPLE, 404))),
    Row("/api/v1/setup/imports/{upload}/faults", api(own_upload(404))),
    sends("/api/v1/setup/imports/{upload}/take", {}, api(own_upload(409))),
    sends("/api/v1/setup/imports/{upload}", {}, api(own_upload(200)), method="DELETE"),
    sends("/api/v1/setup/exports", {"what": "grids", "form": "csv"}, api(only({"admin"}))),
    sends("/api/v1/setup/exports", {"what": "people", "form": "csv"}, api(only(MANAGE_PEOPLE)), reveals=MANAGE_PEOPLE),
    sends("/api/v1/board/{number}/join", {}, by_case(shown=409, rest=404), **NUMBER),
    # A resident's own, by program: with the code of the report, or the session of a telephone, and none of others'.
    *(Row(f"/api/v1/reports/{{number}}/{end}", always(401), **NUMBER) for end in ("details", "export", "erase")),
    *(Row(f"/api/v1/reports/{{number}}/{end}?code={{code}}", by_case(foreign=404, rest=200), reveals=set(ROLES), **NUMBER)
      for end in ("details", "export", "erase")),
    *(Row(f"/api/v1/reports/{{number}}/{end}?code={{code_far}}", by_case(far=200, rest=404), reveals=set(ROLES), **NUMBER)
      for end in ("details", "export", "erase")),
    sends("/api/v1/reports/{number}/details?code={code}", {"phone": "12"}, by_case(foreign=404, rest=422), method="PATCH", **NUMBER),
    sends("/api/v1/reports/{number}/details", {}, always(401), method="PATCH", **NUMBER),
    sends("/api/v1/reports/{number}/erase?code={code}", {}, by_case(foreign=404, rest=422), **NUMBER),
    sends("/api/v1/reports/{number}/erase", {"sure": True}, always(401), **NUMBER),
    sends("/api/v1/reports/{number}/watch?code={code}", {}, by_case(foreign=404, rest=422), **NUMBER),
    *(Row(f"/api/v1/mine{end}", lambda role, case: 401 if role == "nobody" else 200) for end in ("", "/details", "/export", "/erase")),
    sends("/api/v1/mine/details", {"phone": "12"}, lambda role, case: 401 if role == "nobody" else 422, method="PATCH"),
    sends("/api/v1/mine/erase", {}, lambda role, case: 401 if role == "nobody" else 422),
    # What the desk keeps, by program.
    Row("/api/v1/replies", api(staff())),
    sends("/api/v1/replies", {}, api(staff(422))),
    sends("/api/v1/replies", {"name": "x", "body": "y", "whose": "town"}, api(only({"admin"}, 303))),
    sends("/api/v1/replies/1", {"seen": "x"}, api(staff(404)), method="PATCH"),
    Row("/api/v1/replies/1/past", api(staff(404))),
    sends("/api/v1/replies/1/back", {"seq": 1, "seen": "x"}, api(staff(404))),
    Row("/api/v1/cases/{number}/replies", api(of_case()), **NUMBER),
    sends("/api/v1/views", {}, api(staff(422))),
    sends("/api/v1/views", {"name": "超期", "query": "light=late"}, api(staff(303))),
    sends("/api/v1/views/1", {"name": "x"}, api(staff(404)), method="PATCH"),
    sends("/api/v1/views/1", {}, api(staff(404)), method="DELETE"),
    Row("/api/v1/follow-ups", api(staff())),
    sends("/api/v1/cases/{number}/follow-ups", {"on": "2000-01-01"}, api(of_case(422)), **NUMBER),
    sends("/api/v1/follow-ups/1/done", {}, api(staff(404))),
    Row("/api/v1/setup", api(only({"admin"}))),
    sends("/api/v1/setup", {}, api(only({"admin"}, 422)), method="PUT"),
    Row("/api/v1/setup/town", api(only({"admin"}))),
    sends("/api/v1/setup/town", {}, api(only({"admin"}, 422)), method="PATCH"),
    Row("/api/v1/setup/town/past", api(only({"admin"}))),
    sends("/api/v1/setup/town/back", {"seq": 1, "seen": "x"}, api(only({"admin"}, 422))),
    Row("/api/v1/setup/workflows", api(only({"admin"}))),
    Row("/api/v1/setup/workflows/request", api(only({"admin"}))),
    sends("/api/v1/setup/workflows/request", {}, api(only({"admin"}, 422))),
    Row("/api/v1/setup/questions", api(only({"admin"}))),
    Row("/api/v1/setup/questions/{category}", api(only({"admin"}))),
    Row("/api/v1/setup/questions/{category_foreign}", api(only({"admin"}, 404))),
    sends("/api/v1/setup/questions/{category}", {}, api(only({"admin"}, 422))),
    Row("/api/v1/setup/routes", api(only({"admin"}))),
    sends("/api/v1/setup/routes", {}, api(only({"admin"}, 422))),
    Row("/api/v1/setup/routes/{route}", api(only({"admin"}))),
    Row("/api/v1/setup/routes/{route_foreign}", api(only({"admin"}, 404))),
    sends("/api/v1/setup/routes/{route}", {}, api(only({"admin"}, 422)), method="PATCH"),
    sends("/api/v1/setup/routes/{route_foreign}", {"seen": "x"}, api(only({"admin"}, 404)), method="PATCH"),
    sends("/api/v1/setup/routes/{route}", {}, api(only({"admin"}, 422)), method="DELETE"),
    sends("/api/v1/setup/routes/{route_foreign}?seen=x", {}, api(only({"admin"}, 404)), method="DELETE"),
    Row("/api/v1/setup/routes/{route}/past", api(only({"admin"}))),
    Row("/api/v1/setup/routes/{route_foreign}/past", api(only({"admin"}, 404))),
    Row("/api/v1/setup/units", api(only({"admin"}))),
    Row("/api/v1/setup/roles", api(only(MANAGE_PEOPLE))),
    sends("/api/v1/setup/units", {}, api(only({"admin"}, 422))),
    sends("/api/v1/setup/roles", {}, api(only(MANAGE_PEOPLE, 422))),
    Row("/api/v1/setup/units/{unit}", api(only({"admin"}))),
    Row("/api/v1/setup/units/{unit_foreign}", api(only({"admin"}, 404))),
    sends("/api/v1/setup/units/{unit}", {}, api(only({"admin"}, 422)), method="PATCH"),
    sends("/api/v1/setup/units/{unit_foreign}", {"values": {}, "seen": "x"}, api(only({"admin"}, 404)), method="PATCH"),
    sends("/api/v1/setup/units/{unit}", {}, api(only({"admin"}, 422)), method="DELETE"),
    Row("/api/v1/setup/units/{unit}/past", api(only({"admin"}))),
    Row("/api/v1/setup/units/{unit_foreign}/past", api(only({"admin"}, 404))),
    sends("/api/v1/setup/units/{unit}/back", {}, api(only({"admin"}, 422))),
    sends("/api/v1/setup/units/{unit_foreign}/back", {"seq": 1, "seen": "x"}, api(only({"admin"}, 404))),
    Row("/api/v1/routes", api(staff())),
    Row("/api/v1/views", api(staff())),
    Row("/api/v1/routes/why", api(staff())),
    Row("/api/v1/cases", api(staff()), shows=seen("own", "far", "shut")),
    Row("/api/v1/cases?scope=mine", api(staff()), shows=mine),
    Row("/api/v1/cases?closed=true&most=200", api(staff()), shows=seen("own", "far", "shut", "shown")),
    *(Row(f"/api/v1/cases?closed=true&words={word}", api(staff()), shows=seen(name))
      for name, words in WORDS.items() for word in words),
    Row("/api/v1/cases?closed=true&number={number}", api(staff()), shows=lambda role, case: seen(case)(role, case), **NUMBER),
    Row(f"/api/v1/cases?closed=true&phone={PHONE}", api(staff()), shows=seen("own", "far", "shut", "shown")),
    Row("/api/v1/cases/{number}", api(of_case()), shows=this, **NUMBER),
    Row("/api/v1/cases/{number}/entries", api(of_case()), shows=this, **NUMBER),
    Row("/api/v1/cases/{number}/photos/{photo}", api(of_case()), **NUMBER),
    Row("/api/v1/cases/{number}/photos/{photo_far}",
        lambda role, case: api(of_case(200 if case == "far" else 404))(role, case), **NUMBER),
    sends("/api/v1/cases", {"text": "新的事情"}, api(only(REGISTER, 303))),
    sends("/api/v1/cases/{number}/undo", {"version": "{version}"}, undone_by_program, **NUMBER),
    Row("/api/v1/cases/{number}/links", api(of_case()), **NUMBER),
    sends("/api/v1/cases/{number}/links", {"company": "x", "title": "y"}, api(linking(201)), **NUMBER),
    sends("/api/v1/cases/{number}/links/{link}/renew", {"until": "2020-01-01"}, api(linking(422)), **NUMBER),
    sends("/api/v1/cases/{number}/links/{link}/end", {}, api(own_link(201)), **NUMBER),
    sends("/api/v1/batches", {}, api(staff(422))),
    Row("/api/v1/batches/1", api(staff(404))),
    sends("/api/v1/batches/1/undo", {}, api(staff(404))),
    sends("/api/v1/cases/{number}/transitions", {"act": "note", "version": "{version}", "given": {"note": "说明"}},
          noted_by_program, **NUMBER),
    sends("/api/v1/cases/{number}/transitions",
          {"act": "merge", "version": "{version}", "given": {"case": "{number_shut}"}},
          lambda role, case: 422 if role in {"clerk", "dispatcher"} and case in {"own", "far"}
          else api(of_case_for(set(), 0, 422 if case in {"own", "far"} else 409))(role, case),
          cases=("own", "far", "shown", "foreign")),
)  # fmt: skip


# --- the walk -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Two towns, made once; whatever a request changes is undone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = make_world()
        cache.forget()
        yield made
        transaction.set_rollback(True)
    cache.forget()


@pytest.fixture(autouse=True)
def _fresh_memory(settings, monkeypatch, tmp_path):
    """What is remembered of the world holds from row to row: only a request that was taken has it forgotten (`call`)."""
    monkeypatch.setattr(cache, "time", SimpleNamespace(monotonic=lambda: 0.0))
    settings.LIANXIN_SEAL_LOG = tmp_path / "seals.log"


@pytest.fixture(autouse=True)
def _every_host(settings):
    settings.ALLOWED_HOSTS = ["*"]


def filled(world, text, case):
    """An address or a value with the world's own numbers in it."""
    name = case or "own"
    values = {f"number_{each}": world.number(each) for each in CASES} | world.values
    done = world.cases[name].case
    values |= {
        "number": world.number(name), "code": world.values[f"code_{name}"], "photo": world.values[f"photo_{name}"],
        "version": done.version, "reporter": world.values[f"reporter_{name}"],
    }  # fmt: skip
    return text.format(**values)


def filled_body(world, sent, case):
    plain = {}
    for name, value in sent.items():
        if isinstance(value, dict):
            plain[name] = filled_body(world, value, case)
        else:
            plain[name] = filled(world, value, case) if isinstance(value, str) else value
    return plain


COUNTER = iter(range(10**9))


def call(world, row, role, case):
    """One request; everything it changed is undone. Returns status, body and whether a case of another moved."""
    browser = Client(raise_request_exception=False) if role == "nobody" else world.callers[role]
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
    address, before = filled(world, row.address, case), {} if row.method == "GET" else versions(world)
    with transaction.atomic():
        if row.method == "GET":
            answer = browser.get(address, HTTP_HOST=HOST)
        else:
            body = filled_body(world, row.sent, case)
            extra = {"HTTP_HOST": HOST, "headers": {"Idempotency-Key": f"walk-{next(COUNTER):08d}"}}
            if row.as_json:
                if "version" in body:
                    body["version"] = int(body["version"])
                extra["content_type"] = "application/json"
            answer = getattr(browser, row.method.lower())(address, json.dumps(body) if row.as_json else body, **extra)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        after = versions(world) if before else {}
        moved = {name for name, version in before.items() if after[name] != version}
        transaction.set_rollback(True)
    if row.method != "GET" and answer.status_code < 400:
        cache.forget()
    browser.cookies.load(cookies)
    return answer, content.decode("utf-8", "replace") + str(dict(answer.headers)), moved


def words_in(body):
    return {name for name, words in WORDS.items() if any(word in body for word in words)}


def of_the_role_alone(row):
    """What one may do, and whether a page without cases opens, is decided before any case is asked for."""
    return row.method != "GET" or (row.cases == ("",) and row.shows is none and row.may is none and not row.reveals)


# What one may see is asked of the database, and of either.
ROWS = [pytest.param(row, id=f"{row.method} {row.address}", marks=[pytest.mark.once] * of_the_role_alone(row)) for row in TABLE]


@pytest.mark.parametrize("row", ROWS)
def test_everybody_gets_what_the_table_says(row, world):
    faults = []
    for case in row.cases:
        for role in ROLES:
            where = f"{role} × {case or '–'}: {filled(world, row.address, case)}"
            faults += [f"{where} {fault}" for fault in faults_of(world, row, role, case)]
    assert faults == []


def faults_of(world, row, role, case):
    """What is wrong with one caller's answer."""
    status = row.rule(role, case)
    answer, body, moved = call(world, row, role, case)
    if answer.status_code != status:
        yield f"→ {answer.status_code}, not {status}"
        return
    shows, extra = _promised(row, role, case, status)
    found = words_in(body)
    if words_in(row.address):  # a search echoes its own words: its hits are told by their numbers
        found = {name for name in CASES if world.number(name) in body}
    if not shows <= found <= shows | extra:
        yield f"shows {sorted(found)}, not {sorted(shows)}"
    if (PHONE in body or NAME in body) and not _reads_contact(row, role, status):
        yield "shows the reporter"
    if moved and (status >= 400 or moved != {case}):
        yield f"changed {sorted(moved)}"


def _promised(row, role, case, status):
    """The cases whose words must, and those whose words may stand in the answer."""
    came_back = status in {409, 422}
    shows = row.shows(role, case) if status == 200 else row.also(role, case) if came_back else set()
    return shows, row.may(role, case) if status == 200 or came_back else set()


def _reads_contact(row, role, status):
    return (status in {200, 201} and role in row.reveals) or PHONE in row.address


def routes(patterns, before=""):
    """Every route of the installation, as the resolver names it."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def listed(world):
    found = set()
    for row in TABLE:
        for case in row.cases:
            found.add((row.method, resolve(filled(world, row.address, case).partition("?")[0]).route))
    return found


def test_every_address_is_in_the_table(world):
    known = {route for _method, route in listed(world)}
    unlisted = sorted(set(routes(get_resolver().url_patterns)) - known)
    # "/" has two: the public's first page hides behind that of the posts.
    assert [route for route in unlisted if route] == []


def test_every_operation_of_the_door_is_in_the_table(world):
    from calling import operations

    known = listed(world)
    for method, path, _operation in operations():
        route = "api/v1" + path.replace("{", "<").replace("}", ">")
        assert (method, route) in known, f"{method} {path}"


def test_an_unlisted_address_would_be_found(world):
    from django.urls import path

    made = [*get_resolver().url_patterns, path("forgotten/", lambda request: None)]
    known = {route for _method, route in listed(world)}
    assert "forgotten/" in set(routes(made)) - known
    with pytest.raises(Resolver404):
        resolve("/forgotten/")


def test_counts_are_of_what_one_sees(world):
    """Figures must not tell of cases that the rows hide."""
    from django.utils import timezone

    from lianxin.cases.models import Case
    from lianxin.cases.queries.counts import counts
    from towns import who

    for role, username in STAFF.items():
        actor = who(world.town, username)
        visible = {name for name in CASES if role in SEES[name]}
        assert Case.objects.seen_by(actor).count() == len(visible), role
        open_ones = visible - {"shown"}
        found = counts(actor, now=timezone.now(), scope="all")
        assert found["total"] == len(open_ones), role
        assert sum(step["count"] for step in found["steps"]) == len(open_ones), role


def test_acts_are_those_of_ones_role(world):
    """What the door offers on a case under way, by role: this too is one table."""
    offered = {
        "clerk": {"contact", "confer", "cohandle", "merge", "note", "reassign", "regrade", "remind"},
        "dispatcher": {"confer", "cohandle", "merge", "note", "reassign", "regrade"},
        "handler": {"finish", "send_back", "contact", "record", "ask_extension", "confer", "cohandle", "escalate", "note"},
        "supervisor": {"contact", "confer", "cohandle", "note", "reassign", "regrade", "remind", "supervise", "suspend"},
        "leader": {"note", "remind", "supervise"},
        "grid_worker": set(),
        "grid_chief": set(),
    }
    assert set(offered) == SEES["own"]
    for role, acts in offered.items():
        told = world.callers[role].get(f"/api/v1/cases/{world.number('own')}", HTTP_HOST=HOST).json()
        assert {each["act"] for each in told["acts"]} == acts, role


def test_the_published_title_is_all_the_public_reads(world):
    body = Client().get("/board/", HTTP_HOST=HOST).content.decode()
    assert PUBLISHED in body
    assert words_in(body) == set()


def test_the_walk_sees_an_open_door(world, monkeypatch):
    """The table can fail: a case shown to whoever asks is noticed, in its page, in a list and in a search."""
    cache.forget()  # what one may see is remembered too
    from django.db.models import Q

    from lianxin.cases.models import Case

    monkeypatch.setattr(Case, "visible_to", classmethod(lambda cls, actor: Q()))
    page, listing = Row("/cases/{number}/", of_case(), shows=this), Row("/api/v1/cases", api(staff()), shows=mine)
    search = Row(f"/desk/search/?q={WORDS['far'][0]}", staff(), shows=seen("far"))
    assert list(faults_of(world, page, "grid_worker", "far"))
    assert list(faults_of(world, listing, "handler", ""))
    assert list(faults_of(world, search, "mediator", ""))
