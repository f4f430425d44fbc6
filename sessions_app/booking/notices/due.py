"""Which people are told what about a booking, and when. What the mails say is in `emails.py`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from accounts.models import User
from notifications.registry import kind_named
from notifications.services import Due
from sessions_app.booking.returning import back_at
from sessions_app.booking.series_plan import ANSWERS_SUBJECT, SERIES_SUBJECT
from sessions_app.models import Booking, BookingEvent, BookingState
from sessions_app.models.bookings import BOOKING_SUBJECT
from sessions_app.questions.asked_later import FOLLOW_UP_KINDS, dues_later

from .reminders import reminder_dues

NEWS_KEEPS = timedelta(hours=24)
# How long the mail waits for a mentor who accepts several dates one after the other
MORE_ANSWERS_WITHIN = timedelta(minutes=5)
FEEDBACK_SHOWS_AFTER = timedelta(minutes=10)
FEEDBACK_AFTER = timedelta(hours=2)
NUDGE_AFTER = timedelta(hours=48)
FEEDBACK_KEEPS = timedelta(days=7)
DECISION_KEEPS = timedelta(days=7)
# Two kinds: for the person who missed the session, and for the one who waited
MISSED_KINDS = ("missed", "did_not_join")


def booking_notices(
    booking: Booking,
    *,
    event: str,
    by: User | None,
    now: datetime,
    leads: Mapping[int, tuple[timedelta, ...]] | None = None,
) -> list[Due]:
    """All that follows from what has just happened to the booking, in its present state and version.

    `event` is one of those in `EVENTS`; `by` is None when the clock did it. `leads` as in `reminder_dues`.
    """
    dues = [*EVENTS[event](booking, now)]
    if event in ARRANGED:
        dues += _coming_dues(booking, now, leads)
    mine = by.pk if by else None
    return [
        replace(due, by_recipient=True) if due.recipient_id == mine and not kind_named(due.kind).passing else due
        for due in dues
    ]


def _requested_dues(booking: Booking, now: datetime) -> Iterable[Due]:
    yield from _first_news_dues("requested", booking, now)
    if booking.expires_at:
        # Half of the time to answer, which begins later where the mentor is away.
        back = back_at(booking.offer, now=now)
        begins = back if back < booking.expires_at else now
        half = begins + (booking.expires_at - begins) / 2
        yield booking_due("request_waiting", booking, booking.mentor_id, half, booking.expires_at)


def _booked_dues(booking: Booking, now: datetime) -> Iterable[Due]:
    return _first_news_dues("booked", booking, now)


def _first_news_dues(kind: str, booking: Booking, now: datetime) -> Iterable[Due]:
    """Dates that were booked in one act are told in one mail."""
    if booking.booked_with_id is None:
        return _news_dues(kind, booking, booking.participants, now)
    if booking.booked_with_id != booking.pk:
        return []
    until = min(now + NEWS_KEEPS, booking.start)
    # Its subject isn't one of the bookings: a change of the first date must not silence the news of the others.
    return [Due(f"series_{kind}", person, SERIES_SUBJECT, booking.pk, 0, now, until) for person in booking.participants]


def _accepted_dues(booking: Booking, now: datetime) -> Iterable[Due]:
    if booking.booked_with_id is None:
        return _news_dues("accepted", booking, booking.participants, now)
    return _one_of_several_accepted(booking, booking.booked_with_id, now)


def _one_of_several_accepted(booking: Booking, first: int, now: datetime) -> Iterable[Due]:
    """One mail for the dates of a series that a mentor accepts shortly after each other.

    The mail waits a little; each further answer replaces it by one that tells of all. The inbox says each at once.
    """
    turn = 1 + list(BookingEvent.objects.acceptances(first).values_list("booking_id", flat=True)).index(booking.pk)
    until = min(now + NEWS_KEEPS, booking.start)
    later = now + MORE_ANSWERS_WITHIN
    more = later < until and Booking.objects.requested().filter(booked_with=first).exists()
    for person in booking.participants:
        due_at = later if more else now
        yield Due("series_accepted", person, ANSWERS_SUBJECT, first, turn, due_at, until, shows_at=now)


def _countered_dues(booking: Booking, now: datetime) -> Iterable[Due]:
    yield from _told_to_mentee("countered")(booking, now)
    if booking.mentee_id and booking.expires_at:
        half = now + (booking.expires_at - now) / 2
        yield booking_due("counter_waiting", booking, booking.mentee_id, half, booking.expires_at)


def _chosen_dues(booking: Booking, now: datetime) -> Iterable[Due]:
    return _news_dues("chosen", booking, booking.participants, now)


def _counter_expired_dues(booking: Booking, now: datetime) -> Iterable[Due]:
    return _end_dues("counter_expired", booking, booking.participants, now)


def _end_dues(kind: str, booking: Booking, people: Iterable[int], now: datetime) -> Iterable[Due]:
    """As other news. But where other times were offered, that of the request may be over, and its end is still news."""
    dues = _news_dues(kind, booking, people, now)
    return dues if booking.start > now else [replace(due, send_before=now + NEWS_KEEPS) for due in dues]


def _moved_dues(booking: Booking, now: datetime) -> Iterable[Due]:
    return _news_dues("moved", booking, booking.participants, now)


def _told_to_mentee(kind: str) -> Callable[[Booking, datetime], Iterable[Due]]:
    return lambda booking, now: _news_dues(kind, booking, _mentee_alone(booking), now)


def _declined_dues(booking: Booking, now: datetime) -> Iterable[Due]:
    return _end_dues("declined", booking, _mentee_alone(booking), now)


def _withdrawn_dues(booking: Booking, now: datetime) -> Iterable[Due]:
    return _end_dues("withdrawn", booking, [booking.mentor_id], now)


def _cancelled_dues(booking: Booking, now: datetime) -> Iterable[Due]:
    # Sent even after the start, since the other person may be waiting in the call
    return [booking_due("cancelled", booking, person, now, now + NEWS_KEEPS) for person in booking.participants]


def _missed_dues(booking: Booking, now: datetime) -> Iterable[Due]:
    kinds = MISSED_KINDS if booking.state == BookingState.MENTOR_NO_SHOW else MISSED_KINDS[::-1]
    people = zip(kinds, booking.participants, strict=True)
    return [booking_due(kind, booking, person, now, now + NEWS_KEEPS) for kind, person in people]


def _decided_dues(booking: Booking, now: datetime) -> Iterable[Due]:
    keeps = now + DECISION_KEEPS
    yield from (booking_due("attendance_decided", booking, person, now, keeps) for person in booking.participants)
    if booking.state == BookingState.COMPLETED:
        # Questions whose moment passed in the meantime are left out, or several would come at once.
        yield from (due for due in _later_dues(booking) if due.due_at > now)


EVENTS: dict[str, Callable[[Booking, datetime], Iterable[Due]]] = {
    "requested": _requested_dues,
    "confirmed": _booked_dues,
    "accepted": _accepted_dues,
    "extended": _told_to_mentee("extended"),
    "moved": _moved_dues,
    "declined": _declined_dues,
    "expired": _told_to_mentee("request_expired"),
    "withdrawn": _withdrawn_dues,
    "countered": _countered_dues,
    "chosen": _chosen_dues,
    "counter_expired": _counter_expired_dues,
    "cancelled": _cancelled_dues,
    "missed": _missed_dues,
    "decided": _decided_dues,
}
# After these a session lies ahead, of which people are reminded and about which they are asked later.
ARRANGED = ("confirmed", "accepted", "moved", "chosen")


def _news_dues(kind: str, booking: Booking, people: Iterable[int], now: datetime) -> list[Due]:
    """News that may be sent up to a day late, but not after the session has started."""
    until = min(now + NEWS_KEEPS, booking.start)
    return [booking_due(kind, booking, person, now, until) for person in people]


def _coming_dues(booking: Booking, now: datetime, leads: Mapping[int, tuple[timedelta, ...]] | None) -> Iterable[Due]:
    """Reminders whose moment has not passed yet, and the questions afterwards."""
    yield from reminder_dues(booking, booking.participants, now=now, leads=leads)
    yield from _later_dues(booking)


def _later_dues(booking: Booking) -> Iterable[Due]:
    for person in booking.participants:
        until = booking.end + FEEDBACK_KEEPS
        asked = booking_due("feedback_request", booking, person, booking.end + FEEDBACK_AFTER, until)
        yield replace(asked, shows_at=booking.end + FEEDBACK_SHOWS_AFTER)
        yield booking_due("feedback_nudge", booking, person, booking.end + NUDGE_AFTER, until)
    yield from followup_dues(booking)


def _mentee_alone(booking: Booking) -> list[int]:
    return [booking.mentee_id] if booking.mentee_id is not None else []


def booking_due(kind: str, booking: Booking, person: int, due_at: datetime, send_before: datetime) -> Due:
    return Due(kind, person, BOOKING_SUBJECT, booking.pk, booking.version, due_at, send_before)


def followup_dues(booking: Booking) -> list[Due]:
    """What must be asked later about this agreed booking, in its present version; only the mentee is asked."""
    if booking.mentee_id is None:
        return []
    return dues_later(booking, booking.mentee_id, BOOKING_SUBJECT, FOLLOW_UP_KINDS)
