"""The later mails to a mentee: one question each. Their links choose an answer; the page's button keeps it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from common.mail.rendering import Context, absolute
from notifications.models import Group, Notification
from notifications.registry import Message, Nothing, Policy, register, register_subject
from sessions_app.booking.letters import Reading, letter, render
from sessions_app.models import (
    ActionItem,
    Booking,
    BookingState,
    FollowUpQuestion,
    FollowUpStep,
    Resolution,
    WrittenState,
)
from sessions_app.questions.asked_later import FOLLOW_UP_KINDS, WRITTEN_FOLLOW_UP_KINDS
from sessions_app.written.letters import read_written, written_letter

from .notices import ACTION_KIND, ACTION_SUBJECT
from .questions import ANSWERS, DONE, meet_again, question_of, step_text

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
    for step, kind in FOLLOW_UP_KINDS.items():
        ask = partial(follow_up, step=step)
        later(kind, render=partial(render, states=(BookingState.COMPLETED,), say=ask))
    later(ACTION_KIND, render=action_due)
    done = (BookingState.CONFIRMED, BookingState.COMPLETED)
    for kind, nudge in (("feedback_request", False), ("feedback_nudge", True)):
        later(kind, render=partial(render, states=done, say=partial(feedback_request, nudge=nudge)))
    for step, kind in WRITTEN_FOLLOW_UP_KINDS.items():
        later(kind, render=partial(written_follow_up, step=step))
    register_subject(ACTION_SUBJECT, ActionItem)


def feedback_request(reading: Reading, *, nudge: bool) -> Message | Nothing:
    booking = reading.booking
    if booking.feedback.filter(author=reading.person).exists():
        return Nothing("answered")
    if nudge and meet_again(booking):
        return Nothing("another session follows")
    page = absolute("session_feedback", booking.uuid)
    # Mail scanners follow links, so these only choose an answer on the page; nothing is kept until it is sent there.
    answers = [(f"{page}?answer={value}", value.label) for value in (Resolution.YES, Resolution.PARTLY, Resolution.NO)]
    return letter(reading, "feedback_request", {"answers": answers, "nudge": nudge})


def written_follow_up(row: Notification, now: datetime, *, step: FollowUpStep) -> Message | Nothing:
    written = read_written(row, WrittenState.ANSWERED)
    if isinstance(written, Nothing):
        return written
    question = question_of(written, step, action=None, now=now)
    if isinstance(question, Nothing):
        return question
    page = absolute("written_follow_up", written.engagement.uuid, step.value)
    extra: Context = {
        "asked": str(question.label),
        "line": SUBJECTS[question]() % {"first": written.mentor.first_name},
        "answers": answer_links(page, question),
    }
    return written_letter(written, row.recipient, "written_follow_up", now=now, extra=extra)
