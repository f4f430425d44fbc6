"""Working days, for promises like "you will hear from us by Friday"."""

from datetime import UTC, date, datetime, timedelta, tzinfo

SATURDAY = 6


def add_working_days(day: date, count: int) -> date:
    """The date `count` weekdays (Monday to Friday) after `day`. Public holidays are not known here."""
    while count:
        day += timedelta(days=1)
        if day.isoweekday() < SATURDAY:
            count -= 1
    return day


def working_days_later(moment: datetime, count: int, zone: tzinfo) -> datetime:
    """The same time of day, by the clocks of `zone`, `count` weekdays after `moment`, in UTC.

    Where the clocks go forward over that time, it is as much later as they jump.
    """
    local = moment.astimezone(zone)
    later = datetime.combine(add_working_days(local.date(), count), local.time().replace(fold=0), zone)
    return later.astimezone(UTC)
