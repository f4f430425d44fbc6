"""Random series, in zones that change their clocks in different ways, against an expander that looks at every date."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from .expander import Series, expand, written
from .files import calendar, read

# Changes at night and at midnight, of an hour and of half of one, north and south, and a zone without any.
ZONES = (
    "Europe/Berlin", "America/New_York", "America/Havana", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu",
    "America/Santiago", "Europe/Dublin",
)  # fmt: skip
FIRST, LAST = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 5, 1, tzinfo=UTC)


@st.composite
def all_series(draw):
    zone, first = draw(st.sampled_from(ZONES)), draw(st.dates(date(2025, 9, 1), date(2027, 4, 15)))
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]))
    ends = draw(st.sampled_from(["never", "count", "until"]))
    numbers = st.integers(0, 40)
    return Series(
        zone=zone,
        first=first,
        minute=draw(st.one_of(st.integers(0, 1439), st.sampled_from([0, 30, 60, 90, 119, 120, 150, 180]))),
        length=draw(st.integers(1, 2000)),
        frequency=frequency,
        interval=draw(st.integers(1, 4)),
        weekdays=tuple(sorted({first.weekday(), *draw(st.sets(st.integers(0, 6), max_size=3))})),
        month_day=first.day,
        count=draw(st.integers(1, 60)) if ends == "count" else None,
        until=first + timedelta(days=draw(st.integers(0, 400))) if ends == "until" else None,
        left_out=draw(st.frozensets(numbers, max_size=4)),
        moved=draw(st.dictionaries(numbers, st.integers(-3000, 3000), max_size=3)),
    )


@settings(max_examples=100)
@given(series=all_series(), date_until=st.booleans())
def test_a_series_is_expanded_as_slowly_by_hand(series, date_until):
    content = calendar(*written(series, date_until=date_until))

    assert [tuple(span) for span in read(content, first=FIRST, last=LAST).spans] == expand(series, FIRST, LAST)
