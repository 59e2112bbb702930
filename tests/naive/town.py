"""A town of plain dicts: who holds which case until when, and what each person may do with it.

Units and people go by their names here, moments are aware and whole minutes. `Town.act`, `undo`, `open`… change the
dicts as the rules say, or return the word of the refusal and change nothing.
"""

import copy
from datetime import timedelta

from naive.calendar import CHINA, DAY
from naive.flows import CHOICES, FLOWS, has, limit_at

# name: (role, unit, grid of the post). The grids: "1" and "2" are villages, "1-1" lies in "1".
PEOPLE = {
    "clerk": ("clerk", "desk", ""),
    "clerk2": ("clerk", "desk", ""),
    "dispatcher": ("dispatcher", "governance", ""),
    "handler": ("handler", "utilities", ""),
    "handler2": ("handler", "utilities", ""),
    "sanitation": ("handler", "sanitation", ""),
    "officer": ("handler", "police", ""),
    "supervisor": ("supervisor", "supervision", ""),
    "supervisor2": ("supervisor", "supervision", ""),
    "leader": ("leader", "party_office", ""),
    "worker": ("grid_worker", "village_1", "1-1"),
    "worker2": ("grid_worker", "village_2", "2-1"),
    "chief": ("grid_chief", "village_1", "1"),
    "mediator": ("mediator", "justice", ""),
    "inspector": ("inspector", "emergency", ""),
    "window": ("window", "desk", ""),
    "visitor": ("visitor", "civil", ""),
    "volunteer": ("volunteer", "party_building", ""),
}
SEES = {
    "handler": "unit", "window": "unit", "grid_worker": "grid", "grid_chief": "grid", "mediator": "own", "visitor": "own",
    "volunteer": "own",
}  # fmt: skip
SECRETS = {"mediator": {"dispute"}}  # roles that may see confidential kinds
DESKS = {"clerk", "dispatcher", "window"}  # for these others stand in where an appeal is decided
DESK = {
    "supervisor": "supervision", "inspector": "supervision", "leader": "party_office", "dispatcher": "governance",
    "mediator": "justice",
}  # fmt: skip
GRID_OF = {"village_1": "1", "village_2": "2"}
LONGEST = timedelta(days=3660)
TOLD = {"answer", "rating", "contacted", "clause"}
UNDO_WITHIN, HOUR = timedelta(minutes=10), timedelta(hours=1)


class Refusal(Exception):
    """Why something may not be done, in one word."""


def refuse(reasons):
    """For the first reason that holds."""
    for word, holds in reasons.items():
        if holds:
            raise Refusal(word)


def within(grid, around):
    return bool(grid) and (grid == around or grid.startswith(around + "-"))


