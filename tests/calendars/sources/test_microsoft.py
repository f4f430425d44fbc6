"""Reading Microsoft's calendars from a stand-in that speaks Graph."""

from datetime import UTC, datetime, timedelta

import pytest

from calendars.fetching import FetchError
from calendars.reading.busy import MOST_SPANS, Span
from calendars.reading.entries import Reader
from calendars.reading.errors import ReadingError
from calendars.sources.accounts import name_account
from tests.calendars.sources.conftest import open_service, open_source
from tests.calendars.stand_in_service import ACCOUNT, Answer, graph_event
from tests.conftest import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = NOW.replace(hour=0, minute=0)
SOON = FIRST + DAY
IN_UTC = Reader("UTC")
MEETING = Span(SOON, SOON + HOUR)


def read_outcome(source, remote_id=ACCOUNT, *, reader=IN_UTC):
    return source.read_calendar(remote_id, {}, reader, first=FIRST, last=FIRST + 30 * DAY).reading


def spans_of(microsoft, *events, own=(), **reader):
    microsoft.events[ACCOUNT] = list(events)
    return read_outcome(open_source(microsoft, own=own), reader=Reader(**{"zone": "UTC", **reader})).spans


def test_calendars_are_listed_page_by_page(microsoft):
    microsoft.page_size = 1
    microsoft.calendars = {"team": "Team", ACCOUNT: "Calendar"}

    listed = open_source(microsoft).list_calendars()

    assert [(one.remote_id, one.name, one.colour, one.is_writable) for one in listed] == [
        (ACCOUNT, "Calendar", "", True),
        ("team", "Team", "", True),
    ]


def test_an_account_is_named_by_who_owns_its_calendar(microsoft):
    microsoft.account = "Ada@Example.com"

    assert name_account(open_service(microsoft)) == "ada@example.com"


def test_events_are_read_page_by_page_in_utc(microsoft):
    microsoft.page_size = 2
    microsoft.events[ACCOUNT] = [
        graph_event(SOON + number * 2 * HOUR, SOON + (number * 2 + 1) * HOUR) for number in range(5)
    ]

    assert len(read_outcome(open_source(microsoft)).spans) == 5
    asked = microsoft.asked_of("/calendarView")
    assert len(asked) == 3
    assert {headers["Prefer"] for _method, _path, headers, _body in asked} == {'outlook.timezone="UTC"'}
    assert not any(word in path for _method, path, _headers, _body in asked for word in ("subject", "body"))


def test_titles_are_asked_for_only_if_they_are_kept(microsoft):
    microsoft.events[ACCOUNT] = [graph_event(SOON, SOON + 2 * HOUR, subject="Plans")]

    plain = read_outcome(open_source(microsoft, own=[MEETING]))
    titled = read_outcome(open_source(microsoft, own=[MEETING]), reader=Reader("UTC", keeps_titles=True))

    assert (plain.titles, titled.titles) == ({}, {(SOON + HOUR, SOON + 2 * HOUR): ["Plans"]})
    asked = [path for _method, path, _headers, _body in microsoft.asked_of("/calendarView")]
    assert ["subject" in path for path in asked] == [False, True]


def test_the_id_of_a_calendar_may_hold_anything(microsoft):
    strange = "AAMk/+= ?#é"
    microsoft.calendars = {strange: "Strange"}
    microsoft.events[strange] = [graph_event(*MEETING)]

    assert read_outcome(open_source(microsoft), strange).spans == (MEETING,)


