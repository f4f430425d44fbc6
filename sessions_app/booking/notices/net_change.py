"""What one person has already heard of a booking, so that the next mail says what has changed *for them*.

People can change a booking again before the mail about the last change has left. A mail that only makes sense after
another one isn't sent if that one never left, and a move is told from the time that the reader was told last.
"""

from datetime import datetime

from django.db.models import Max, Q

from accounts.models import User
from notifications.models import UNSENT, Notification, NotificationQuerySet, State
from sessions_app.booking.series_plan import ANSWERS_SUBJECT, SERIES_SUBJECT
from sessions_app.models import Booking, BookingEvent, BookingState
from sessions_app.models.bookings import BOOKING_SUBJECT

# What tells of a booking first, or of its time
NEWS = (
    "requested",
    "booked",
    "accepted",
    "countered",
    "chosen",
    "moved",
    "series_requested",
    "series_booked",
    "series_accepted",
)
OVERTAKEN = (*UNSENT, State.OBSOLETE)


def has_heard(booking: Booking, person: User) -> bool:
    """Whether a mail about an earlier version of the booking has reached this person, or may have.

    Or none did, but not because the change came first: where a mail was refused, or nobody knows of one any more, they
    may have read it here, and must not wait for a session that is off.
    """
    told = _earlier_notices(booking, person) | _about_all_dates(booking, person)
    return told.left().exists() or not told.filter(kind__in=NEWS, state__in=OVERTAKEN).exists()


def has_acted(booking: Booking, person: User) -> bool:
    """Whether they know of the booking because they asked for, accepted or moved it before its last change."""
    return BookingEvent.objects.filter(booking=booking, by=person).filter(_before_last_change(booking)).exists()


def start_told(booking: Booking, person: User) -> datetime | None:
    """The start named by the last mail that reached this person; None if none did."""
    events = BookingEvent.objects.filter(booking=booking).order_by("-at", "-pk")
    version = _earlier_notices(booking, person).left().aggregate(last=Max("subject_version"))["last"]
    if version is not None:
        events = events.filter(Q(version=None) | Q(version__lte=version))
    elif _about_all_dates(booking, person).left().exists():
        events = events.reverse()
    else:
        return None
    event = events.first()
    if event is None or event.to_state == BookingState.COUNTERED:
        # Told of several times, not of one.
        return None
    start: datetime = event.during.lower
    return start


def _before_last_change(booking: Booking) -> Q:
    return Q(version=None) | Q(version__lt=booking.version)


def _earlier_notices(booking: Booking, person: User) -> NotificationQuerySet:
    rows = Notification.objects.filter(recipient=person, subject_type=BOOKING_SUBJECT, subject_id=booking.pk)
    return rows.filter(subject_version__lt=booking.version)


def _about_all_dates(booking: Booking, person: User) -> NotificationQuerySet:
    """Mails about all the dates that were booked in one act with this one."""
    subjects = (SERIES_SUBJECT, ANSWERS_SUBJECT)
    return Notification.objects.filter(
        recipient=person, subject_type__in=subjects, subject_id=booking.booked_with_id or 0
    )
