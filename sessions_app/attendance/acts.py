"""Who came: press Join, run late, say that the other hasn't come, answer that.

The clock settles it if nobody answers.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import User
from live.hints import tell_pages
from live.streams import Part
from mentors.models import Format
from mentors.resting import note_sign
from notifications.services import Due, schedule_notices, show_in_inbox
from sessions_app.booking.notices.due import NEWS_KEEPS
from sessions_app.booking.transitions import change_state
from sessions_app.errors import SessionError
from sessions_app.locks import atomic_act, lock_booking, lock_for
from sessions_app.models import AttendanceAct, AttendanceKind, Booking, BookingState
from sessions_app.models.bookings import BOOKING_SUBJECT, JOIN_CLOSES_AFTER
from sessions_app.models.states import AGREED
from sessions_app.models.stuck import ClockAct
from sessions_app.stuck_rows import act_on_each

from .facts import (
    ANSWER_LATER_WITHIN,
    ANSWER_WITHIN,
    ASKED_FROM,
    ASKED_UNTIL,
    LATE_FROM,
    Attendance,
    answer_by,
    attendance_of,
    missed_state,
)
from .notices import absent_due, contested_due

# Pressing again within this time is not recorded again.
PRESSED_AGAIN = timedelta(minutes=1)


@atomic_act
def join_call(*, booking: Booking, by: User, now: datetime, seen: str | None = None) -> Booking:
    """Record that this person joins the call. Raises SessionError `not_open`, `stale`."""
    booking = lock_for(booking, by, seen=seen)
    if refusal := why_not_join(booking, now=now):
        raise refusal
    note_joining(booking, by=by, now=now)
    return booking


def why_not_join(booking: Booking, *, now: datetime) -> SessionError | None:
    if booking.is_join_open(now):
        return None
    words = _("You can join from ten minutes before the session until fifteen minutes after it.")
    return SessionError("not_open", words)


def note_joining(booking: Booking, *, by: User, now: datetime) -> None:
    """For a booking that is locked, and open."""
    if by.pk == booking.mentor_id:
        note_sign(by.pk, now=now)
    before = attendance_of(booking).last_join(by.pk)
    if before is None or now - before.at >= PRESSED_AGAIN:
        record_act(booking, AttendanceKind.JOINED, by=by, now=now)


@atomic_act
def run_late(*, booking: Booking, by: User, now: datetime, seen: str | None = None) -> None:
    """Tell the other person at once, in the inbox and on the page. Twice does no harm.

    Raises SessionError `not_now`, `stale`.
    """
    booking = lock_for(booking, by, seen=seen)
    if refusal := why_not_run_late(booking, now=now):
        raise refusal
    if not attendance_of(booking).first_act_by(by.pk, AttendanceKind.LATE):
        record_act(booking, AttendanceKind.LATE, by=by, now=now)
        notify_other(booking, "running_late", by=by, now=now)


def why_not_run_late(booking: Booking, *, now: datetime) -> SessionError | None:
    if booking.state == BookingState.CONFIRMED and booking.start - LATE_FROM <= now < booking.end:
        return None
    words = _("You can say that you’re running late from an hour before the session until it ends.")
    return SessionError("not_now", words)


def why_not_say_absent(attendance: Attendance, *, by: User, now: datetime) -> SessionError | None:
    booking = attendance.booking
    if booking.state not in AGREED or attendance.decision:
        return SessionError("not_held", _("There’s nothing left to say about who came to this session."))
    if now < booking.start + ASKED_FROM:
        return SessionError("too_early", _("Wait until five minutes after the start. People are often a little late."))
    if now >= booking.end + ASKED_UNTIL:
        return SessionError(
            "too_late", _("You could tell us this until a day after the session, and that time has passed.")
        )
    # Read whole, since lists have read it for all their bookings at once.
    if any(given.author_id == by.pk for given in booking.feedback.all()):
        return SessionError(
            "was_held", _("You’ve already told us how this session went, so we’ve recorded that it took place.")
        )
    if booking.format != Format.CHAT and not attendance.first_act_by(by.pk, AttendanceKind.JOINED):
        return SessionError("not_there", _("Join the call first. Only someone who was in the call can tell us this."))
    return None


@atomic_act
def say_absent(*, booking: Booking, by: User, now: datetime, seen: str | None = None) -> Booking:
    """The person who waits says that the other hasn't come; the other is asked. Twice does no harm.

    If the other says the same, staff decide. Raises SessionError `not_held`, `too_early`, `too_late`, `was_held`,
    `not_there`, `stale`.
    """
    booking = lock_for(booking, by, seen=seen)
    attendance = attendance_of(booking)
    if attendance.first_act_by(by.pk, AttendanceKind.ABSENT):
        return booking
    if refusal := why_not_say_absent(attendance, by=by, now=now):
        raise refusal
    claim = record_act(booking, AttendanceKind.ABSENT, by=by, now=now)
    if attendance.claim_about(by):
        contest = record_act(booking, AttendanceKind.CONTESTED, by=by, now=now)
        schedule_notices(contested_due(contest, booking), now=now)
    else:
        schedule_notices(absent_due(claim, booking), now=now)
    return booking


@atomic_act
def take_back_absent(*, booking: Booking, by: User, now: datetime, seen: str | None = None) -> Booking:
    """The other has come after all. Raises SessionError `settled`, `stale`; twice does no harm."""
    booking = lock_for(booking, by, seen=seen)
    attendance = attendance_of(booking)
    if attendance.claim_of(by.pk):
        if not attendance.can_be_taken_back(by):
            raise settled_error()
        record_act(booking, AttendanceKind.ARRIVED, by=by, now=now)
    return booking


@atomic_act
def answer_absent(
    *, booking: Booking, by: User, came: bool, now: datetime, words: str = "", seen: str | None = None
) -> Booking:
    """The person said to be missing answers: they came, or they missed it, which settles it.

    Raises SessionError `settled` if it is too late to answer, or there is nothing to answer; `stale`.
    """
    booking = lock_for(booking, by, seen=seen)
    attendance = attendance_of(booking)
    kind = AttendanceKind.CAME if came else AttendanceKind.MISSED
    if attendance.first_act_by(by.pk, kind):
        return booking
    if not attendance.question_to(by):
        raise settled_error()
    record_act(booking, kind, by=by, now=now, words=words)
    if came:
        notify_other(booking, "says_came", by=by, now=now)
    else:
        settle_missed(booking, missing=by.pk, by=by, now=now)
    return booking


def settle_silent(*, now: datetime) -> int:
    """A person who was asked and didn't answer in time has missed the session. Returns how many."""
    in_the_call = Q(at__lt=F("booking__during__endswith") + JOIN_CLOSES_AFTER)
    asked = AttendanceAct.objects.unanswered(now - ANSWER_WITHIN).filter(
        in_the_call | Q(at__lte=now - ANSWER_LATER_WITHIN)
    )
    asked = asked.select_related("booking").order_by("at", "pk")
    return act_on_each(ClockAct.SETTLE_SILENT, asked, lambda act: _settle_one(act.booking, now=now), now=now)


