"""What the mails about a question in writing say, from the question as it is when they leave."""

from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from django.conf import settings
from django.utils.text import Truncator

from accounts.models import User
from common.mail import absolute, render_mail
from common.times import when_text, zone_label
from common.zones import UTC_NAME
from notifications.models import Group, Notification
from notifications.registry import Message as Mail
from notifications.registry import Nothing, register, register_subject

from .elsewhere import free_elsewhere
from .letters import Context
from .models import WRITTEN_SUBJECT, WrittenQuestion, WrittenState
from .same_question import QUESTION_IN_ADDRESS

ANSWER_IN_MAIL = 1500
REMINDERS = {"written_waiting": False, "written_due": False, "written_due_again": True}


def render(
    row: Notification, now: datetime, *, template: str, state: WrittenState, elsewhere: bool = False
) -> Mail | Nothing:
    written = WrittenQuestion.objects.with_people().select_related("answer").filter(pk=row.subject_id).first()
    if written is None:
        return Nothing("no such question")
    if written.version != row.subject_version or written.state != state:
        return Nothing("moved on")
    if row.kind in REMINDERS and REMINDERS[row.kind] != bool(written.asked_back_at):
        return Nothing("asked back")
    return letter(written, row.recipient, template, now=now, elsewhere=elsewhere)


def letter(written: WrittenQuestion, person: User, template: str, *, now: datetime, elsewhere: bool) -> Mail:
    is_mentor, other = person.pk == written.mentor_id, written.other(person)
    zone = person.timezone or UTC_NAME
    slug = written.mentor.mentor_profile.slug
    search = urlencode({"q": written.question[:QUESTION_IN_ADDRESS]})
    page = absolute("thread", written.engagement.uuid)
    context: Context = {
        "is_mentor": is_mentor,
        "other": other.display_name,
        "first": other.first_name,
        "question": written.question,
        "deadline": when_text(written.due_at, zone=zone, now=now, hour12=person.hour12),
        "short_deadline": when_text(written.due_at, zone=zone, now=now, hour12=person.hour12, short=True),
        "zone": zone_label(zone, written.due_at),
        "answer": Truncator(written.answer.body).chars(ANSWER_IN_MAIL) if written.answer else "",
        "is_cut": bool(written.answer and len(written.answer.body) > ANSWER_IN_MAIL),
        "reason": written.reason,
        "page_url": f"{page}#messages",
        "offers_url": absolute("mentor_offers"),
        "end_url": absolute("written_end", written.engagement.uuid),
        "mentor_url": f"{absolute('mentor_detail', slug)}?{search}",
        "search_url": f"{absolute('mentor_list')}?{search}",
    }
    if elsewhere and not is_mentor:
        without = written.mentor.mentor_profile
        context |= free_elsewhere(written.question, mentee=person, without=without, now=now)
    subject, text, html = render_mail(template, context, zone=zone, language=person.language, hour12=person.hour12)
    thread = f"<written-{written.engagement.uuid}@{settings.SITE_HOST}>"
    return Mail(subject, text, html, headers={"In-Reply-To": thread, "References": thread})


def register_kinds() -> None:
    def kind(
        name: str, state: WrittenState, group: Group | None = None, template: str = "", elsewhere: bool = False
    ) -> None:
        say = partial(render, template=template or name, state=state, elsewhere=elsewhere)
        register(name, render=say, group=group)

    kind("written_asked", WrittenState.ASKED)
    for name in REMINDERS:
        kind(name, WrittenState.ASKED, Group.REMINDERS, template="written_waiting")
    kind("written_answered", WrittenState.ANSWERED)
    kind("written_declined", WrittenState.DECLINED, elsewhere=True)
    kind("written_expired", WrittenState.EXPIRED, elsewhere=True)
    kind("written_withdrawn", WrittenState.WITHDRAWN)
    register_subject(WRITTEN_SUBJECT, WrittenQuestion)
