"""Turns a rendered message into the bytes that are sent."""

from datetime import UTC
from email.utils import format_datetime

from django.conf import settings

from common.mail.headers import Mailbox, mailbox_header, raw_header, text_header
from common.mail.rendering import sender
from common.mail.wire import new_mail
from notifications.models import Notification
from notifications.registry import Message


def compose_email(row: Notification, message: Message) -> bytes:
    """Raises UnwritableHeaderError or UnreadableMailError: no later attempt would write it better."""
    headers = [
        text_header("Subject", message.subject),
        mailbox_header("From", sender(message.from_name)),
        mailbox_header("To", Mailbox(row.recipient.name, row.recipient.email)),
        mailbox_header("Reply-To", message.reply_to or Mailbox("", settings.CONTACT_EMAIL)),
        raw_header("Date", format_datetime(row.date.astimezone(UTC))),
        raw_header("Message-ID", row.message_id),
        raw_header("Auto-Submitted", "auto-generated"),
        *(raw_header(name, value) for name, value in message.headers.items()),
    ]
    mail = new_mail(headers, text=message.text, html=message.html)
    calendars = [attachment for attachment in message.attachments if attachment.mimetype.startswith("text/calendar")]
    for attachment in calendars:
        mail.add_calendar(attachment.content, attachment.mimetype)
    for attachment in message.attachments:
        # Mail programs act on the calendar part, once. The same file as text/calendar would make some of them act
        # twice, so it gets a type that is only kept.
        kind = "application/ics" if attachment in calendars else attachment.mimetype
        mail.add_file(attachment.content, kind, attachment.filename)
    return mail.as_bytes()
