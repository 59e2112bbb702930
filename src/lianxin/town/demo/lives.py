"""Two years of requests, each with all that was done about it: what the loader walks through the town's own doors."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from lianxin.town.demo.names import Name, People
from lianxin.town.demo.rhythm import at_hour, moments
from lianxin.town.demo.said import Said, Voices
from lianxin.town.demo.script import Case, Photo, Script
from lianxin.town.demo.spots import Spots
from lianxin.town.demo.texts import Leaf, Story, Texts
from lianxin.town.demo.walk import Act, Halted

if TYPE_CHECKING:
    from random import Random

    from lianxin.town.demo.rules import Rules
    from lianxin.town.demo.staff import GeographyLike, Staff

A_YEAR: Final = 2158
CLOSED: Final = 2076
BEFORE_OPEN: Final = 3  # of the year before, still open at the anchor: suspended for works not yet begun
SEEDS: Final = 8  # variants of each drawn scene
CHANNELS: Final = {"phone": 27, "wechat": 23, "web": 13, "hotline": 14, "field": 16, "window": 7}
PATTERNS: Final = {
    "phone": "phone",
    "hotline": "phone",
    "wechat": "online",
    "web": "online",
    "field": "field",
    "window": "office",
}
FATES: Final = {"normal": 82, "late": 5.5, "returned": 5, "refused": 2, "withdrawn": 1.6}
DOUBLED: Final = 0.034
# What a clerk can often answer without sending it on.
KNOWN: Final = {
    "enquiry": 0.7,
    "praise": 0.75,
    "id_papers": 0.3,
    "pension": 0.25,
    "medical_insurance": 0.25,
    "licence": 0.25,
    "veterans": 0.15,
}
STALLS: Final = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Reporter:
    """诉求人: anonymous ones leave neither name nor number."""

    name: str = ""
    phone: str = ""

    @property
    def anonymous(self) -> bool:
        """Whether nobody can be called back."""
        return not self.phone


@dataclass(frozen=True, slots=True)
class Life:
    """One request: how it came, what it says, and every act up to the anchor, in order.

    `open`: not at an end step at the anchor. `raised_by`: the grid worker's key when the channel is `field`.
    `story`: what it is about, for whoever writes an answer to it later. `merged_into`: the key of the life it was
    merged into.
    """

    key: str
    recorded_at: datetime
    channel: str  # phone web wechat hotline field window
    category: str
    grid: str
    address: str
    lon: float
    lat: float
    title: str
    text: str
    reporter: Reporter
    consent: bool
    photos: tuple[Photo, ...]
    raised_by: str
    acts: tuple[Act, ...]
    open: bool
    story: Story
    merged_into: str = ""


@dataclass(slots=True)
class _Born:
    """A request before its life is played."""

    key: str
    case: Case
    reporter: Reporter
    raised_by: str = ""
    main: str = ""
    script: Script | None = None
    doubles: int = 0
    ends: datetime | None = None
    acts: list[Act] = field(default_factory=list)


def plan_lives(  # noqa: PLR0917 - the six things a town is drawn from
    rng: Random, geography: GeographyLike, staff: Staff, rules: Rules, people: People, voices: Voices | None = None
) -> list[Life]:
    """2,158 requests in each of the two years up to the anchor, ordered by the time they were recorded.

    Of the last year's exactly 2,076 have reached an end step at the anchor, of the year before all but three. Nobody
    says what was said before.
    """
    return _Town(rng, geography, staff, rules, people, voices or Voices(Texts.read(), Said())).live()


class _Town:
    def __init__(  # noqa: PLR0917 - the six things a town is drawn from
        self, rng: Random, geography: GeographyLike, staff: Staff, rules: Rules, people: People, voices: Voices
    ) -> None:
        self._rng, self._staff, self._rules, self._people, self._voices = rng, staff, rules, people, voices
        self._texts, self._said = voices.texts, voices.said
        self._spots = Spots(rng, geography)
        self._reporters: list[tuple[Reporter, Name]] = []
        self._born: list[_Born] = []

    def live(self) -> list[Life]:
        anchor = self._rules.anchor
        middle, first = _year_before(anchor), _year_before(_year_before(anchor))
        self._year(first, middle)
        self._hold_some(middle)
        self._year(middle, anchor)
        self._leave_open([born for born in self._born if born.case.recorded_at > middle])
        return [self._life(born) for born in self._born]

    # ---- who raises what --------------------------------------------------------------------------

    def _year(self, after: datetime, until: datetime) -> None:
        days = moments(self._rng, after, until, A_YEAR)
        drafts = sorted((self._channel_at(day) for day in days), key=lambda draft: draft[0])
        for recorded_at, channel in drafts:
            born = self._double(recorded_at, channel) or self._fresh(recorded_at, channel)
            self._born.append(born)
            self._play(born)

    def _channel_at(self, day: datetime) -> tuple[datetime, str]:
        weights = list(CHANNELS.values())
        channel = self._rng.choices(list(CHANNELS), weights)[0]
        while channel == "window" and day.weekday() > 4:
            channel = self._rng.choices(list(CHANNELS), weights)[0]
        return min(at_hour(self._rng, day, PATTERNS[channel]), self._rules.anchor), channel

    def _key(self) -> str:
        return f"L{len(self._born) + 1:04d}"

    def _fresh(self, recorded_at: datetime, channel: str) -> _Born:
        leaf = self._leaf(recorded_at.month)
        spot = self._spots.draw(self._rng, leaf.where, indoors=leaf.indoors)
        story = self._texts.story(self._rng, leaf.key, spot, recorded_at.date())
        reporter = self._reporter(channel)
        case = Case(
            story, leaf.key, recorded_at, channel, self._fate(leaf.key, reporter), not reporter.anonymous,
            self._rng.randrange(SEEDS),
        )  # fmt: skip
        return _Born(self._key(), case, reporter, self._raised_by(channel, spot.grid))

    def _double(self, recorded_at: datetime, channel: str) -> _Born | None:
        """Another resident raises what somebody raised in the last three days and nobody has finished yet."""
        if self._rng.random() > DOUBLED:
            return None
        recent = [born for born in self._born[-30:] if self._may_double(born, recorded_at)]
        if not recent:
            return None
        main = self._rng.choice(recent)
        main.doubles += 1
        reporter = self._reporter("web" if channel == "field" else channel)
        channel = "wechat" if channel == "field" else channel
        story = replace(main.case.story, day=recorded_at.date(), facts={})
        case = replace(
            main.case, story=story, recorded_at=recorded_at, channel=channel, reachable=not reporter.anonymous
        )
        return _Born(self._key(), case, reporter, main=main.key)

    def _may_double(self, born: _Born, recorded_at: datetime) -> bool:
        finished = next((act.at for act in born.acts if act.act in {"finish", "answer"}), born.ends)
        merging = self._rules.clock.after(recorded_at, 330, working=True)[0]
        lively = born.case.fate in {"normal", "late"} and not born.main and born.case.story.leaf.nature == "complaint"
        fresh = recorded_at - born.case.recorded_at < timedelta(days=3)
        return lively and fresh and (finished is None or finished > merging)

    def _leaf(self, month: int) -> Leaf:
        leaves = list(self._texts.leaves.values())
        weights = [leaf.weight * leaf.season.get(month, 1.0) for leaf in leaves]
        return self._rng.choices(leaves, weights)[0]

    def _fate(self, category: str, reporter: Reporter) -> str:
        if self._rng.random() < KNOWN.get(category, 0):
            return "answered"
        fate = self._rng.choices(list(FATES), list(FATES.values()))[0]
        return "normal" if fate == "withdrawn" and reporter.anonymous else fate

    def _reporter(self, channel: str) -> Reporter:
        anonymous = {"web": 0.12, "wechat": 0.1, "hotline": 0.06, "phone": 0.04, "field": 0.45, "window": 0.0}
        if self._rng.random() < anonymous[channel]:
            return Reporter()
        if self._reporters and self._rng.random() < 0.22:
            return self._rng.choice(self._reporters[-900:])[0]
        name = self._people.name()
        reporter = Reporter(name.full if self._rng.random() < 0.8 else name.polite, self._people.phone())
        self._reporters.append((reporter, name))
        return reporter

    def _raised_by(self, channel: str, grid: str) -> str:
        return self._rng.choice(self._staff.of_grid[grid]).key if channel == "field" else ""

    # ---- playing ----------------------------------------------------------------------------------

    def _play(self, born: _Born, stop: datetime | None = None) -> None:
        stop = stop or self._rules.anchor
        script = Script(self._rules, self._staff, self._voices, self._rng, born.case, stop=stop)
        with suppress(Halted):
            if born.main:
                script.merge_into(born.main)
            else:
                script.play()
        script.walk.sweep(self._rules.anchor)
        born.script, born.acts, born.ends = script, script.walk.acts, script.walk.ended_at

    def _hold_some(self, before: datetime) -> None:
        """Close the year before but for a few that wait for works: suspended past the anchor."""
        plain = [born for born in self._born if born.case.fate == "normal" and not born.doubles and not born.main]
        scenes = [born for born in plain if born.case.story.leaf.scene and born.case.recorded_at < before - STALLS]
        for born in self._rng.sample(scenes, BEFORE_OPEN):
            born.case = replace(born.case, hold_until=self._rules.anchor + timedelta(days=self._rng.randint(20, 150)))
            self._play(born)
        for born in self._born:
            held = born.case.hold_until is not None
            while born.ends is None and not held:
                born.case = replace(born.case, pace=born.case.pace / 2)
                self._play(born)

    def _leave_open(self, year: Sequence[_Born]) -> None:
        """Exactly so many stand open at the anchor: those nobody has finished, and some that got stuck."""
        wanted = A_YEAR - CLOSED
        unfinished = [born for born in year if born.ends is None]
        for born in sorted(unfinished, key=lambda born: born.case.recorded_at):
            if len([each for each in year if each.ends is None]) <= wanted:
                break
            if not born.doubles:
                born.case = replace(born.case, pace=0.1)
                self._play(born)
        late = [born for born in year if self._may_stick(born)]
        missing = wanted - sum(born.ends is None for born in year)
        for born in self._rng.sample(late, max(missing, 0)):
            self._stick(born)

    def _may_stick(self, born: _Born) -> bool:
        recent = self._rules.anchor - born.case.recorded_at < STALLS
        return recent and born.ends is not None and born.case.fate in {"normal", "late", "returned"} and not born.main

    def _stick(self, born: _Born) -> None:
        """Play it again so that people stop somewhere in the middle; time goes on without them."""
        while True:
            taken = next((act.at for act in born.acts if act.act == "take"), born.acts[-1].at)
            last = next((act.at for act in born.acts if act.act == "finish"), born.acts[-1].at)
            stop = taken + (last - taken) * self._rng.uniform(0.05, 1.0)
            self._play(born, max(stop, born.case.recorded_at + timedelta(hours=2)))
            if born.ends is None:
                return

    # ---- writing down -----------------------------------------------------------------------------

    def _life(self, born: _Born) -> Life:
        case, rng = born.case, self._rng
        story = replace(case.story, facts={**case.story.facts, "unit": self._unit_name(case)})
        scene = story.leaf.scene
        share = {"field": 0.9, "web": 0.55, "wechat": 0.62, "window": 0.15}.get(case.channel, 0.0)
        count = rng.choice((1, 1, 1, 2, 3)) if scene and rng.random() < share else 0
        photos = [Photo(scene, (case.photo_seed + n) % SEEDS, after=False) for n in range(count)]
        return Life(
            key=born.key, recorded_at=case.recorded_at, channel=case.channel, category=case.category,
            grid=story.spot.grid, address=story.spot.at, lon=story.spot.lon, lat=story.spot.lat,
            title=self._title(story),
            text=self._said.once(rng, lambda dice: self._texts.text(dice, story, case.channel)),
            reporter=born.reporter, consent=rng.random() < 0.72, photos=tuple(photos), raised_by=born.raised_by,
            acts=tuple(born.acts), open=born.ends is None, story=story, merged_into=born.main if born.ends else "",
        )  # fmt: skip

    def _title(self, story: Story) -> str:
        """What it is about; where that was told before, with the spot, or whose village or street it is."""
        spot, title = story.spot, self._texts.title
        exact = partial(title, story=replace(story, spot=replace(spot, near=spot.at)))
        places = (spot.home, spot.near, spot.at)
        ways = [lambda dice, place=place: f"{title(dice, story)}（{place}）" for place in places]
        return self._said.once(self._rng, partial(title, story=story), exact, *ways)

    def _unit_name(self, case: Case) -> str:
        level = self._rules.categories[case.category].handled_by
        return "村里" if level in {"grid", "village"} else self._staff.unit(level).short


def _year_before(moment: datetime) -> datetime:
    return moment.replace(year=moment.year - 1)
