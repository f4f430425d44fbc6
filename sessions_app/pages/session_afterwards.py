"""What a session's page says once the session is over, and a thread's once its question is answered in writing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts.models import User
from sessions_app.afterwards.feedback import (
    feedback_of_other,
    unveiled_of_other,
    why_not_change,
    why_not_feedback,
    why_not_feedback_in_writing,
)
from sessions_app.afterwards.notices import next_step_dues
from sessions_app.booking.clock import CLOSES_AFTER
from sessions_app.models import Booking, Feedback, NextStep, WrittenQuestion
from sessions_app.models.feedback import Again, Resolution
from sessions_app.session_rows import SessionRows


class WordsState(StrEnum):
    """What became of words that the reader let us show; NONE: never offered, or taken back."""

    WAITING = "waiting"
    SHOWN = "shown"
    NOT_SHOWN = "not shown"
    NONE = ""

    @property
    def can_be_taken_back(self) -> bool:
        return self in (WordsState.WAITING, WordsState.SHOWN)


@dataclass(frozen=True, slots=True)
class Afterwards:
    """`own`: what the reader said. `theirs`: what the other side said, None until it may be known.

    `has_closed`: nobody can say anything any more. `step`: the mentee's own.
    """

    own: Feedback | None
    theirs: Feedback | None
    has_closed: bool
    is_hidden: bool
    can_change: bool
    words: WordsState
    step: NextStep | None
    is_reminded: bool
    meets_again: bool

    @property
    def is_shown(self) -> bool:
        return bool(self.own or self.theirs or self.has_closed)


def read_afterwards(booking: Booking, rows: SessionRows, *, reader: User, now: datetime) -> Afterwards:
    is_mentee = reader.pk == booking.mentee_id
    own = rows.feedback_by(reader)
    theirs = unveiled_of_other(rows.feedback, reader=reader, now=now)
    closed = why_not_feedback(booking, now=now)
    step = rows.step if is_mentee else None
    return Afterwards(
        own=own,
        theirs=theirs,
        has_closed=closed is not None,
        is_hidden=own is not None and theirs is None and closed is None,
        can_change=own is not None and closed is None and why_not_change(rows.feedback, by=reader) is None,
        words=words_state_of(own),
        step=step,
        is_reminded=step is not None and any(due.due_at > now for due in next_step_dues(step)),
        meets_again=is_mentee and not (own and own.again == Again.NO),
    )


@dataclass(frozen=True, slots=True)
class AfterAnswer:
    """`own`: what the mentee has said of the answer. `theirs`: the same for its mentor, None until it may be known.

    `offers_call`: the mentee can go on with a call. `open_until`: the thread closes then, if nothing comes of it.
    """

    is_mentor: bool
    own: Feedback | None
    theirs: Feedback | None
    can_say: bool
    words: WordsState
    offers_call: bool
    open_until: datetime

    @property
    def needs_more(self) -> bool:
        """The answer didn't help, or not enough."""
        return self.own is not None and self.own.resolution in (Resolution.NO, Resolution.PARTLY)


def read_after_answer(written: WrittenQuestion, *, reader: User, can_call: bool, now: datetime) -> AfterAnswer:
    """`can_call`: the mentor has times, and no call on this question was booked yet."""
    own = written.feedback.filter(author=reader).first()
    return AfterAnswer(
        is_mentor=reader.pk == written.mentor_id,
        own=own,
        theirs=feedback_of_other(written, reader=reader, now=now),
        can_say=why_not_feedback_in_writing(written, now=now) is None,
        words=words_state_of(own),
        offers_call=can_call and (own is None or own.again != Again.NO),
        open_until=written.end + CLOSES_AFTER,
    )


def words_state_of(own: Feedback | None) -> WordsState:
    if own is None or not own.may_publish:
        return WordsState.NONE
    if own.published_at:
        return WordsState.SHOWN
    return WordsState.NOT_SHOWN if own.declined_at else WordsState.WAITING
