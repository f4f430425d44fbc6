"""Which mornings, afternoons and evenings of the next seven days hold a start. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from common.times import DAY_PARTS
from sessions_app.availability.slots import Slot

DAYS = 7


def parts_of_days(slots: Sequence[Slot], *, zone: str, now: datetime) -> frozenset[tuple[int, int]]:
    """The pairs (days from today, 0 morning | 1 afternoon | 2 evening) of the reader's week in which a slot starts.

    `slots` must be in order.
    """
    places = [bisect_left(slots, border) for border in _part_borders(zone, now.astimezone(ZoneInfo(zone)).toordinal())]
    return frozenset(
        divmod(number, len(DAY_PARTS)) for number, (first, after) in enumerate(pairwise(places)) if first < after
    )


@lru_cache(maxsize=256)
def _part_borders(zone: str, today: int) -> list[tuple[datetime]]:
    """The instants at which the parts of a week begin, and the end of the last; each as slots are compared with it."""
    reader = ZoneInfo(zone)
    first = datetime.fromordinal(today)
    days = (first + timedelta(days=number) for number in range(DAYS))
    borders = [datetime.combine(day, part, reader).astimezone(UTC) for day in days for part in DAY_PARTS]
    end = datetime.combine(first + timedelta(days=DAYS), time(), reader).astimezone(UTC)
    return [(border,) for border in (*borders, end)]
