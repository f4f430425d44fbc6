"""Which question is asked at which step, and what an answer leads to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.known import known
from notifications.registry import Nothing
from sessions_app.models import (
    Booking,
    Contact,
    FollowUpQuestion,
    FollowUpStep,
    NextStep,
    Resolution,
    WrittenQuestion,
)
from sessions_app.models.states import AGREED
from trust.separations import are_apart

DONE, SOLVED, CONTACT = FollowUpQuestion.DONE, FollowUpQuestion.SOLVED, FollowUpQuestion.CONTACT

ASKED: Mapping[FollowUpStep, Sequence[FollowUpQuestion]] = {
    FollowUpStep.THREE_DAYS: (SOLVED, DONE),
    FollowUpStep.TWO_WEEKS: (SOLVED, CONTACT),
    FollowUpStep.NEXT_STEP: (DONE,),
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
        Resolution.OTHER: gettext_lazy("It turned into another question"),
    },
    CONTACT: {Resolution.YES: gettext_lazy("Yes"), Resolution.NO: gettext_lazy("No, not now")},
}


def asked_of(contact: Contact, step: FollowUpStep) -> Sequence[FollowUpQuestion]:
    """The questions that the step may ask. After an answer in writing there is no next step to ask about."""
    is_written = isinstance(contact, WrittenQuestion)
    return [question for question in ASKED[step] if not (is_written and question == DONE)]


@dataclass(frozen=True, slots=True)
class WaysOn:
    same_mentor: bool
    same_question: bool
    other_day: bool


def question_of(
    contact: Contact, step: FollowUpStep, *, action: NextStep | None, now: datetime
) -> FollowUpQuestion | Nothing:
    """The one question to ask now, or why there is none any more."""
    if step == FollowUpStep.NEXT_STEP:
        return DONE if action and not action.done_at else Nothing("step is done or gone")
    given = {row.step: row for row in contact.follow_ups.all()}
    if step in given:
        return Nothing("answered")
    if meet_again(contact):
        return Nothing("another session follows")
    if step == FollowUpStep.THREE_DAYS:
        forgotten = action and not action.done_at and action.due_on < now.astimezone(action.person.zone).date()
        return DONE if forgotten and FollowUpStep.NEXT_STEP not in given else SOLVED
    solved = [row.answer for row in given.values() if row.question == SOLVED]
    if Resolution.YES in solved:
        return Nothing("solved")
    return CONTACT if solved else SOLVED


def next_step_text(action: NextStep) -> str:
    return _("If %(situation)s, then I will %(response)s") % {
        "situation": action.situation,
        "response": action.response,
    }


def meet_again(contact: Contact) -> bool:
    """Whether the engagement has another contact coming, which will have questions of its own."""
    if isinstance(contact, WrittenQuestion):
        return WrittenQuestion.objects.filter(Exists(calls_after()), pk=contact.pk).exists()
    return Booking.objects.filter(Exists(later_contacts()), pk=contact.pk).exists()


def calls_after() -> QuerySet[Booking]:
    """The sessions of the engagement, for a query over questions in writing."""
    return Booking.objects.filter(engagement=OuterRef("engagement"), state__in=AGREED)


def later_contacts() -> QuerySet[Booking]:
    """The later sessions of the engagement, for a query over bookings."""
    later = Booking.objects.filter(
        engagement=OuterRef("engagement"), during__startswith__gt=OuterRef("during__startswith")
    )
    return later.filter(state__in=AGREED)


def ways_on(contact: Contact, question: FollowUpQuestion, answer: str, *, now: datetime) -> WaysOn | None:
    """None for a person who has what they came for."""
    if answer == (Resolution.NO if question == CONTACT else Resolution.YES):
        return None
    ended = are_apart(known(contact.mentee_id), contact.mentor_id, now=now)
    return WaysOn(
        same_mentor=contact.offer.profile.is_seen_by(contact.mentee) and not ended,
        same_question=answer != Resolution.OTHER,
        other_day=question == DONE,
    )
