"""Changes of an agreed booking: move it, cancel it, change what it is about."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from common.known import known
from common.pages.seen import mark_of
from sessions_app.availability.openings import announce_opened
from sessions_app.availability.reserved_time import reserve_time
from sessions_app.errors import SessionError, UnavailableTimeError, stale_error
from sessions_app.invites.elsewhere import announce_calendar_change
from sessions_app.locks import atomic_act, check_seen, lock_booking
from sessions_app.models import Booking, BookingState, Brief, Occupancy
from sessions_app.models.states import CALLED_OFF, OPEN, OVER, UNANSWERED
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.pace import check_moves
from sessions_app.questions.self_harm import watch_question

from .book import check_slot, expire_for
from .holds import give_up_hold
from .requests import decline_booking, withdraw_booking
from .series import check_span
from .transitions import change_state, check_live, close_if_over, occupy_time

MOVABLE = BookingState.CONFIRMED


# Links in mails lead to what can be changed long after it has ended.
def why_over(booking: Booking) -> SessionError | None:
    if booking.state == BookingState.CANCELLED:
        return SessionError("not_confirmed", _("This session has been cancelled, so it can’t be changed any more."))
    if booking.state in CALLED_OFF:
        return SessionError("not_confirmed", _("This request has ended, so it can’t be changed any more."))
    if booking.state in OVER:
        return SessionError("not_confirmed", _("This session is over, so it can’t be changed any more."))
    return None


def why_not_move(booking: Booking, *, by: User, now: datetime) -> SessionError | None:
    """Why it can't be moved, for pages and services. A mentor may move until the start, a mentee until the notice."""
    if refusal := why_over(booking):
        return refusal
    if booking.state != MOVABLE:
        return SessionError("not_confirmed", _("Only a confirmed session can be rescheduled."))
    if booking.start <= now:
        return SessionError("started", _("This session has started, so it can’t be rescheduled."))
    if booking.moves >= settings.MAX_MOVES:
        return SessionError(
            "too_many_moves", _("This session has been rescheduled as often as it can be. Cancel it and book again.")
        )
    notice = booking.offer.profile.schedule.move_notice
    if by.pk == booking.mentee_id and booking.start - timedelta(minutes=notice) < now:
        return SessionError("move_notice", _("It’s too close to the start to reschedule. You can still cancel."))
    return None


def why_no_other_time(booking: Booking, *, by: User, now: datetime) -> SessionError | None:
    """Why every move would be refused, whatever the time: pages say it before anyone chooses one."""
    try:
        if refusal := why_not_move(booking, by=by, now=now):
            return refusal
        check_live(booking, now=now)
        check_moves(booking, by=by, now=now)
    except SessionError as refused:
        return refused
    return None


def why_not_cancel(booking: Booking, *, by: User, now: datetime) -> SessionError | None:
    if booking.state in UNANSWERED and by.pk == booking.mentee_id:
        return None
    if refusal := why_over(booking):
        return refusal
    if booking.state != BookingState.CONFIRMED:
        return SessionError("not_confirmed", _("This session isn’t confirmed, so there’s nothing to cancel."))
    if booking.start <= now:
        return SessionError("started", _("This session has started, so it can’t be cancelled."))
    return None


def is_late(booking: Booking, *, now: datetime) -> bool:
    """Whether cancelling now is within the notice that the mentor asks for."""
    return booking.start - timedelta(minutes=booking.offer.profile.schedule.cancel_notice) < now


@atomic_act
def move_booking(*, booking: Booking, start: datetime, by: User, now: datetime, seen: str | None = None) -> Booking:
    """Give the booking another start; `seen` is the version that the person saw.

    Raises SessionError from `why_not_move`, the engine's codes, `stale`, `too_often`, or `taken`.
    """
    booking = lock_booking(booking)
    if refusal := why_not_move(booking, by=by, now=now):
        raise refusal
    check_live(booking, now=now)
    if start == booking.start:
        raise UnavailableTimeError("same_time", _("Your session is already at this time. Choose another time."))
    check_seen(booking, seen)
    check_moves(booking, by=by, now=now)
    check_span(booking, start=start)
    expire_for(booking.mentor_id, known(booking.mentee_id), now=now, except_for=booking)
    check_target(booking, start=start, by=by, now=now)
    Occupancy.objects.filter(booking=booking).delete()
    left = booking.during
    booking.during = DateTimeTZRange(start, start + timedelta(minutes=booking.length), "[)")
    occupy_time(booking)
    change_state(
        booking,
        BookingState.CONFIRMED,
        by=by,
        now=now,
        event="moved",
        during=booking.during,
        moves=booking.moves + 1,
    )
    reserve_time(booking, [left], was=BookingState.CONFIRMED, now=now)
    announce_opened(booking.mentor_id, booking.mentee_id)
    return booking


def check_target(booking: Booking, *, start: datetime, by: User, now: datetime) -> None:
    try:
        check_slot(booking.offer, start=start, mentee=booking.mentee, now=now, excluding=booking)
    except SessionError as refused:
        if refused.code != "own_overlap" or by.pk == booking.mentee_id:
            raise
        # The mentor may only learn that the mentee has something else then, not what.
        words = _("%(name)s isn’t free at this time. Choose another time.")
        mentee = booking.other_person(booking.mentor).first_name
        raise UnavailableTimeError("taken", words % {"name": mentee}, earliest=refused.earliest) from refused


