"""What the public may read: published cases, their list, their map; and who may be shown what of an open case.

Everything here comes from `Publication`, which a clerk has checked, or from facts that name nobody. The words of a case
are never searched for the public: a hit would tell what the text does not show.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from lianxin.cases.models import Case, Photo, Publication, Reporter
from lianxin.cases.pickers import category_name, grid_name
from lianxin.cases.queries.mapped import EACH, Spot, Window, cells
from lianxin.cases.queries.setup import categories, workflow_by_id
from lianxin.cases.suggest import suggest_categories
from lianxin.forms.covering import shown_digest
from lianxin.keys.models import Town
from lianxin.keys.numbers import tidy
from lianxin.places.queries import grid_tree, subtree_ids

PAGE = 20
MOST_MARKS = 50  # of those beside the map; on it all are counted
MARK_DIGITS = 3  # decimals of a degree on the public map: about a hundred metres, so that no mark stands on a door
LONGEST_WORDS = 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Row = dict[str, Any]
_FIELDS = (
    "id", "case_id", "at", "title", "text", "answer", "place", "photos", "case__number", "case__category_id",
    "case__grid_id", "case__recorded_at", "case__closed_at", "case__step", "case__state", "case__due_at",
    "case__workflow_id", "case__lon", "case__lat", "case__unit_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What to show of the board: a grid with all below it, a group of categories, open or closed, words of what is
    published. Empty values ask for nothing.
    """

    grid: int | None = None
    category: int | None = None
    state: str = ""
    words: str = ""


def board(town: Town, wanted: BoardFilter, *, after: str = "", before: str = "", most: int = PAGE) -> Row:
    """A page of the board, the newest publication first: `rows`, `next` and `previous` (keys of the pages beside it).

    One statement, whatever the number of rows; the place is kept by key (time, id).
    """
    rows = _matching(town, wanted)
    back = read_key(before)
    forward = None if back else read_key(after)
    if back:
        rows = rows.filter(Q(at__gt=back[0]) | Q(at=back[0], id__gt=back[1])).order_by("at", "id")
    elif forward:
        rows = rows.filter(Q(at__lt=forward[0]) | Q(at=forward[0], id__lt=forward[1]))
    found = [_row(town, each) for each in rows.values(*_FIELDS)[: most + 1]]
    more, found = len(found) > most, found[:most]
    if back:
        found.reverse()
    onward, behind = (True, more) if back else (more, bool(forward))
    return {
        "rows": found,
        "next": _written(found[-1]) if found and onward else "",
        "previous": _written(found[0]) if found and behind else "",
    }


def board_counts(town: Town, wanted: BoardFilter) -> Mapping[str, int]:
    """How many published cases are open and closed, beside the other filters."""
    rows = _matching(town, BoardFilter(wanted.grid, wanted.category, "", wanted.words))
    counted = rows.aggregate(all=Count("id"), closed=Count("id", filter=Q(case__closed_at__isnull=False)))
    return {"all": counted["all"], "closed": counted["closed"], "open": counted["all"] - counted["closed"]}


def board_item(town: Town, number: str) -> Row | None:
    """One published case with its photos; None when there is none of this number."""
    found = _published(town).filter(case__number=tidy(number)).values(*_FIELDS).first()
    if found is None:
        return None
    row = _row(town, found)
    chosen = [pk for pk in row["photos"] if isinstance(pk, int)]
    photos = Photo.objects.for_system("public board", town).filter(id__in=chosen, case_id=row["case_id"])
    row["shown"] = list(photos.order_by("at", "id").values("id", "moment"))
    return row


def board_photo(town: Town, number: str, photo_id: int) -> str | None:
    """The digest of what is shown of a photo chosen for the public with a published case, else None."""
    found = _published(town).filter(case__number=tidy(number)).values("case_id", "photos").first()
    if found is None or photo_id not in found["photos"]:
        return None
    rows = Photo.objects.for_system("public board", town).filter(id=photo_id, case_id=found["case_id"])
    digest = rows.values_list("file__digest", flat=True).first()
    return shown_digest(town, digest) if digest else None


