"""People from a table: accounts that nobody can sign in by yet, and their posts.

One row is one post; a person with several posts has several rows. Nothing is ended or removed: a post that is not in
the file stays. Every fault is told before anything is written.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth.hashers import make_password
from django.db import transaction

from lianxin.keys.cache import bump
from lianxin.keys.scope import EVERY_TOWN
from lianxin.ledger.actions import Line, record_each
from lianxin.ledger.models import Entry
from lianxin.ledger.rows import added, altered, changed_by
from lianxin.people.masking import mask_phone, tidy_phone
from lianxin.people.models import Account, Post, Role, Unit
from lianxin.people.queries import roles, today
from lianxin.town.imports.cells import Wrong, choice_of, line_of, text_of
from lianxin.town.imports.cleaning import clean_line
from lianxin.town.imports.faults import RowFault
from lianxin.town.imports.reading import Reading, columns_of, needed, parted
from lianxin.town.imports.rows import grid_of, grids_by_word, unit_of, units_by_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from lianxin.keys.models import Town
    from lianxin.people.actors import Actor
    from lianxin.town.imports.reading import Columns
    from lianxin.town.imports.tables import Cells, Table

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "username": ("账号", "登录名", "account", "username"),
    "name": ("姓名", "name"),
    "phone": ("电话", "手机", "手机号", "联系电话", "phone"),
    "unit": ("单位", "所在单位", "单位编码", "unit"),
    "role": ("角色", "role"),
    "grid": ("网格编码", "网格", "grid"),
    "title": ("职务", "岗位", "title"),
    "basis": ("用工性质", "性质", "basis"),
    "languages": ("语言", "languages"),
}  # fmt: skip
REQUIRED: Final = ("username", "name", "unit", "role")
HINT: Final = (
    "可先用 lianxin export people --template 取得模板。",
    "lianxin export people --template writes a template.",
)
BASES: Final = {word: key for key, name in Post.Basis.choices for word in (str(name), key)}
LONGEST: Final = {"username": 60, "name": 60, "unit": 80, "role": 60, "grid": 60, "title": 60, "languages": 80}
LINES: Final = {target: line_of(most) for target, most in LONGEST.items()}
USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{2,59}")
WRITTEN: Final = ("title", "basis", "languages")
CHUNK: Final = 500

PostKey = tuple[str, int, int, int | None]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One post of one person, sound in itself. None where the file does not say: what is known stays."""

    row: int
    username: str
    name: str
    unit_id: int
    role_id: int
    grid_id: int | None
    phone: str | None = None
    title: str | None = None
    basis: str | None = None
    languages: str | None = None

    @property
    def key(self) -> PostKey:
        """Which post it is."""
        return (self.username, self.unit_id, self.role_id, self.grid_id)


@dataclass(slots=True)
class Settled:
    """What an import of people did; `unnamed`: posts of the file's people that the file does not name, left alone."""

    accounts: int = 0
    posts: int = 0
    changed: int = 0
    same: int = 0
    unnamed: int = 0


@dataclass(slots=True)
class _Known:
    """The accounts of the usernames in a file, as far as the town may touch them."""

    accounts: dict[str, Account] = field(default_factory=dict)
    ours: set[int] = field(default_factory=set)
    elsewhere: set[int] = field(default_factory=set)
    posts: dict[PostKey, Post] = field(default_factory=dict)


def read_people(table: Table, town: Town, *, now: datetime) -> tuple[list[PersonRow], list[RowFault]]:
    """The sound rows of a table of people, and every fault by row. Raises Unreadable when a needed column lacks."""
    columns = columns_of(table, COLUMNS)
    needed(columns, COLUMNS, REQUIRED, HINT)
    reader = _Reader(table, columns, town)
    rows = [row for number, cells in table.rows() if (row := reader.read(number, cells)) is not None]
    known = _known(town, rows, now=now)
    against = [fault for row in rows for fault in _against(row, known, reader.names)]
    return parted(rows, [*reader.faults, *_between(rows, reader.names), *against])