@atomic_act
def cancel_booking(*, booking: Booking, by: User, reason: str, now: datetime, seen: str | None = None) -> Booking:
    """Cancel a confirmed session, for either side or staff; `seen` is the version that the person saw.

    Raises SessionError from `why_not_cancel`, `stale`, or `reason_needed` when it is late.
    """
    booking = lock_booking(booking)
    if refusal := why_not_cancel(booking, by=by, now=now):
        raise refusal
    check_seen(booking, seen)
    late = is_late(booking, now=now)
    if late and not reason.strip():
        raise SessionError(
            "reason_needed", _("It’s close to the start, so tell the other person why you’re cancelling.")
        )
    change_state(
        booking,
        BookingState.CANCELLED,
        by=by,
        now=now,
        event="cancelled",
        reason=reason,
        ended_by=by,
        late=late,
    )
    close_if_over(booking, now=now)
    return booking


def list_dates_ahead(booking: Booking, *, now: datetime) -> list[Booking]:
    """The other sessions and requests about the same question that can still be called off, soonest first."""
    others = Booking.objects.others_of(booking).filter(state__in=OPEN).with_people()
    return [
        one
        for one in others.select_related("offer__profile__schedule")
        if (one.start > now if one.state == BookingState.CONFIRMED else not one.is_overdue(now))
    ]


def dates_mark(dates: Sequence[Booking]) -> str:
    """A hash of these dates in their present versions, for who calls all of them off."""
    return mark_of(*((one.pk, one.version) for one in dates))


@atomic_act
def call_off_dates(
    *, booking: Booking, by: User, reason: str, now: datetime, seen: str | None = None, others_seen: str | None = None
) -> list[Booking]:
    """End this session or request, and all others that lie ahead for its question, or none of them.

    `others_seen` is the mark of the others that the person saw (`dates_mark`). Each counts as if it were ended alone,
    and has a mail of its own, since a mail takes one event out of a calendar. Raises SessionError from
    `why_not_cancel`, `reason_needed` if one of them is late, and `stale`, also if others lie ahead than were seen.
    """
    booking = lock_booking(booking)
    others = list_dates_ahead(booking, now=now)
    if others_seen is not None and others_seen != dates_mark(others):
        raise stale_error(_("Your other sessions for this question have changed. Check them, then decide again."))
    check_seen(booking, seen)
    if refusal := why_not_cancel(booking, by=by, now=now):
        raise refusal
    return [_end_booking(one, by=by, reason=reason, now=now) for one in (booking, *others)]


@atomic_act
def call_off(*, booking: Booking, by: User, reason: str, now: datetime, seen: str | None = None) -> Booking:
    """Cancel this session, or withdraw this request. `seen` is the version that the person saw.

    Raises SessionError from `why_not_cancel`, `stale`, or `reason_needed` when it is late.
    """
    booking = lock_booking(booking)
    if refusal := why_not_cancel(booking, by=by, now=now):
        raise refusal
    return _end_booking(booking, by=by, reason=reason, now=now, seen=seen)


def _end_booking(booking: Booking, *, by: User, reason: str, now: datetime, seen: str | None = None) -> Booking:
    """Cancel a session, or end a request as its mentor or its mentee can."""
    if booking.state not in UNANSWERED:
        return cancel_booking(booking=booking, by=by, reason=reason, now=now, seen=seen)
    if by.pk == booking.mentor_id:
        return decline_booking(booking=booking, by=by, reason=reason, now=now, seen=seen)
    return withdraw_booking(booking=booking, by=by, now=now, seen=seen)


@atomic_act
def release_hold(*, booking: Booking, now: datetime) -> None:
    give_up_hold(lock_booking(booking), now=now)


def why_not_edit(booking: Booking, *, by: User, now: datetime) -> SessionError | None:
    """Why the brief can't be changed, for pages and services."""
    if booking.state in CALLED_OFF:
        return why_over(booking)
    waiting = booking.state in OPEN and booking.start > now
    if booking.mentee_id != by.pk or not waiting:
        return SessionError(
            "started", _("This session has started, so the question can’t be changed. Send a message instead.")
        )
    return None


@atomic_act
def edit_brief(*, booking: Booking, brief: BriefInput, by: User, now: datetime, seen: str | None = None) -> None:
    """The mentee changes the brief, until the start. `seen` is the mark of the brief that they changed.

    Raises SessionError `not_confirmed`, `started`, `stale`.
    """
    booking = lock_booking(booking)
    if refusal := why_not_edit(booking, by=by, now=now):
        raise refusal
    if seen is not None and booking.engagement.brief.mark not in (seen, Brief(**brief.values()).mark):
        raise stale_error(_("Your question was changed in another window since you opened this page."))
    values = brief.values()
    if brief.question != booking.engagement.brief.question:
        # The question is part of the calendar event. By these fields calendars see that theirs is older.
        values["question_changed_at"] = now
        same = Booking.objects.filter(engagement=booking.engagement_id)
        same.update(sequence=F("sequence") + 1)
        agreed = same.filter(state=BookingState.CONFIRMED).values_list("pk", flat=True)
        announce_calendar_change(*agreed, now=now)
    Brief.objects.filter(pk=booking.engagement.brief_id).update(**values)
    watch_question(Brief(pk=booking.engagement.brief_id, **values), by=by, now=now)
