"""Working days: what a promise like "you will hear by Friday" counts."""

from datetime import date, timedelta

SATURDAY = 6


def add_working_days(day: date, count: int) -> date:
    """The date `count` Mondays-to-Fridays after `day`; public holidays are not known here."""
    while count:
        day += timedelta(days=1)
        if day.isoweekday() < SATURDAY:
            count -= 1
    return day
