"""The bound of somebody's next start, as an expression over a row of the index."""

from datetime import datetime
from typing import Any

from sessions_app.walltime import DAY, minute_at_or_after, minute_at_or_before

from .outlook import EVERY_HOUR, HOUR, HOURS, WEEKDAYS

WEEK = range(8)
USUAL, ANY = "usual", "open"

# The next of the runs' starts, on their grid inside of one; after all of them, until the sweep has looked, in the next
# hour in which the rules may be open, or as near as their notice. `width_bucket` says how many edges have passed.
FLOOR = """CASE WHEN {soonest} <= {run}_from THEN {run}_from
            WHEN {passed} & 1 = 0 THEN {run}_runs[{passed} + 1]
            WHEN {soonest} < {run}_runs[cardinality({run}_runs)]
            THEN {soonest} + mod({run}_step - mod({soonest} - {run}_runs[{passed}], {run}_step), {run}_step)
            ELSE greatest({soonest}, {next_hour}) END"""


def floor(run: str, now: datetime, *, begin: datetime | None = None) -> tuple[str, dict[str, Any]]:
    """SQL and its values; in minutes from 1970-01-01 UTC.

    No start of the `USUAL` offer, or of `ANY`, lies before it; but for those before `begin`.
    """
    today, hours_left = minute_at_or_before(now) // DAY, EVERY_HOUR >> now.hour << now.hour
    cases = []
    for day in WEEK:
        # 1970-01-05 was a Monday.
        column = WEEKDAYS[(today + day + 3) % 7]
        bits = column if day else f"({column} & %(hours_left)s)"
        # What lies below the lowest bit are as many ones as hours have passed.
        passed = f"bit_count((({bits} & -{bits}) - 1)::bit({HOURS}))"
        cases.append(f"WHEN {bits} <> 0 THEN {(today + day) * DAY} + {HOUR} * {passed}::int")
    values = {"minute": minute_at_or_after(now), "hours_left": hours_left}
    soonest = "(%(minute)s + notice)"
    if begin:
        soonest, values["begin"] = f"greatest({soonest}, %(begin)s)", minute_at_or_after(begin)
    sql = FLOOR.format(
        run=run,
        soonest=soonest,
        passed=f"width_bucket({soonest}, {run}_runs)",
        next_hour=f"CASE {' '.join(cases)} END",
    )
    return sql, values
