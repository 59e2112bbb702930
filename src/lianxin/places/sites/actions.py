"""Entering, changing and ending sites. Each leaves an entry; none is deleted, no code is used again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from shapely.geometry import shape

from lianxin.keys.once import claim
from lianxin.ledger.actions import record
from lianxin.ledger.rows import add_row, altered, change_row, changed_by
from lianxin.places.locate import Layers, Locator
from lianxin.places.models import Grid, Site
from lianxin.places.queries import SMALLEST_FIRST, grid_tree
from lianxin.places.sites.codes import SERIALS, is_credit_code, own_code, serials_of
from lianxin.places.sites.queries import BORDER, codes_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from lianxin.keys.models import Town
    from lianxin.keys.once import OnceKey

Key = str | tuple[str, str, int | None]
BELOW_TOWN: Final = tuple(level for level in SMALLEST_FIRST if level != Grid.Level.TOWN)
KIND: Final = "site"
SAYS: Final = ("kind", "name", "address", "grid_id", "lon", "lat")


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What is said of a site. `code`: an enterprise's credit code, tidy; "" lets the town give one of its own."""

    kind: str
    name: str
    grid_id: int
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    code: str = ""


class NotTaken(Exception):
    """A site cannot be written so.

    `code`: bad_kind, no_name, bad_code, not_enterprise, no_grid, taken, used_up, ended, there, full; `site` the code
    of the one in the way.
    """

    def __init__(self, code: str, site: str = "") -> None:
        super().__init__(code)
        self.code, self.site = code, site


@dataclass(frozen=True, slots=True)
class Settled:
    """What an import did: how many sites were new, changed and as before."""

    added: int
    changed: int
    same: int


def add_site(facts: SiteFacts, *, actor: Any, now: datetime, once: OnceKey | None = None, why: str = "") -> Site:
    """Enter a site and give it its code for good. Raises NotTaken, PermissionDenied, KeyUsedOtherwise.

    The same key again returns the site it made. `why` stands in the history.
    """
    town = _town(actor)
    sound(town, facts)
    try:
        with transaction.atomic():
            _lock(town, facts.grid_id)
            site = _made(town, facts, "", now)
            before = claim(once, town_id=town.pk, result=site.pk, now=now)
            if before is not None:
                return Site.objects.for_system("replay", town).get(pk=before)
            _free(town, facts)
            site.code = facts.code or _next(town, grid_tree(town)[facts.grid_id].code)
            add_row(site, KIND, actor=actor, now=now, why=why)
    except IntegrityError as error:  # two under one code at the same moment
        raise NotTaken("taken", facts.code) from error
    return site


def change_site(site: Site, facts: SiteFacts, *, actor: Any, now: datetime, why: str = "") -> list[str]:
    """Say otherwise of a standing site; returns the names of what changed. The code stays. Raises NotTaken.

    `why` stands in the history.
    """
    town = _town(actor)
    with transaction.atomic():
        held = Site.objects.for_system("change", town).select_for_update().get(pk=site.pk)
        if held.valid_to is not None:
            raise NotTaken("ended", held.code)
        must_fit(town, held, facts)
        return _changed(held, {name: getattr(facts, name) for name in SAYS}, actor=actor, now=now, why=why)


