"""What stands in the address of a page. Anybody writes addresses: what makes no sense is as if it weren't there."""

from datetime import UTC, date, datetime

from common.texts import REFUSED, one_line
from sessions_app.models.bookings import QUESTION_LENGTH

YEARS = range(2001, 2100)


def clean_words(text: str) -> str:
    """One clean line, as long as a question may be. What a form would refuse is left out."""
    return REFUSED.sub("", one_line(text[: 4 * QUESTION_LENGTH]))[:QUESTION_LENGTH]


def read_date(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def read_start(text: str) -> datetime | None:
    try:
        start = datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return start if start.year in YEARS else None
