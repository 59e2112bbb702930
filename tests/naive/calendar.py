"""Working time, minute by minute: slow, and plain enough to be believed."""

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
MIDNIGHT = datetime(2026, 1, 1, tzinfo=CHINA)

OFFICE = [["08:30", "12:00"], ["14:00", "17:30"]]
OFFICE_WEEK = dict.fromkeys(range(5), OFFICE)


def minutes_of(clock):
    return int(clock[:2]) * 60 + int(clock[3:])


class Calendar:
    """Two years, every minute of which is worked or not; `days` are the holidays (no hours) and make-up days."""

    def __init__(self, week, days, known_until):
        self.known_until = known_until
        self.worked = bytearray(((LAST - FIRST).days + 1) * 24 * 60)
        day = FIRST
        while day <= LAST:
            for opens, shuts in days.get(day, week.get(day.weekday(), [])):
                for minute in range(minutes_of(opens), minutes_of(shuts) or 24 * 60):
                    self.worked[(day - FIRST).days * 24 * 60 + minute] = 1
            day += DAY

    def at(self, moment):
        return (moment - MIDNIGHT) // MINUTE

    def moment(self, at):
        return MIDNIGHT + at * MINUTE

    def after(self, start, minutes, working):
        """When so many minutes have run out."""
        if not working:
            return start + max(minutes, 0) * MINUTE
        at = self.at(start)
        while minutes > 0:
            minutes -= self.worked[at]
            at += 1
        return self.moment(at)

    def between(self, start, stop, working):
        """How many minutes run from one moment to a later one; none to an earlier one."""
        if stop <= start:
            return 0
        return sum(self.worked[self.at(start) : self.at(stop)]) if working else (stop - start) // MINUTE

    def close_of(self, day, count):
        """When business closes on the last of so many working days after a day."""
        while count:
            day += DAY
            count -= any(self._of(day))
        hours = self._of(day)
        last = max(minute for minute, worked in enumerate(hours) if worked)
        return datetime(day.year, day.month, day.day, tzinfo=CHINA) + (last + 1) * MINUTE

    def _of(self, day):
        first = (day - FIRST).days * 24 * 60
        return self.worked[first : first + 24 * 60]

    def limit(self, start, limit):
        """When a limit such as "3 working_days" is over, when half of it is, and whether that is past the table."""
        number, unit = limit.split()
        number, unit = int(number), unit if unit.endswith("s") else unit + "s"
        today = start.astimezone(CHINA).date()
        if unit == "working_days":
            due = self.close_of(today, number)
            soon = self.after(start, self.between(start, due, True) // 2, True)
        elif unit == "days":
            due = self.close_of(today + (number - 1) * DAY, 1)
            soon = start + self.between(start, due, False) // 2 * MINUTE
        else:
            minutes = number if unit == "minutes" else number * 60
            due = self.after(start, minutes, unit == "working_hours")
            soon = self.after(start, minutes // 2, unit == "working_hours")
        counted = unit in ("working_days", "days", "working_hours")
        return due, soon, counted and self.past(due)

    def past(self, due):
        """Whether a moment reckoned by the table lies past its end."""
        return (due - MINUTE).astimezone(CHINA).date() > self.known_until

    def date_set(self, start, until, working):
        """The same for a date somebody set: half the time to it, and never past the table."""
        return until, self.after(start, self.between(start, until, working) // 2, working), False
