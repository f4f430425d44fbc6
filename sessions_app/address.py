"""Reads what is in the address of a page. Anyone can write addresses, so what makes no sense is ignored."""

from datetime import date, datetime

from common.instants import UnreadableError, parse_day, parse_instant
from common.texts import REFUSED, one_line
from sessions_app.models.bookings import QUESTION_LENGTH


def clean_words(text: str) -> str:
    """One clean line, at most as long as a question. What a form would refuse is left out."""
    return REFUSED.sub("", one_line(text[: 4 * QUESTION_LENGTH]))[:QUESTION_LENGTH]


def read_date(text: str) -> date | None:
    try:
        return parse_day(text)
    except UnreadableError:
        return None


def read_start(text: str) -> datetime | None:
    try:
        return parse_instant(text)
    except UnreadableError:
        return None
