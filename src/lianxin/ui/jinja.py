"""The Jinja2 environment of every page: named in the settings' ``TEMPLATES`` as ``environment``."""

import uuid
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.template.utils import get_app_template_dirs
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, npgettext, pgettext
from jinja2 import Environment, FileSystemLoader, Undefined
from markupsafe import Markup

from lianxin.ui import words
from lianxin.ui.assets import asset
from lianxin.ui.cells import six_cells
from lianxin.ui.charts import trend
from lianxin.ui.icons import icon, mark
from lianxin.ui.lights import light
from lianxin.ui.lines import case_lines, due_words, line_words
from lianxin.ui.options import options as select_options
from lianxin.ui.room import room_for
from lianxin.ui.tiles import base_map


class Missing(Undefined):
    """A name that is not there may be asked for (``{% if nav %}``) but never printed."""

    def __str__(self) -> str:
        return str(self._fail_with_undefined_error())

    def __html__(self) -> str:
        return str(self._fail_with_undefined_error())


def url(name: str, *args: object, **kwargs: object) -> str:
    """The address of a named page."""
    return reverse(name, args=args, kwargs=kwargs) if args or kwargs else _plain(name)


@lru_cache(maxsize=256)  # a page names a dozen of them, always the same
def _plain(name: str) -> str:
    return reverse(name)


def told(text: str, **holes: object) -> Markup:
    """`_("…")` of the templates: the text in the reader's language, its holes filled in and escaped.

    The same as Jinja's own, which asks the catalogue anew for each of the hundred texts of a page.
    """
    return _text(get_language(), text) % holes if holes else _bare(get_language(), text)


@lru_cache(maxsize=8192)
def _text(_language: str | None, text: str) -> Markup:
    return Markup(gettext(text))  # noqa: S704 - our own catalogues


@lru_cache(maxsize=8192)
def _bare(language: str | None, text: str) -> Markup:
    return _text(language, text) % {}


def query(request: HttpRequest, **changes: object) -> str:
    """The page's own query with some values changed; ``None`` takes one away. Begins with ``?``."""
    values = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            values.pop(name, None)
        elif isinstance(value, list | tuple):
            values.setlist(name, [str(one) for one in value])
        else:
            values[name] = str(value)
    return "?" + values.urlencode()


def new_key() -> str:
    """A fresh idempotency key: one per form shown, so that sending twice has one effect."""
    return uuid.uuid4().hex


FILTERS = {
    "when": words.when,
    "day": words.day,
    "whole_day": words.whole_day,
    "stamp": words.stamp,
    "span": words.span,
    "left": words.left,
    "left_short": words.left_short,
    "ago": words.ago,
    "grouped": words.grouped,
    "percent": words.percent,
    "mask": words.mask,
    "name_of": words.name_of,
    "filesizeformat": filesizeformat,
}
GLOBALS = {
    "asset": asset,
    "url": url,
    "static": static,
    "query": query,
    "now": timezone.now,
    "language": get_language,
    "new_key": new_key,
    "icon": icon,
    # Inside macros a parameter is often named icon.
    "draw_icon": icon,
    "mark": mark,
    "draw_cells": six_cells,
    "draw_options": select_options,
    "draw_light": light,
    "draw_cases": case_lines,
    "case_words": line_words,
    "case_due": due_words,
    "draw_trend": trend,
    "light_of": words.light_of,
    "base_map": base_map,
    "room_for": room_for,
}


class Pages(Environment):
    """An environment whose templates see one plain mapping of its globals.

    Jinja2 chains a mapping for each template to the environment's, and asks the chain name by name at every include,
    import and macro: a twentieth of a page's time. Nobody here gives a template globals of its own.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template: the environment's, which are whole before any is read."""
        return {**self.globals, **(d or {})}


def environment(**options: Any) -> Environment:
    """The environment Django's backend asks for: escaping, translation, our filters and names."""
    options["undefined"] = Missing
    # Django's backend would look into folders named jinja2; ours are named templates.
    options["loader"] = FileSystemLoader([str(path) for path in get_app_template_dirs("templates")])
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    options["extensions"] = [*options.get("extensions", ()), "jinja2.ext.i18n", "jinja2.ext.do"]
    env = Pages(**options)
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]  # added by jinja2.ext.i18n
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    env.filters.update(FILTERS)
    env.globals.update(GLOBALS | {"_": told, "gettext": told})
    return env
