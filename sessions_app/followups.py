"""Which one question is asked at which step, and where an answer leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.registry import Nothing

from .models import ActionItem, Booking, BookingState, Feedback, FollowUpQuestion, FollowUpStep, Resolution

DONE, SOLVED, CONTACT = FollowUpQuestion.DONE, FollowUpQuestion.SOLVED, FollowUpQuestion.CONTACT

ASKED: Mapping[FollowUpStep, Sequence[FollowUpQuestion]] = {
    FollowUpStep.THREE_DAYS: (SOLVED, DONE),
    FollowUpStep.TWO_WEEKS: (SOLVED, CONTACT),
    FollowUpStep.ACTION: (DONE,),
}
ANSWERS: Mapping[FollowUpQuestion, Mapping[Resolution, Promise | str]] = {
    DONE: {
        Resolution.YES: gettext_lazy("Yes, done"),
        Resolution.PARTLY: gettext_lazy("Partly"),
        Resolution.NO: gettext_lazy("Not yet"),
    },
    SOLVED: {
        Resolution.YES: gettext_lazy("Yes"),
        Resolution.PARTLY: gettext_lazy("Partly"),
        Resolution.NO: gettext_lazy("No"),
        Resolution.OTHER: gettext_lazy("It became another question"),
    },
    CONTACT: {Resolution.YES: gettext_lazy("Yes"), Resolution.NO: gettext_lazy("No, not now")},
}


@dataclass(frozen=True, slots=True)
class WaysOn:
    """What a person can do who is not there yet."""

    same_mentor: bool
    same_question: bool
    other_day: bool


def question_of(
    booking: Booking, step: FollowUpStep, *, action: ActionItem | None, now: datetime
) -> FollowUpQuestion | Nothing:
    """The one thing to ask now, or why there is nothing to ask any more."""
    if step == FollowUpStep.ACTION:
        return DONE if action and not action.done_at else Nothing("step is done or gone")
    given = {row.step: row for row in booking.follow_ups.all()}
    if step in given:
        return Nothing("answered")
    if meet_again(booking):
        return Nothing("another session follows")
    if step == FollowUpStep.THREE_DAYS:
        forgotten = action and not action.done_at and action.due_on < now.astimezone(action.person.zone).date()
        return DONE if forgotten and FollowUpStep.ACTION not in given else SOLVED
    solved = [row.answer for row in given.values() if row.question == SOLVED]
    if Resolution.YES in solved:
        return Nothing("solved")
    return CONTACT if solved else SOLVED


def step_text(action: ActionItem) -> str:
    return _("If %(situation)s, then I will %(response)s") % {
        "situation": action.situation,
        "response": action.response,
    }


def meet_again(booking: Booking) -> bool:
    """The next contact of the same engagement will be asked about itself."""
    return Booking.objects.filter(Exists(later_contacts()), pk=booking.pk).exists()


def later_contacts() -> QuerySet[Booking]:
    """Of the booking that a query looks at: what follows it in its engagement."""
    later = Booking.objects.filter(
        engagement=OuterRef("engagement"), during__startswith__gt=OuterRef("during__startswith")
    )
    return later.filter(state__in=(BookingState.CONFIRMED, BookingState.COMPLETED))


def ways_on(booking: Booking, question: FollowUpQuestion, answer: str) -> WaysOn | None:
    """None for who has what they came for."""
    if answer == (Resolution.NO if question == CONTACT else Resolution.YES):
        return None
    assert booking.mentee is not None  # noqa: S101 - only a mentee answers
    ended = Feedback.objects.not_again(booking.mentee).filter(booking__mentor=booking.mentor_id).exists()
    return WaysOn(
        same_mentor=booking.offer.profile.is_public and not ended,
        same_question=answer != Resolution.OTHER,
        other_day=question == DONE,
    )
