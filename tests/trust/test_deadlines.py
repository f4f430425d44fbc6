"""By when a case is decided: working days over weekends and changes of the clocks; safety in hours that elapse."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from accounts.rules.working_days import working_days_later
from tests.conftest import at
from trust.deadlines import first_decision_due, gravest_of
from trust.models import ReportKind

LONDON, NEW_YORK, UTC = ZoneInfo("Europe/London"), ZoneInfo("America/New_York"), ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("reported", "count", "due"),
    [
        ("2026-11-24 13:46", 2, "2026-11-26 13:46"),
        ("2026-11-26 10:00", 2, "2026-11-30 10:00"),
        ("2026-11-27 23:59", 3, "2026-12-02 23:59"),
        ("2026-11-28 09:00", 2, "2026-12-01 09:00"),
        ("2026-11-29 09:00", 2, "2026-12-01 09:00"),
        ("2026-12-31 12:00", 3, "2027-01-05 12:00"),
    ],
    ids=["tuesday", "over-a-weekend", "friday-night", "saturday", "sunday", "new-year"],
)
def test_working_days(reported, count, due):
    assert working_days_later(at(reported), count, UTC) == at(due)


@pytest.mark.parametrize(
    ("reported", "zone", "due"),
    [
        # The clocks go back on 25 October in London: an hour more elapses.
        ("2026-10-23 11:00", LONDON, "2026-10-28 12:00"),
        # And forward on 29 March: an hour less.
        ("2026-03-27 12:00", LONDON, "2026-04-01 11:00"),
        ("2026-10-30 16:00", NEW_YORK, "2026-11-04 17:00"),
        # It's Saturday already in London, and still Friday in New York.
        ("2026-07-03 23:30", LONDON, "2026-07-07 23:30"),
        ("2026-07-03 23:30", NEW_YORK, "2026-07-08 23:30"),
    ],
    ids=["back", "forward", "new-york", "saturday-here", "friday-there"],
)
def test_days_are_those_of_the_zone(reported, zone, due):
    assert working_days_later(at(reported), 3, zone) == at(due)


def test_a_time_that_the_clocks_leave_out_comes_an_hour_later():
    """In Cairo they go forward at midnight, on a Friday."""
    zone = ZoneInfo("Africa/Cairo")
    reported = datetime(2026, 4, 23, 0, 30, tzinfo=zone)

    assert working_days_later(reported, 1, zone).astimezone(zone).isoformat() == "2026-04-24T01:30:00+03:00"


@pytest.mark.parametrize("kind", ReportKind)
def test_safety_does_not_wait_for_monday(kind):
    friday = at("2026-11-27 18:00")

    due = first_decision_due(kind, friday, LONDON)

    wanted = {ReportKind.SAFETY: "2026-11-28 18:00", ReportKind.PRIVACY: "2026-12-01 18:00"}
    assert due == at(wanted.get(kind, "2026-12-02 18:00"))


def test_the_gravest_kind_names_the_case():
    assert gravest_of(ReportKind.OTHER, ReportKind.SAFETY) == "safety"
    assert gravest_of(ReportKind.SELLING, ReportKind.PRIVACY) == "privacy"
