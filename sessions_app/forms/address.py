"""What stands in the address of a page. Anybody writes addresses: what makes no sense is as if it weren't there."""

from datetime import UTC, date, datetime

from sessions_app.models.bookings import QUESTION_LENGTH

YEARS = range(2001, 2100)


def clean_words(text: str) -> str:
    """One line without control characters, as long as a question may be."""
    printable = "".join(character if character.isprintable() else " " for character in text[: 4 * QUESTION_LENGTH])
    return " ".join(printable.split())[:QUESTION_LENGTH]


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
