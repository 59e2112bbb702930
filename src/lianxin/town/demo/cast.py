"""Who does an act of a life, and with what: the plan's hints turned into the town's own actors and rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lianxin.cases.models import Duty
from lianxin.cases.queries.setup import categories
from lianxin.cases.roles import holds
from lianxin.cases.routes import grid_posts
from lianxin.cases.values import Holder, Standing
from lianxin.people.actors import Actor, nobody, reporter, system

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future

    from lianxin.forms.photos import StoredPhoto
    from lianxin.people.models import Post
    from lianxin.town.demo.beside import Drawn
    from lianxin.town.demo.lives import Life
    from lianxin.town.demo.script import Photo
    from lianxin.town.demo.setting import Setting
    from lianxin.town.demo.walk import Act

AT_THE_DESK = frozenset({"phone", "hotline", "window"})


class Miscast(LookupError):
    """The plan asks for somebody who is not there: the plans do not fit together."""


@dataclass(slots=True)
class Cast:
    """The people of the town, asked by name, office or duty."""

    setting: Setting
    photos: Mapping[str, Future[Drawn]]  # by scene
    reporters: dict[int, int] = field(default_factory=dict)  # case → its first reporter
    _by_role: dict[str, list[Post]] = field(default_factory=dict)
    _categories: dict[str, int] = field(init=False)
    _nobody: Actor = field(init=False)
    _system: Actor = field(init=False)

    def __post_init__(self) -> None:
        self._nobody, self._system = nobody(self.setting.town), system(self.setting.town)
        self._categories = {row.key: pk for pk, row in categories(self.setting.town).items()}
        for posts in self.setting.posts.values():
            for post in posts:
                self._by_role.setdefault(post.role.key, []).append(post)

    def opener(self, life: Life) -> Actor:
        """Who enters a request: the resident, the grid worker who found it, or the clerk on the telephone."""
        if life.raised_by:
            return self._as(life.raised_by)
        if life.channel in AT_THE_DESK:
            clerk = next((act.who for act in life.acts if act.role == "clerk"), "")
            return self._office("clerk", None, clerk)
        return self._nobody

    @property
    def nobody(self) -> Actor:
        """A resident who has not signed in."""
        return self._nobody

    def actor(self, act: Act, standing: Standing | None) -> Actor:
        """Who does an act to a case as it stands, or opens one; raises Miscast."""
        if standing is None:
            return self._office(act.role, None, act.who)
        if act.role == "system":
            return self._system
        if act.role == "reporter":
            case = standing.case
            return reporter(self.setting.town, case_id=case.pk, reporter_id=self.reporters[case.pk])
        if act.role == "holder":
            return self._holding(standing.main, act.who)
        if act.role.startswith("duty:"):
            return self._holding(next((d for d in standing.duties if d.what == act.role[5:]), None), act.who)
        return self._office(act.role, standing, act.who)

    def _as(self, person: str) -> Actor:
        return self.setting.actors[self.setting.posts[person][0].pk]

    def _office(self, role: str, standing: Standing | None, person: str = "") -> Actor:
        """Somebody of that office, the named one first, who is not barred from the case; or who stands in for it."""
        state = standing.case.state if standing else {}
        stand_in = str(state.get("stand_in") or role)
        wanted = stand_in if role in ("clerk", "dispatcher") else role
        barred = set(state.get("barred", ()))
        able = [post for post in self._by_role.get(wanted, []) if post.account_id not in barred]
        named = [post for post in self.setting.posts.get(person, []) if post in able]
        if not able:
            raise Miscast(f"nobody is {wanted}")
        return self.setting.actors[(named or able)[0].pk]

    def _holding(self, duty: Duty | None, person: str) -> Actor:
        """Who holds a duty: its post; else, of its unit, the named person or the next."""
        if duty is None:
            raise Miscast("the duty is not open")
        if duty.post_id is not None:
            return self.setting.actors[duty.post_id]
        named = [self.setting.actors[post.pk] for post in self.setting.posts.get(person, [])]
        own = [self.setting.actors[post.pk] for post in self.setting.of_unit[duty.unit_id] if post.grid_id is None]
        fit = [actor for actor in (*named, *own) if holds(actor, duty)]
        if not fit:
            raise Miscast(f"nobody holds {duty.what} in unit {duty.unit_id}")
        return fit[0]

    def given(self, values: Mapping[str, Any], case_of: Callable[[str], int]) -> dict[str, Any]:
        """The fields of an act with the town's own rows for the plan's keys. `case_of`: the case of a life."""
        return {name: self._value(name, value, case_of) for name, value in values.items()}

    def _value(self, name: str, value: Any, case_of: Callable[[str], int]) -> Any:
        if name == "holder":
            return self._holder(value)
        if name == "units":
            return [self._holder(each).unit_id for each in value]
        if name == "case":
            return case_of(value)
        if name == "photos":
            return [self.photo(each) for each in value]
        known: Mapping[str, Mapping[str, int]] = {"category": self._categories, "grid": self.setting.grids}
        return known[name][value] if name in known else value

    def category(self, key: str) -> int:
        """The id of a category."""
        return self._categories[key]

    def _holder(self, hint: str | Holder) -> Holder:
        if isinstance(hint, Holder):
            return hint
        kind, _, key = hint.partition(":")
        if kind == "unit":
            return Holder(self.setting.units[key])
        found = grid_posts(self.setting.town).get(self.setting.grids[key])
        if found is None:
            raise Miscast(f"nobody serves {hint}")
        return found

    def photo(self, photo: Photo) -> StoredPhoto:
        """A drawn photo in the data folder."""
        return self.photos[photo.scene].result()[photo]
