"""Calendars whose server keeps each event as a file of its own."""

from datetime import UTC, datetime, timedelta

import pytest

from calendars.reading import busy
from calendars.reading.busy import read_busy_times, read_objects
from calendars.reading.entries import Reader
from calendars.reading.errors import ReadingError

FIRST = datetime(2026, 11, 26, tzinfo=UTC)
WINDOW = {"first": FIRST, "last": FIRST + timedelta(days=30)}
READER = Reader("Europe/Berlin")
SERIES = (
    "BEGIN:VEVENT\nUID:a\nDTSTART:20261126T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20261127T090000Z\nDTSTART:20261127T150000Z\nDURATION:PT2H\nEND:VEVENT\n"
)
DAY = "BEGIN:VEVENT\nUID:b\nDTSTART;VALUE=DATE:20261130\nEND:VEVENT\n"
FREE = "BEGIN:VEVENT\nUID:c\nDTSTART:20261201T090000Z\nDURATION:PT1H\nTRANSP:TRANSPARENT\nEND:VEVENT\n"


def write(*parts):
    return ("BEGIN:VCALENDAR\n" + "".join(parts) + "END:VCALENDAR\n").encode()


def zone(name, offset):
    return (
        f"BEGIN:VTIMEZONE\nTZID:{name}\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:{offset}\n"
        f"TZOFFSETTO:{offset}\nEND:STANDARD\nEND:VTIMEZONE\n"
    )


def test_many_files_say_the_same_as_one_with_all_of_it():
    apart = read_objects([write(SERIES), write(DAY), write(FREE)], READER, **WINDOW)

    assert apart == read_busy_times(write(SERIES, DAY, FREE), READER, **WINDOW)
    assert len(apart.spans) == 4


def test_each_file_has_its_own_zones():
    """Outlook calls each zone that someone made the same."""
    event = "BEGIN:VEVENT\nUID:{}\nDTSTART;TZID=Customized:20261126T120000\nDURATION:PT1H\nEND:VEVENT\n"
    files = [write(zone("Customized", offset), event.format(offset)) for offset in ("+0500", "-0300")]

    assert [span.start.hour for span in read_objects(files, READER, **WINDOW).spans] == [7, 15]


def test_what_is_no_file_is_left_out_and_counted():
    nonsense = [b"", b"<html>", write(SERIES)[:-20], write("BEGIN:VEVENT\nUID:x\nDTSTART:soon\nEND:VEVENT\n")]

    reading = read_objects([*nonsense, write(DAY)], READER, **WINDOW)

    assert (len(reading.spans), reading.unread) == (1, 4)


def test_what_is_too_much_is_too_much_over_all_files(monkeypatch):
    monkeypatch.setattr(busy, "MOST_COMPONENTS", 3)
    with pytest.raises(ReadingError) as refused:
        read_objects([write(SERIES), write(SERIES)], READER, **WINDOW)
    assert refused.value.code == "too_many_events"

    monkeypatch.setattr(busy, "MOST_SPANS", 5)
    monkeypatch.setattr(busy, "MOST_COMPONENTS", 100)
    with pytest.raises(ReadingError) as refused:
        read_objects([write(SERIES), write(SERIES.replace("UID:a", "UID:z"))], READER, **WINDOW)
    assert refused.value.code == "too_many_times"