class Town:
    """`calendars` by unit, "" for the town's own; `limits` by category."""

    def __init__(self, calendars, limits):
        self.calendars, self.limits = calendars, limits
        self.cases, self.leaves, self.gone = [], [], set()

    # --- who ---------------------------------------------------------------------------------------------------

    def calendar(self, unit):
        """Limits run by the hours of the unit in whose hands they are."""
        return self.calendars.get(unit, self.calendars[""])

    def holds(self, person, duty):
        _, unit, _ = PEOPLE[person]
        return duty["post"] == person or (duty["post"] is None and duty["unit"] == unit)

    def sees(self, person, case):
        if person == "system" or isinstance(person, tuple):
            return person == "system" or person[0] == case["id"]
        role, unit, grid = PEOPLE[person]
        if any(self.holds(person, duty) for duty in case["ever"]):
            return True
        if FLOWS[case["kind"]]["secret"] and case["kind"] not in SECRETS.get(role, ()):
            return False
        reach = SEES.get(role, "town")
        return {
            "town": True,
            "own": False,
            "grid": within(case["grid"], grid),
            "unit": any(duty["unit"] == unit for duty in case["ever"]),
        }[reach]

    def roles(self, person, case):
        """By what names a workflow speaks of a person, in a case. A reporter is (case, which of its reporters)."""
        if person == "system":
            return {"system"}
        if isinstance(person, tuple):
            return {"reporter" if person[1] == 0 else "joiner"} if person[0] == case["id"] else set()
        if person in case["barred"]:
            return set()
        role = PEOPLE[person][0]
        found = {role} | (DESKS if case["stand_in"] == role else set())
        for duty in case["duties"]:
            if self.holds(person, duty):
                if duty["what"] != "main":
                    found.add("duty:" + duty["what"])
                else:
                    found |= {"holder"} | ({"holder_in_person"} if duty["post"] else set())
        return found

    def present(self):
        return [name for name in PEOPLE if name not in self.gone]

    def who_takes(self, unit, post, now):
        """Who is away has somebody standing in, who may be away too; at the third it is the unit's."""
        today = now.astimezone(CHINA).date()

        def leave():
            return next((each for each in self.leaves if each["post"] == post and each["first"] <= today <= each["last"]), None)

        for _ in range(3):
            if post is None or (away := leave()) is None:
                return unit, post
            post = away["to"]
            unit = PEOPLE[post][1] if post else unit
        return (unit, None) if post is not None and leave() else (unit, post)

    def there(self, holder):
        unit, post = holder
        return (unit, None) if post in self.gone else holder

    # --- reading -----------------------------------------------------------------------------------------------

    def late(self, case, now):
        return case["due"] is not None and case["paused"] is None and now > case["due"]

    def inbox(self, person, scope="mine"):
        """(case, duty) of what lies before somebody; "all" of every case they may see."""
        everything = [(case, duty) for case in self.cases for duty in case["duties"]]
        if scope == "mine":
            return [(case, duty) for case, duty in everything if self.holds(person, duty)]
        return [(case, duty) for case, duty in everything if self.sees(person, case)]

    def light(self, duty, now):
        if duty["paused"]:
            return "paused"
        if duty["due"] is not None and duty["due"] < now:
            return "late"
        return "soon" if duty["soon"] is not None and duty["soon"] <= now else "ok"

    def affected(self, case):
        """Who waits beside the one who raised it: who joined it, and those of the cases merged into it."""
        under = [each for each in self.cases if each["parent"] == case["id"] and each["step"] == "merged"]
        return len(case["reporters"]) - 1 + sum(len(each["reporters"]) for each in under)

    def main(self, case):
        return next((duty for duty in case["duties"] if duty["what"] == "main"), None)

    # --- the doors ---------------------------------------------------------------------------------------------

    def open(self, kind, *, now, category=None, grid=None, urgency="normal", holder=None, **more):
        flow = FLOWS[kind]
        case = {
            "id": len(self.cases), "kind": kind, "step": flow["start"], "due": None, "soon": None, "late_at_all": False,
            "provisional": False, "reckoned": None, "paused": None, "left": 0, "soon_left": 0, "running": "", "counts": {},
            "late_done": False, "duties": [], "ever": [], "handler": None, "unit": None, "post": None, "closed": None,
            "parent": more.get("parent"), "category": category, "grid": grid, "urgency": urgency,
            "channel": more.get("channel", "web"), "barred": more.get("barred", set()), "stand_in": more.get("stand_in"),
            "reporters": [None], "log": [], "recorded": now,
        }  # fmt: skip
        who = flow["steps"][flow["start"]]["who"]
        self._enter(case, flow["start"], holder or (self._desk(case, who), None), now, None)
        self.cases.append(case)
        self._log(case, "open", "", now, more.get("by") or (case["id"], 0))
        return case

    def act(self, case, act, person, given, now):
        """Do an act, or raise Refusal and change nothing."""
        if not self.sees(person, case):
            raise Refusal("not_seen")
        way = FLOWS[case["kind"]]["ways"].get((case["step"], act))
        self.check(case, act, way, person, now)
        given = {key: value for key, value in given.items() if value not in (None, "", [], ())}
        self._check_given(case, way, person, given, now)
        pressed = [each["at"] for each in case["log"] if each["act"] == "remind" == act and each["by"] == person and not each["undone"]]
        refuse({"pressed": pressed and now < pressed[-1] + HOUR})
        before, source, late = self._kept(case), case["step"], self.late(case, now)
        if way["counts"]:
            case["counts"][way["counts"]] = case["counts"].get(way["counts"], 0) + 1
        if late and act == FLOWS[case["kind"]]["steps"][source].get("on_late"):
            case["late_done"] = True
        for key in ("category", "grid", "urgency"):
            case[key] = given.get(key, case[key])
        opened = self._move(case, way, person, given, now) if way["to"] else None
        for name, args in way["effects"]:
            _EFFECTS[name](self, case, way, args, person, given, now, opened)
        if "rating" in given:
            case["reporters"][person[1] if isinstance(person, tuple) else 0] = given["rating"]
        self._log(case, act, source, now, person, counts=way["counts"], late=late, told=given, before=before)
        if has(way, "appeal"):
            self._appeal(case, now)

    def check(self, case, act, way, person, now):
        """Whether a person may do an act now, whatever they say with it."""
        if way is None:
            raise Refusal("not_from_here")
        mine = [role for role in way["by"] if role in self.roles(person, case)]
        refuse({
            "not_yours": not mine,
            "no_such_duty": way["duty"] and way["duty"] not in {duty["what"] for duty in case["duties"]},
            "too_often": way["at_most"] and case["counts"].get(way["counts"], 0) >= way["at_most"],
            "not_paused": has(way, "resume") and case["paused"] is None,
            "paused": case["paused"] is not None and not self._can_wait(case, way),
            "not_late": mine == ["system"] and self._too_soon(case, act, way, now),
        })  # fmt: skip

    def _can_wait(self, case, way):
        """While the clock stands a case may be resumed, ended, and whatever leaves it and its time alone."""
        if way["to"]:
            return bool(FLOWS[case["kind"]]["steps"][way["to"]].get("end"))
        return has(way, "resume") or not (has(way, "pause") or has(way, "extend"))

    def _too_soon(self, case, act, way, now):
        on_late = FLOWS[case["kind"]]["steps"][case["step"]].get("on_late")
        return act != self.late_act(case, now) and (act == on_late or has(way, "resume"))

    def may(self, case, person, now):
        """The acts a person may do in a case now."""
        if not self.sees(person, case):
            return []
        found = []
        for (source, act), way in FLOWS[case["kind"]]["ways"].items():
            if source == case["step"]:
                try:
                    self.check(case, act, way, person, now)
                except Refusal:
                    continue
                found.append(way)
        return found

    def late_act(self, case, now):
        """What the town's clockwork does because time has run out."""
        if case["due"] is None or now <= case["due"]:
            return None
        if case["paused"] is not None:
            ways = FLOWS[case["kind"]]["ways"]
            return next((act for (at, act), way in ways.items() if at == case["step"] and has(way, "resume") and "system" in way["by"]), None)
        return FLOWS[case["kind"]]["steps"][case["step"]].get("on_late") if not case["late_done"] else None

    def sweep(self, now):
        """One beat of the clockwork: every case whose time has run out, once."""
        for case, act in [(case, self.late_act(case, now)) for case in sorted(self.cases, key=lambda each: (each["due"] is None, each["due"]))]:
            if act:
                self.act(case, act, "system", {}, now)

    def ask_later(self, now):
        """Weeks after it was closed its reporter is asked whether it is still good; not when that was long missed."""
        for case in self.cases:
            later = FLOWS[case["kind"]]["steps"][case["step"]].get("later")
            if not later or case["channel"] == "appeal":
                continue
            asked = case["closed"] + int(later["after"].split()[0]) * DAY
            way = FLOWS[case["kind"]]["ways"][case["step"], later["act"]]
            if asked <= now < asked + 14 * DAY and not case["counts"].get(way["counts"]):
                self.act(case, later["act"], "system", {}, now)

    def undo(self, case, which, person, now):
        """Take the last acts back: `which` are numbers of entries, which must be the last ones."""
        if not self.sees(person, case):
            raise Refusal("not_seen")
        log = case["log"]
        run = [log[seq] for seq in which]
        refuse({
            "undo_passed": not which or which != list(range(len(log) - len(which), len(log))),
            "undo_not_yours": any(each["by"] != person for each in run),
            "undo_final": any(self._for_good(case, each) for each in run),
            "undo_late": bool(run) and now > run[0]["at"] + UNDO_WITHIN,
        })  # fmt: skip
        ever, source, reporters, main_id = case["ever"], case["step"], case["reporters"], case["parent"]
        merged = any(each["act"] == "merge" for each in run)
        case.clear()
        case.update(copy.deepcopy(run[0]["before"]), log=log, ever=ever, reporters=reporters)
        for duty in case["duties"]:
            duty["unit"], duty["post"] = self.there((duty["unit"], duty["post"]))  # a post may have ended since
            ever.append(duty)
            if duty["what"] == "main":
                case["unit"], case["post"] = duty["unit"], duty["post"]
        for each in run:
            each["undone"] = True
        self._log(case, "undo", source, now, person, counts="undone")
        if merged:
            self._log(self.cases[main_id], "release", self.cases[main_id]["step"], now, person)

    def join(self, case, now):
        if case["closed"] is not None:
            raise Refusal("not_from_here")
        case["reporters"].append(None)
        self._log(case, "join", case["step"], now, (case["id"], len(case["reporters"]) - 1))

    def hand_over(self, post, to, act, by, now):
        """All that lies with a post goes on to another, with its dates; so does what it had handled and may come back."""
        for case in self.cases:
            mine = [duty for duty in case["duties"] if duty["post"] == post]
            if not mine and (case["closed"] is not None or (case["handler"] or (0, 0))[1] != post):
                continue
            case["duties"] = [duty for duty in case["duties"] if duty not in mine]
            for duty in mine:
                unit, person = self.who_takes(*to, now) if to[1] is None or to[1] != by else to
                made = {**duty, "unit": unit, "post": person}
                case["duties"].append(made)
                case["ever"].append(made)
                if duty["what"] == "main":
                    case["unit"], case["post"] = unit, person
            if (case["handler"] or (0, 0))[1] == post:
                case["handler"] = to
            self._log(case, act, case["step"], now, by)

    def reckon(self, now):
        """The holiday table goes on: what was due past its end is reckoned again."""
        for case in self.cases:
            if case["closed"] is not None or not case["provisional"] or case["paused"]:
                continue
            before = (case["due"], case["soon"], case["provisional"])
            calendar, kept = self.calendar(case["unit"]), case["reckoned"]
            if "limit" in kept:
                after = calendar.limit(kept["at"], kept["limit"])
            else:
                due = calendar.after(kept["at"], kept["left"], True)
                after = (due, calendar.after(kept["at"], kept["soon_left"], True), calendar.past(due))
            if after != before:
                case["due"], case["soon"], case["provisional"] = after
                case["reckoned"] = kept if after[2] else None
                self._date_main(case)
                self._log(case, "reckon", case["step"], now, None)

    # --- how -----------------------------------------------------------------------------------------------------

    def _kept(self, case):
        return copy.deepcopy({key: value for key, value in case.items() if key not in ("log", "ever", "reporters")})

    def _log(self, case, act, source, now, person, counts="", late=False, told=(), before=None):
        case["log"].append({
            "act": act, "source": source, "step": case["step"], "counts": counts, "late": late, "at": now,
            "by": None if person == "system" else person, "told": set(told), "before": before, "undone": False,
        })  # fmt: skip

    def _for_good(self, case, entry):
        way = FLOWS[case["kind"]]["ways"].get((entry["source"], entry["act"]))
        return way is None or way["final"] or bool(TOLD & entry["told"]) or has(way, "appeal") or has(way, "split")

    def _check_given(self, case, way, person, given, now):
        until = given.get("until", now + DAY)
        refuse({
            "missing": any(need not in given for need in way["needs"]),
            "not_asked": set(given) - set(way["needs"]) - set(way["takes"]),
            "bad_value": any(str(given[key]) not in CHOICES[key] for key in CHOICES if key in given)
            or (has(way, "merge") and "case" in given and not self._can_merge(case, self.cases[given["case"]], person))
            or (has(way, "split") and case["parent"] is None),
            "bad_date": not now < until <= now + LONGEST or (has(way, "extend") and case["due"] and until <= case["due"]),
        })  # fmt: skip

    def _can_merge(self, case, main, person):
        """Under a case that stands by itself and is open; not an appeal, nor when closed ones lie under this one."""
        if case["parent"] is not None:
            return False
        laden = any(each["parent"] == case["id"] and each["closed"] for each in self.cases)
        return self.sees(person, main) and main is not case and main["parent"] is None and not main["closed"] and not laden

    def _desk(self, case, role):
        role = "clerk" if role == "reporter" else role
        return DESK.get(case["stand_in"] if case["stand_in"] and role in DESKS else role, "desk")

    def _give(self, case, what, who, holder, dates, actor, now):
        unit, post = holder
        if post is None or post != actor:
            unit, post = self.who_takes(unit, post, now)
        duty = {
            "what": what, "who": who, "unit": unit, "post": post, "due": dates and dates[0], "soon": dates and dates[1],
            "step": case["step"], "paused": what == "main" and case["paused"] is not None,
        }  # fmt: skip
        case["duties"].append(duty)
        case["ever"].append(duty)
        if what == "main":
            case["unit"], case["post"] = unit, post
        return duty

    def _shut(self, case, what, by=None):
        case["duties"] = [duty for duty in case["duties"] if duty["what"] != what or (by and not self.holds(by, duty))]

    def _enter(self, case, key, holder, now, actor):
        """Begin a step: its main duty goes to somebody, whose unit's hours its limit runs by."""
        step = FLOWS[case["kind"]]["steps"][key]
        case.update(step=key, late_done=False, paused=None, provisional=False, reckoned=None, due=None, soon=None)
        if step.get("end"):
            case["closed"] = case["closed"] or now
            return None
        case["closed"] = None
        limit = limit_at(step, self.limits.get(case["category"], {}))
        duty = self._give(case, "main", step["who"], holder, None, actor, now)
        case["due"], case["soon"], case["provisional"] = self.calendar(duty["unit"]).limit(now, limit)
        case["running"] = limit.split()[1].startswith("working")
        case["reckoned"] = {"at": now, "limit": limit} if case["provisional"] else None
        self._date_main(case)
        return duty

    def _date_main(self, case):
        duty = self.main(case)
        if duty is not None:
            duty.update(due=case["due"], soon=case["soon"], paused=case["paused"] is not None)

    def _move(self, case, way, person, given, now):
        """Leave the step: what was asked there is of no more use, unless it is kept; an end ends all."""
        flow = FLOWS[case["kind"]]
        step, main = flow["steps"][way["to"]], self.main(case)
        held = main is not None and person in PEOPLE and self.holds(person, main)
        last = case["handler"] or (case["unit"], case["post"])
        case["duties"] = [duty for duty in case["duties"] if duty["what"] in flow["kept"] and not step.get("end")]
        if step.get("end"):
            return self._enter(case, way["to"], None, now, person)
        if step["who"] != "holder":
            return self._enter(case, way["to"], (self._desk(case, step["who"]), None), now, person)
        if "holder" in given:
            holder = given["holder"]
        elif held and {"holder", "holder_in_person"} & set(way["by"]):
            holder = (PEOPLE[person][1], person)  # who takes it on
        else:
            holder = self.there(last)  # who had it last answers for it, or their unit
        case["handler"] = holder
        return self._enter(case, way["to"], holder, now, person)

    def _reseat(self, case, holder, person, now):
        """Somebody else has the main duty, with its dates."""
        self._shut(case, "main")
        self._give(case, "main", "holder", holder, (case["due"], case["soon"]), person, now)
        case["handler"] = holder

    def _above(self, unit, post):
        """Grid worker → village → the town's dispatchers; nobody is above a unit of the town."""
        if unit not in GRID_OF:
            return None
        return (unit, None) if post else (DESK["dispatcher"], None)

    def _watch(self, case, person, now):
        self._give(case, "watch", "supervisor", (DESK["supervisor"], None), None, person, now)

    def _pause(self, case, way, args, person, given, now, opened):
        calendar = self.calendar(case["unit"])
        case["left"] = calendar.between(now, case["due"], case["running"])
        case["soon_left"] = calendar.between(now, case["soon"], case["running"])
        case.update(paused=now, due=given["until"], soon=given["until"], provisional=False, reckoned=None)
        self._date_main(case)

    def _resume(self, case, way, args, person, given, now, opened):
        calendar = self.calendar(case["unit"])
        case["due"] = calendar.after(now, case["left"], case["running"])
        case["soon"] = calendar.after(now, case["soon_left"], case["running"])
        case["provisional"] = bool(case["running"] and case["left"] and calendar.past(case["due"]))
        kept = {"at": now, "left": case["left"], "soon_left": case["soon_left"]}
        case.update(paused=None, reckoned=kept if case["provisional"] else None)
        self._date_main(case)

    def _extend(self, case, way, args, person, given, now, opened):
        dates = self.calendar(case["unit"]).date_set(now, given["until"], case["running"])
        case["due"], case["soon"], case["provisional"] = dates
        case.update(late_done=False, reckoned=None)
        self._date_main(case)

    def _ask(self, case, way, args, person, given, now, opened):
        who = args["who"]
        if who == "given:units":
            holders = [(unit, None) for unit in given["units"]]
        elif who == "given:holder":
            holders = [given["holder"]]
        elif who == "holder":
            holders = [self.there(case["handler"] or (case["unit"], case["post"]))]
        else:
            holders = [(self._desk(case, who), None)]
        for holder in holders:
            duty = self._give(case, args["what"], who, holder, None, person, now)
            calendar = self.calendar(duty["unit"])
            dates = calendar.date_set(now, given["until"], True) if args["within"] == "given:until" else calendar.limit(now, args["within"])
            duty["due"], duty["soon"] = dates[:2]

    def _settle(self, case, way, args, person, given, now, opened):
        own = way["by"] == ["duty:" + args["what"]]
        self._shut(case, args["what"], by=person if own else None)

    def _hand_over(self, case, way, args, person, given, now, opened):
        self._reseat(case, (PEOPLE[person][1], person), person, now)

    def _escalate(self, case, way, args, person, given, now, opened):
        if case["counts"].get(way["counts"], 0) < args.get("after", 0):
            return
        main = opened if way["to"] else self.main(case)
        if main is None:
            return
        above = self._above(main["unit"], main["post"])
        if above and main["who"] == "holder" and not (way["to"] and "holder" in given):
            case["ever"] = [duty for duty in case["ever"] if duty is not opened]  # it never came to them
            self._reseat(case, above, person, now)
        elif not any(duty["what"] == "watch" for duty in case["duties"]):
            self._watch(case, person, now)

    def _merge(self, case, way, args, person, given, now, opened):
        main = self.cases[given["case"]]
        case["parent"] = main["id"]
        self._log(main, "absorb", main["step"], now, person)

    def _split(self, case, way, args, person, given, now, opened):
        main, case["parent"] = self.cases[case["parent"]], None
        self._log(main, "release", main["step"], now, person)

    def _nothing(self, *_):
        """The appeal is opened once the entry is written."""

    def _appeal(self, case, now):
        """A case of its own, for another person: whoever acted on the refused one is barred from it."""
        acted = {each["by"] for each in case["log"] if each["by"] in PEOPLE or each["by"] == "admin"}
        self.open(
            case["kind"], now=now, category=case["category"], grid=case["grid"], urgency=case["urgency"], channel="appeal",
            parent=case["id"], barred=acted, stand_in="supervisor",
        )  # fmt: skip


_EFFECTS = {
    "pause": Town._pause, "resume": Town._resume, "extend": Town._extend, "ask": Town._ask, "settle": Town._settle,
    "hand_over": Town._hand_over, "escalate": Town._escalate, "merge": Town._merge, "split": Town._split,
    "appeal": Town._nothing,
}  # fmt: skip
