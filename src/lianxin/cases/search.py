"""Search of case texts by pairs of characters (bigrams), made here, so that both databases find the same.

Chinese is indexed by overlapping pairs, Latin words and numbers whole; a query of one character is a prefix.
Tokens may hold personal details as the texts do, and are deleted with them.
"""

import re
from typing import Any

from django.db import connection

_FTS_ALL = (
    "SELECT rowid FROM cases_search WHERE town_id = %s AND cases_search MATCH %s ORDER BY rowid DESC LIMIT %s"
)
_FTS_ANY = "SELECT rowid FROM cases_search WHERE town_id = %s AND cases_search MATCH %s ORDER BY rank LIMIT %s"
_TS_ALL = (
    "SELECT case_id FROM cases_search WHERE town_id = %s AND tokens @@ %s::tsquery ORDER BY case_id DESC LIMIT %s"
)
_TS_ANY = (
    "SELECT case_id FROM cases_search WHERE town_id = %s AND tokens @@ %s::tsquery "
    "ORDER BY ts_rank(tokens, %s::tsquery) DESC LIMIT %s"
)
MOST = 500  # texts a search brings back at most
_WORDS = re.compile(r"[0-9a-z]+|[㐀-鿿豈-﫿\U00020000-\U0003fffd]+")  # the rare ones of names and places too


def tokens(text: str) -> list[str]:
    """The distinct tokens of a text, in order of appearance."""
    found: dict[str, None] = {}
    for word in _WORDS.findall(text.lower()):
        if word[0].isascii() or len(word) == 1:
            found[word] = None
        else:
            found.update(dict.fromkeys(word[at : at + 2] for at in range(len(word) - 1)))
    return list(found)


def index(case_id: int, town_id: int, text: str) -> None:
    """Write the tokens of a case; one statement."""
    words = tokens(text)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "INSERT OR REPLACE INTO cases_search (rowid, town_id, tokens) VALUES (%s, %s, %s)",
                [case_id, town_id, " ".join(words)],
            )
        else:
            cursor.execute(
                "INSERT INTO cases_search (town_id, case_id, tokens) VALUES (%s, %s, array_to_tsvector(%s::text[])) "
                "ON CONFLICT (town_id, case_id) DO UPDATE SET tokens = excluded.tokens",
                [town_id, case_id, words],
            )


def unindex(case_id: int, town_id: int) -> None:
    """Delete the tokens of a case, and on SQLite what the index would keep of them until it is next merged."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM cases_search WHERE town_id = %s AND rowid = %s", [town_id, case_id])
            cursor.execute("INSERT INTO cases_search (cases_search) VALUES ('optimize')")
        else:
            cursor.execute("DELETE FROM cases_search WHERE town_id = %s AND case_id = %s", [town_id, case_id])


def find(town_id: int, words: str, *, every: bool = True, most: int = MOST) -> list[int]:
    """Ids of a town's cases whose text holds all (or, with `every=False`, many) of the words, the newest first.

    At most `most`, counted within the town: another town's texts never push this one's out. The caller filters them
    through `seen_by`: an id says nothing to who may not see its case.
    """
    wanted = tokens(words)[:40]
    if not wanted:
        return []
    if connection.vendor == "sqlite":
        match = (" AND " if every else " OR ").join(_fts_term(word) for word in wanted)
        parameters: list[Any] = [town_id, match, most]
        sql = _FTS_ALL if every else _FTS_ANY
    else:
        query = (" & " if every else " | ").join(_ts_term(word) for word in wanted)
        sql = _TS_ALL if every else _TS_ANY
        parameters = [town_id, query, *([] if every else [query]), most]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [row[0] for row in cursor.fetchall()]


def _fts_term(word: str) -> str:
    return f'"{word}"*' if len(word) == 1 or word.isascii() else f'"{word}"'


def _ts_term(word: str) -> str:
    return f"'{word}':*" if len(word) == 1 or word.isascii() else f"'{word}'"
