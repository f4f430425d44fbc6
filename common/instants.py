"""Reads moments and dates that anyone may have written, with the same limits for pages and the API."""

import re
from datetime import UTC, date, datetime

from django.utils.dateparse import parse_datetime

# Within the slot engine's own range, and so far from the ends of Python's dates that adding to a moment never fails.
YEARS = range(2001, 2100)
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,20})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class UnreadableError(ValueError):
    """Why a text can't be read.

    `code` is `instant` or `day` for what is none, `naive` for a clock time without its offset, `far` for a year out of
    range.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_instant(text: object) -> datetime:
    """A moment with its offset, such as 2026-11-26T14:30Z, as UTC. Raises UnreadableError."""
    if not isinstance(text, str):
        raise UnreadableError("instant")
    if not INSTANT.fullmatch(text):
        raise UnreadableError("naive" if INSTANT.fullmatch(f"{text}Z") else "instant")
    try:
        moment = parse_datetime(text.upper())
        utc = moment.astimezone(UTC) if moment else None
    except (ValueError, OverflowError):
        utc = None
    if utc is None or utc.year not in YEARS:
        raise UnreadableError("far")
    return utc


def parse_day(text: object) -> date:
    """A date, such as 2026-11-26. Raises UnreadableError."""
    if not isinstance(text, str) or not DATE.fullmatch(text):
        raise UnreadableError("day")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UnreadableError("far") from None
    if day.year not in YEARS:
        raise UnreadableError("far")
    return day


def utc_second_text(moment: datetime) -> str:
    """`2026-11-26T14:30:00Z`, as programs are told a moment."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