class _Reader(Reading):
    def __init__(self, table: Table, columns: Columns, town: Town) -> None:
        super().__init__(table, columns, COLUMNS)
        self._units = units_by_word(town)
        self._roles = {
            word: role for role in roles(town).values() for word in (*map(str.lower, role.name.values()), role.key)
        }
        self._grids = grids_by_word(town)

    def read(self, row: int, cells: Cells) -> PersonRow | None:
        """The post of a row; None, and its faults noted, when it has any."""
        readers: dict[str, Callable[[Any], Any]] = LINES | {
            "username": _username, "name": _name, "phone": _phone, "unit": self._unit, "role": self._role,
            "grid": self._grid, "basis": lambda cell: choice_of(cell, BASES),
        }  # fmt: skip
        got, sound = self.cells(row, cells, readers, REQUIRED)
        return _row(row, got) if self._has_grid(row, got) and sound else None

    def _has_grid(self, row: int, got: Mapping[str, Any]) -> bool:
        """Whether a role that sees its grid alone has one, or one that could not be read."""
        role, unread = got.get("role"), "grid" in self.columns and "grid" not in got
        if unread or not role or role.sees != Role.Sees.GRID or got.get("grid") is not None:
            return True
        self.fault(row, "grid", Wrong("grid_needed", value=role.name["zh"]))
        return False

    def _unit(self, cell: Any) -> Unit | None:
        return unit_of(LINES["unit"](cell), self._units)

    def _role(self, cell: Any) -> Role | None:
        word = LINES["role"](cell)
        if word and word.lower() not in self._roles:
            raise Wrong("unknown_role", value=word)
        return self._roles.get(word.lower())

    def _grid(self, cell: Any) -> int | None:
        return grid_of(LINES["grid"](cell), self._grids)


def _row(row: int, got: Mapping[str, Any]) -> PersonRow:
    return PersonRow(
        row, got["username"], got["name"], got["unit"].pk, got["role"].pk, got.get("grid"), got.get("phone"),
        got.get("title") or None, got.get("basis"), got.get("languages") or None,
    )  # fmt: skip


def _username(cell: Any) -> str:
    text = clean_line(text_of(cell))
    if text and not USERNAME.fullmatch(text):
        raise Wrong("bad_username")
    return text


def _name(cell: Any) -> str:
    text = LINES["name"](cell)
    if text.replace(" ", "").isdigit():
        raise Wrong("bad_name", value=text)
    return text


def _phone(cell: Any) -> str | None:
    """The digits of a number; a masked one as it is, to be compared; None when nothing is said."""
    text = clean_line(text_of(cell))
    if not text:
        return None
    if "*" not in text and not tidy_phone(text):
        raise Wrong("bad_phone", value=text)
    return text if "*" in text else tidy_phone(text)


# ---- between rows, and against what is known ---------------------------------------------------------


def _between(rows: Iterable[PersonRow], names: Mapping[str, str]) -> Iterator[RowFault]:
    """Posts said twice, and persons of one account who are not the same."""
    first: dict[str, PersonRow] = {}
    posts: dict[PostKey, int] = {}
    for row in rows:
        same = first.setdefault(row.username, row)
        if (same.name, same.phone) != (row.name, row.phone):
            yield RowFault(row.row, names["username"], "person_differs", {"value": row.username, "row": same.row})
        if posts.setdefault(row.key, row.row) != row.row:
            yield RowFault(row.row, names["username"], "repeated_post", {"row": posts[row.key]})


def _known(town: Town, rows: Sequence[PersonRow], *, now: datetime) -> _Known:
    usernames, known = sorted({row.username for row in rows}), _Known()
    for at in range(0, len(usernames), CHUNK):
        _learn(known, town, usernames[at : at + CHUNK], on=today(now))
    return known


def _learn(known: _Known, town: Town, usernames: Sequence[str], *, on: date) -> None:
    accounts = {account.username: account for account in Account.objects.filter(username__in=usernames)}
    known.accounts |= accounts
    ids = {account.pk: account.username for account in accounts.values()}
    for post in Post.objects.for_system("whose account", EVERY_TOWN).filter(account_id__in=list(ids)):
        if post.town_id != town.pk:
            known.elsewhere.add(post.account_id)
            continue
        known.ours.add(post.account_id)
        if post.ends is None or post.ends >= on:
            known.posts[ids[post.account_id], post.unit_id, post.role_id, post.grid_id] = post
    made = Entry.objects.for_system("whose account", town).filter(
        subject_kind="account", subject_id__in=list(ids), seq=1, act="create"
    )
    known.ours |= set(made.values_list("subject_id", flat=True))


