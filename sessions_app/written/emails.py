"""Mails about a question in writing, written from its state when they are sent."""

from datetime import datetime

from django.conf import settings
from django.utils.text import Truncator

from accounts.models import User
from common.mail.rendering import Context, absolute_url
from notifications.models import Notification
from notifications.readers import NoticeReader
from notifications.registry import NEVER_TOLD, Message, Nothing
from sessions_app.models import WrittenQuestion, WrittenState
from sessions_app.models.feedback import ANSWERS_IN_MAIL
from sessions_app.questions.addresses import question_query
from sessions_app.questions.brief_summary import brief_line
from sessions_app.questions.other_mentors import free_elsewhere
from sessions_app.questions.same_question import asked_already

from .notices import has_heard_of_question

ANSWER_IN_MAIL = 1500
# Not sent to a mentor who hasn't been told of the question yet.
TAKEN_BACK = "written_withdrawn"
REMINDERS = {"written_waiting": False, "written_due": False, "written_due_again": True}


def render_written_email(
    row: Notification, now: datetime, *, template: str, state: WrittenState, elsewhere: bool = False
) -> Message | Nothing:
    written = load_current_question(row, state)
    if isinstance(written, Nothing):
        return written
    if row.kind == TAKEN_BACK and not has_heard_of_question(written, row.recipient):
        return Nothing(NEVER_TOLD)
    if row.kind in REMINDERS and REMINDERS[row.kind] != bool(written.asked_back_at):
        return Nothing("asked back")
    is_told = elsewhere and row.recipient_id == written.mentee_id
    return build_written_email(
        written, row.recipient, template, now=now, extra=who_else(written, now) if is_told else {}
    )


def load_current_question(row: Notification, state: WrittenState) -> WrittenQuestion | Nothing:
    """The question as it is now, or Nothing if it has changed since the row was written."""
    written = WrittenQuestion.objects.with_people().select_related("answer", "offer__profile").filter(pk=row.subject_id)
    found = written.first()
    if found is None:
        return Nothing("no such question")
    if found.version != row.subject_version or found.state != state:
        return Nothing("moved on")
    return found


def who_else(written: WrittenQuestion, now: datetime) -> Context:
    """Other mentors who could help and weren't asked yet."""
    others = free_elsewhere(
        written.question,
        mentee=written.mentee,
        without=written.mentor.mentor_profile,
        now=now,
        asked=asked_already(written.engagement),
        query=question_query(written.engagement),
    )
    return {**others}


def build_written_email(
    written: WrittenQuestion, person: User, template: str, *, now: datetime, extra: Context
) -> Message:
    is_mentor, other = person.pk == written.mentor_id, written.other_person(person)
    reader = NoticeReader(person, now)
    feedback_url = absolute_url("written_feedback", written.engagement.uuid)
    context: Context = {
        "is_mentor": is_mentor,
        "other": other.display_name,
        "first": other.first_name,
        "question": written.question,
        "brief": brief_line(written.engagement, now) if is_mentor else "",
        "deadline": reader.when(written.due_at),
        "short_deadline": reader.when(written.due_at, short=True),
        "city": reader.city,
        "zone": reader.zone_label(written.due_at),
        "answer": Truncator(written.answer.words).chars(ANSWER_IN_MAIL) if written.answer else "",
        "is_cut": bool(written.answer and len(written.answer.words) > ANSWER_IN_MAIL),
        "helped": [(f"{feedback_url}?answer={value}", value.label) for value in ANSWERS_IN_MAIL],
        "reason": written.reason,
        "page_url": f"{absolute_url('thread', written.engagement.uuid)}#messages",
        "offers_url": absolute_url("mentor_offers"),
        "end_url": absolute_url("written_end", written.engagement.uuid),
        "search_url": f"{absolute_url('mentor_list')}?{question_query(written.engagement)}",
    }
    thread = f"<written-{written.engagement.uuid}@{settings.SITE_HOST}>"
    return reader.render_email(template, context | extra, headers={"In-Reply-To": thread, "References": thread})
