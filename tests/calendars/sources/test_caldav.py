"""Reading calendars from two servers that others wrote."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from calendars.fetching import FetchError
from calendars.reading.entries import Reader
from calendars.sources.caldav import CalDavSecret, CalDavSource
from tests.calendars.dav_servers import ONLY_TASKS, PASSWORD, USER, write_event, write_exception

FIRST = datetime(2026, 11, 26, tzinfo=UTC)
LAST = FIRST + timedelta(days=30)
READER = Reader("UTC", own_domain="ours.example")
HOUR = timedelta(hours=1)
# Xandikos has no passwords, makes a home of calendars with the first, and forgets the names that it is told.
only_radicale = pytest.mark.parametrize("any_dav_server", ["radicale"], indirect=True)


def source_at(address, password=PASSWORD):
    return CalDavSource(CalDavSecret(address, USER, password).write())


def read(source, calendar, cursor=None):
    return source.read_calendar(calendar, cursor or {}, READER, first=FIRST, last=LAST)


def starts(outcome):
    return [f"{span.start:%d %H:%M}" for span in outcome.reading.spans]


def code_of(act, *args):
    with pytest.raises(FetchError) as refused:
        act(*args)
    return refused.value.code


@pytest.mark.parametrize("path", ["", "/", "/.well-known/caldav", "home", "calendar", "/nothing/here"])
def test_calendars_are_found_wherever_one_begins(dav, path):
    calendar = dav.make_calendar("work", name="Work")
    dav.make_calendar("tasks", more=ONLY_TASKS)
    begin = {"home": dav.home, "calendar": calendar}.get(path, path)

    source = source_at(f"{dav.url}{begin}")
    found = {one.remote_id: one for one in source.list_calendars()}

    assert found[calendar].is_writable
    assert f"{dav.home}tasks/" not in found
    # What was found out is kept, and read from there the next time.
    assert {one.remote_id for one in CalDavSource(source.secret).list_calendars()} == set(found)


@only_radicale
def test_a_calendar_comes_with_its_name_and_colour(dav):
    calendar = dav.make_calendar("work", name="Work & <play>".replace("&", "&amp;").replace("<", "&lt;"))

    [found] = source_at(dav.url).list_calendars()

    assert (found.remote_id, found.name, found.colour) == (calendar, "Work & <play>", "#ff8800")


def test_calendars_that_moved_are_found_again(dav):
    calendar = dav.make_calendar("work")
    known = replace(CalDavSecret(dav.url, USER, PASSWORD), homes=[f"{dav.url}/elsewhere/"])

    assert calendar in {one.remote_id for one in CalDavSource(known.write()).list_calendars()}


def test_what_changes_is_read_and_what_does_not_is_not(dav):
    """The steps lead to the same as reading all at once."""
    calendar, source = dav.make_calendar("work"), source_at(dav.url)
    dav.put(calendar, "a", write_event(":20261126T100000Z", uid="a"))
    outcome = read(source, calendar)
    assert starts(outcome) == ["26 10:00"]
    assert read(source, calendar, outcome.cursor).reading is None

    steps = [
        lambda: dav.put(calendar, "b", write_event(":20261127T100000Z", uid="b")),
        lambda: dav.put(calendar, "a", write_event(":20261128T100000Z", uid="a")),
        lambda: dav.put(calendar, "b", write_event(":20261127T100000Z", uid="b", more="STATUS:CANCELLED\r\n")),
        lambda: dav.remove(f"{calendar}a.ics"),
    ]
    seen = []
    for step in steps:
        step()
        outcome = read(source, calendar, outcome.cursor)
        assert outcome.reading == read(source_at(dav.url), calendar).reading
        assert read(source, calendar, outcome.cursor).reading is None
        seen.append(starts(outcome))

    assert seen == [["26 10:00", "27 10:00"], ["27 10:00", "28 10:00"], ["28 10:00"], []]


def test_a_series_comes_with_its_exceptions(dav):
    calendar = dav.make_calendar("work")
    moved = write_exception("20261203T090000Z", "20261204T150000Z")
    cancelled = write_exception("20261210T090000Z", "20261210T090000Z", more="STATUS:CANCELLED\r\n")
    series = write_event(
        ":20261105T090000Z",
        more="RRULE:FREQ=WEEKLY;UNTIL=20261224T090000Z\r\nEXDATE:20261217T090000Z\r\n",
        others=moved + cancelled,
    )
    dav.put(calendar, "series", series)

    assert starts(read(source_at(dav.url), calendar)) == ["26 09:00", "04 15:00", "24 09:00"]


def test_whole_days_and_zones_are_read_as_in_a_file(dav):
    calendar = dav.make_calendar("work")
    dav.put(calendar, "day", write_event(";VALUE=DATE:20261128", uid="day", lasts="P1D"))
    dav.put(calendar, "berlin", write_event(";TZID=Europe/Berlin:20261127T100000", uid="berlin"))
    dav.put(calendar, "free", write_event(":20261127T120000Z", uid="free", more="TRANSP:TRANSPARENT\r\n"))
    dav.put(calendar, "ours", write_event(":20261127T140000Z", uid="1@ours.example"))

    found = read(source_at(dav.url), calendar).reading

    assert [(span.start, span.end - span.start) for span in found.spans] == [
        (datetime(2026, 11, 27, 9, tzinfo=UTC), HOUR),
        (datetime(2026, 11, 28, tzinfo=UTC), 24 * HOUR),
    ]


def test_what_is_far_from_the_window_does_not_come(dav):
    calendar = dav.make_calendar("work")
    dav.put(calendar, "past", write_event(":20251126T100000Z", uid="past"))
    dav.put(calendar, "later", write_event(":20271126T100000Z", uid="later"))

    assert read(source_at(dav.url), calendar).reading.spans == ()


def test_marks_of_a_server_that_begins_again_mean_that_all_is_read(dav):
    calendar, source = dav.make_calendar("work"), source_at(dav.url)
    dav.put(calendar, "a", write_event(":20261126T100000Z", uid="a"))
    cursor = read(source, calendar).cursor
    dav.clear()
    dav.make_calendar("work")
    dav.put(calendar, "b", write_event(":20261127T100000Z", uid="b"))

    assert starts(read(source, calendar, cursor)) == ["27 10:00"]
    assert starts(read(source, calendar, {"mark": "of another life"})) == ["27 10:00"]


def test_a_server_that_is_down_is_unreachable_and_then_read_as_before(dav):
    calendar, source = dav.make_calendar("work"), source_at(dav.url)
    dav.put(calendar, "a", write_event(":20261126T100000Z", uid="a"))
    cursor = read(source, calendar).cursor
    dav.stop()

    assert code_of(read, source, calendar, cursor) == "unreachable"
    assert code_of(source.list_calendars) == "unreachable"

    dav.start()
    dav.put(calendar, "b", write_event(":20261127T100000Z", uid="b"))
    assert starts(read(source, calendar, cursor)) == ["26 10:00", "27 10:00"]


@only_radicale
def test_a_password_that_changed_is_refused(dav):
    calendar, source = dav.make_calendar("work"), source_at(dav.url)
    dav.restart(password="another-app-password")

    assert code_of(read, source, calendar) == "refused"
    assert code_of(source.list_calendars) == "refused"
    assert code_of(source_at(dav.url).list_calendars) == "refused"
    assert [one.remote_id for one in source_at(dav.url, dav.password).list_calendars()] == [calendar]


@only_radicale
def test_an_account_without_calendars_of_events(dav):
    dav.make_calendar("tasks", more=ONLY_TASKS)

    assert code_of(source_at(dav.url).list_calendars) == "no_calendars"


def test_a_calendar_that_was_deleted_is_not_read_as_an_empty_one(dav):
    calendar, source = dav.make_calendar("work"), source_at(dav.url)
    dav.make_calendar("other")
    dav.put(calendar, "a", write_event(":20261126T100000Z", uid="a"))
    cursor = read(source, calendar).cursor
    dav.remove(calendar)

    assert code_of(read, source, calendar, cursor) == "broken"
    assert calendar not in {one.remote_id for one in source.list_calendars()}