def end_site(site: Site, reason: str, *, actor: Any, now: datetime) -> None:
    """End a site today, for a reason that is kept with its history; its code is never used again. Raises NotTaken."""
    town = _town(actor)
    with transaction.atomic():
        held = Site.objects.for_system("end", town).select_for_update().get(pk=site.pk)
        if held.valid_to is not None:
            raise NotTaken("ended", held.code)
        facts = {"valid_to": timezone.localtime(now).date()}
        change_row(held, KIND, facts, actor=actor, now=now, act="end", why=reason)


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A row of a file, sound in itself. None where it says nothing: what is known stays."""

    row: int
    kind: str
    name: str
    code: str = ""
    grid_id: int | None = None
    address: str | None = None
    point: tuple[float, float] | None = None

    @property
    def key(self) -> tuple[str, str, int | None]:
        """By what a site without a code is known again."""
        return (self.kind, self.name, self.grid_id)


@transaction.atomic
def import_sites(rows: Sequence[SiteRow], *, actor: Any, now: datetime) -> Settled:
    """Write rows that have been read and found sound, all or none; the same rows again change nothing.

    A row names its site by code, else by kind, name and grid. Nothing is ended. Raises NotTaken, PermissionDenied.
    """
    town = _town(actor)
    for grid_id in sorted({row.grid_id for row in rows if row.grid_id is not None}):
        _lock(town, grid_id)
    known = known_sites(town)
    serials = serials_of(codes_in(town))
    added = changed = 0
    for row in rows:
        site = known.get(row.code) if row.code else known.get(row.key)
        if site is not None:
            changed += bool(_changed(site, _said(row), actor=actor, now=now))
            continue
        facts = _facts(row)
        sound(town, facts)
        site = _made(town, facts, facts.code or _counted(serials, grid_tree(town)[facts.grid_id].code), now)
        add_row(site, KIND, actor=actor, now=now)
        known[site.code] = known[row.key] = site
        added += 1
    return Settled(added, changed, len(rows) - added - changed)


def foresee_sites(town: Town, rows: Sequence[SiteRow]) -> tuple[list[str], list[str]]:
    """The names of the sites that `import_sites` would add and change with these rows now; writes nothing."""
    known = known_sites(town)
    added, changed = [], []
    for row in rows:
        site = known.get(row.code) if row.code else known.get(row.key)
        if site is None:
            added.append(row.name)
        elif any(getattr(site, name) != value for name, value in _said(row).items()):
            changed.append(f"{site.code} {row.name}")
    return added, changed


def grounds_of(town: Town, grid_ids: Iterable[int]) -> dict[int, tuple[str, Any]]:
    """Level and ground of standing grids by id, as they stand in the transaction; without those that have none."""
    rows = Grid.objects.for_system("what lies on ground follows", town).filter(id__in=list(grid_ids), valid_to=None)
    columns = rows.exclude(boundary=None).values_list("id", "level", "boundary")
    return {pk: (level, shape(boundary)) for pk, level, boundary in columns}


def follow_ground(
    town: Town,
    grid_ids: Iterable[int],
    *,
    actor: Any,
    now: datetime,
    grounds: Mapping[int, tuple[str, Any]] | None = None,
) -> int:
    """Give sites to the grid that has their ground after some grids were redrawn; returns how many went over.

    For the transaction of that change: boundaries are read as they stand in it, or given with it (`grounds`), never as
    the process remembers them, which a change that fails would leave wrong. A site within BORDER metres of its grid
    stays: somebody may have said so. One without a point stays where it was named.
    """
    ids = list(grid_ids)
    held = grounds if grounds is not None else grounds_of(town, ids)
    shapes = [(level, (pk, where)) for pk, (level, where) in held.items()]
    ground = Layers(Locator(each for level, each in shapes if level == wanted) for wanted in BELOW_TOWN)
    moved = 0
    for site in Site.objects.for_system("sites follow", town).filter(valid_to=None, grid_id__in=ids, lon__isnull=False):
        here = site.lon or 0.0, site.lat or 0.0
        found = ground.find(*here)
        if found is None or found == site.grid_id:
            continue
        if site.grid_id not in {pk for pk, _metres in ground.near(*here, BORDER)}:
            moved += bool(_changed(site, {"grid_id": found}, actor=actor, now=now))
    return moved


def place_sites(town: Town, places: Mapping[int, int], *, actor: Any, now: datetime) -> None:
    """Give standing sites, by id, to other grids: theirs have ended. For the transaction of that."""
    for site in Site.objects.for_system("sites follow", town).filter(id__in=list(places), valid_to=None):
        _changed(site, {"grid_id": places[site.pk]}, actor=actor, now=now)


def known_sites(town: Town) -> dict[Key, Site]:
    """The standing sites of a town by code, and by kind, name and grid."""
    rows = Site.objects.for_system("import", town).filter(valid_to=None)
    known: dict[Key, Site] = {}
    for site in rows:
        known[site.code] = known[site.kind, site.name, site.grid_id] = site
    return known


def sound(town: Town, facts: SiteFacts) -> None:
    """Whether what is said of a site can be; raises NotTaken."""
    if facts.kind not in Site.Kind.values:
        raise NotTaken("bad_kind")
    if not facts.name:
        raise NotTaken("no_name")
    if facts.code and facts.kind != Site.Kind.ENTERPRISE:
        raise NotTaken("not_enterprise", facts.code)
    if facts.code and not is_credit_code(facts.code):
        raise NotTaken("bad_code", facts.code)
    node = grid_tree(town).get(facts.grid_id)
    if node is None or node.level == Grid.Level.TOWN:
        raise NotTaken("no_grid")


def must_fit(town: Town, site: Site, facts: SiteFacts) -> None:
    """Whether a site may be as is said, with the code it has; raises NotTaken."""
    sound(town, replace(facts, code=site.code if is_credit_code(site.code) else ""))
    twin = _twin(town, facts)
    if twin is not None and twin.pk != site.pk:
        raise NotTaken("there", twin.code)


def _town(actor: Any) -> Town:
    """Where the actor acts, if setting up the town is theirs."""
    if actor.role != "system" and not actor.can("configure"):
        raise PermissionDenied
    town: Town = actor.town
    return town


def _lock(town: Town, grid_id: int) -> None:
    """Who enters sites in one grid goes one after the other, or two would be given one serial."""
    Grid.objects.for_system("enter a site", town).select_for_update().filter(pk=grid_id).first()


def _free(town: Town, facts: SiteFacts) -> None:
    """Whether code and name are still to be had; raises NotTaken."""
    if facts.code:
        held = Site.objects.for_system("enter a site", town).filter(code=facts.code).first()
        if held is not None:
            raise NotTaken("taken" if held.valid_to is None else "used_up", held.code)
        if any(node.code == facts.code for node in grid_tree(town).values()):
            raise NotTaken("bad_code", facts.code)
    if (twin := _twin(town, facts)) is not None:
        raise NotTaken("there", twin.code)


def _twin(town: Town, facts: SiteFacts) -> Site | None:
    """A standing site of the same kind and name in the same grid."""
    rows = Site.objects.for_system("enter a site", town).filter(valid_to=None, grid_id=facts.grid_id)
    return rows.filter(kind=facts.kind, name=facts.name).first()


def _made(town: Town, facts: SiteFacts, code: str, now: datetime) -> Site:
    said = {name: getattr(facts, name) for name in SAYS}
    return Site(town=town, code=code, valid_from=timezone.localtime(now).date(), **said)


def _changed(site: Site, said: dict[str, Any], *, actor: Any, now: datetime, why: str = "") -> list[str]:
    line = altered(site, KIND, said, why=why)
    if line is None:
        return []
    changed = changed_by(line)
    site.save(update_fields=changed)
    record(line, actor=actor, now=now)
    return changed


def _said(row: SiteRow) -> dict[str, Any]:
    """What a row says of a site that is there; it may leave out the place and the address."""
    said: dict[str, Any] = {"kind": row.kind, "name": row.name}
    if row.address is not None:
        said["address"] = row.address
    if row.grid_id is not None:
        said["grid_id"] = row.grid_id
    if row.point is not None:
        said["lon"], said["lat"] = row.point
    return said


def _facts(row: SiteRow) -> SiteFacts:
    lon, lat = row.point or (None, None)
    return SiteFacts(row.kind, row.name, row.grid_id or 0, row.address or "", lon, lat, row.code)


def _next(town: Town, grid_code: str) -> str:
    return _counted(serials_of(codes_in(town, grid_code)), grid_code)


def _counted(serials: dict[str, int], grid_code: str) -> str:
    """The next code of a grid, which is then given."""
    serial = serials.get(grid_code, 0) + 1
    if serial > SERIALS:
        raise NotTaken("full")
    serials[grid_code] = serial
    return own_code(grid_code, serial)
