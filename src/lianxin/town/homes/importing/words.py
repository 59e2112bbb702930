"""What the sorts of files, their counts and faults are called on the page."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianxin.cases.views.frame import address
from lianxin.town.imports.uploads import SHOWN
from lianxin.town.models import Upload
from lianxin.ui.words import is_chinese

Row = dict[str, Any]


def sort_names() -> dict[str, Row]:
    """What each sort of file is called, and what stands in it."""
    return {
        "grids": {
            "text": pgettext("import", "Grids"),
            "hint": _("GeoJSON, a zipped Shapefile, or a table with code, name and boundary."),
        },
        "people": {
            "text": pgettext("import", "People and posts"),
            "hint": _("A table with account, name, unit and role; a row for each post."),
        },
        "sites": {
            "text": pgettext("import", "Sites"),
            "hint": _("A table with kind and name, and where each is."),
        },
        "micros": {
            "text": pgettext("import", "Micro-grids"),
            "hint": _("A table with each one's name and small grid, its households, and who speaks for it."),
        },
        "lines": {
            "text": pgettext("import", "Lines of service"),
            "hint": _("A table with a row for a grid and a column for each line: a unit, or an account."),
        },
        "names": {
            "text": pgettext("import", "Names of places"),
            "hint": _("A table with roads, compounds, landmarks and what people call them: an address finds its grid."),
        },
        "groups": {
            "text": pgettext("import", "Party groups"),
            "hint": _("A table with each group's grid and name, who leads it by account, and how many are in it."),
        },
        "centres": {
            "text": pgettext("import", "Centre households"),
            "hint": _("A table with each household's grid and name, its telephone and address."),
        },
        "categories": {
            "text": pgettext("import", "Categories"),
            "hint": _("A table of groups and leaves, with codes and limits where there are any."),
        },
        "setup": {
            "text": pgettext("import", "The whole set-up"),
            "hint": _("A file that this town or another has taken out: rules, questions, texts and the rest."),
        },
    }


def next_after(what: str) -> list[tuple[str, str]]:
    """Where to go once a file is taken in: what it brought, and the step that follows in setting up a town."""
    return {
        "grids": [
            (pgettext("import", "See the grids"), reverse("grids")),
            (pgettext("import", "Then: units"), reverse("setup-register", args=["units"])),
        ],
        "people": [
            (pgettext("import", "Then: first passwords"), reverse("staff-passwords")),
            (pgettext("import", "See the staff"), reverse("staff-directory")),
        ],
        "sites": [(pgettext("import", "See the sites"), reverse("sites"))],
        "names": [(pgettext("import", "Try an address"), reverse("route-why"))],
        "groups": [(pgettext("import", "See the party groups"), reverse("setup-register", args=["groups"]))],
        "centres": [(pgettext("import", "See the centre households"), reverse("setup-register", args=["centres"]))],
        "categories": [
            (pgettext("import", "See the categories"), reverse("setup-register", args=["categories"])),
            (pgettext("import", "Then: rules of dispatch"), reverse("routes")),
        ],
        "setup": [(pgettext("import", "See the set-up"), reverse("setup"))],
    }.get(what, [(pgettext("import", "See the grids"), reverse("grids"))])


def as_shown(upload: Upload) -> Row:
    """An upload in words; the reasons of its faults in the language of the page, where they are told in it."""
    found, english = upload.found, not is_chinese()
    faults = [
        {**fault, "reason": fault["reasons"][1] if english and fault["reasons"][1] else fault["reasons"][0]}
        for fault in found.get("first", ())
    ]
    unreadable = found.get("unreadable", ("", ""))[english]
    return {
        "upload": upload, "what": sort_names()[upload.what]["text"],
        "href": reverse("setup-import-look", args=[upload.pk]), "setup_url": address("setup"),
        "state_name": state_name(upload), "next": next_after(upload.what),
        "faults": faults, "found": found, "unreadable": unreadable,
    }  # fmt: skip


def lists_of(upload: Upload) -> list[Row]:
    """What would be added and changed by name, of a file that can be taken in; `first`: so many of more."""
    found = upload.found
    if upload.state != Upload.State.LOOKED or found["grave"]:
        return []
    lists = [
        {"text": _("To be added"), "names": found["added"]},
        {"text": _("To be changed"), "names": found["changed"]},
        {"text": _("To be taken away"), "names": found.get("gone", [])},
    ]
    return [{**each, "first": SHOWN if len(each["names"]) == SHOWN else 0} for each in lists if each["names"]]


def state_name(upload: Upload) -> str:
    """How far an upload is."""
    if upload.state == Upload.State.LOOKED:
        return _("has faults") if upload.found["grave"] else _("ready to be taken in")
    return {
        Upload.State.WAITING: _("being read"), Upload.State.UNREADABLE: _("cannot be read"),
        Upload.State.TAKING: _("being taken in"), Upload.State.DONE: _("taken in"),
    }[Upload.State(upload.state)]  # fmt: skip


def counts_of(upload: Upload) -> list[Row]:
    """The figures of a look, or of what was done."""
    done = upload.state == Upload.State.DONE
    counts = upload.found.get("done" if done else "counts", {})
    words = {
        "added": pgettext("import", "Added") if done else _("To be added"),
        "accounts": _("New accounts"),
        "changed": pgettext("import", "Changed") if done else _("To be changed"),
        "gone": pgettext("import", "Taken away") if done else _("To be taken away"),
        "same": pgettext("import", "As before"),
        "kept": _("The town has them otherwise; they stay"),
        "left": _("Not in the file; they stay"),
    }
    hidden = {"accounts", "gone", "kept", "left"}  # shown where there are any
    return [
        {"text": text, "n": counts[name]}
        for name, text in words.items()
        if name in counts and (counts[name] or name not in hidden)
    ]
