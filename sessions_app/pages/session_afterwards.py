"""What a session's page says once the session is over, and a thread's once its question is answered in writing."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from sessions_app.afterwards.feedback import (
    feedback_of_other,
    why_not_change,
    why_not_feedback,
    why_not_feedback_in_writing,
)
from sessions_app.afterwards.notices import next_step_dues
from sessions_app.booking.clock import CLOSES_AFTER
from sessions_app.models import Booking, Feedback, NextStep, WrittenQuestion
from sessions_app.models.feedback import Again, Resolution


@dataclass(frozen=True, slots=True)
class Afterwards:
    """`theirs`: what the other side said, None until it may be known. `step`: the mentee's own."""

    theirs: Feedback | None
    is_hidden: bool
    can_change: bool
    words: str
    step: NextStep | None
    is_reminded: bool
    meets_again: bool


def read_afterwards(booking: Booking, *, reader: User, own: Feedback | None, now: datetime) -> Afterwards:
    is_mentee = reader.pk == booking.mentee_id
    theirs = feedback_of_other(booking, reader=reader, now=now)
    closed = why_not_feedback(booking, now=now)
    step = NextStep.objects.filter(booking=booking).select_related("person").first() if is_mentee else None
    return Afterwards(
        theirs=theirs,
        is_hidden=own is not None and theirs is None and closed is None,
        can_change=own is not None and closed is None and why_not_change(booking, by=reader) is None,
        words=testimonial_state(own),
        step=step,
        is_reminded=step is not None and any(due.due_at > now for due in next_step_dues(step)),
        meets_again=is_mentee and not (own and own.again == Again.NO),
    )


@dataclass(frozen=True, slots=True)
class AfterAnswer:
    """`own`: what the mentee has said of the answer. `theirs`: the same for its mentor, None until it may be known.

    `open_until`: the thread closes then, if nothing else comes of it.
    """

    own: Feedback | None
    theirs: Feedback | None
    can_say: bool
    words: str
    is_solved: bool
    meets_again: bool
    open_until: datetime


def after_answer(written: WrittenQuestion, *, reader: User, now: datetime) -> AfterAnswer:
    own = written.feedback.filter(author=reader).first()
    return AfterAnswer(
        own=own,
        theirs=feedback_of_other(written, reader=reader, now=now),
        can_say=why_not_feedback_in_writing(written, now=now) is None,
        words=testimonial_state(own),
        is_solved=own is not None and own.resolution == Resolution.YES,
        meets_again=own is None or own.again != Again.NO,
        open_until=written.end + CLOSES_AFTER,
    )


def testimonial_state(own: Feedback | None) -> str:
    """`waiting`, `shown`, `not shown`; empty for words that were never offered or were taken back."""
    if own is None or not own.may_publish:
        return ""
    return "shown" if own.published_at else "not shown" if own.declined_at else "waiting"
