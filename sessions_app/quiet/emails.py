"""What quiet mentors are asked and told, and what people read who waited for one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.mail.rendering import Context, absolute_url
from mentors.models import MentorProfile
from notifications.models import InboxItem, Notification
from notifications.readers import NoticeReader
from notifications.registry import InboxLine, Message, Nothing
from sessions_app.models import WaitlistEntry
from sessions_app.questions.other_mentors import free_elsewhere

from .acts import ASKING_OFF, QUESTION, RESTING

LINES: dict[str, str | Promise] = {
    QUESTION: _("Are you still taking sessions?"),
    ASKING_OFF: _("Two requests ran out, so people can’t ask you first any more"),
    RESTING: _("Your profile is out of search until you’re back"),
}


def render_quiet_email(kind: str) -> Callable[[Notification, datetime], Message | Nothing]:
    """Nothing for a mentor who has been back since: coming back makes no new version, so it is looked at here."""

    def render(row: Notification, now: datetime) -> Message | Nothing:
        profile = MentorProfile.objects.public().filter(pk=row.subject_id).first()
        if profile is None or profile.version != row.subject_version:
            return Nothing("moved on")
        if profile.back_at and profile.back_at >= row.due_at:
            return Nothing("back")
        return NoticeReader(row.recipient, now).render_email(f"quiet/{kind}", {"page_url": absolute_url("still_here")})

    return render


def quiet_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    return {item.pk: InboxLine(str(LINES[item.kind]), reverse("still_here")) for item in items}


def render_moved_on_email(row: Notification, now: datetime) -> Message | Nothing:
    waited = WaitlistEntry.objects.select_related("mentor__person").filter(pk=row.subject_id).first()
    if waited is None or waited.mentor is None:
        return Nothing("gone")
    others = free_elsewhere(waited.words, mentee=row.recipient, without=waited.mentor, now=now)
    reader = NoticeReader(row.recipient, now)
    extra: Context = {
        "first": waited.mentor.first_name,
        "city": reader.city,
        "search_url": absolute_url("mentor_list"),
        **others,
    }
    return reader.render_email("quiet/waiting_moved_on", extra)


def moved_on_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    waited = WaitlistEntry.objects.select_related("mentor__person").filter(person=reader)
    found = waited.in_bulk({item.subject_id for item in items})
    words = _("%(name)s isn’t taking sessions at the moment. Look for someone else")
    return {
        item.pk: InboxLine(words % {"name": entry.mentor.first_name}, reverse("mentor_list"))
        for item in items
        if (entry := found.get(item.subject_id)) and entry.mentor
    }
