"""Both doors against a naive model: after whatever anybody does, the product and the model tell the same of every case.

The model (`naive/`) is told in plain words from the rules and knows nothing of the product's code. `LIANXIN_MACHINE=200`
walks two hundred walks of chance instead of the fixed few.
"""

import copy
import io
import os
import random
from collections import Counter
from datetime import date, datetime, timedelta
from unittest import mock

import pytest
from django.db import transaction as database
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from PIL import Image

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.afterwards import ask_later
from lianxin.cases.actions.bulk import Pick, act_on_all, offers, undo_batch
from lianxin.cases.actions.handing import Leaving, leave_post
from lianxin.cases.actions.joining import join_case
from lianxin.cases.actions.leaving import LeaveAsked, begin_leave, set_leave
from lianxin.cases.actions.reckoning import reckon_provisional
from lianxin.cases.actions.undoing import undo
from lianxin.cases.models import Case, Category, Duty, Reporter
from lianxin.cases.queries.counts import counts
from lianxin.cases.queries.figures import Slice, sliced
from lianxin.cases.queries.inbox import InboxFilter, inbox
from lianxin.cases.queries.page import case_page
from lianxin.cases.queries.standing import NotSeen, stand
from lianxin.cases.tasks import sweep
from lianxin.cases.values import Contact, Draft, Holder, Standing
from lianxin.forms.photos import store
from lianxin.keys import cache
from lianxin.keys.once import KeyUsedOtherwise, OnceKey
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.actors import actor_of, nobody, reporter, system
from lianxin.people.models import Account, CalendarDay, Post, Role, Unit
from lianxin.people.queries import posts_of, unit_by_key
from lianxin.workflow.engine import Refused
from naive import town as naive
from naive.calendar import CHINA, OFFICE_WEEK, Calendar
from naive.flows import CHOICES, FLOWS, TEXTS
from towns import grid_named

pytestmark = [pytest.mark.django_db]
LONG = int(os.environ.get("LIANXIN_MACHINE", "0"))
WALKS, STEPS = 3, 60
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MOST = 6  # cases of a walk
WEIGHTS = {  # how often what happens; a rule for each would have Hypothesis leave some of them out of most walks
    "what_is_rare": 12, "what_the_holder_does": 10, "what_one_may": 5, "what_leads_on": 2, "whatever": 4, "open": 3,
    "time_passes": 7, "taken_back": 4, "many_at_once": 2, "look": 2, "too_late": 2, "joined": 1, "four_weeks_on": 1,
    "a_post_ends": 1, "away_for_some_days": 1, "the_table_goes_on": 1,
}  # fmt: skip

ROUND_THE_CLOCK = {weekday: [["00:00", "00:00"]] for weekday in range(7)}
EARLY = {weekday: [["05:00", "10:30"], ["15:00", "18:00"]] for weekday in range(7)}
HOURS = {"police": ROUND_THE_CLOCK, "sanitation": EARLY}
BEGINNINGS = [  # before a make-up Saturday and the Spring Festival, a plain Monday, Labour Day, autumn, the table's end
    datetime(2026, 2, 12, 16, 50, tzinfo=CHINA),
    datetime(2026, 3, 2, 9, 0, tzinfo=CHINA),
    datetime(2026, 4, 29, 17, 29, tzinfo=CHINA),
    datetime(2026, 9, 18, 11, 55, tzinfo=CHINA),
    datetime(2026, 12, 21, 10, 0, tzinfo=CHINA),
]
TABLE_END, NEW_END = date(2026, 12, 31), date(2027, 12, 31)
NEW_DAYS = {date(2027, 1, 1): [], date(2027, 1, 4): [], date(2027, 1, 9): OFFICE_WEEK[0], date(2027, 2, 8): []}
CATEGORIES = [None, "streetlight", "manhole", "litter", "bridge", "burning"]
GRIDS = [None, "1-1", "1-2", "2-1"]
HOLDERS = [
    ("utilities", None), ("utilities", "handler"), ("utilities", "handler2"), ("sanitation", None), ("police", None),
    ("police", "officer"), ("village_1", None), ("village_1", "worker"), ("village_2", "worker2"), ("village_1", "chief"),
]  # fmt: skip
UNITS = ["police", "sanitation", "utilities", "justice", "village_2"]
MAY_LEAVE = ["clerk2", "handler", "handler2", "worker2", "supervisor2", "sanitation"]
ALIKE = {"holder", "units", "case", "urgency", "until", "reason", "demand", "note"}  # what one says of many cases at once
BULK = ["accept", "assign", "remind", "note", "merge", "regrade", "supervise", "cohandle", "suspend", "send_back"]


