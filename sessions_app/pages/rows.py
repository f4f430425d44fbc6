"""Rows of the lists of sessions and of questions in writing, each with the one act that its reader needs next."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts.models import User
from sessions_app.afterwards.feedback import why_not_feedback, why_not_feedback_in_writing
from sessions_app.models import Booking, BookingState, WrittenQuestion, WrittenState
from sessions_app.models.bookings import BookingQuerySet


class RowAct(StrEnum):
    ANSWER = "answer"
    CHOOSE = "choose"
    JOIN = "join"
    FEEDBACK = "feedback"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class NewestFirst:
    """Those sessions among `found` that are this person's, the newest first, for a Paginator."""

    found: BookingQuerySet
    person: User

    def count(self) -> int:
        return sum(side.count() for side in self.found.sides_of(self.person))

    def __getitem__(self, wanted: slice) -> BookingQuerySet:
        return self.found.newest_of(self.person, wanted.stop).with_people()[wanted.start :]


@dataclass(frozen=True, slots=True)
class SessionRow:
    booking: Booking
    other: User
    act: RowAct = RowAct.OPEN


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """`photo`: the address of the other's, empty for a mentee, who has none."""

    written: WrittenQuestion
    is_mentor: bool
    act: RowAct = RowAct.OPEN

    @property
    def other(self) -> User:
        return self.written.mentee if self.is_mentor else self.written.mentor

    @property
    def photo(self) -> str:
        return "" if self.is_mentor else self.written.mentor.mentor_profile.thumbnail_url

    @property
    def is_answered(self) -> bool:
        return self.written.state == WrittenState.ANSWERED


def upcoming_rows(bookings: Iterable[Booking], *, reader: User, now: datetime) -> list[SessionRow]:
    """For sessions that are agreed or were called off."""
    return [
        SessionRow(booking, booking.other_person(reader), RowAct.JOIN if booking.is_join_open(now) else RowAct.OPEN)
        for booking in bookings
    ]


def waiting_rows(bookings: Iterable[Booking], *, reader: User) -> list[SessionRow]:
    acts = {
        (BookingState.REQUESTED, True): RowAct.ANSWER,
        (BookingState.COUNTERED, False): RowAct.CHOOSE,
    }

    def act_on(booking: Booking) -> RowAct:
        return acts.get((BookingState(booking.state), booking.mentor_id == reader.pk), RowAct.OPEN)

    return [SessionRow(booking, booking.other_person(reader), act_on(booking)) for booking in bookings]


def past_rows(
    bookings: Iterable[Booking], *, reader: User, answered: Collection[int], now: datetime
) -> list[SessionRow]:
    """`answered`: the ids of bookings of which the reader has said how they went."""

    def act_on(booking: Booking) -> RowAct:
        if booking.pk not in answered and why_not_feedback(booking, now=now) is None:
            return RowAct.FEEDBACK
        return RowAct.JOIN if booking.is_join_open(now) else RowAct.OPEN

    return [SessionRow(booking, booking.other_person(reader), act_on(booking)) for booking in bookings]


def open_written_rows(questions: Iterable[WrittenQuestion], *, reader: User) -> list[WrittenRow]:
    return [
        WrittenRow(written, is_mentor, RowAct.ANSWER if is_mentor else RowAct.OPEN)
        for written in questions
        for is_mentor in [written.mentor_id == reader.pk]
    ]


def answered_written_rows(
    questions: Iterable[WrittenQuestion], *, reader: User, said: Collection[int], now: datetime
) -> list[WrittenRow]:
    """`said`: the ids of questions of which their mentee has said whether the answer helped."""

    def act_on(written: WrittenQuestion) -> RowAct:
        is_asked = written.mentee_id == reader.pk and written.pk not in said
        return RowAct.FEEDBACK if is_asked and why_not_feedback_in_writing(written, now=now) is None else RowAct.OPEN

    return [WrittenRow(written, written.mentor_id == reader.pk, act_on(written)) for written in questions]