def marks(town: Town, wanted: BoardFilter) -> list[Row]:
    """The newest published cases that have a place, for the list beside the map; places are rounded."""
    rows = _matching(town, wanted).filter(case__lon__isnull=False, case__lat__isnull=False)
    found = []
    for row in rows.values(*_FIELDS)[:MOST_MARKS]:
        each = _row(town, row)
        found.append({**each, **_rough(each["lon"], each["lat"])})
    return found


SPOT = Spot("case__lon", "case__lat", MARK_DIGITS)


def board_cells(town: Town, wanted: BoardFilter, window: Window | None) -> tuple[list[Row], list[Row]]:
    """What the map shows of a window: cells that hold several published cases, and the cases that lie alone.

    Two statements. Places are rounded before they are counted, so no window however small finds one out.
    """
    found = cells(_matching(town, wanted), SPOT, window)
    alone = {cell["one"]: cell for cell in found if cell["n"] == 1}
    rows = _matching(town, wanted).filter(id__in=list(alone)).values(*_FIELDS)
    marks = [{**_row(town, row), **_rough(alone[row["id"]]["lon"], alone[row["id"]]["lat"])} for row in rows]
    return [cell for cell in found if cell["n"] > 1], marks


def board_each(town: Town, wanted: BoardFilter, window: Window) -> list[Row]:
    """The newest published cases of a window one by one: those of a spot that no map can tell apart."""
    rows = SPOT.placed(_matching(town, wanted), window).values(*_FIELDS, "x", "y")[:EACH]
    return [{**_row(town, row), **_rough(row["x"], row["y"])} for row in rows]


def _rough(lon: float, lat: float) -> dict[str, float]:
    return {"lon": round(lon, MARK_DIGITS), "lat": round(lat, MARK_DIGITS)}


def shown_to_public(town: Town, cases: Iterable[Case]) -> dict[int, Row]:
    """What anybody may be told of these cases, by id: those published, with their published title, and those whose
    reporter consented, as category and place alone (nobody has checked their words yet). Others are left out.
    `open`: it can still be joined, there is no answer yet.
    """
    wanted = [case for case in cases if case.kind not in town.settings.get("confidential", ())]
    ids = [case.pk for case in wanted]
    titles = dict(_published(town).filter(case_id__in=ids).values_list("case_id", "title"))
    reporters = Reporter.objects.for_system("public board", town).filter(case_id__in=ids)
    counted = reporters.values("case_id").annotate(
        people=Count("id"), agreed=Count("id", filter=Q(first=True, public_consent=True))
    )
    withheld = set(_of(town, Publication.State.WITHHELD).filter(case_id__in=ids).values_list("case_id", flat=True))
    found = {row["case_id"]: row for row in counted}
    told = {}
    for case in wanted:
        row = found.get(case.pk)
        if row is None or case.pk in withheld or not (case.pk in titles or row["agreed"]):
            continue
        told[case.pk] = {
            "number": case.number, "title": titles.get(case.pk, ""), "published": case.pk in titles,
            "category": _category(town, case.category_id) or _guess(town, case.title),
            "place": grid_name(town, case.grid_id), "at": case.recorded_at, "people": row["people"],
            "open": case.closed_at is None and not _answered(town, case),
        }  # fmt: skip
    return told


def public_case(town: Town, number: str) -> tuple[Case, Row] | None:
    """A case of this number and what anybody may be told of it; None where that is nothing."""
    case = Case.objects.for_system("public board", town).filter(number=tidy(number)).first()
    told = shown_to_public(town, [case]) if case else {}
    return (case, told[case.pk]) if case and case.pk in told else None


@dataclass(frozen=True, slots=True)
class Places:
    """Where one may look: the villages, the one that is chosen or whose grid is, and the small grids of that one alone:
    all the grids of a town at once are too many to look through on a phone. Pairs of id and name.
    """

    villages: list[tuple[int, str]]
    village: int | None
    grids: list[tuple[int, str]]


