"""The bound of somebody's next start, as an expression over a row of the index."""

from datetime import datetime
from typing import Any

from sessions_app.availability.walltime import minute_at_or_after

USUAL, ANY = "usual", "open"

# The next of the runs' starts, on their grid inside of one; after all of them, as near as the notice lets, until the
# sweep has looked. `width_bucket` says how many edges have passed.
FLOOR = """CASE WHEN {soonest} <= {run}_from THEN {run}_from
            WHEN {passed} & 1 = 0 THEN {run}_runs[{passed} + 1]
            WHEN {soonest} < {run}_runs[cardinality({run}_runs)]
            THEN {soonest} + mod({run}_step - mod({soonest} - {run}_runs[{passed}], {run}_step), {run}_step)
            ELSE {soonest} END"""


def lower_bound_sql(run: str, now: datetime, *, begin: str = "") -> tuple[str, dict[str, Any]]:
    """SQL and its values; in minutes from 1970-01-01 UTC. No start of the `USUAL` offer, or of `ANY`, lies before it.

    But for those before `begin`, in SQL and such minutes too.
    """
    soonest = f"greatest(%(minute)s + notice, {begin})" if begin else "(%(minute)s + notice)"
    passed = f"width_bucket({soonest}, {run}_runs)"
    return FLOOR.format(run=run, soonest=soonest, passed=passed), {"minute": minute_at_or_after(now)}
