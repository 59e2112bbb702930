"""The options of a select: a town has hundreds of grids, and every list has a filter of them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

Pair = tuple[str, str]


def options(pairs: Iterable[Mapping[str, Any] | Sequence[Any]], value: Any = "") -> Markup:
    """`<option>`s for {value, text} or (value, text), the one of `value` selected."""
    drawn = str(_drawn(tuple(_pair(each) for each in pairs)))
    here = f'value="{escape("" if value is None else value)}">'
    return Markup(drawn.replace(here, f"{here[:-1]} selected>", 1))  # noqa: S704 - escaped piece by piece


def _pair(each: Mapping[str, Any] | Sequence[Any]) -> Pair:
    value, text = (each["value"], each["text"]) if isinstance(each, Mapping) else (each[0], each[1])
    return str(value), str(text)


@lru_cache(maxsize=256)
def _drawn(pairs: tuple[Pair, ...]) -> Markup:
    one = Markup('<option value="{}">{}</option>')
    return Markup("").join(one.format(value, text) for value, text in pairs)
