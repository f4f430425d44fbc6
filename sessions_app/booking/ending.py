"""Ends what can't take place any more, without blame: nobody cancelled it, and it counts against no one."""

from datetime import datetime
from functools import partial

from mentors.models import MentorProfile, ProfileState
from sessions_app.locks import atomic_act, lock_booking, lock_written
from sessions_app.models import Booking, BookingState, WrittenQuestion, WrittenState
from sessions_app.models.states import OPEN
from sessions_app.models.stuck import ClockAct
from sessions_app.stuck_rows import act_on_each
from sessions_app.written.settling import close_question

from .transitions import change_state, close_if_over


def end_booking(booking: Booking, *, now: datetime) -> bool:
    """End a locked session, or request for one, that isn't over. Both are told that it can't take place."""
    if booking.state not in OPEN or booking.has_ended(now):
        return False
    change_state(booking, BookingState.CANCELLED, by=None, now=now, event="cancelled", ended_by=None)
    close_if_over(booking, now=now)
    return True


def end_question(written: WrittenQuestion, *, now: datetime) -> bool:
    if written.state != WrittenState.ASKED:
        return False
    close_question(written, WrittenState.DECLINED, by=None, now=now)
    return True


def end_for_suspended(*, now: datetime) -> int:
    """End everything that people have ahead with mentors who are suspended. Returns how many sessions and questions."""
    suspended = MentorProfile.objects.filter(state=ProfileState.SUSPENDED).values("person")
    bookings = Booking.objects.filter(mentor__in=suspended, state__in=OPEN, during__endswith__gt=now)
    questions = WrittenQuestion.objects.filter(mentor__in=suspended, state=WrittenState.ASKED)
    end_session, end_written = partial(_end_session, now=now), partial(_end_written, now=now)
    ended = act_on_each(ClockAct.END_SUSPENDED, bookings.order_by("pk"), end_session, now=now)
    return ended + act_on_each(ClockAct.END_SUSPENDED_WRITTEN, questions.order_by("pk"), end_written, now=now)


@atomic_act
def _end_session(booking: Booking, *, now: datetime) -> bool:
    booking = lock_booking(booking)
    return booking.offer.profile.state == ProfileState.SUSPENDED and end_booking(booking, now=now)


@atomic_act
def _end_written(written: WrittenQuestion, *, now: datetime) -> bool:
    written = lock_written(written)
    suspended = MentorProfile.objects.filter(person=written.mentor, state=ProfileState.SUSPENDED)
    return suspended.exists() and end_question(written, now=now)
