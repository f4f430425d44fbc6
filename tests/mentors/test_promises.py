from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from accounts.rules.working_days import add_working_days
from mentors.moderation.promises import review_deadline


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        pytest.param(date(2026, 11, 24), 2, date(2026, 11, 26), id="Tuesday"),
        pytest.param(date(2026, 11, 26), 2, date(2026, 11, 30), id="Thursday, over a weekend"),
        pytest.param(date(2026, 11, 28), 2, date(2026, 12, 1), id="Saturday"),
        pytest.param(date(2026, 12, 31), 1, date(2027, 1, 1), id="holidays are not known"),
        pytest.param(date(2026, 11, 24), 0, date(2026, 11, 24), id="none"),
    ],
)
def test_add_working_days(day, count, expected):
    assert add_working_days(day, count) == expected


def test_hear_by_counts_from_the_mentors_own_day():
    sent = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)

    assert review_deadline(sent, ZoneInfo("Asia/Kolkata")).date() == date(2026, 11, 27)
    assert review_deadline(sent, ZoneInfo("America/New_York")).date() == date(2026, 11, 26)
