"""The later mails to a mentee: one question each. Their links choose an answer; the page's button keeps it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from common.mail import absolute
from notifications.models import Group, Notification
from notifications.registry import Message, Nothing, Policy, register, register_subject

from .followup_notices import ACTION_KIND, ACTION_SUBJECT, KINDS
from .followups import ANSWERS, DONE, question_of, step_text
from .letters import Context, Reading, letter, render
from .models import ActionItem, Booking, BookingState, FollowUpQuestion, FollowUpStep

SUBJECTS: dict[FollowUpQuestion, Callable[[], str]] = {
    FollowUpQuestion.DONE: lambda: _("Did you do it? Your step after %(minutes)s minutes with %(first)s"),
    FollowUpQuestion.SOLVED: lambda: _("Is it solved? Your question to %(first)s"),
    FollowUpQuestion.CONTACT: lambda: _("Would one more conversation help? Your question to %(first)s"),
}


def follow_up(reading: Reading, *, step: FollowUpStep) -> Message | Nothing:
    booking = reading.booking
    action = ActionItem.objects.select_related("person").filter(booking=booking).first()
    question = question_of(booking, step, action=action, now=reading.now)
    if isinstance(question, Nothing):
        return question
    words = {"minutes": booking.length, "first": reading.other.first_name}
    extra: Context = {
        "asked": str(question.label),
        "about": question.value,
        "line": SUBJECTS[question]() % words,
        "step": step_text(action) if action and question == DONE else "",
        "answers": answer_links(absolute("session_follow_up", booking.uuid, step.value), question),
    }
    return letter(reading, "follow_up", extra)


def answer_links(page: str, question: FollowUpQuestion) -> list[tuple[str, str]]:
    return [
        (f"{page}?{urlencode({'about': question.value, 'answer': value.value})}", str(label))
        for value, label in ANSWERS[question].items()
    ]


def action_due(row: Notification, now: datetime) -> Message | Nothing:
    action = ActionItem.objects.filter(pk=row.subject_id, version=row.subject_version).first()
    if action is None:
        return Nothing("step was changed or dropped")
    booking = Booking.objects.with_people().filter(pk=action.booking_id, state=BookingState.COMPLETED).first()
    if booking is None:
        return Nothing("session did not take place")
    return follow_up(Reading(booking, row.recipient, now), step=FollowUpStep.ACTION)


def register_kinds() -> None:
    later = partial(register, policy=Policy.HOLD, group=Group.AFTERWARDS)
    for step, kind in KINDS.items():
        ask = partial(follow_up, step=step)
        later(kind, render=partial(render, states=(BookingState.COMPLETED,), say=ask))
    later(ACTION_KIND, render=action_due)
    register_subject(ACTION_SUBJECT, ActionItem)
