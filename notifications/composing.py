"""From a rendered message to the bytes that travel: MIME parts, fixed headers, clean names."""

import unicodedata
from datetime import UTC
from email import policy
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.utils.encoding import punycode

from .models import Notification
from .registry import Attachment, Message


class LongAddress(UnstructuredHeader):
    """Left in one piece: Python's email package would write an address longer than a line as encoded words."""

    def fold(self, *, policy: EmailPolicy) -> str:
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


def header_types() -> HeaderRegistry:
    registry = HeaderRegistry()
    registry.map_to_type("list-unsubscribe", LongAddress)  # type: ignore[arg-type]
    return registry


# Seven bits and short lines pass every server unchanged, so signatures stay right.
WIRE = policy.SMTP.clone(cte_type="7bit", header_factory=header_types())

# The one invisible character that names need: it shapes letters of several scripts.
JOINER = "\u200d"


def compose(row: Notification, message: Message) -> bytes:
    mail = EmailMessage(policy=WIRE)
    mail["Subject"] = one_line(message.subject)
    mail["From"] = sender(message.from_name)
    mail["To"] = address(row.recipient.email, row.recipient.name)
    mail["Reply-To"] = settings.CONTACT_EMAIL
    mail["Date"] = format_datetime(row.date.astimezone(UTC))
    mail["Message-ID"] = row.message_id
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in message.headers.items():
        mail[name] = one_line(value)
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    calendars = [attachment for attachment in message.attachments if attachment.mimetype.startswith("text/calendar")]
    for attachment in calendars:
        _add_calendar(mail, attachment)
    for attachment in message.attachments:
        # A program that has read the calendar part needs a file only to keep, so it gets a type nothing acts on.
        kind = "application/ics" if attachment in calendars else attachment.mimetype
        maintype, _slash, subtype = kind.partition(";")[0].partition("/")
        mail.add_attachment(attachment.content, maintype=maintype, subtype=subtype, filename=attachment.filename)
    return mail.as_bytes()


def sender(name: str = "") -> Address:
    ours, spec = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return address(spec, name or ours)


def envelope_address(email: str) -> str:
    """The address with its domain as DNS knows it."""
    local, _at, domain = email.rpartition("@")
    return f"{local}@{punycode(domain)}"


def address(email: str, name: str = "") -> Address:
    return Address(display_name=one_line(name), addr_spec=envelope_address(email))


def one_line(text: str) -> str:
    """No line breaks and nothing invisible: what people write goes into headers."""
    visible = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return " ".join("".join(c for c in visible if c == JOINER or unicodedata.category(c) not in {"Cf", "Cs"}).split())


def _add_calendar(mail: EmailMessage, attachment: Attachment) -> None:
    """The calendar as one more way to read the mail: this is what mail programs turn into an invitation."""
    parameters = dict(part.strip().split("=", 1) for part in attachment.mimetype.split(";")[1:])
    parameters.pop("charset", None)
    mail.add_alternative(attachment.content.decode(), subtype="calendar", params=parameters)
