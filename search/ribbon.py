"""Which mornings, afternoons and evenings of the next seven days hold a start. Pure."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from common.times import DAY_PARTS

DAYS = 7


def parts_of_days(starts: Iterable[datetime], *, zone: str, now: datetime) -> frozenset[tuple[int, int]]:
    """The pairs (days from today, 0 morning | 1 afternoon | 2 evening) of the reader's week that hold a start."""
    borders = _part_borders(zone, now.astimezone(ZoneInfo(zone)).toordinal())
    places = {bisect_right(borders, start) - 1 for start in starts}
    return frozenset(divmod(place, len(DAY_PARTS)) for place in places if 0 <= place < DAYS * len(DAY_PARTS))


@lru_cache(maxsize=256)
def _part_borders(zone: str, today: int) -> list[datetime]:
    """The instants at which the parts of a week begin, and the end of the last."""
    reader = ZoneInfo(zone)
    first = datetime.fromordinal(today)
    days = (first + timedelta(days=number) for number in range(DAYS))
    borders = [datetime.combine(day, part, reader).astimezone(UTC) for day in days for part in DAY_PARTS]
    return [*borders, datetime.combine(first + timedelta(days=DAYS), time(), reader).astimezone(UTC)]
