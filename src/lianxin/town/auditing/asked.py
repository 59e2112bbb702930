"""What may be asked of the ledger: kinds of subject and acts by what they concern, each word once in its group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import pgettext

from lianxin.cases.acts import ACTS_OF, OWN_WORDS, act_word
from lianxin.cases.queries.setup import kinds
from lianxin.cases.words import said, spine_acts
from lianxin.town.auditing.words import kind_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lianxin.keys.models import Town

Option = dict[str, str]
CASES: Final = "cases"
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    CASES: ("case",),
    "beside": ("publication", "follow_up", "work_link", "sample"),
    "people": ("person", "erasure"),
    "staff": ("account", "post", "leave", "turn", "role"),
    "setup": ("town", "unit", "calendar", "category", "clause", "questions", "route", "workflow", "newer_workflow",
              "reply"),
    "ground": ("grid", "representative", "party_group", "centre", "line_service", "site", "service_point", "name"),
    "files": ("import", "export", "ledger"),
}  # fmt: skip
ELSEWHERE: Final = frozenset({"publish", "withhold", "erase"})  # acts of the spine whose subject is not the case


def group_names() -> dict[str, str]:
    """What the groups are called."""
    return {
        CASES: pgettext("ledger", "Cases"), "beside": pgettext("ledger", "Publication, follow-up, contractors"),
        "people": pgettext("ledger", "Personal details"), "staff": pgettext("ledger", "Accounts and posts"),
        "setup": pgettext("ledger", "Set-up"), "ground": pgettext("ledger", "Grids and sites"),
        "files": pgettext("ledger", "Files and the ledger itself"),
    }  # fmt: skip


def kinds_to_ask() -> list[tuple[str, list[Option]]]:
    """The kinds of subject by group, as a list to choose from."""
    names = kind_names()
    return [
        (group_names()[group], _in_order({names[kind]: kind for kind in held})) for group, held in GROUPS.items()
    ]


def acts_to_ask(town: Town) -> list[tuple[str, list[Option]]]:
    """What may have been done by group: the acts of the town's workflows and those of every other subject."""
    return [
        (group_names()[group], _in_order(_of_cases(town) if group == CASES else _of_group(group))) for group in GROUPS
    ]


def _of_cases(town: Town) -> dict[str, str]:
    """By word what is asked for: what several kinds call otherwise has their words together."""
    own = {act: word for act, word in spine_acts().items() if act not in ELSEWHERE}
    words: dict[str, dict[str, None]] = {act: {word: None} for act, word in own.items()}
    for flow in kinds(town):
        for each in flow.transitions:
            words.setdefault(each.act, {})[said(each.name)] = None
    found: dict[str, list[str]] = {}
    for act, told in words.items():
        found.setdefault(pgettext("list", ", ").join(told), []).append(act)
    return {word: f"{CASES}.{'+'.join(acts)}" for word, acts in found.items()}


def _of_group(group: str) -> dict[str, str]:
    found = dict[str, str]()
    for kind in GROUPS[group]:
        for act in ACTS_OF[kind]:
            found.setdefault(act_word(kind, act), f"{kind if (kind, act) in OWN_WORDS else group}.{act}")
    return found


def _in_order(found: Mapping[str, str]) -> list[Option]:
    """By their words; Chinese in the order of its common encoding, which is that of the sounds."""
    words = sorted(found, key=lambda word: word.casefold().encode("gb18030"))
    return [{"value": found[word], "text": word} for word in words]


def read_act(word: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The kinds (none: all) and acts that are meant by `act`, `group.act` or `kind.act`, several acts with "+".

    None for a group or kind that is none.
    """
    about, _dot, acts = word.rpartition(".")
    held = tuple(acts.split("+"))
    if not about:
        return (), held
    if about in GROUPS:
        return tuple(kind for kind in GROUPS[about] if not any((kind, act) in OWN_WORDS for act in held)), held
    return ((about,), held) if about in kind_names() else None


def chosen(options: Iterable[tuple[str, list[Option]]], word: str) -> str:
    """The option that stands for what was asked by a bare key; else what was asked."""
    values = [each["value"] for _label, held in options for each in held]
    return next((value for value in values if word and value.rpartition(".")[2] == word), word)

