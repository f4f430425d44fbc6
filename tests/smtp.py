"""A real SMTP server for tests: keeps what it is given, and says what a test wants it to say.

`from tests.smtp import smtp_sink` in a conftest makes the fixture known to its folder.
"""

import asyncio
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, syntax

from local.ports import free_port


@dataclass
class Sink:
    """`mail`, `rcpt` and `data` answer in place of 250 while they are set; an answer of None drops the connection.

    `go_ahead` answers DATA in place of 354 (None drops the connection there), and `answers_when` is waited for before
    a message is answered, once it is kept. `after` is called with each message that was kept.
    """

    mails: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    rcpt: dict[str, str | None] = field(default_factory=dict)
    data: str | None = "250 Kept"
    mail: str = ""
    go_ahead: str | None = ""
    answers_when: threading.Event | None = None
    after: Callable[[EmailMessage], None] = lambda mail: None
    connections: list[object] = field(default_factory=list)

    async def handle_MAIL(self, server, session, envelope, address, mail_options):  # noqa: N802 (aiosmtpd's name)
        if self.mail:
            return self.mail
        envelope.mail_from = address
        return "250 OK"

    def say_go_ahead(self, envelope):
        return self.go_ahead

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802 (aiosmtpd's name)
        if address in self.rcpt and self.rcpt[address] is None:
            server.transport.abort()
        if address in self.rcpt:
            return self.rcpt[address] or "451 Gone"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.data is not None and not self.data.startswith("250"):
            return self.data
        self.mails.append(message_from_bytes(envelope.original_content, policy=policy.default))
        self.senders.append(envelope.mail_from)
        self.recipients.extend(envelope.rcpt_tos)
        self.after(self.mails[-1])
        while self.answers_when and not self.answers_when.is_set():
            await asyncio.sleep(0.01)
        if self.data is None:
            server.transport.abort()
        return self.data or "250 Kept"


class Breakable(SMTP):
    """One that may break off before it has said that the message can come: as its handler's `say_go_ahead` wants it."""

    @syntax("DATA")
    async def smtp_DATA(self, arg):  # noqa: N802 (aiosmtpd's name)
        answer = self.event_handler.say_go_ahead(self.envelope)
        if answer is None:
            self.transport.abort()
        elif answer:
            await self.push(answer)
        else:
            await super().smtp_DATA(arg)

    def connection_made(self, transport):
        self.event_handler.connections.append(transport)
        super().connection_made(transport)


class SinkController(Controller):
    def factory(self):
        return Breakable(self.handler, **self.SMTP_kwargs)


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> str:
    return mail.get_body(("html",)).get_content().replace("\r\n", "\n")


@pytest.fixture
def smtp_sink(settings):
    sink = Sink()
    controller = SinkController(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    sink.connections.clear()  # the controller has looked whether it answers
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
