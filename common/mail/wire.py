"""Turns finished headers and texts into the bytes of a mail, and checks that they read as they were meant."""

import re
from collections.abc import Iterable
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import getaddresses

from .headers import Header, file_header

# Seven bits and short lines pass every server unchanged, so signatures stay valid.
WIRE = policy.SMTP.clone(cte_type="7bit")
OF_ADDRESSES = ("from", "to", "reply-to")
FOLD = re.compile(r"\r?\n(?=[ \t])")


class UnreadableMailError(Exception):
    """The written mail would be read differently from what was meant, so it must not be sent."""


class WireMail(EmailMessage):
    """A mail as it will be sent; `new_mail` makes one."""

    def __init__(self, policy: policy.Policy = WIRE) -> None:
        super().__init__(policy)

    def add_calendar(self, content: bytes, mimetype: str) -> None:
        """Add the calendar as an alternative to the text: mail programs turn this into an invitation."""
        parameters = dict(part.strip().split("=", 1) for part in mimetype.split(";")[1:])
        parameters.pop("charset", None)
        self.add_alternative(content.decode(), subtype="calendar", params=parameters)

    def add_file(self, content: bytes, mimetype: str, filename: str) -> None:
        maintype, _slash, subtype = mimetype.partition(";")[0].partition("/")
        self.add_attachment(content, maintype=maintype, subtype=subtype)
        part = list(self.iter_attachments())[-1]
        del part["Content-Disposition"]
        part["Content-Disposition"] = file_header(filename)

    def as_bytes(self, unixfrom: bool = False, policy: policy.Policy | None = None, linesep: str = "") -> bytes:
        """Raises UnreadableMailError. Django's SMTP backend asks for `linesep`, which WIRE settles."""
        content = super().as_bytes(unixfrom, policy)
        check_reading(self, content)
        return content


def new_mail(headers: Iterable[Header], *, text: str, html: str) -> WireMail:
    mail = WireMail()
    for header in headers:
        mail[header.name] = header
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    return mail


def check_reading(mail: EmailMessage, content: bytes) -> None:
    """Read the bytes with both of Python's parsers: names and meanings of all headers, kinds of all parts.

    Raises UnreadableMailError, which names the first header that isn't what it was.
    """
    for reading in (policy.compat32, policy.default):
        read = message_from_bytes(content, policy=reading)
        meant, found = list(mail.walk()), list(read.walk())
        if [part.get_content_type() for part in meant] != [part.get_content_type() for part in found]:
            raise UnreadableMailError("the parts of the mail don't read back as they were written")
        for wanted, part in zip(meant, found, strict=True):
            if wanted.keys() != part.keys() or part.defects:
                raise UnreadableMailError("the headers of the mail don't read back as they were written")
            for name, value in wanted.raw_items():
                if isinstance(value, Header) and not is_read_as_written(part, name, value):
                    raise UnreadableMailError(f"the header {name} doesn't read back as it was written")


def is_read_as_written(part: Message, name: str, written: Header) -> bool:
    read = meaning_of(part, name)
    if isinstance(read, tuple) and isinstance(written.means, tuple) and written.count("=?utf-8?b?") > 1:
        # Python's newer parser keeps the blank between encoded words of a name, which means nothing (RFC 2047, 6.2).
        return (without_blanks(read[0]), read[1]) == (without_blanks(written.means[0]), written.means[1])
    return read == written.means


def meaning_of(part: Message, name: str) -> str | tuple[str, str]:
    """What a reader gets out of a header: a name and an address, or text."""
    if name.lower() == "content-disposition":
        return part.get_filename() or ""
    value = part[name]
    if isinstance(part, EmailMessage):
        addresses = getattr(value, "addresses", None)
        return (
            str(value) if addresses is None else only_pair([(each.display_name, each.addr_spec) for each in addresses])
        )
    line = FOLD.sub("", value)
    if name.lower() in OF_ADDRESSES:
        return only_pair([(decode_words(display), address) for display, address in getaddresses([line])])
    return decode_words(line)


def only_pair(pairs: list[tuple[str, str]]) -> tuple[str, str]:
    """The one name and address; empty if there are more, which none of our headers has."""
    return pairs[0] if len(pairs) == 1 else ("", "")


def without_blanks(text: str) -> str:
    return text.replace(" ", "")


def decode_words(text: str) -> str:
    return str(make_header(decode_header(text)))
