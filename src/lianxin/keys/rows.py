"""Read and write rows of a town by key, with SQL that is made once for each model.

Django makes the SQL of every statement anew, which costs a door several times what the database takes to carry it
out. Values go through the fields' own conversions here as there, and every statement names its town. For the few rows
of one case inside one request; lists are querysets, imports of thousands use `bulk_create`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models

from lianxin.keys.scope import InTown, OfTown, Unscoped

RowT = TypeVar("RowT", bound=InTown)
Where = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Shape:
    """A model's statements, and how its columns are written and read, by the names of a row's attributes."""

    table: str
    writers: Mapping[str, Any]
    columns: Mapping[str, str]
    insert: str
    holes: str
    select: str
    readers: tuple[tuple[int, Any, Sequence[Any]], ...]

    def stored(self, name: str, value: Any, base: Any) -> Any:
        """A value as the database takes it."""
        return None if value is None else self.writers[name](value, connection=base)


def fields_of(model: type[models.Model]) -> tuple[Any, ...]:
    """The fields of a model that are columns of its own, in their order."""
    fields: tuple[Any, ...] = model._meta.concrete_fields
    return fields


@lru_cache(maxsize=64)
def _shape(model: type[models.Model]) -> _Shape:
    base = connections[DEFAULT_DB_ALIAS]
    fields = fields_of(model)
    quote = base.ops.quote_name
    table, columns = quote(model._meta.db_table), {field.attname: quote(field.column) for field in fields}
    names, holes = ", ".join(columns.values()), ", ".join(["%s"] * len(columns))
    return _Shape(
        table=table,
        writers={each.attname: (each.target_field if each.is_relation else each).get_db_prep_save for each in fields},
        columns=columns,
        insert=f"INSERT INTO {table} ({names}) VALUES ",  # noqa: S608 - names of our own models
        holes=f"({holes})",
        select=f"SELECT {names} FROM {table} WHERE ",  # noqa: S608 - names of our own models
        readers=tuple(_readers(model, base)),
    )


def _readers(model: type[models.Model], base: Any) -> Iterator[tuple[int, Any, Sequence[Any]]]:
    """What turns a column's value into Python's, for the columns that need it."""
    for at, field in enumerate(fields_of(model)):
        column = field.get_col(model._meta.db_table)
        if converters := [*base.ops.get_db_converters(column), *column.get_db_converters(base)]:
            yield at, column, converters


def _condition(shape: _Shape, base: Any, town_id: int, where: Where) -> tuple[str, list[Any]]:
    """`town_id = …` and the rest: None is IS NULL, a list or tuple any of its values."""
    parts, values = [f"{shape.columns['town_id']} = %s"], [town_id]
    for name, value in where.items():
        if value is None:
            parts.append(f"{shape.columns[name]} IS NULL")
            continue
        wanted = value if isinstance(value, list | tuple) else [value]
        parts.append(f"{shape.columns[name]} IN ({', '.join(['%s'] * len(wanted))})")
        values += [shape.stored(name, each, base) for each in wanted]
    return " AND ".join(parts), values


def read(model: type[RowT], why: str, town_id: int, where: Where) -> list[RowT]:
    """Whole rows of a town where attributes have these values, in no order; `why` as in `for_system`.

    The caller has seen to it that whoever asks may see them. Without order on purpose: asked to sort by id, SQLite
    walks the key of the whole town rather than the index of the rows wanted.
    """
    if not why:
        raise Unscoped("say why the system reads every row")
    base = connections[DEFAULT_DB_ALIAS]
    shape = _shape(model)
    condition, values = _condition(shape, base, town_id, where)
    with base.cursor() as cursor:
        cursor.execute(shape.select + condition, values)
        found = [list(row) for row in cursor.fetchall()]
    for row in found:
        for at, col, converters in shape.readers:
            for convert in converters:
                row[at] = convert(row[at], col, base)
    return [model.from_db(base.alias, list(shape.columns), row) for row in found]


def insert(rows: Sequence[InTown]) -> None:
    """Insert new rows of one model in one statement; nothing for none. Sends no signals."""
    if not rows:
        return
    base = connections[DEFAULT_DB_ALIAS]
    shape = _shape(type(rows[0]))
    values = [shape.stored(name, getattr(row, name), base) for row in rows for name in shape.columns]
    with base.cursor() as cursor:
        cursor.execute(shape.insert + ", ".join([shape.holes] * len(rows)), values)
    for row in rows:
        row._state.adding, row._state.db = False, base.alias


@dataclass(frozen=True, slots=True)
class Changes:
    """One statement that is run for each of many rows, with the values for each: made before a transaction begins."""

    statement: str = ""
    values: Sequence[Sequence[Any]] = ()

    def write(self) -> None:
        """Run it; nothing for no rows."""
        if self.values:
            with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
                cursor.executemany(self.statement, self.values)


def changes_of(rows: Sequence[OfTown | InTown], names: Sequence[str]) -> Changes:
    """What writes some attributes of many standing rows of one model, as they stand now.

    For imports: what `bulk_update` says in one statement of a hundred kilobytes takes twenty times as long to make.
    """
    if not rows:
        return Changes()
    base = connections[DEFAULT_DB_ALIAS]
    shape = _shape(type(rows[0]))
    sets = ", ".join(f"{shape.columns[name]} = %s" for name in names)
    where = f"{shape.columns['town_id']} = %s AND {shape.columns['id']} = %s"
    values = [
        [shape.stored(name, getattr(row, name), base) for name in (*names, "town_id", "id")] for row in rows
    ]  # fmt: skip
    return Changes(f"UPDATE {shape.table} SET {sets} WHERE {where}", values)  # noqa: S608 - names of our own models


def change(model: type[InTown], town_id: int, where: Where, values: Mapping[str, Any]) -> int:
    """Set attributes of a town's rows where others have these values; returns how many rows there were."""
    base = connections[DEFAULT_DB_ALIAS]
    shape = _shape(model)
    sets = ", ".join(f"{shape.columns[name]} = %s" for name in values)
    told = [shape.stored(name, value, base) for name, value in values.items()]
    condition, wanted = _condition(shape, base, town_id, where)
    with base.cursor() as cursor:
        cursor.execute(f"UPDATE {shape.table} SET {sets} WHERE {condition}", told + wanted)  # noqa: S608 - as above
        return int(cursor.rowcount)
