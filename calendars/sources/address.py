"""Reads a calendar at its secret address: one file with all of it."""

from datetime import datetime
from typing import Any

from calendars.fetching import fetch_calendar
from calendars.reading.busy import read_busy_times
from calendars.reading.entries import Reader

from .contract import Outcome, RemoteCalendar


class AddressSource:
    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    def list_calendars(self) -> list[RemoteCalendar]:
        # What it is called, only the file says.
        return [RemoteCalendar("", "", "", is_writable=False)]

    def read_calendar(
        self, remote_id: str, cursor: dict[str, Any], reader: Reader, *, first: datetime, last: datetime
    ) -> Outcome:
        fetched = fetch_calendar(self.secret.decode(), **cursor)
        if fetched.content is None:
            return Outcome(None, cursor)
        marks = {"etag": fetched.etag, "modified": fetched.modified}
        return Outcome(read_busy_times(fetched.content, reader, first=first, last=last), marks)
