"""An announcement as a mail, and as a line of the inbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.text import Truncator

from accounts.models import User
from common.mail.rendering import Context, absolute_url
from notifications.models import Group, InboxItem, Notification
from notifications.readers import NoticeReader
from notifications.registry import InboxLine, Kind, Message, Nothing, Policy
from programmes.models import Announcement, Membership

ANNOUNCEMENT = "announcement"
WORTH_TELLING_FOR = timedelta(days=7)
LONGEST_LINE = 100


def render_announcement_email(row: Notification, now: datetime) -> Message | Nothing:
    announcement = Announcement.objects.select_related("programme", "by").filter(pk=row.subject_id).first()
    if announcement is None:
        return Nothing("gone")
    programme = announcement.programme
    if not Membership.objects.live().filter(programme=programme, person=row.recipient).exists():
        return Nothing("not a member any more")
    context: Context = {
        "programme": programme.name,
        "by": announcement.by.display_name,
        "text": announcement.text,
        "link": announcement.link,
        "page_url": absolute_url("programme", programme.slug) + "#announcements",
    }
    return NoticeReader(row.recipient, now).render_email("programmes/announcement", context, from_name=programme.name)


def announcement_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    """For members only, as the programme's page is."""
    rows = Announcement.objects.select_related("programme").in_bulk([item.subject_id for item in items])
    mine = set(Membership.objects.live().filter(person=reader).values_list("programme", flat=True))
    return {
        item.pk: _line_of(rows[item.subject_id])
        for item in items
        if item.subject_id in rows and rows[item.subject_id].programme_id in mine
    }


def _line_of(row: Announcement) -> InboxLine:
    words = Truncator(" ".join(row.text.split())).chars(LONGEST_LINE)
    return InboxLine(
        f"{row.programme.name}: {words}", reverse("programme", args=[row.programme.slug]) + "#announcements"
    )


# Of a doubtful mail no second copy is sent: its reader has the line, and the page.
KINDS = [
    Kind(
        ANNOUNCEMENT,
        ANNOUNCEMENT,
        render_announcement_email,
        announcement_lines,
        policy=Policy.HOLD,
        group=Group.NEWS,
    )
]
