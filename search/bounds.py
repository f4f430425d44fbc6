"""The bound of somebody's next start, as an expression over a row of the index."""

from datetime import datetime, time, timedelta
from typing import Any

from sessions_app.walltime import EPOCH

from .outlook import HOURS

DAY = timedelta(days=1)
WEEK = range(8)
USUAL, ANY = "usual", "open"

# On their grid while it goes on, else where it begins. After that, until the sweep has looked: in the next hour in
# which the rules may be open, or as near as their notice.
FLOOR = """CASE WHEN %(now)s + notice <= {run}_from THEN {run}_from
            WHEN %(now)s + notice <= {run}_until
            THEN date_bin({run}_step, %(now)s + notice + {run}_step - interval '1 microsecond', {run}_from)
            ELSE greatest(%(now)s + notice, {next_hour}) END"""


def floor(run: str, now: datetime) -> tuple[str, dict[str, Any]]:
    """SQL and its values; no start lies before it of the row's `USUAL` offer, or of `ANY`."""
    midnight = datetime.combine(now.date(), time(), tzinfo=EPOCH.tzinfo)
    hours_left = ((1 << HOURS) - 1) >> now.hour << now.hour
    cases, values = [], {"now": now, "hours_left": hours_left}
    for day in WEEK:
        column = f"hours[{(midnight + day * DAY).weekday() + 1}]"
        bits = column if day else f"({column} & %(hours_left)s)"
        # What lies below the lowest bit are as many ones as hours have passed.
        passed = f"bit_count((({bits} & -{bits}) - 1)::bit({HOURS}))"
        cases.append(f"WHEN {bits} <> 0 THEN %(day{day})s::timestamptz + {passed} * interval '1 hour'")
        values[f"day{day}"] = midnight + day * DAY
    return FLOOR.format(run=run, next_hour=f"CASE {' '.join(cases)} END"), values
