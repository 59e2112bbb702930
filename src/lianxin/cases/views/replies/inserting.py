"""Without a script: the form comes back with the picked text after what was typed, and nothing was done."""

from django.http import QueryDict
from django.utils import timezone

from lianxin.cases.queries.replies import replies_for, reply_in
from lianxin.cases.replies import beside
from lianxin.cases.values import Standing
from lianxin.keys.ids import read_number
from lianxin.people.actors import Actor

INSERT = "insert"  # "act:field", of the button that was pressed
PICKED = "reply"  # "field:id", of the list beside the field


def text_of(actor: Actor, standing: Standing, pk: int) -> str:
    """The words of a text for a case; "" where the text does not fit it."""
    row = next((row for row in replies_for(actor, standing.case) if row.pk == pk), None)
    return reply_in(actor, standing.case, row, now=timezone.now()) if row is not None else ""


def inserted(data: QueryDict, standing: Standing, actor: Actor) -> QueryDict:
    """What was sent, with the text picked put after what was typed; `act` is the one whose form it was."""
    filled = data.copy()
    act, _colon, field = data.get(INSERT, "").partition(":")
    picked = {name: pk for name, _sep, pk in (each.partition(":") for each in data.getlist(PICKED))}
    pk = picked.get(field, "")
    filled["act"] = act
    if text := text_of(actor, standing, read_number(pk) or 0):
        filled[field] = beside(data.get(field, ""), text)
    return filled
