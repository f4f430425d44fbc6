"""Messages in a folder, one file each. Their names sort by time of arrival."""

import os
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

NAME = re.compile(r"(\d{8}T\d{12})-[0-9a-f]{8}")
ARRIVAL = "%Y%m%dT%H%M%S%f"


class MailNotFoundError(LookupError):
    """No message has this name, or it has no such part."""


@dataclass(frozen=True)
class Attachment:
    number: int  # its place among all parts of the message
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    name: str
    arrived: datetime
    headers: list[tuple[str, str]]
    subject: str
    to: str
    text: str
    html: str
    attachments: list[Attachment]


def store_message(folder: Path, content: bytes, now: datetime) -> str:
    """Write one message, completely or not at all. Returns its name."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{now.astimezone(UTC):{ARRIVAL}}-{secrets.token_hex(4)}"
    partial = folder / f"{name}.partial"
    partial.write_bytes(content)
    os.replace(partial, folder / f"{name}.eml")
    return name


def list_names(folder: Path) -> list[str]:
    return sorted((path.stem for path in folder.glob("*.eml") if NAME.fullmatch(path.stem)), reverse=True)


def read_mail(folder: Path, name: str) -> Mail:
    """The message of this name. Raises MailNotFoundError, also for a name that leads out of the folder."""
    match = NAME.fullmatch(name)
    if not match:
        raise MailNotFoundError(name)
    try:
        content = (folder / f"{name}.eml").read_bytes()
    except FileNotFoundError as error:
        raise MailNotFoundError(name) from error
    message = message_from_bytes(content, policy=policy.default)
    parts = list(enumerate(message.walk()))
    text, html = _find_body(message, "plain"), _find_body(message, "html")
    return Mail(
        name=name,
        arrived=datetime.strptime(match[1], ARRIVAL).replace(tzinfo=UTC),
        headers=[(key, str(value)) for key, value in message.items()],
        subject=str(message["Subject"] or ""),
        to=str(message["To"] or ""),
        text=_text_content(text),
        html=_text_content(html),
        attachments=[
            _make_attachment(number, part)
            for number, part in parts
            if part not in (text, html) and not part.is_multipart()
        ],
    )


def find_attachment(mail: Mail, number: int) -> Attachment:
    for found in mail.attachments:
        if found.number == number:
            return found
    raise MailNotFoundError(f"{mail.name} has no part {number}")


def _find_body(message: EmailMessage, subtype: str) -> EmailMessage | None:
    return message.get_body((subtype,))  # type: ignore[return-value]


def _text_content(part: EmailMessage | None) -> str:
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


def _make_attachment(number: int, part: EmailMessage) -> Attachment:
    kind = part.get_content_type()
    filename = part.get_filename() or f"part-{number}.{kind.rpartition('/')[2]}"
    content = part.get_payload(decode=True)
    return Attachment(number, filename, kind, content if isinstance(content, bytes) else b"")
