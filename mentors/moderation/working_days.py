"""Working days, for promises like "you will hear from us by Friday"."""

from datetime import date, timedelta

SATURDAY = 6


def add_working_days(day: date, count: int) -> date:
    """The date `count` weekdays (Monday to Friday) after `day`. Public holidays are not known here."""
    while count:
        day += timedelta(days=1)
        if day.isoweekday() < SATURDAY:
            count -= 1
    return day
