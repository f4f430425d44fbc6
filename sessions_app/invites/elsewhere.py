"""What apps above this one do about calendars that people keep elsewhere: they enter it here when they load."""

from collections.abc import Callable, Sequence
from datetime import datetime

from accounts.models import User
from sessions_app.models import Booking

# Called with the ids of bookings of which calendars now show something else, in the transaction of the change
on_calendar_change: list[Callable[[Sequence[int], datetime], None]] = []
# Whether a new booking concerns any listener, as SQL about those who take part, the parameter `people`
concerns_sql: list[str] = []
# Whether a booking comes into the calendar of one of its people by another way than an invitation by email
comes_without_invitation: list[Callable[[Booking, User, datetime], bool]] = []
# What a person should know about a booking in their own calendar; empty if there is nothing to say
list_notes: list[Callable[[Booking, User], str]] = []


def announce_calendar_change(*bookings: int, now: datetime) -> None:
    """Tell every listener. What they write is committed or rolled back together with the change."""
    for listener in on_calendar_change:
        listener(bookings, now)


# A condition of a larger statement; complete once all apps are loaded
def concerns_calendars_sql() -> str:
    return " OR ".join(concerns_sql) or "false"


def needs_invitation(booking: Booking, person: User, *, now: datetime) -> bool:
    return not any(comes(booking, person, now) for comes in comes_without_invitation)


def notes_on(booking: Booking, reader: User) -> list[str]:
    return [note for find in list_notes if (note := find(booking, reader))]
