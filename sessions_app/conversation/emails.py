"""The mail about unread messages. What it says is decided when it is sent."""

from datetime import datetime

from django.conf import settings
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from common.mail.rendering import Context, absolute_url
from notifications.models import Notification
from notifications.readers import NoticeReader
from notifications.registry import Message, Nothing
from sessions_app.models import ReadMarker, WrittenQuestion

MESSAGE_IN_MAIL = 400


def render_unread_email(row: Notification, now: datetime) -> Message | Nothing:
    known = ReadMarker.objects.select_related("person", "engagement__mentor", "engagement__mentee", "engagement__brief")
    marker = known.filter(pk=row.subject_id, version=row.subject_version).first()
    if marker is None:
        return Nothing("moved on")
    unread = list(marker.unread)
    if not unread:
        return Nothing("read")
    other = marker.engagement.other_person(marker.person)
    context: Context = {
        "first": other.first_name,
        "other": other.display_name,
        "is_file": unread[-1].is_file,
        "words": Truncator(unread[-1].words).chars(MESSAGE_IN_MAIL),
        "earlier": len(unread) - 1,
        "question": Truncator(marker.engagement.brief.question).chars(100),
        "in_writing": WrittenQuestion.objects.filter(engagement=marker.engagement).exists(),
        "page_url": f"{absolute_url('thread', marker.engagement.uuid)}#messages",
    }
    thread = f"<thread-{marker.engagement.uuid}@{settings.SITE_HOST}>"
    sender = _("%(name)s via %(site)s") % {"name": other.first_name, "site": settings.SITE_NAME}
    headers = {"In-Reply-To": thread, "References": thread}
    return NoticeReader(marker.person, now).render_email(
        "conversation/message", context, headers=headers, from_name=sender
    )