def places(town: Town, chosen: int | None) -> Places:
    """The villages of a town, and the small grids of the one that was chosen, for the filters."""
    tree = grid_tree(town)
    villages = [(pk, node.name) for pk, node in tree.items() if node.level == "village"]
    node = tree.get(chosen or 0)
    while node is not None and node.level != "village":
        node = tree.get(node.parent_id or 0)
    if node is None:
        return Places(villages, None, [])
    below = [(pk, tree[pk].name.removeprefix(node.name).strip() or tree[pk].name) for pk in node.children if pk in tree]
    return Places(villages, node.id, below)


def within(town: Town, village: int | None, grid: int | None) -> int | None:
    """The grid to look in, of a village and a small grid chosen apart: a grid of another village is none."""
    if village is None or grid in subtree_ids(town, village):
        return grid if grid is not None else village
    return village


def groups(town: Town) -> list[tuple[int, str]]:
    """The groups of categories, for the filters."""
    return [(pk, category_name(row)) for pk, row in categories(town).items() if row.parent_id is None and row.active]


def _of(town: Town, state: str) -> QuerySet[Publication]:
    return Publication.objects.for_system("public board", town).filter(state=state)


def _published(town: Town) -> QuerySet[Publication]:
    """Published rows; a kind that became confidential since is not shown any more."""
    rows = _of(town, Publication.State.PUBLISHED)
    return rows.exclude(case__kind__in=town.settings.get("confidential", ()))


def _matching(town: Town, wanted: BoardFilter) -> QuerySet[Publication]:
    rows = _published(town).order_by("-at", "-id")
    if wanted.grid is not None:
        rows = rows.filter(case__grid_id__in=subtree_ids(town, wanted.grid))
    if wanted.category is not None:
        below = [pk for pk, row in categories(town).items() if wanted.category in (pk, row.parent_id)]
        rows = rows.filter(case__category_id__in=below)
    if wanted.state in {"open", "closed"}:
        rows = rows.filter(case__closed_at__isnull=wanted.state == "open")
    for word in wanted.words[:LONGEST_WORDS].split():
        said = Q(title__icontains=word) | Q(text__icontains=word) | Q(answer__icontains=word)
        rows = rows.filter(said | Q(place__icontains=word) | Q(case__number=tidy(word) or "-"))
    return rows


def _row(town: Town, row: Mapping[str, Any]) -> Row:
    made = {name.removeprefix("case__"): value for name, value in row.items()}
    made["category"] = _category(town, made["category_id"])
    made["place"] = made["place"] or grid_name(town, made["grid_id"])
    made["closed"] = made["closed_at"] is not None
    return made


def _category(town: Town, pk: int | None) -> str:
    found = categories(town).get(pk or 0)
    return category_name(found) if found else ""


def _answered(town: Town, case: Case) -> bool:
    return workflow_by_id(town, case.workflow_id).phase_of(case.step) in {"feedback", "review"}


def _guess(town: Town, title: str) -> str:
    """What a case not yet sorted is probably about: a category's name, none of its own words."""
    likely = suggest_categories(town, title, most=1)
    return category_name(likely[0][0]) if likely else ""


def _written(row: Mapping[str, Any]) -> str:
    return f"{(row['at'] - EPOCH) // _MICROSECOND}-{row['id']}"


def read_key(text: str) -> tuple[datetime, int] | None:
    """The key of a page from its address; None when it is none of ours (the first page then)."""
    at, _, pk = text.partition("-")
    if not (_figures(at, 17) and _figures(pk, 19)):
        return None
    return EPOCH + int(at) * _MICROSECOND, min(int(pk), 2**63 - 1)


def _figures(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= most


def photos_shown(photos: Sequence[Row]) -> dict[str, list[int]]:
    """Ids of photos by what they show: before and after (those taken meanwhile count as after)."""
    before = [each["id"] for each in photos if each["moment"] == "before"]
    return {"before": before, "after": [each["id"] for each in photos if each["moment"] != "before"]}
