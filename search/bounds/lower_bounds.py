"""A lower bound of a mentor's next start, as an SQL expression over a row of the index."""

from datetime import datetime
from typing import Any

from sessions_app.availability.walltime import minute_at_or_after

USUAL, ANY = "usual", "open"

# `soonest` is the earliest minute that the notice allows. `passed` is how many edges of the runs (see `forecast.Runs`)
# lie at or before it; width_bucket() counts them. The cases, in order:
# - before the first run: its beginning (null for rules that never open, and then all else is null too);
# - between two runs, where an even number of edges has passed: the beginning of the next run;
# - within a run: the next minute on its grid;
# - after the last edge, where nothing is known until the row is computed again: `soonest` itself.
FLOOR = """CASE WHEN {soonest} <= {run}_from THEN {run}_from
            WHEN {passed} & 1 = 0 THEN {run}_runs[{passed} + 1]
            WHEN {soonest} < {run}_runs[cardinality({run}_runs)]
            THEN {soonest} + mod({run}_step - mod({soonest} - {run}_runs[{passed}], {run}_step), {run}_step)
            ELSE {soonest} END"""


def lower_bound_sql(run: str, now: datetime, *, begin: str = "") -> tuple[str, dict[str, Any]]:
    """SQL for the bound, in minutes from 1970-01-01 UTC, and the values that it names.

    No start from `now` on of the `USUAL` offer, or of `ANY` offer, lies before it. It is null where the rules never
    open. `begin` is SQL for such a minute too: then only starts from there on count, so the bound may be later.
    """
    soonest = f"greatest(%(minute)s + notice, {begin})" if begin else "(%(minute)s + notice)"
    passed = f"width_bucket({soonest}, {run}_runs)"
    return FLOOR.format(run=run, soonest=soonest, passed=passed), {"minute": minute_at_or_after(now)}
