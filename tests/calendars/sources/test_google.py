"""Reading Google's calendars from a stand-in that speaks its API."""

import json
from datetime import timedelta

import pytest

from calendars.fetching import FetchError
from calendars.reading.busy import MOST_SPANS, Span
from calendars.reading.entries import Reader
from calendars.reading.errors import ReadingError
from calendars.sources.accounts import name_account
from calendars.sources.google import LONGEST_RANGE, MOST_CALENDARS
from tests.calendars.sources.conftest import open_service, open_source
from tests.calendars.stand_in_service import ACCOUNT, Answer
from tests.conftest import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEAM = "team@group.example.com"
FIRST = NOW.replace(hour=0, minute=0)
SOON = FIRST + DAY


def read(source, remote_id=ACCOUNT, *, days=30):
    return source.read_calendar(remote_id, {}, Reader("UTC"), first=FIRST, last=FIRST + days * DAY).reading.spans


def questions(google):
    return [json.loads(body) for _method, _path, _headers, body in google.asked_of("/freeBusy")]


def test_calendars_are_listed_page_by_page_and_the_own_one_is_first(google):
    google.page_size = 1
    google.calendars = {TEAM: "Team", ACCOUNT: "Ada"}

    listed = open_source(google).list_calendars()

    assert [(one.remote_id, one.name, one.colour, one.is_writable) for one in listed] == [
        (ACCOUNT, "Ada", "#9fe1e7", True),
        (TEAM, "Team", "#9fe1e7", False),
    ]
    assert len(google.asked_of("/calendarList")) == 2


def test_pages_that_never_end_are_left(google):
    google.answers = [Answer("/calendarList", 200, {"items": [], "nextPageToken": "again"}, times=1000)]

    with pytest.raises(FetchError) as error:
        open_source(google).list_calendars()

    assert error.value.code == "too_large"


def test_an_account_is_named_by_its_own_calendar(google):
    google.account = "Ada@Example.com"

    assert name_account(open_service(google)) == "ada@example.com"


def test_busy_times_are_cut_off_at_the_range(google):
    last = FIRST + 30 * DAY
    google.busy[ACCOUNT] = [(FIRST - HOUR, FIRST + HOUR), (SOON, SOON + HOUR), (last - HOUR, last + HOUR)]

    assert read(open_source(google)) == (
        Span(FIRST, FIRST + HOUR),
        Span(SOON, SOON + HOUR),
        Span(last - HOUR, last),
    )


def test_a_long_range_is_asked_for_in_parts(google):
    """What goes on where two parts meet stays busy on both sides."""
    border = FIRST + LONGEST_RANGE
    google.busy[ACCOUNT] = [(border - HOUR, border + HOUR), (FIRST + 180 * DAY, FIRST + 180 * DAY + HOUR)]

    spans = read(open_source(google), days=190)

    assert spans == (
        Span(border - HOUR, border),
        Span(border, border + HOUR),
        Span(FIRST + 180 * DAY, FIRST + 180 * DAY + HOUR),
    )
    assert len(questions(google)) == 4


def test_calendars_that_are_wanted_are_asked_for_together(google):
    google.calendars = {str(number): "" for number in range(60)}
    google.busy["59"] = [(SOON, SOON + HOUR)]
    source = open_source(google, wanted=list(google.calendars))

    read_each = [read(source, remote_id) for remote_id in google.calendars]

    assert read_each[:59] == [()] * 59
    assert read_each[59] == (Span(SOON, SOON + HOUR),)
    assert [len(one["items"]) for one in questions(google)] == [MOST_CALENDARS, 10]


def test_one_calendar_may_fail_and_the_others_are_read(google):
    google.broken[TEAM] = "internalError"
    google.busy[ACCOUNT] = [(SOON, SOON + HOUR)]
    source = open_source(google, wanted=[ACCOUNT, TEAM])

    assert read(source) == (Span(SOON, SOON + HOUR),)
    with pytest.raises(FetchError) as error:
        read(source, TEAM)
    assert error.value.code == "broken"


@pytest.mark.parametrize(
    ("own", "left"),
    [
        ([(0, 1)], []),
        ([(0, 0.5)], [(0.5, 1)]),
        ([(0.25, 0.75)], [(0, 0.25), (0.75, 1)]),
        ([(-1, 0), (1, 2)], [(0, 1)]),
        ([(-1, 0.5), (0.25, 0.75)], [(0.75, 1)]),
        ([], [(0, 1)]),
    ],
    ids=["all", "its beginning", "within", "beside", "two that overlap", "none"],
)
def test_sessions_of_ours_are_taken_out_by_their_time(google, own, left):
    google.busy[ACCOUNT] = [(SOON, SOON + HOUR)]
    sessions = [Span(SOON + start * HOUR, SOON + end * HOUR) for start, end in own]

    assert read(open_source(google, own=sessions)) == tuple(
        Span(SOON + start * HOUR, SOON + end * HOUR) for start, end in left
    )


def test_too_many_busy_times_are_refused(google):
    minute = timedelta(minutes=1)
    google.busy[ACCOUNT] = [
        (FIRST + number * 2 * minute, FIRST + (number * 2 + 1) * minute) for number in range(MOST_SPANS + 1)
    ]

    with pytest.raises(ReadingError) as error:
        read(open_source(google))

    assert error.value.code == "too_many_times"


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        [],
        {},
        {"calendars": []},
        {"calendars": {}},
        {"calendars": {ACCOUNT: []}},
        {"calendars": {ACCOUNT: {"busy": [{}]}}},
        {"calendars": {ACCOUNT: {"busy": [{"start": "tomorrow", "end": "later"}]}}},
        {"calendars": {ACCOUNT: {"busy": [{"start": "0001-01-01T00:00:00+14:00", "end": "2026-12-01T00:00:00Z"}]}}},
        {"calendars": {ACCOUNT: {"busy": "always"}}},
    ],
    ids=str,
)
def test_answers_that_make_no_sense_are_none(google, body):
    google.answers = [Answer("/freeBusy", 200, body)]

    with pytest.raises(FetchError) as error:
        read(open_source(google))

    assert error.value.code == "broken"
