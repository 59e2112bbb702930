"""One small set of stroke icons, drawn on 24 by 24, and the mark of the product."""

from functools import lru_cache

from markupsafe import Markup

PATHS = {
    "camera": "M4 8h3l2-3h6l2 3h3v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
    "pin": "M12 21s7-6.5 7-12a7 7 0 0 0-14 0c0 5.5 7 12 7 12zM9.5 6.5h5v5h-5z",
    "mic": "M12 15a3.5 3.5 0 0 0 3.5-3.5v-5a3.5 3.5 0 0 0-7 0v5A3.5 3.5 0 0 0 12 15zM6 12a6 6 0 0 0 12 0M12 18v3",
    "phone": "M6 3h3l2 5-2.5 2a11 11 0 0 0 5.5 5.5l2-2.5 5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
    "check": "M5 12.5l4.5 4.5L19 7",
    "arrow": "M5 12h14M13 6l6 6-6 6",
    "back": "M19 12H5M11 6l-6 6 6 6",
    "down": "M6 9l6 6 6-6",
    "search": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20",
    "filter": "M4 6h16M7 12h10M10 18h4",
    "menu": "M4 6h16M4 12h16M4 18h16",
    "user": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6",
    "users": (
        "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5c.6-3.5 3.2-5 6.5-5s5.9 1.5 6.5 5"
        "M16 4.8a3.5 3.5 0 0 1 0 6.4M17.5 14.8c2.2.6 3.6 2.1 4 4.7"
    ),
    "home": "M4 11l8-7 8 7v9h-5.5v-5.5h-5V20H4z",
    "list": "M9 6h11M9 12h11M9 18h11M4 5h2v2H4zM4 11h2v2H4zM4 17h2v2H4z",
    "inbox": "M4 13l2.5-8h11L20 13v6H4zM4 13h4.5l1.5 2.5h4l1.5-2.5H20",
    "map": "M3.5 6l5.5-2 6 2 5.5-2v14l-5.5 2-6-2-5.5 2zM9 4v14M15 6v14",
    "bell": "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.5h4",
    "chart": "M4 20h16M7 20v-7M12 20V5M17 20v-10",
    "plus": "M12 5v14M5 12h14",
    "star": "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9L12 16.9l-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z",
    "warning": "M12 4l9 16H3zM12 10v4.5M12 17.2v.3",
    "info": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 7.8v.3",
    "merge": "M6 4v4a5 5 0 0 0 5 5h2a5 5 0 0 0 5-5V4M12 13v7M9 17l3 3 3-3",
    "split": "M12 20v-6M12 14c0-4-6-3-6-8V4M12 14c0-4 6-3 6-8V4M3.5 6.5L6 4l2.5 2.5M15.5 6.5L18 4l2.5 2.5",
    "pause": "M8 5v14M16 5v14",
    "print": "M7 9V4h10v5M7 17H4v-8h16v8h-3M7 14h10v6H7z",
    "link": "M10 14a4 4 0 0 0 6 0l3-3a4.2 4.2 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4.2 4.2 0 0 0 6 6l1-1",
    "edit": "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
    "close": "M6 6l12 12M18 6L6 18",
    "globe": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18",
    "sun": (
        "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4"
        "M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"
    ),
    "contrast": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 3v18M12 7h5.6M12 10.500h8.700M12 14h8.700M12 17.500h5.100",
    "type-size": "M3 7V5h11v2M8.5 5v14M6 19h5M14.5 13v-1.5h6.5V13M17.750 11.5V19M16.25 19h3",
    "send": "M20.5 3.5L3.5 10l7 3.5 3.5 7zM20.5 3.5l-10 10",
    "return": "M9 7l-5 5 5 5M4 12h10a6 6 0 0 1 6 6v1",
    "flag": "M6 21V4h12l-2.5 4.5L18 13H6",
    "file": "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
    "lock": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    "chat": "M4 5h16v11H11l-4.5 4v-4H4z",
    "hand": (
        "M7 12V6.5a1.5 1.5 0 0 1 3 0V11 4.5a1.5 1.5 0 0 1 3 0V11 6a1.5 1.5 0 0 1 3 0v6-3a1.5 1.5 0 0 1 3"
        " 0v5a7 7 0 0 1-7 7c-3 0-4.5-1.5-6-4l-2.5-4c-.6-1.2 1-2.3 2-1.2z"
    ),
    "out": "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
    "key": "M8 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 12h9M18 12v3M15 12v2",
    "settings": "M4 7h9M17 7h3M15 5v4M4 12h3M11 12h9M9 10v4M4 17h9M17 17h3M15 15v4",
    "refresh": "M19 8a8 8 0 1 0 1 6M20 4v5h-5",
}

MARK_ON = ((1, 21), (1, 11), (11, 11), (11, 1), (21, 1), (21, 11))
MARK_OFF = ((1, 1), (11, 21), (21, 21))


@lru_cache(maxsize=512)  # a page draws the same dozen
def icon(name: str, label: str = "", extra: str = "") -> Markup:
    """An icon as inline SVG; decoration unless it carries a ``label``. Unknown names raise KeyError."""
    said = (
        Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true" focusable="false"')
    )
    return Markup('<svg class="icon{}" viewBox="0 0 24 24" {}><path d="{}"/></svg>').format(
        f" {extra}" if extra else "", said, PATHS[name]
    )


def mark(size: int = 28) -> Markup:
    """The mark: a three-by-three grid in which six cells are joined by one line."""
    on = "".join(f'<rect x="{x}" y="{y}" width="8" height="8" rx="1.5"/>' for x, y in MARK_ON)
    off = "".join(f'<rect x="{x + 0.75}" y="{y + 0.75}" width="6.5" height="6.5" rx="1.2"/>' for x, y in MARK_OFF)
    return Markup(
        '<svg class="mark" width="{0}" height="{0}" viewBox="0 0 30 30" aria-hidden="true">'
        '<path d="M5 25V15h10V5h10v10" fill="none" stroke="currentColor" stroke-width="2.5"/>'
        '<g fill="currentColor">{1}</g>'
        '<g fill="none" stroke="currentColor" stroke-width="1.5" opacity=".5">{2}</g></svg>'
    ).format(size, Markup(on), Markup(off))  # noqa: S704 - both are made of our own numbers