@pytest.mark.parametrize(
    ("event", "choices", "is_busy"),
    [
        ({}, {}, True),
        ({"showAs": "oof"}, {}, True),
        ({"showAs": "unknown"}, {}, True),
        ({"showAs": "free"}, {}, False),
        ({"showAs": "workingElsewhere"}, {}, False),
        ({"showAs": "tentative"}, {}, True),
        ({"showAs": "tentative"}, {"counts_tentative": False}, False),
        ({"isCancelled": True}, {}, False),
        ({"responseStatus": {"response": "declined"}}, {}, False),
        ({"responseStatus": {"response": "tentativelyAccepted"}}, {}, True),
        ({"iCalUId": "8f7c@mentors.example.org"}, {"own_domain": "mentors.example.org"}, False),
        ({"iCalUId": "8f7c@example.org"}, {"own_domain": "mentors.example.org"}, True),
    ],
    ids=str,
)
def test_what_makes_busy(microsoft, event, choices, is_busy):
    assert spans_of(microsoft, graph_event(*MEETING, **event), **choices) == ((MEETING,) if is_busy else ())


@pytest.mark.parametrize(
    ("shown", "choice", "is_busy"),
    [
        ("free", "said", False),
        ("oof", "said", True),
        ("free", "always", True),
        ("oof", "never", False),
    ],
)
def test_whole_days_are_days_of_their_owner(microsoft, shown, choice, is_busy):
    """They come as midnight of UTC, whatever zone they are in."""
    day = graph_event(SOON, SOON + DAY, isAllDay=True, showAs=shown)
    start = datetime(SOON.year, SOON.month, SOON.day, 5, tzinfo=UTC)

    found = spans_of(microsoft, day, zone="America/New_York", all_day=choice)

    assert found == ((Span(start, start + DAY),) if is_busy else ())


def test_a_session_of_ours_doesnt_count(microsoft):
    assert spans_of(microsoft, graph_event(*MEETING), own=[MEETING]) == ()


def test_an_event_without_length_or_outside_counts_nothing(microsoft):
    later = FIRST + 40 * DAY

    assert spans_of(microsoft, graph_event(SOON, SOON), graph_event(later, later + HOUR)) == ()


def test_what_makes_no_sense_is_counted_and_spoils_nothing(microsoft):
    moment = {"dateTime": "2026-11-30T10:00:00.0000000", "timeZone": "Pacific Standard Time"}
    microsoft.events[ACCOUNT] = [
        graph_event(*MEETING),
        graph_event(*MEETING) | {"start": moment},
        graph_event(*MEETING) | {"end": None},
        graph_event(*MEETING) | {"end": {"timeZone": "UTC", "dateTime": "soon"}},
    ]

    found = read_outcome(open_source(microsoft))

    assert (found.spans, found.unread) == ((MEETING,), 3)


def test_the_token_goes_nowhere_else(microsoft):
    """A page that would lead to another server isn't asked for."""
    elsewhere = microsoft.url.replace("127.0.0.1", "localhost")
    microsoft.answers = [Answer("/calendarView", 200, {"value": [], "@odata.nextLink": f"{elsewhere}/api/x"})]

    with pytest.raises(FetchError) as error:
        read_outcome(open_source(microsoft))

    assert error.value.code == "broken"
    assert microsoft.asked_of("/api/x") == []


@pytest.mark.parametrize("address", ["http://[", "/api/x", "//other.example"])
def test_addresses_that_make_no_sense(microsoft, address):
    microsoft.answers = [Answer("/calendarView", 200, {"value": [], "@odata.nextLink": address})]

    with pytest.raises(FetchError) as error:
        read_outcome(open_source(microsoft))

    assert error.value.code == "broken"


def test_too_many_busy_times_are_refused(microsoft):
    minute = timedelta(minutes=1)
    microsoft.page_size = 1000
    microsoft.events[ACCOUNT] = [
        graph_event(SOON + number * minute, SOON + (number + 1) * minute) for number in range(MOST_SPANS + 1)
    ]

    with pytest.raises(ReadingError) as error:
        read_outcome(open_source(microsoft))

    assert error.value.code == "too_many_times"


def test_a_calendar_that_is_gone(microsoft):
    with pytest.raises(FetchError) as error:
        read_outcome(open_source(microsoft), "gone")

    assert error.value.code == "broken"
