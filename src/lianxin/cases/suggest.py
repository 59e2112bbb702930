"""What a text is probably about, and which open cases nearby are probably the same matter. Only suggestions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from django.db.models import Q, QuerySet
from django.utils import timezone

from lianxin.cases.models import Case, Category
from lianxin.cases.queries.setup import leaves
from lianxin.cases.search import tokens
from lianxin.keys.cache import cached
from lianxin.keys.models import Town
from lianxin.ledger.models import Text

METRES = 500  # how far apart two reports of one matter may lie
DAYS = timedelta(days=60)
ALIKE = 0.12  # bigram Jaccard from which two texts near one another count as alike
ALIKE_ANYWHERE = 0.35  # and from which they do when one of them names no place
READ = 200  # candidates compared at most, which takes some 30 ms
FIRST = 40  # characters in which a text mostly says what it is about
EARTH = 6_371_000.0
METRES_A_DEGREE = EARTH * radians(1)


@dataclass(frozen=True, slots=True)
class Similar:
    """An open case that may be the same matter: how alike the texts are (0–1) and how many metres away it lies."""

    case: Case
    score: float
    metres: float | None


def suggest_categories(town: Town, text: str, *, most: int = 3) -> list[tuple[Category, float]]:
    """The categories whose words a text holds, the likeliest first; empty when it holds none."""
    every = leaves(town)
    weights = cached(town, "suggest.words", lambda: word_weights({row.pk: row.words for row in every}))
    by_id = {row.pk: row for row in every}
    return [(by_id[pk], score) for pk, score in scored(text, weights)[:most] if pk in by_id]


Weights = Mapping[str, tuple[float, tuple[int, ...]]]


def word_weights(words: Mapping[int, Iterable[str]]) -> Weights:
    """What each word tells: long words more than short ones, words of one category more than words of many."""
    found: dict[str, set[int]] = {}
    for pk, own in words.items():
        for word in own:
            if plain := word.strip().lower():
                found.setdefault(plain, set()).add(pk)
    return {word: ((len(word) - 0.5) / len(ids), tuple(sorted(ids))) for word, ids in found.items()}


def scored(text: str, weights: Weights) -> list[tuple[int, float]]:
    """(category, score) for every category that a word of the text speaks for, the highest score first.

    What is said first weighs a little more; a word inside a longer one of the same category counts once.
    """
    plain, heard = text.lower(), dict[int, dict[str, float]]()
    for word, (weight, ids) in weights.items():
        if (at := plain.find(word)) >= 0:
            for pk in ids:
                heard.setdefault(pk, {})[word] = weight * (1.0 + max(0.0, FIRST - at) / FIRST / 5)
    sums = {pk: sum(score for word, score in own.items() if not _inside(word, own)) for pk, own in heard.items()}
    return sorted(((pk, round(score, 3)) for pk, score in sums.items()), key=lambda pair: (-pair[1], pair[0]))


def _inside(word: str, own: Mapping[str, float]) -> bool:
    return any(len(other) > len(word) and word in other and own[other] >= own[word] for other in own)


def jaccard(one: Iterable[str], other: Iterable[str]) -> float:
    """How much two sets of pairs of characters share: 0 nothing, 1 everything (two empty ones share nothing)."""
    a, b = set(one), set(other)
    return len(a & b) / len(a | b) if a and b else 0.0


def metres_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """The distance of two places (degrees, WGS-84) on a sphere."""
    half_lat, half_lon = radians(other_lat - lat) / 2, radians(other_lon - lon) / 2
    a = sin(half_lat) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(half_lon) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(a)))


def similar_open(
    town: Town, *, text: str, lon: float | None = None, lat: float | None = None, exclude: int | None = None,
    now: datetime | None = None, most: int = 5,
) -> list[Similar]:  # fmt: skip
    """Open cases of the last 60 days whose text is like this one, at most 500 m away, the likeliest `most` first.

    Place, time and being open leave few rows, whose texts are compared one by one: ranking every text a town ever had
    by the search index took seconds at 100,000 cases, and closed ones crowded the open ones out.
    For the town's own eyes: cases of confidential kinds are left out, but what else of the rows may be shown to whom
    is the caller's to decide (`seen_by` for staff, `queries.board.shown_to_public` for residents).
    """
    wanted = tokens(text)
    if len(wanted) < 2:
        return []
    rows = _around(town, lon, lat, since=(now or timezone.now()) - DAYS)
    near = [(case, far) for case in rows if case.pk != exclude and (far := _metres(case, lon, lat)) != _TOO_FAR]
    texts = _texts(town, [case.pk for case, _ in near])
    found = []
    for case, far in near:
        score = jaccard(wanted, tokens(" ".join((case.title, texts.get(case.pk, ""), case.address))))
        if score >= (ALIKE_ANYWHERE if far is None else ALIKE):
            found.append(Similar(case, round(score, 3), None if far is None else round(far)))
    return sorted(found, key=lambda each: (-each.score, each.metres or 0, each.case.pk))[:most]


def _around(town: Town, lon: float | None, lat: float | None, *, since: datetime) -> QuerySet[Case]:
    """The newest open cases in a square about the place, and those that name none; anywhere, without a place."""
    rows = Case.objects.for_system("similar", town).filter(closed_at=None, recorded_at__gte=since)
    rows = rows.exclude(kind__in=town.settings.get("confidential", ()))
    if lon is not None and lat is not None:
        high = METRES / METRES_A_DEGREE
        wide = high / max(0.01, cos(radians(lat)))
        here = Q(lat__range=(lat - high, lat + high), lon__range=(lon - wide, lon + wide))
        rows = rows.filter(here | Q(lat=None))
    return rows.order_by("-recorded_at")[:READ]


_TOO_FAR = -1.0


def _metres(case: Case, lon: float | None, lat: float | None) -> float | None:
    """Metres to a case; None where one of the two names no place."""
    if lon is None or lat is None or case.lon is None or case.lat is None:
        return None
    far = metres_between(lon, lat, case.lon, case.lat)
    return far if far <= METRES else _TOO_FAR


def _texts(town: Town, ids: Sequence[int]) -> dict[int, str]:
    rows = Text.objects.for_system("similar", town).filter(subject_id__in=ids, field="text", entry__seq=1)
    return dict(rows.values_list("subject_id", "body"))