@atomic_act
def _settle_one(booking: Booking, *, now: datetime) -> bool:
    booking = lock_booking(booking)
    asked = AttendanceAct.objects.unanswered(now - ANSWER_WITHIN).about(booking)
    claim = asked.select_related("person").first()
    if claim is None or answer_by(claim, booking) > now:
        return False
    settle_missed(booking, missing=booking.other_person(claim.person).pk, by=None, now=now)
    return True


def settle_missed(booking: Booking, *, missing: int, by: User | None, now: datetime) -> None:
    change_state(booking, missed_state(missing, booking), by=by, now=now, event="missed")


def record_act(booking: Booking, kind: AttendanceKind, *, by: User, now: datetime, words: str = "") -> AttendanceAct:
    tell_pages(Part.PRESENCE, booking.engagement.stream)
    return AttendanceAct.objects.create(booking=booking, start=booking.start, person=by, kind=kind, words=words, at=now)


def notify_other(booking: Booking, kind: str, *, by: User, now: datetime) -> None:
    """Add a line to the other's inbox, without a mail: it is only of use at once."""
    other = booking.other_person(by).pk
    show_in_inbox(Due(kind, other, BOOKING_SUBJECT, booking.pk, booking.version, now, now + NEWS_KEEPS))


def settled_error() -> SessionError:
    return SessionError("settled", _("This has been settled in the meantime. Check the session again."))
