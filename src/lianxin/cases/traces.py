"""What tells of one person in words that somebody else wrote: their name and how they are called by it, their
telephone, where they said it is. Looked for when they have their details erased and others still wait for the answer.
"""

import re
from dataclasses import dataclass

_CALLED = "先生|女士|小姐|师傅|老师|大爷|大妈|大叔|大姐|大哥|阿姨|叔叔|奶奶|爷爷|老人|同志|某某|某"
_SHORTEST_PLACE = 4  # "路口" is nobody's address
_GAP = r"[\s\-.·—]?"


@dataclass(frozen=True, slots=True)
class Traces:
    """Of one person, as a pattern; None when they left nothing to be found by."""

    pattern: re.Pattern[str] | None

    def found(self, text: str) -> bool:
        """Whether a text tells of them."""
        return bool(self.pattern and self.pattern.search(text))

    def without(self, text: str) -> str:
        """The text with stars where it told of them."""
        return self.pattern.sub(lambda match: "*" * min(len(match[0]), 8), text) if self.pattern else text


def traces_of(*, name: str = "", phone: str = "", address: str = "") -> Traces:
    """The traces of who is called `name`, telephones from `phone` and spoke of the place `address`."""
    parts = []
    if len(name) > 1:
        parts += [re.escape(name), rf"{re.escape(name[0])}(?:{_CALLED})"]
    if phone:
        parts += [rf"(?<!\d){_GAP.join(phone)}(?!\d)", rf"(?<=尾号)\W{{0,2}}{phone[-4:]}(?!\d)"]
    if len(address) >= _SHORTEST_PLACE:
        parts.append(re.escape(address))
    return Traces(re.compile("|".join(parts), re.ASCII) if parts else None)
