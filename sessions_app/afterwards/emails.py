"""The later mails to a mentee, with one question each. Their links choose an answer; the page's button saves it."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from common.mail.rendering import Context, absolute_url
from notifications.models import Notification
from notifications.registry import Message, Nothing
from sessions_app.booking.notices.emails import BookingForReader, render_booking_email
from sessions_app.models import (
    Booking,
    BookingState,
    FollowUpQuestion,
    FollowUpStep,
    NextStep,
    WrittenState,
)
from sessions_app.models.feedback import ANSWERS_IN_MAIL
from sessions_app.written.emails import build_written_email, load_current_question

from .questions import ANSWERS, DONE, meet_again, next_step_text, question_of

SUBJECTS: dict[FollowUpQuestion, Callable[[], str]] = {
    FollowUpQuestion.DONE: lambda: _("Did you do it? Your step after %(minutes)s minutes with %(first)s"),
    FollowUpQuestion.SOLVED: lambda: _("Is it solved? Your question to %(first)s"),
    FollowUpQuestion.CONTACT: lambda: _("Would one more conversation help? Your question to %(first)s"),
}


def render_follow_up_email(reading: BookingForReader, *, step: FollowUpStep) -> Message | Nothing:
    booking = reading.booking
    action = NextStep.objects.select_related("person").filter(booking=booking).first()
    question = question_of(booking, step, action=action, now=reading.now)
    if isinstance(question, Nothing):
        return question
    words = {"minutes": booking.length, "first": reading.other.first_name}
    extra: Context = {
        "asked": str(question.label),
        "about": question.value,
        "line": SUBJECTS[question]() % words,
        "step": next_step_text(action) if action and question == DONE else "",
        "answers": answer_links(absolute_url("session_follow_up", booking.uuid, step.value), question),
    }
    return render_booking_email(reading, "afterwards/follow_up", extra)


def answer_links(page: str, question: FollowUpQuestion) -> list[tuple[str, str]]:
    return [
        (f"{page}?{urlencode({'about': question.value, 'answer': value.value})}", str(label))
        for value, label in ANSWERS[question].items()
    ]


def render_next_step_email(row: Notification, now: datetime) -> Message | Nothing:
    action = NextStep.objects.filter(pk=row.subject_id, version=row.subject_version).first()
    if action is None:
        return Nothing("step was changed or dropped")
    booking = Booking.objects.with_people().filter(pk=action.booking_id, state=BookingState.COMPLETED).first()
    if booking is None:
        return Nothing("session did not take place")
    return render_follow_up_email(BookingForReader(row.recipient, now, booking), step=FollowUpStep.NEXT_STEP)


def render_feedback_email(reading: BookingForReader, *, nudge: bool) -> Message | Nothing:
    booking = reading.booking
    if booking.feedback.filter(author=reading.person).exists():
        return Nothing("answered")
    if nudge and meet_again(booking):
        return Nothing("another session follows")
    page = absolute_url("session_feedback", booking.uuid)
    # Mail scanners follow links, so these only choose an answer on the page; nothing is saved before the button is
    # pressed.
    answers = [(f"{page}?answer={value}", value.label) for value in ANSWERS_IN_MAIL]
    return render_booking_email(reading, "afterwards/feedback_request", {"answers": answers, "nudge": nudge})


def render_written_follow_up_email(row: Notification, now: datetime, *, step: FollowUpStep) -> Message | Nothing:
    written = load_current_question(row, WrittenState.ANSWERED)
    if isinstance(written, Nothing):
        return written
    question = question_of(written, step, action=None, now=now)
    if isinstance(question, Nothing):
        return question
    page = absolute_url("written_follow_up", written.engagement.uuid, step.value)
    extra: Context = {
        "asked": str(question.label),
        "line": SUBJECTS[question]() % {"first": written.mentor.first_name},
        "answers": answer_links(page, question),
    }
    return build_written_email(written, row.recipient, "afterwards/written_follow_up", now=now, extra=extra)
