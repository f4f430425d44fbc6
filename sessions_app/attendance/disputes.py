"""After a missed session: explain it, contest it, and the decision of staff."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from common.known import known
from notifications.services import schedule_notices
from sessions_app.booking.transitions import change_state
from sessions_app.errors import SessionError, stale_error
from sessions_app.locks import atomic_act, lock_booking, lock_for
from sessions_app.models import AttendanceKind, Booking, BookingState
from sessions_app.models.attendance import DECISIONS
from sessions_app.models.states import AGREED, OVER

from .acts import notify_other, record_act, why_not_join, why_not_run_late, why_not_say_absent
from .facts import CONTEST_WITHIN, Attendance, attendance_of, missed_state
from .notices import contested_due


@atomic_act
def explain_missed(*, booking: Booking, by: User, words: str, now: datetime, seen: str | None = None) -> None:
    """Say, once, what happened: to the other person, and to staff while they decide.

    Raises SessionError `not_missed`, `explained`, `stale`.
    """
    booking = lock_for(booking, by, seen=seen)
    if refusal := why_not_explain(attendance_of(booking), by=by):
        raise refusal
    record_act(booking, AttendanceKind.EXPLAINED, by=by, now=now, words=words)
    notify_other(booking, "explained", by=by, now=now)


def why_not_explain(attendance: Attendance, *, by: User) -> SessionError | None:
    """Why this person can't say what happened.

    The one said to have missed it may; and, while staff decide, each of the two who hasn't told them yet.
    """
    has_told_staff = any(act.person_id == by.pk and act.words for act in attendance.contests)
    if attendance.first_act_by(by.pk, AttendanceKind.EXPLAINED) or has_told_staff:
        return SessionError("explained", _("You’ve already told us what happened."))
    return None if attendance.missing == by or attendance.is_contested else not_missed_error()


def why_not_contest(attendance: Attendance, *, by: User, now: datetime) -> SessionError | None:
    """Why this person can't contest it.

    The one said to have missed it may, and the one who waited, if the other disagrees.
    """
    booking = attendance.booking
    if attendance.decision:
        return SessionError("decided", _("Our team has already decided on this."))
    if attendance.contests:
        return SessionError("contested", _("Our team is already looking into this."))
    if now >= booking.end + CONTEST_WITHIN:
        return SessionError(
            "too_late", _("You could dispute this within seven days of the session, and that time has passed.")
        )
    insists = booking.state in AGREED and attendance.claim_of(by.pk) and attendance.has_spoken(booking.other_person(by))
    if attendance.missing != by and not insists:
        return not_missed_error()
    return None


def is_anything_left_to_say(attendance: Attendance, *, by: User, now: datetime) -> bool:
    """Whether this person can do any of the acts about who came: those here and in `acts`."""
    booking = attendance.booking
    has_said = attendance.first_act_by(by.pk, AttendanceKind.ABSENT) is not None
    return (
        why_not_join(booking, now=now) is None
        or why_not_run_late(booking, now=now) is None
        or attendance.question_to(by) is not None
        or attendance.can_be_taken_back(by)
        or (not has_said and why_not_say_absent(attendance, by=by, now=now) is None)
        or why_not_explain(attendance, by=by) is None
        or why_not_contest(attendance, by=by, now=now) is None
    )


@atomic_act
def contest_missed(*, booking: Booking, by: User, words: str, now: datetime, seen: str | None = None) -> Booking:
    """Ask staff to decide. Until then it counts against nobody.

    Raises SessionError `decided`, `contested`, `too_late`, `not_missed`, `stale`.
    """
    booking = lock_for(booking, by, seen=seen)
    if refusal := why_not_contest(attendance_of(booking), by=by, now=now):
        raise refusal
    contest = record_act(booking, AttendanceKind.CONTESTED, by=by, now=now, words=words)
    schedule_notices(contested_due(contest, booking), now=now)
    return booking


@atomic_act
def decide_attendance(
    *,
    booking: Booking,
    decision: AttendanceKind,
    by: User,
    reason: str,
    now: datetime,
    seen: str | None = None,
) -> Booking:
    """Staff say who missed the session, or that it counts against nobody; both are told, with the reason.

    `seen` is the mark of what the two had said (`Attendance.read_mark`). Raises SessionError `own_session`, `changed`
    when there is nothing to decide, `not_over`, `stale`.
    """
    if not may(by, Power.ATTENDANCE) or decision not in DECISIONS:
        raise PermissionDenied
    booking = lock_booking(booking)
    if by.pk in (booking.mentor_id, booking.mentee_id):
        raise SessionError("own_session", _("This is your own session. Someone else needs to decide."))
    attendance = attendance_of(booking)
    if not attendance.is_contested:
        raise SessionError("changed", _("This has been decided in the meantime. Check it again."))
    if booking.state not in OVER:
        raise SessionError("not_over", _("This session isn’t over yet. Decide when it has ended."))
    if seen is not None and seen != attendance.read_mark:
        raise stale_error(_("Someone has added something since you opened this page. Read it, then decide."))
    record_act(booking, decision, by=by, now=now, words=reason)
    return change_state(booking, decided_state(decision, booking), by=by, now=now, event="decided")


def decided_state(decision: AttendanceKind, booking: Booking) -> BookingState:
    if decision == AttendanceKind.HELD:
        return BookingState.COMPLETED
    missing = booking.mentee_id if decision == AttendanceKind.MENTEE_MISSED else booking.mentor_id
    return missed_state(known(missing), booking)  # a session that is over has two people


def not_missed_error() -> SessionError:
    return SessionError("not_missed", _("There’s nothing to correct about who came to this session."))
