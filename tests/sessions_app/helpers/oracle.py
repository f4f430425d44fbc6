"""The rules of time, slow and obvious: every minute is asked what clock and calendar on the mentor's wall show.

It shares nothing with the engine but the shape of what it is told, and zoneinfo.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A grid starts at most two dates before; a date is known to be open as a whole once all of it is seen.
BEFORE, AFTER = 3 * 1440, 2 * 1440


def instant(minute):
    return EPOCH + timedelta(minutes=minute)


def minutes_between(first, last):
    """The whole minutes in [first, last)."""
    start, end = -((EPOCH - first) // timedelta(minutes=1)), -((EPOCH - last) // timedelta(minutes=1))
    return range(start, end)


class Oracle:
    def __init__(self, rules, taken, *, length, step, now, first, last):
        self.rules, self.taken, self.length, self.now = rules, list(taken), length, now
        self.step = step if step is not None else -(-(length + rules.buffer) // 5) * 5
        self.asked = minutes_between(first, last)
        self.zone = ZoneInfo(rules.zone)
        self.wall = {}
        for minute in range(self.asked.start - BEFORE, self.asked.stop + length + AFTER):
            shown = datetime.fromtimestamp(minute * 60, self.zone)
            self.wall[minute] = (shown.date(), shown.hour * 60 + shown.minute)

    def local_date(self, moment) -> date:
        return moment.astimezone(self.zone).date()

    def is_off(self, day):
        return any(first <= day <= last for first, last in self.rules.time_off)

    def windows(self, day):
        if self.is_off(day):
            return []
        if day in self.rules.overrides:
            return self.rules.overrides[day]
        return [(start, end) for weekday, start, end in self.rules.windows if weekday == day.isoweekday()]

    @cached_property
    def open(self):
        windows = {day: self.windows(day) for day in {day for day, _ in self.wall.values()}}
        return {
            minute: any(start <= clock < end for start, end in windows[day])
            for minute, (day, clock) in self.wall.items()
        }

    @cached_property
    def first_instants_of_whole_dates(self):
        first, whole = {}, {}
        for minute, (day, _) in self.wall.items():
            first.setdefault(day, minute)
            whole[day] = whole.get(day, True) and self.open[minute]
        return {first[day] for day in first if whole[day]}

    @cached_property
    def on_grid(self):
        found, anchor = set(), None
        for minute in self.wall:
            if not self.open[minute]:
                continue
            if not self.open.get(minute - 1, False) or minute in self.first_instants_of_whole_dates:
                anchor = minute
            if (minute - anchor) % self.step == 0:
                found.add(minute)
        return found

    def given(self):
        return [self.local_date(item.start) for item in self.taken if item.counts_as_given]

    def reason(self, minute):
        """Why no slot starts at this minute, or None."""
        rules, start, end = self.rules, instant(minute), instant(minute + self.length)
        day, rest = self.wall[minute][0], timedelta(minutes=rules.buffer)
        if start < self.now:
            return "past"
        if start < self.now + timedelta(minutes=rules.notice):
            return "notice"
        if day > self.local_date(self.now) + timedelta(days=rules.horizon_days):
            return "horizon"
        if rules.paused_until is not None and day < rules.paused_until:
            return "paused"
        for each in range(minute, minute + self.length):
            if not self.open[each]:
                return "time_off" if self.is_off(self.wall[each][0]) else "outside_windows"
        if minute not in self.on_grid:
            return "off_grid"
        occupied = [item for item in self.taken if item.blocks_time]
        if any(item.start < end and start < item.end for item in occupied):
            return "taken"
        if any(item.counts_as_given and item.start < end + rest and start < item.end + rest for item in occupied):
            return "buffer"
        given = self.given()
        if rules.max_per_day is not None and given.count(day) >= rules.max_per_day:
            return "day_cap"
        week = [each.isocalendar()[:2] for each in given].count(day.isocalendar()[:2])
        if rules.max_per_week is not None and week >= rules.max_per_week:
            return "week_cap"
        return None

    def slots(self):
        likely = [minute for minute in self.asked if minute in self.on_grid]
        return [(instant(m), instant(m + self.length)) for m in likely if self.reason(m) is None]

    def spans(self):
        """Open instants within the range asked about, those that follow one another joined."""
        found = []
        for minute in self.asked:
            if self.open[minute] and found and found[-1][1] == minute:
                found[-1][1] = minute + 1
            elif self.open[minute]:
                found.append([minute, minute + 1])
        return [(instant(start), instant(end)) for start, end in found]