class Product:
    """The product under the model's names: units, posts, grids and categories by key, cases by number in the walk."""

    def __init__(self, town):
        self.town = town
        units = Unit.objects.for_system("tests", town)
        for key, week in HOURS.items():
            units.filter(key=key).update(hours={str(day): hours for day, hours in week.items()})
        cache.bump(town)
        self.units = {unit.key: unit.pk for unit in units}
        self.unit_names = {pk: key for key, pk in self.units.items()}
        self._people()
        self.grids = {name: grid_named(town, name).pk for name in GRIDS if name}
        self.categories = {row.key: row for row in Category.objects.for_system("tests", town)}
        out = io.BytesIO()
        Image.new("RGB", (40, 30), "red").save(out, "JPEG")
        self.photo = store(out.getvalue(), town=town)

    def _people(self):
        rows = Post.objects.for_system("tests", self.town)
        known = {row.account.username.partition(".")[0] for row in rows.select_related("account")}
        for name, (role, unit, grid) in naive.PEOPLE.items():
            if name not in known:
                account = Account.objects.create(username=f"{name}.lx", name=name)
                Post.objects.create(
                    town=self.town, account=account, unit=unit_by_key(self.town, unit), title=name,
                    role=Role.objects.for_system("tests", self.town).get(key=role),
                    grid=grid_named(self.town, grid) if grid else None,
                )  # fmt: skip
        self.posts = {row.account.username.partition(".")[0]: row for row in rows.select_related("account", "role", "grid", "unit")}
        self.post_names = {row.pk: name for name, row in self.posts.items()}

    def calendars(self):
        """The model's calendars over the town's table, by unit; made once, for they are every minute of two years."""
        rows = CalendarDay.objects.for_system("tests", self.town)
        days = {row.day: row.hours for row in rows}
        weeks = {"": OFFICE_WEEK, **HOURS}
        now = {unit: Calendar(week, days, TABLE_END) for unit, week in weeks.items()}
        then = {unit: Calendar(week, {**days, **NEW_DAYS}, NEW_END) for unit, week in weeks.items()}
        return now, then

    def limits(self):
        return {key: row.limits for key, row in self.categories.items()}

    def holder(self, holder):
        return Holder(self.units[holder[0]], self.posts[holder[1]].pk if holder[1] else None)

    def named(self, unit_id, post_id):
        return (self.unit_names.get(unit_id), self.post_names.get(post_id)) if unit_id else None


