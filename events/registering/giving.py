"""What giving a place and ending a registration do: to the place, to the person's time, and whom it is told."""

from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from accounts.models import User
from events.errors import EventError
from events.locks import touch_registration
from events.models import Event, Registration, RegistrationState
from sessions_app.availability.commitments import is_promised
from sessions_app.booking.commitments import give_back_time, take_time
from sessions_app.errors import SessionError
from sessions_app.locks import lock_people

from .leaving import announce_came, announce_left
from .notices import News, silence, tell, tell_host
from .places import take_free_place

# What `Occupancy.subject` calls the time that a registration takes.
SUBJECT = "event"
# The same of the time that office hours take from their host; its row is the event's.
HOST_SUBJECT = "office_hours"


def check_time(registration: Registration, *, now: datetime) -> None:
    """Nobody can be at an event and in a session at once."""
    if is_promised(registration.person_id, time_at(registration), now=now):
        raise overlap_error()


def overlap_error() -> EventError:
    words = _("You already have a session or another event at this time. Cancel or move that one first, then register.")
    return EventError("own_overlap", words)


def time_at(registration: Registration) -> DateTimeTZRange:
    """From the first round in which they are there to the end of the last; all of it if they didn't choose."""
    event, chosen = registration.event, registration.attends
    if not chosen or not event.has_rounds:
        return event.during
    spans = list(event.shape.spans(event.start))
    first, last = spans[min(chosen) - 1], spans[max(chosen) - 1]
    return DateTimeTZRange(first[0], max(last[1], first[1]), "[)")


def give_place(registration: Registration, *, news: News, now: datetime) -> Registration:
    """Put a person who waits, and who is locked with the event, on a free place. Raises EventError `full`,
    `own_overlap`."""
    place = take_free_place(registration.event, registration.side)
    if place is None:
        words = _("All places are taken. You’re on the waiting list, and we’ll tell you when one comes free.")
        raise EventError("full", words)
    touch_registration(
        registration, state=RegistrationState.IN, place=place, answer_by=None, waiting_since=None, confirmed_at=None
    )
    take_event_time(registration, now=now)
    tell(registration, news=news, now=now)
    tell_host(registration, now=now)
    announce_came(registration, now)
    return registration


def take_event_time(registration: Registration, *, now: datetime) -> None:
    """Raises EventError `own_overlap` if they are promised elsewhere."""
    occupy(registration.person_id, SUBJECT, registration.pk, time_at(registration), now=now)


def take_host_time(event: Event, *, now: datetime) -> None:
    """Office hours take their host's time. Raises EventError `own_overlap`."""
    if event.host_id is not None:
        lock_people(event.host_id)
        occupy(event.host_id, HOST_SUBJECT, event.pk, event.during, now=now)


def occupy(person: int, subject: str, subject_id: int, during: DateTimeTZRange, *, now: datetime) -> None:
    try:
        take_time(person, subject=subject, subject_id=subject_id, during=during, now=now)
    except SessionError as error:
        raise overlap_error() from error


def end_registration(registration: Registration, *, by: User, now: datetime) -> None:
    """The person is told unless they did it themselves; then their calendar is."""
    was_in = registration.is_in
    is_own = by.pk == registration.person_id
    state = {
        (True, RegistrationState.IN): RegistrationState.CANCELLED,
        (True, RegistrationState.WAITING): RegistrationState.LEFT,
        (True, RegistrationState.INVITED): RegistrationState.DECLINED,
    }.get((is_own, RegistrationState(registration.state)), RegistrationState.REMOVED)
    touch_registration(registration, state=state, place=None, answer_by=None, ended_at=now)
    if was_in:
        give_back_time(SUBJECT, [registration.pk])
        announce_left(registration, now)
    if was_in or not is_own:
        tell(registration, news=News.LEFT if is_own else News.REMOVED, now=now)
    else:
        silence(registration)
