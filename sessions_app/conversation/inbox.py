"""Lines of the inbox about messages: one for each thread with something new, until it is read."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.models import InboxItem
from notifications.registry import InboxLine
from sessions_app.models import ReadMarker


def thread_inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    own = ReadMarker.objects.filter(person=reader).select_related("engagement__mentor", "engagement__mentee")
    markers = own.in_bulk({item.subject_id for item in items})
    known = [(item, markers[item.subject_id]) for item in items if item.subject_id in markers]
    return {item.pk: thread_inbox_line(marker, reader) for item, marker in known}


def thread_inbox_line(marker: ReadMarker, reader: User) -> InboxLine:
    words = _("%(name)s wrote to you") % {"name": marker.engagement.other_person(reader).first_name}
    return InboxLine(words, f"{reverse('thread', args=[marker.engagement.uuid])}#messages")
