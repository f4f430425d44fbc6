"""Every file of the bank is read as a person would, and what can't be read says why."""

from dataclasses import replace

import pytest

from calendars.reading.errors import ReadingError

from .bank import CUSTOM_ZONE, KINDS, ME, NONSENSE, TEN, TEN_READ, at
from .files import OWNER, busy, calendar, event, read

SHAPES = [
    pytest.param(content, expected, id=f"{kind}: {name}")
    for kind, shapes in KINDS.items()
    for name, (content, expected) in shapes.items()
]


@pytest.mark.parametrize(("content", "expected"), SHAPES)
def test_a_file_is_read_as_a_person_would(content, expected):
    assert busy(content) == expected


@pytest.mark.parametrize("content", [pytest.param(content, id=name) for name, (content, _) in NONSENSE.items()])
def test_what_makes_no_sense_is_left_out_and_counted(content):
    assert read(content).unread == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "not_a_calendar", id="nothing"),
        pytest.param(b"<!DOCTYPE html><title>Sign in</title>", "not_a_calendar", id="a page"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not_a_calendar", id="a picture"),
        pytest.param(calendar(event(*TEN))[:-20], "cut_off", id="the end is missing"),
        pytest.param(calendar(event(*TEN)).split(b"DTEND")[0], "cut_off", id="cut in an event"),
        pytest.param(calendar(*[event(*TEN)] * 20_001), "too_many_events", id="too many events"),
        pytest.param(calendar(event(*TEN, "RRULE:FREQ=MINUTELY;COUNT=6000")), "too_many_times", id="too many times"),
        pytest.param(calendar(event(*TEN, "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30")), "too_slow", id="never"),
        pytest.param(calendar(event("DTSTART:19700101T000000Z", "RRULE:FREQ=SECONDLY")), "too_slow", id="for ever"),
    ],
)
def test_what_cannot_be_read_as_a_whole_says_why(content, code):
    with pytest.raises(ReadingError) as refused:
        read(content)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("options", "lines", "expected"),
    [
        pytest.param({"counts_tentative": False}, [*TEN, "STATUS:TENTATIVE"], [], id="tentative, not counted"),
        pytest.param({"counts_tentative": False}, [*TEN, ME % "TENTATIVE"], [], id="answered maybe, not counted"),
        pytest.param({"counts_tentative": False}, TEN, TEN_READ, id="others count on"),
        pytest.param({"all_day": "never"}, ["DTSTART;VALUE=DATE:20261126"], [], id="whole days never"),
        pytest.param({"all_day": "never"}, TEN, TEN_READ, id="hours count on"),
        pytest.param(
            {"all_day": "always"},
            ["DTSTART;VALUE=DATE:20261126", "TRANSP:TRANSPARENT"],
            ["2026-11-25 23:00 2026-11-26 23:00"],
            id="whole days always",
        ),
        pytest.param(
            {"all_day": "always"}, ["DTSTART;VALUE=DATE:20261126", "STATUS:CANCELLED"], [], id="cancelled ones never"
        ),
        pytest.param(
            {"all_day": "never"},
            ["DTSTART:20261126T000000Z", "DURATION:PT24H", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"],
            [],
            id="whole days as Outlook marks them",
        ),
    ],
)
def test_people_choose_what_counts(options, lines, expected):
    assert busy(calendar(event(*lines)), replace(OWNER, **options)) == expected


def test_zones_that_nobody_can_tell_are_named_with_their_events():
    content = calendar(at("Middle-earth/Shire"), event("DTSTART;TZID=Middle-earth/Shire:20261127T100000", uid="two"))

    assert read(content).guessed == {"Middle-earth/Shire": 2}
    assert read(calendar(CUSTOM_ZONE, at("Customized Time Zone"))).guessed == {}


def test_one_file_does_not_tell_the_next_one_what_a_zone_is():
    read(calendar(CUSTOM_ZONE, at("Customized Time Zone")))

    assert busy(calendar(at("Customized Time Zone"))) == ["2026-11-26 09:00 10:00"]


def test_a_large_file_is_read_in_time():
    """5 MB, ten years of meetings with long descriptions."""
    past = [
        event(
            f"DTSTART:{year}{month:02}{day:02}T100000Z", "DURATION:PT1H", f"DESCRIPTION:{'x' * 1200}", uid=f"{n}-{day}"
        )
        for n, (year, month) in enumerate((year, month) for year in range(2016, 2027) for month in range(1, 13))
        for day in range(1, 29)
    ]
    content = calendar(*past)

    assert len(content) > 4_500_000
    assert len(read(content).spans) == 3 * 28
