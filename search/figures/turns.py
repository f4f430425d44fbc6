"""When a manager gets figures by mail.

New figures come each Monday at midnight UTC. The mail comes at the first morning after that, by its reader's clock.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from search.models import FigureRhythm

from .periods import WEEK, week_start

MORNING = time(8)
# The days of a month among which its first Monday is
FIRST_WEEK = 7
# How many weeks lie between two mails, at least; what happened since then is their news.
WEEKS_BETWEEN: dict[str, int] = {FigureRhythm.WEEKLY: 1, FigureRhythm.MONTHLY: 4}


def next_turn(rhythm: str, zone: ZoneInfo, after: datetime) -> datetime:
    """The first moment after this one at which a mail of this rhythm is due: monthly ones with the first Monday."""
    monday = week_start(after)
    while True:
        if rhythm == FigureRhythm.WEEKLY or monday.day <= FIRST_WEEK:
            morning = _morning_after(monday, zone)
            if morning > after:
                return morning
        monday += WEEK


def news_since(rhythm: str, seen_at: datetime) -> datetime:
    """From when on something is news in a mail whose figures are told as of `seen_at`."""
    return seen_at - WEEKS_BETWEEN[rhythm] * WEEK


def _morning_after(monday: datetime, zone: ZoneInfo) -> datetime:
    day = monday.astimezone(zone).date()
    mornings = (datetime.combine(day + timedelta(days=later), MORNING, zone).astimezone(UTC) for later in (0, 1))
    return next(one for one in mornings if one >= monday)
