"""A real SMTP server for tests: keeps what it is given, and says what a test wants it to say.

`from tests.smtp import smtp_sink` in a conftest makes the fixture known to its folder.
"""

import re
import socket
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape

import pytest
from aiosmtpd.controller import Controller


@dataclass
class Sink:
    """`rcpt` and `data` answer in place of 250 while they are set; an answer of None drops the connection."""

    mails: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    rcpt: dict[str, str | None] = field(default_factory=dict)
    data: str | None = "250 Kept"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802 (aiosmtpd's name)
        if address in self.rcpt and self.rcpt[address] is None:
            server.transport.abort()
        if address in self.rcpt:
            return self.rcpt[address] or "451 Gone"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
        if self.data is not None and not self.data.startswith("250"):
            return self.data
        self.mails.append(message_from_bytes(envelope.original_content, policy=policy.default))
        self.senders.append(envelope.mail_from)
        self.recipients.extend(envelope.rcpt_tos)
        if self.data is None:
            server.transport.abort()
        return self.data or "250 Kept"


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> str:
    return mail.get_body(("html",)).get_content().replace("\r\n", "\n")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def smtp_sink(settings):
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield sink
    controller.stop()


def words_of(mail: EmailMessage) -> tuple[list[str], list[str]]:
    """The words of the text and of the HTML part, sorted, without addresses and the marks that only text needs."""
    html = html_of(mail)
    shown = unescape(re.sub(r"<[^>]+>", " ", html[html.index("<table") :]))
    said = re.sub(r"https?://[^\s)]+", " ", text_of(mail)).replace("\n--\n", "\n")
    return bare(said), bare(shown)


def bare(text: str) -> list[str]:
    return sorted(word for word in (word.strip("“”():.,") for word in text.split()) if word)