def _against(row: PersonRow, known: _Known, names: Mapping[str, str]) -> Iterator[RowFault]:
    account = known.accounts.get(row.username)
    masked = row.phone is not None and "*" in row.phone
    if account is None:
        if masked:
            yield RowFault(row.row, names["phone"], "bad_phone", {"value": row.phone})
    elif account.pk not in known.ours:
        yield RowFault(row.row, names["username"], "taken", {"value": row.username})
    elif masked and row.phone != mask_phone(account.phone):
        yield RowFault(row.row, names["phone"], "bad_phone", {"value": row.phone})
    elif account.pk in known.elsewhere and _changes(row, account):
        yield RowFault(row.row, names["name"], "elsewhere", {"value": row.username})


def _changes(row: PersonRow, account: Account) -> dict[str, str]:
    """What the row says otherwise of a person; a masked number that fits says nothing new."""
    phone = account.phone if row.phone is None or row.phone == mask_phone(account.phone) else row.phone
    said = {"name": row.name, "phone": phone}
    return {name: value for name, value in said.items() if getattr(account, name) != value}


def foresee_people(rows: Sequence[PersonRow], town: Town, *, now: datetime) -> tuple[Settled, list[str], list[str]]:
    """What `settle_people` would do with these rows now, and the accounts to be added and changed; writes nothing."""
    known, done = _known(town, rows, now=now), Settled()
    added: dict[str, str] = {}
    changed: dict[str, str] = {}
    for row in rows:
        account, post, word = known.accounts.get(row.username), known.posts.get(row.key), f"{row.username} {row.name}"
        if account is None:
            added.setdefault(row.username, word)
        elif row.username not in changed and _changes(row, account):
            changed[row.username] = word if account.name == row.name else f"{row.username} {account.name} → {row.name}"
            done.changed += 1
        if post is None:
            done.posts += 1
        elif _post_changes(row, post):
            changed.setdefault(row.username, word)
            done.changed += 1
        else:
            done.same += 1
    done.accounts = len(added)
    done.unnamed = len(known.posts.keys() - {row.key for row in rows})
    return done, list(added.values()), list(changed.values())


# ---- writing ---------------------------------------------------------------------------------------


@transaction.atomic
def settle_people(rows: Sequence[PersonRow], *, actor: Actor, now: datetime) -> Settled:
    """Write the rows of `read_people`, all or none; the same rows again change nothing.

    A new account has no password anybody could know: `lianxin user reset` gives it one. Each account and post that is
    added or changed leaves an entry.
    """
    town, done = actor.town, Settled()
    known = _known(town, rows, now=now)
    lines: list[Line] = []
    touched: dict[str, list[PersonRow]] = defaultdict(list)
    for row in rows:
        touched[row.username].append(row)
    for username, held in touched.items():
        account = known.accounts.get(username)
        if account is None:
            account = _new_account(held[0], lines)
            done.accounts += 1
        else:
            done.changed += _change_account(account, held[0], lines)
        for row in held:
            _settle(row, account, known.posts.get(row.key), done, lines, actor=actor, now=now)
    record_each(lines, actor=actor, now=now)
    named = {row.key for row in rows}
    done.unnamed = sum(key not in named for key in known.posts)
    if done.accounts or done.posts or done.changed:
        bump(town)
    return done


def _new_account(row: PersonRow, lines: list[Line]) -> Account:
    account = Account(username=row.username, name=row.name, phone=row.phone or "", password=make_password(None))
    account.save(force_insert=True)
    lines.append(Line("account", account.pk, "create", {"username": row.username}))
    return account


def _change_account(account: Account, row: PersonRow, lines: list[Line]) -> int:
    changes = _changes(row, account)
    if not changes:
        return 0
    line = altered(account, "account", changes)
    account.save(update_fields=sorted(changes))
    lines += [line] if line else []
    return 1


def _settle(
    row: PersonRow,
    account: Account,
    post: Post | None,
    done: Settled,
    lines: list[Line],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    if post is None:
        post = Post(
            town=actor.town, account=account, unit_id=row.unit_id, role_id=row.role_id, grid_id=row.grid_id,
            title=row.title or "", basis=row.basis or Post.Basis.FULL, languages=row.languages or "", starts=today(now),
        )  # fmt: skip
        post.save(force_insert=True)
        lines.append(added(post, "post", act="create"))
        done.posts += 1
        return
    line = altered(post, "post", _post_changes(row, post))
    if line is None:
        done.same += 1
        return
    post.save(update_fields=changed_by(line))
    lines.append(line)
    done.changed += 1


def _post_changes(row: PersonRow, post: Post) -> dict[str, str]:
    """What the row says otherwise of a post."""
    return {name: getattr(row, name) for name in WRITTEN if getattr(row, name) not in (None, getattr(post, name))}