class Machine(RuleBasedStateMachine):
    """One walk: everything is done to the product and to the model, and both must tell the same."""

    product: Product
    tables: tuple

    def __init__(self):
        super().__init__()
        self.town = self.product.town
        self.savepoint = database.savepoint()
        self.now = BEGINNINGS[1]
        self.clock = mock.patch("django.utils.timezone.now", side_effect=lambda: self.now)
        self.clock.start()
        self.model = naive.Town(dict(self.tables[0]), self.product.limits())
        self.pks, self.reporters, self.stale, self.keys, self.to_begin = [], [], {}, 0, []
        cache.forget()

    def teardown(self):
        try:
            if self.pks:
                self.in_the_end()
        finally:
            self.clock.stop()
            database.savepoint_rollback(self.savepoint)
            self.town.refresh_from_db()
            cache.forget()

    # --- what happens ---------------------------------------------------------------------------------------------

    @initialize(at=st.sampled_from(BEGINNINGS), kind=st.sampled_from(["request", "request", "request", *sorted(FLOWS)]))
    def begin(self, at, kind):
        self.now = at
        self.opened(kind, random.Random(1))

    @rule(seed=st.integers(0, 2**20))
    def next(self, seed):
        """The same walk is the same again, and the same seed is another later in it."""
        chance = random.Random(f"{seed} {len(self.pks)} {sum(len(case['log']) for case in self.model.cases)}")
        names = [name for name, weight in WEIGHTS.items() for _ in range(weight)]
        getattr(self, chance.choice(names))(chance)

    def open(self, chance):
        if len(self.pks) >= MOST:
            return
        self.opened(chance.choice(["request", "request", *sorted(FLOWS)]), chance)

    def opened(self, kind, chance):
        category = chance.choice(CATEGORIES)
        grid, urgency = chance.choice(GRIDS), chance.choice(CHOICES["urgency"])
        holder = chance.choice([None, None, None, ("village_1", "worker"), ("police", "officer")])
        person = holder[1] if holder and holder[1] not in self.model.gone else None
        holder = holder if person else None
        draft = Draft(
            kind=kind, title="路灯不亮", text="三天了", category_id=self.product.categories[category].pk if category else None,
            urgency=urgency, grid_id=self.product.grids.get(grid), channel="grid" if holder else "web",
            holder=self.product.holder(holder) if holder else None, contact=Contact("某人", "13800001111"),
        )  # fmt: skip
        note(f"{self.now:%m-%d %H:%M} open {kind} {category} {grid} {holder}")
        done = open_case(draft, actor=self.actor(person) if person else nobody(self.town), now=self.now)
        self.pks.append(done.case.pk)
        self.reporters.append([done.reporter_id])
        self.model.open(kind, now=self.now, category=category, grid=grid, urgency=urgency, holder=holder, channel=draft.channel, by=person)
        self.compare()

    def what_one_may(self, chance):
        self.one_of(chance, self.ways(chance))

    def what_is_rare(self, chance):
        """An act that has not been done in this walk, while there is one: so that walks come wide."""
        done = {(case["kind"], each["act"]) for case in self.model.cases for each in case["log"]}
        ways = [way for way in self.ways() if (self.model.cases[way[0]]["kind"], way[1]) not in done]
        act = chance.choice(sorted({way[1] for way in ways}) or [""])
        self.one_of(chance, [way for way in ways if way[1] == act])

    def what_the_holder_does(self, chance):
        """Whoever holds a case leads it on, not to an end: so that walks come far."""
        found = []
        for at, act, person in self.ways(chance):
            case = self.model.cases[at]
            steps, to = FLOWS[case["kind"]]["steps"], FLOWS[case["kind"]]["ways"][case["step"], act]["to"]
            if to and not steps[to].get("end") and "holder" in self.model.roles(person, case):
                found.append((at, act, person))
        self.one_of(chance, found)

    def what_leads_on(self, chance):
        found = [way for way in self.ways(chance) if FLOWS[self.kind(way)]["ways"][self.model.cases[way[0]]["step"], way[1]]["to"]]
        self.one_of(chance, found)

    def whatever(self, chance):
        """Any act by anybody, with whatever is given: mostly refused."""
        case = chance.choice(self.model.cases)
        acts = sorted({act for _, act in FLOWS[case["kind"]]["ways"]})
        people = [*self.everybody(case), "system", *(((case["id"] + 1) % len(self.pks), 0) for _ in self.pks[1:2])]
        self.done(case["id"], chance.choice(acts), chance.choice(people), chance, odd=True)

    def kind(self, way):
        return self.model.cases[way[0]]["kind"]

    def ways(self, chance=None):
        """(case, act, person) of all that may be done now; with `chance`, of one case by chance."""
        cases = [chance.choice(self.model.cases)] if chance else self.model.cases
        return [
            (case["id"], way["act"], person)
            for case in cases
            for person in self.everybody(case)
            for way in self.model.may(case, person, self.now)
        ]

    def one_of(self, chance, ways):
        if ways:
            self.done(*chance.choice(ways), chance)

    def done(self, at, act, person, chance, odd=False):
        case = self.model.cases[at]
        way = FLOWS[case["kind"]]["ways"].get((case["step"], act)) or {"needs": [], "takes": [], "effects": []}
        given = self.given(case, way, chance, odd)
        once = None
        if chance.random() < 0.15:
            self.keys += 1
            once = OnceKey("machine", f"key-{self.keys}", "body")
        note(f"{self.now:%m-%d %H:%M} case {at} at {case['step']}: {act} by {person} {given}")
        accepted = self.same(
            lambda: self.model.act(case, act, person, given, self.now),
            lambda: transition(
                stand(self.actor(person), pk=self.pks[at]), act, actor=self.actor(person), now=self.now,
                given=self.filled(given), once=once,
            ),
        )  # fmt: skip
        self.adopt()
        if once is not None and accepted:
            self.sent_again(at, act, person, given, once)
        self.compare()

    def sent_again(self, at, act, person, given, once):
        """The same key again is one effect; with another body it is refused."""
        actor = self.actor(person)
        try:
            again = transition(self.pks[at], act, actor=actor, now=self.now, given=self.filled(given), once=once)
            assert again.repeated
        except NotSeen:
            assert not self.model.sees(person, self.model.cases[at])
            return
        with pytest.raises(KeyUsedOtherwise):
            transition(self.pks[at], act, actor=actor, now=self.now, once=OnceKey(once.scope, once.key, "another body"))

    def look(self, chance):
        """Somebody has a case before them, and it moves on under their eyes."""
        at = chance.randrange(len(self.pks))
        held = stand(system(self.town), pk=self.pks[at])
        self.stale[at] = (held.case.version, held)

    def too_late(self, chance):
        """What somebody sends who has not seen that the case has moved on."""
        passed = sorted(at for at, (version, _) in self.stale.items() if len(self.model.cases[at]["log"]) > version)
        if not passed:
            return
        at = chance.choice(passed)
        held = self.stale[at][1]
        standing = Standing(copy.copy(held.case), tuple(copy.copy(duty) for duty in held.duties))
        case = self.model.cases[at]
        acts = sorted(act for source, act in FLOWS[case["kind"]]["ways"] if source == standing.case.step)
        person, act = chance.choice(self.everybody(case)), chance.choice(acts or ["note"])
        way = FLOWS[case["kind"]]["ways"].get((standing.case.step, act)) or {"needs": [], "takes": [], "effects": []}
        given = self.given(case, way, chance, odd=False)
        note(f"stale: case {at} {act} by {person}")
        with pytest.raises(Refused):
            transition(standing, act, actor=self.actor(person), now=self.now, given=self.filled(given))
        self.compare()

    def taken_back(self, chance):
        last_of_all = max(self.model.cases, key=lambda case: case["log"][-1]["at"])
        case, back = chance.choice([last_of_all, chance.choice(self.model.cases)]), chance.randint(0, 9)
        self.now += MINUTE  # no two things are done in the same moment: a row closed then is one closed by that act
        own = case["log"][-1]["by"]
        last = len(case["log"]) - 1
        which = {8: [last - 1, last], 9: [max(last - 1, 0)]}.get(back, [last])
        which = [seq for seq in which if seq >= 0]
        person = own if own in self.everybody(case) and back != 7 else chance.choice(self.everybody(case))
        note(f"{self.now:%m-%d %H:%M} undo case {case['id']} {which} by {person} ({case['log'][-1]['act']})")
        entries = self.entries(case["id"], which)
        self.same(
            lambda: self.model.undo(case, which, person, self.now),
            lambda: undo(self.pks[case["id"]], entries, actor=self.actor(person), now=self.now),
        )
        self.now += MINUTE
        self.compare()

    def many_at_once(self, chance):
        person = chance.choice(["clerk", "supervisor", "dispatcher", "clerk2"])
        if person in self.model.gone:
            return
        act = chance.choice(BULK)
        cases = [case for case in self.model.cases if self.model.sees(person, case)]
        actor = self.actor(person)
        standings = [stand(actor, pk=self.pks[case["id"]]) for case in cases]
        offer = offers(actor, standings).get(act)
        ways = [self.way_to(case, act, person) for case in cases]
        assert (offer is not None) == any(ways), (act, person)
        if offer is None:
            return
        last = next(way[-1] for way in ways if way)
        given = {key: value for key, value in self.given(cases[0], last, chance, odd=False).items() if key in ALIKE}
        note(f"{self.now:%m-%d %H:%M} bulk {act} by {person} {given}")
        picks = [Pick(standing, standing.case.version) for standing in standings]
        batch, _ = act_on_all(None, offer, picks, self.filled(given), actor=actor, now=self.now)
        chosen = {line["case"] for line in batch.lines}
        cases = [case for case in cases if self.pks[case["id"]] in chosen]  # not the one the others are merged into
        told = []
        for case, line in zip(cases, batch.lines, strict=True):
            first = len(case["log"])
            told.append(self.in_the_model(case, act, person, given))
            assert bool(line.get("entries")) == told[-1], (case["id"], line)
            line["seqs"] = list(range(first, len(case["log"])))
        self.compare()
        if chance.random() < 0.4:
            self.all_taken_back(batch, cases, person)

    def all_taken_back(self, batch, cases, person):
        seqs = [line.pop("seqs") for line in batch.lines]
        self.now += MINUTE
        undo_batch(batch, actor=self.actor(person), now=self.now)
        note(f"bulk undone by {person}")
        for case, line, run in zip(cases, batch.lines, seqs, strict=True):
            if line.get("entries"):
                try:
                    self.model.undo(case, run, person, self.now)
                    undone = True
                except naive.Refusal:
                    undone = False
                assert (line.get("undone") is True) == undone, (case["id"], line)
        self.now += MINUTE
        self.compare()

    def way_to(self, case, act, person):
        """The act itself, or accepting first where the case only waits for that."""
        ways = self.model.may(case, person, self.now)
        if plain := [way for way in ways if way["act"] == act]:
            return plain[:1]
        steps = FLOWS[case["kind"]]["steps"]
        for first in ways:
            to = first["to"]
            if to and not first["needs"] and to != case["step"] and steps[to]["phase"] == "triage" and not steps[to].get("end"):
                beyond = FLOWS[case["kind"]]["ways"].get((to, act))
                trial = {**case, "step": to}
                if beyond is not None:
                    try:
                        self.model.check(trial, act, beyond, person, self.now)
                    except naive.Refusal:
                        continue
                    return [first, beyond]
        return None

    def in_the_model(self, case, act, person, given):
        way = self.way_to(case, act, person)
        if way is None:
            return False
        kept = copy.deepcopy(case)
        mine = {key: value for key, value in given.items() if key in {*way[-1]["needs"], *way[-1]["takes"]}}
        if "urgency" in mine and mine["urgency"] == case["urgency"]:
            del mine["urgency"]  # a judgement that only repeats what the case says
        try:
            for each in way[:-1]:
                self.model.act(case, each["act"], person, {}, self.now)
            self.model.act(case, way[-1]["act"], person, mine, self.now)
        except naive.Refusal:
            case.clear()
            case.update(kept)
            return False
        return True

    def joined(self, chance):
        at = chance.randrange(len(self.pks))
        self.same(
            lambda: self.model.join(self.model.cases[at], self.now),
            lambda: self.reporters[at].append(
                join_case(self.pks[at], Contact("另一人"), actor=nobody(self.town), now=self.now).reporter_id
            ),
        )
        self.compare()

    def time_passes(self, chance):
        swept = chance.random() < 0.75
        dates = {moment for case in self.model.cases for duty in case["duties"] for moment in (duty["due"], duty["soon"])}
        ahead = sorted(moment for moment in dates if moment and moment >= self.now)
        on = chance.choice([chance.randint(1, 59) * MINUTE, chance.randint(1, 30) * HOUR, chance.randint(1, 12) * DAY, None, None])
        if on is None and ahead:  # right before, at and right after a date
            self.now = max(chance.choice(ahead) + chance.randint(-1, 1) * MINUTE, self.now)
        self.now = min(self.now + (on or 0 * MINUTE), datetime(2027, 4, 1, tzinfo=CHINA))  # as far as two years of minutes reach
        self.leaves_begin()
        note(f"{self.now:%m-%d %H:%M} {'swept' if swept else ''}")
        if swept:
            sweep(self.town, now=self.now)
            self.model.sweep(self.now)
        self.compare()

    def four_weeks_on(self, chance):
        if not any(case["step"] == "closed" for case in self.model.cases):
            return
        self.now = max(self.now, *(case["closed"] + 28 * DAY for case in self.model.cases if case["step"] == "closed"))
        self.leaves_begin()
        sweep(self.town, now=self.now)
        self.model.sweep(self.now)
        ask_later(self.town, now=self.now)
        self.model.ask_later(self.now)
        self.compare()

    def a_post_ends(self, chance):
        name, whole = chance.choice(MAY_LEAVE), chance.random() < 0.5
        if name in self.model.gone or len(self.model.gone) == 2:
            return
        unit = naive.PEOPLE[name][1]
        mates = [other for other in self.model.present() if naive.PEOPLE[other][1] == unit and other != name]
        to = (unit, None) if whole or not mates else (unit, mates[0])
        note(f"{self.now:%m-%d %H:%M} {name} leaves, {to} follows")
        leaving = Leaving(self.now.date(), self.product.holder(to), "调离")
        leave_post(Post.objects.for_system("tests", self.town).get(pk=self.product.posts[name].pk), leaving, actor=self.actor("admin"), now=self.now)
        self.model.gone.add(name)
        self.model.hand_over(name, to, "hand_over_work", "admin", self.now)
        assert posts_of(self.product.posts[name].account_id, self.town, on=self.now.date()) == []
        self.compare()

    def away_for_some_days(self, chance):
        name, to = chance.choice(MAY_LEAVE), chance.choice([None, "handler", "handler2", "clerk", "officer"])
        ahead, days, hand = chance.randint(0, 2), chance.randint(0, 5), chance.random() < 0.5
        if name in self.model.gone or to in self.model.gone or to == name:
            return
        first = self.now.date() + ahead * DAY
        if any(each["post"] == name and each["first"] <= first + days * DAY and each["last"] >= first for each in self.model.leaves):
            return
        holder = (naive.PEOPLE[to or name][1], to)
        note(f"{self.now:%m-%d %H:%M} {name} is away from {first} for {days}, {holder} stands in")
        asked = LeaveAsked(first, first + days * DAY, self.product.holder(holder), "年休", hand)
        made = set_leave(self.product.posts[name], asked, actor=self.actor("admin"), now=self.now)
        leave = {"post": name, "first": first, "last": first + days * DAY, "to": to}
        self.model.leaves.append(leave)
        if hand:
            self.to_begin.append((leave, made.pk))
        self.leaves_begin()
        self.compare()

    def leaves_begin(self):
        """What the worker does on the first day."""
        for leave, pk in [each for each in self.to_begin if each[0]["first"] <= self.now.date()]:
            self.to_begin.remove((leave, pk))
            begin_leave(self.town, pk, actor=system(self.town), now=self.now)
            if self.now.date() <= leave["last"]:
                to = (naive.PEOPLE[leave["to"] or leave["post"]][1], leave["to"])
                self.model.hand_over(leave["post"], to, "stand_in_work", None, self.now)

    def the_table_goes_on(self, chance):
        if self.model.calendars[""].known_until != TABLE_END or self.now < datetime(2026, 12, 1, tzinfo=CHINA):
            return
        note(f"{self.now:%m-%d %H:%M} the table goes on")
        for day, hours in NEW_DAYS.items():
            CalendarDay(town=self.town, day=day, hours=hours).save(force_insert=True)
        self.town.settings["calendar_until"] = NEW_END.isoformat()
        self.town.save(update_fields=["settings"])
        cache.bump(self.town)
        self.model.calendars = dict(self.tables[1])
        reckon_provisional(self.town, now=self.now)
        self.model.reckon(self.now)
        self.compare()

    # --- who and what -----------------------------------------------------------------------------------------------

    def everybody(self, case):
        reporters = [(case["id"], index) for index in range(min(2, len(case["reporters"])))]
        return [*self.model.present(), *reporters]

    def actor(self, person):
        """Who stands at the door: whoever still has the post; a reporter with the secret of a case; the clockwork."""
        if person == "system":
            return system(self.town)
        if isinstance(person, tuple):
            at, index = person
            return reporter(self.town, case_id=self.pks[at], reporter_id=self.reporters[at][index], first=index == 0)
        if person == "admin":
            return actor_of(Post.objects.for_system("tests", self.town).select_related("role", "grid", "account").get(account__username="admin.lx"), self.town)
        return actor_of(self.product.posts[person], self.town)

    def given(self, case, way, chance, odd):
        names = [*way["needs"], *(name for name in way["takes"] if chance.random() < 0.35)]
        if odd and chance.random() < 0.5:
            names = chance.sample([*names, "note", "reason", "until", "units", "holder"], k=chance.randint(0, 3))
        return {name: self.something(name, case, chance) for name in dict.fromkeys(names)}

    def something(self, name, case, chance):
        if name in TEXTS:
            return "说明"
        if name in CHOICES:
            return chance.choice(CHOICES[name])
        if name == "until":
            far = chance.choice([-1, 0, 1, 5, 24, 30 * 24, 24 * 7 + 1])
            return max(self.now, case["due"] or self.now) + far * HOUR
        values = {
            "holder": [each for each in HOLDERS if each[1] not in self.model.gone], "category": [each for each in CATEGORIES if each],
            "grid": GRIDS[1:], "case": range(len(self.pks)), "clause": ["court"], "photos": [[self.product.photo]],
            "units": [[each] for each in UNITS] + [["police", "sanitation"]],
        }  # fmt: skip
        return chance.choice(values[name])

    def filled(self, given):
        """What is given, as the product takes it."""
        change = {
            "holder": self.product.holder, "units": lambda units: [self.product.units[unit] for unit in units],
            "category": lambda key: self.product.categories[key].pk, "grid": lambda name: self.product.grids[name],
            "case": lambda at: self.pks[at],
        }  # fmt: skip
        return {name: change.get(name, lambda same: same)(value) for name, value in given.items()}

    def entries(self, at, which):
        rows = Entry.objects.for_system("tests", self.town).filter(subject_kind="case", subject_id=self.pks[at])
        return list(rows.filter(seq__in=[seq + 1 for seq in which]).order_by("seq").values_list("pk", flat=True))

    def same(self, in_model, in_product):
        """Both do it, or both refuse it for the same reason; whether it was done."""
        refused = ""
        try:
            in_model()
        except naive.Refusal as refusal:
            refused = str(refusal)
        try:
            with database.atomic():
                in_product()
            found = ""
        except Refused as code:
            found = code.code
        except NotSeen:
            found = "not_seen"
        assert found == refused, f"the product: {found or 'done'}; the model: {refused or 'done'}"
        return not refused

    def adopt(self):
        """A case that an act has opened beside the other (an appeal) is part of the walk from now on."""
        if len(self.model.cases) > len(self.pks):
            new = Case.objects.for_system("tests", self.town).exclude(pk__in=self.pks).get()
            self.pks.append(new.pk)
            self.reporters.append(list(Reporter.objects.for_system("tests", self.town).filter(case_id=new.pk).values_list("pk", flat=True)))

    # --- whether it is the same ------------------------------------------------------------------------------------------

    def compare(self):
        rows = Case.objects.for_system("tests", self.town).in_bulk(self.pks)
        open_duties = {pk: [] for pk in self.pks}
        for duty in Duty.objects.for_system("tests", self.town).filter(done_at=None):
            unit, post = self.product.named(duty.unit_id, duty.post_id)
            open_duties[duty.case_id].append((duty.what, duty.step, duty.who, unit, post, duty.due_at, duty.soon_at, duty.paused))
        for case, pk in zip(self.model.cases, self.pks, strict=True):
            assert self.told(rows[pk]) == self.modelled(case), f"case {case['id']}"
            duties = [tuple(duty[name] for name in ("what", "step", "who", "unit", "post", "due", "soon", "paused")) for duty in case["duties"]]
            assert sorted(open_duties[pk], key=repr) == sorted(duties, key=repr), f"duties of case {case['id']}"
        people = self.model.present()
        turn = sum(len(case["log"]) for case in self.model.cases) % len(people)
        for person in people:
            self.before_them(person, "mine", numbers=person == people[turn])
        self.before_them(people[turn], "all", numbers=True)

    def told(self, row):
        """What the product says of a case."""
        moment = lambda name: row.state[name] and datetime.fromisoformat(row.state[name])  # noqa: E731
        handler = row.state.get("handler")
        last = Entry.objects.for_system("tests", self.town).filter(subject_kind="case", subject_id=row.pk).order_by("-seq").first()
        grids = {pk: name for name, pk in self.product.grids.items()}
        categories = {each.pk: key for key, each in self.product.categories.items()}
        return {
            "step": row.step, "due": row.due_at, "soon": moment("soon_at"), "provisional": row.state["provisional"],
            "paused": moment("paused_at"), "counts": row.state["counts"], "late_done": row.state["late_done"],
            "handler": handler and self.product.named(handler["unit"], handler["post"]),
            "holder": self.product.named(row.unit_id, row.post_id), "closed": row.closed_at,
            "parent": self.pks.index(row.parent_id) if row.parent_id else None, "category": categories.get(row.category_id),
            "grid": grids.get(row.grid_id), "urgency": row.urgency, "entries": row.version,
            "last": (last.act, last.source, last.step, last.counts, last.late, self.product.post_names.get(last.post_id)),
        }  # fmt: skip

    def modelled(self, case):
        last = case["log"][-1]
        by = last["by"] if last["by"] in naive.PEOPLE or last["by"] == "admin" else None
        return {
            **{name: case[name] for name in ("step", "due", "soon", "provisional", "paused", "counts", "late_done", "handler")},
            "holder": (case["unit"], case["post"]), "closed": case["closed"], "parent": case["parent"],
            "category": case["category"], "grid": case["grid"], "urgency": case["urgency"], "entries": len(case["log"]),
            "last": (last["act"], last["source"], last["step"], last["counts"], last["late"], by),
        }  # fmt: skip

    def before_them(self, person, scope, *, numbers):
        """The inbox of a member of the staff, and the numbers above it."""
        actor, lying = self.actor(person), self.model.inbox(person, scope)
        rows = inbox(actor, InboxFilter(scope), now=self.now)["rows"]
        shown = sorted((self.pks.index(row["id"]), row["duty"], row["light"], row["joined"]) for row in rows)
        wanted = sorted((case["id"], duty["what"], self.model.light(duty, self.now), len(case["reporters"])) for case, duty in lying)
        assert shown == wanted, f"{scope} of {person}"
        if not numbers:
            return
        told = counts(actor, now=self.now, scope=scope)
        lights, steps = dict.fromkeys(("late", "soon", "ok", "paused"), 0), {}
        for case, duty in lying:
            lights[self.model.light(duty, self.now)] += 1
            steps[case["step"]] = steps.get(case["step"], 0) + 1
        assert told["lights"] == lights, f"{scope} of {person}"
        by_key = sum((Counter({each["key"]: each["count"]}) for each in told["steps"]), Counter())
        assert by_key == steps, f"{scope} of {person}"

    def in_the_end(self):
        for person in self.model.present():
            for scope in ("mine", "all"):
                self.before_them(person, scope, numbers=True)
        assert [str(broken) for broken in verify(self.town)] == []
        self.histories()
        self.figures()
        for case in self.model.cases:
            self.who_waits(case)

    def histories(self):
        rows = Entry.objects.for_system("tests", self.town).filter(subject_kind="case").order_by("seq")
        found = {pk: [] for pk in self.pks}
        for pk, *rest in rows.values_list("subject_id", "act", "source", "step", "counts", "late", "at"):
            found[pk].append(tuple(rest))
        for case, pk in zip(self.model.cases, self.pks, strict=True):
            assert found[pk] == [tuple(each[name] for name in ("act", "source", "step", "counts", "late", "at")) for each in case["log"]]

    def figures(self):
        leader = self.actor("leader")
        seen = [case for case in self.model.cases if case["channel"] != "appeal" and self.model.sees("leader", case)]

        def number(what, cases):
            assert sliced(leader, Slice(what=what), now=self.now).count() == len(cases), what

        counted = lambda case, name: any(each["counts"] == name and not each["undone"] for each in case["log"])  # noqa: E731
        closed = [case for case in seen if case["closed"]]
        rated = [case for case in seen if case["reporters"][0]]
        number("closed", closed)
        number("overdue", [case for case in closed if self.late_at_all(case)])
        number("returned", [case for case in seen if counted(case, "returned")])
        number("reopened", [case for case in seen if counted(case, "reopened")])
        number("rated", rated)
        number("satisfied", [case for case in rated if int(case["reporters"][0]) >= 3 and not counted(case, "reopened")])
        number("open", [case for case in seen if not case["closed"]])
        number("late", [case for case in seen if not case["closed"] and self.model.late(case, self.now)])
        number("paused", [case for case in seen if not case["closed"] and case["paused"]])

    def late_at_all(self, case):
        """Whether a step from collecting to handling was left, or passed to the level above, after its limit."""
        steps = FLOWS[case["kind"]]["steps"]
        return any(
            each["late"] and not each["undone"] and each["source"] and steps[each["source"]]["phase"] in ("collect", "triage", "dispatch", "handle")
            and (each["step"] != each["source"] or each["act"] in ("overdue", "escalate"))
            for each in case["log"]
        )  # fmt: skip

    def who_waits(self, case):
        pk = self.pks[case["id"]]
        ratings = Reporter.objects.for_system("tests", self.town).filter(case_id=pk).order_by("id").values_list("rating", flat=True)
        assert [each and str(each) for each in ratings] == case["reporters"]
        if self.model.sees("leader", case):
            page = case_page(self.actor("leader"), stand(self.actor("leader"), pk=pk), self.now)
            assert page["affected"] == self.model.affected(case)


@pytest.mark.row("B1")
@pytest.mark.parametrize("walk", [1, 2, 6])
def test_both_doors_agree_with_a_naive_model_whatever_happens(town, walk):
    product = Product(town)
    machine = type("Walk", (Machine,), {"product": product, "tables": product.calendars()})
    if not LONG:
        seed(walk)(machine)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=LONG or WALKS, stateful_step_count=STEPS, database=None, print_blob=True,
            suppress_health_check=list(HealthCheck), phases=(Phase.generate,), report_multiple_bugs=False,
        ),
    )  # fmt: skip
