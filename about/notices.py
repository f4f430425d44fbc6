"""The mail and the inbox line by which staff hear of a message from the contact page."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from common.mail.headers import Mailbox
from common.mail.rendering import absolute_url
from notifications.models import InboxItem, Notification
from notifications.readers import NoticeReader
from notifications.registry import InboxLine, Message, Nothing

from .models import ContactMessage


def render_contact_email(row: Notification, now: datetime) -> Message | Nothing:
    message = ContactMessage.objects.filter(pk=row.subject_id).select_related("person").first()
    if message is None:
        return Nothing("message is gone")
    if not may(row.recipient, Power.ANSWER):
        return Nothing("not staff any more")
    if message.answered_at:
        return Nothing("answered already")
    reader = NoticeReader(row.recipient, now)
    context = {
        "name": message.name,
        "email": message.readable_email,
        "words": message.text,
        "is_signed_in": message.person_id is not None,
        "when": reader.when_in_city(message.sent_at),
        "list_url": absolute_url("staff_contact"),
    }
    return reader.render_email("about/contact_message", context, reply_to=Mailbox(message.name, message.email))


def contact_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    if not may(reader, Power.ANSWER):
        return {}
    names = dict(ContactMessage.objects.filter(pk__in=[item.subject_id for item in items]).values_list("pk", "name"))
    page = reverse("staff_contact")
    return {
        item.pk: InboxLine(_("%(name)s wrote on the contact page") % {"name": names[item.subject_id]}, page)
        for item in items
        if item.subject_id in names
    }
