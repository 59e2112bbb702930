"""Lists whose SQL is made once: a queryset built with stand-ins, run again and again with other values.

Making the SQL of a list with its scope costs Django several times what the database takes to answer. The queryset is
the one the guard has let pass; only values change from run to run, never its shape.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

_STAND_INS: dict[type, Callable[[int], Any]] = {  # values that nothing else in a query has
    int: lambda at: -(7_000_000_000_000_000_000 + at),
    datetime: lambda at: datetime(9000 + at, 7, 7, 7, 7, 7, 777_777, tzinfo=UTC),
}


class Prepared:
    """A `.values_list()` queryset made once by `build(**stand_ins)`, for `rows(**values)` of the named types.

    Stand-ins are values no row has: what a query does not ask for is passed over, and a value that a query made
    something else of finds nothing, never what is somebody else's.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **types: type) -> None:
        stand_ins = {name: _STAND_INS[kind](at) for at, (name, kind) in enumerate(types.items())}
        base = connections[DEFAULT_DB_ALIAS]
        compiler = build(**stand_ins).query.get_compiler(DEFAULT_DB_ALIAS)
        self._types, self._sql = types, ""
        try:
            self._sql, parameters = compiler.as_sql()
        except EmptyResultSet:  # nobody of this shape can see anything
            return
        names = {_stored(value, base): name for name, value in stand_ins.items()}
        self._parameters = [(names.get(value), value) for value in parameters]
        columns = [column for column, _, _ in compiler.select[: compiler.col_count]]
        moments = getattr(base.ops, "convert_datetimefield_value", None)
        self._converters = [
            (at, [_moment if convert == moments else convert for convert in converters], expression)
            for at, (converters, expression) in compiler.get_converters(columns).items()
        ]

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """The rows with these values in the place of the stand-ins; one statement."""
        if not self._sql:
            return []
        base = connections[DEFAULT_DB_ALIAS]
        told = {name: _stored(values[name], base) for name in self._types}
        with base.cursor() as cursor:
            cursor.execute(self._sql, [told[name] if name else value for name, value in self._parameters])
            return list(self._converted(cursor.fetchall(), base))

    def _converted(self, found: list[tuple[Any, ...]], base: Any) -> Iterator[tuple[Any, ...]]:
        for row in found:
            values = list(row)
            for at, converters, expression in self._converters:
                for convert in converters:
                    values[at] = convert(values[at], expression, base)
            yield tuple(values)


def _moment(value: Any, expression: Any, base: Any) -> Any:
    """A time as SQLite keeps it, in UTC: Django's own asks its settings about each."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=base.timezone) if value.tzinfo is None else value
    return base.ops.convert_datetimefield_value(value, expression, base)


def _stored(value: Any, base: Any) -> Any:
    """A value as Django hands it to the database."""
    return base.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
