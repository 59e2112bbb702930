"""What is wrong in the file of a workflow or of questions, in the reader's language.

The reading of files is pure and speaks English; its sentences are known here by their shape. One that is not known is
shown as it stands.
"""

import re
from functools import lru_cache

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

HEAD = re.compile(r"(step|transition|workflow|question|the file)(?: (\S+))?: (.+)", re.DOTALL)
PART = re.compile(r"([a-z_]+): (.+)", re.DOTALL)
HEADS = {
    "step": _("step %(key)s: %(rest)s"),
    "transition": _("act %(key)s: %(rest)s"),
    "workflow": _("the kind: %(rest)s"),
    "question": _("question %(key)s: %(rest)s"),
    "the file": _("the file: %(rest)s"),
}
SENTENCES = (
    _("no step %(key)s to begin at"),
    _("twice from step %(key)s"),
    _("no step %(key)s"),
    _("nothing asks for a duty %(duty)s"),
    _("%(effect)s goes by %(field)s, which must be among its needs"),
    _("%(effect)s cannot go with a change of step"),
    _("%(effect)s at %(key)s, where nothing is open any more"),
    _("merge must lead to an end"),
    _("pause at %(key)s, where system cannot resume"),
    _("asks for a duty %(duty)s that nothing settles at %(key)s"),
    _("%(who)s has no way on from it that is always open"),
    _("system may not %(act)s from it"),
    _("%(act)s asks more than system can give"),
    _("nothing leads to it"),
    _("no way from it to an end"),
    _("no steps"),
    _("not a list"),
    _("not a mapping"),
    _("an end has no %(key)s"),
    _("only an end has an outcome"),
    _("no person (who)"),
    _("system is no person (who)"),
    _("at_most without counts"),
    _("starts nowhere (from)"),
    _("nobody may do it (by)"),
    _("who holds the main duty is called holder"),
    _("no field %(field)s"),
    _("no effect %(effect)s"),
    _("%(keys)s missing"),
    _("the main duty comes and goes with the step"),
    _("no limit (within)"),
    _("unknown unit of time: %(unit)s, none of %(words)s"),
    _("not between 1 and %(most)s: %(amount)s"),
    _("not a limit such as 3 working_days: %(text)s"),
    _("%(key)s is not known here"),
    _("no name in %(language)s"),
    _("the same word twice"),
    _("%(word)s is not a word of small letters, digits and _"),
    _("%(word)s is none of %(words)s"),
    _("%(word)s is not a number from 1"),
    _("%(word)s is neither true nor false"),
    _("not YAML that can be read: nested too deeply or badly written"),
    _("aliases (&, *) are not used in workflows"),
    _("a key must be a word"),
    _("%(key)s is said twice"),
    _("no role %(role)s in this town"),
    _("%(word)s is longer than %(n)s characters"),
    _("the act %(act)s must stay: this kind's own pages use it"),
    _("the file has more than %(n)s characters"),
    _("the key must stay %(key)s"),
    _("there is a kind %(key)s already"),
    _("more than %(n)s questions: nobody answers so many"),
    _("yes and no need no options"),
    _("only a choice has options"),
    _("a choice has 2 to %(n)s options"),
    _("there is no earlier question %(key)s"),
    _("goes by a choice or by yes and no alone"),
    _("only a number has %(key)s"),
    _("%(word)s is not a whole number"),
    _("least is more than most"),
    _("no words in %(language)s"),
    _("longer than %(n)s characters"),
)

YAML_FAULTS = {  # what the reader of YAML finds, and what that means for whoever wrote the file
    "mapping values are not allowed in this context": _(
        "a colon stands where none can be: a line is indented otherwise than those above, or words "
        "with a colon lack their quotation marks"
    ),
    "found character that cannot start any token": _(
        "a line begins with a tab or with @ or `: indent with spaces, put such words in quotation "
        "marks"
    ),
    "did not find expected ',' or ']'": _("a [ is not closed"),
    "did not find expected ',' or '}'": _("a { is not closed"),
    "found unexpected end of stream": _("a quotation mark is not closed"),
    "did not find expected '-' indicator":
        _("a line of a list lacks its dash, or is indented otherwise than the others"),
    "did not find expected key": _("a line is indented otherwise than those beside it"),
    "could not find expected ':'": _("a colon is missing"),
    "found unknown escape character": _("a \\ stands before a letter it cannot stand before"),
    "but found another document": _("a line of --- begins a second text: a file holds one"),
    "block sequence entries are not allowed in this context":
        _("a list begins in the middle of a line: its first dash belongs on a line of its own"),
}
BADLY_WRITTEN = _("indentation, a colon or a quotation mark is not as it should be")
NOT_YAML = "not YAML: "


def in_words(message: str) -> str:
    """A fault's sentence in the reader's language."""
    if message.startswith(NOT_YAML):
        told = gettext(YAML_FAULTS.get(message.removeprefix(NOT_YAML), BADLY_WRITTEN))
        return gettext("not YAML: %(text)s") % {"text": told}
    if head := HEAD.fullmatch(message):
        word, key, rest = head.groups()
        return gettext(HEADS[word]) % {"key": key or "", "rest": in_words(rest)}
    for sentence in SENTENCES:
        if found := _shape(sentence).fullmatch(message):
            return gettext(sentence) % found.groupdict()
    if part := PART.fullmatch(message):
        return f"{part[1]}: {in_words(part[2])}"
    return message


@lru_cache(maxsize=128)
def _shape(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", sentence)
    told = [re.escape(part) if at % 2 == 0 else f"(?P<{part}>.+?)" for at, part in enumerate(parts)]
    return re.compile("".join(told), re.DOTALL)
