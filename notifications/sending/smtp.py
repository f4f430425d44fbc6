"""SMTP step by step, because the last check of the database comes between the server's "go ahead" and the message.

Until the first byte of the message nothing has left, whatever breaks. From then on only the server's answer tells.
"""

import re
import smtplib
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from django.conf import settings

from notifications.smtp_refusals import Blame, find_blame, leads_nowhere

MAILS_PER_CONNECTION = 100
CONNECTION_LASTS = 30.0  # seconds
FAREWELL = 2.0
BUSY = 421
LINE_BEGINS_WITH_DOT = re.compile(rb"(?m)^\.")


class ServerAwayError(Exception):
    """The mail server can't be reached or serves nobody at the moment. No message is to blame."""


class RefusedError(Exception):
    """The server has refused the message, so it has certainly not left. `nobody_there`: the mailbox doesn't exist."""

    def __init__(self, code: int, answer: bytes | str, *, blame: Blame, nobody_there: bool = False) -> None:
        super().__init__(f"{code} {_text_of(answer)}")
        self.blame = blame
        self.nobody_there = nobody_there


class MayHaveLeftError(Exception):
    """The connection broke after the message had begun to leave."""


class MailServer:
    """A connection to the mail server, opened when there is something to send and kept for the mails that follow.

    with MailServer() as server:
        server.announce(sender, recipient)    # now it waits for the message: nothing has left yet
        server.hand_over(content)             # or server.hang_up(), and it forgets about it
    """

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None
        self._mails = 0
        self._opened = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def announce(self, sender: str, recipient: str) -> None:
        """Everything up to the server's "go ahead".

        Raises ServerAwayError or RefusedError; in any case nothing has left.
        """
        self._begin_mail(sender)
        code, answer = self._ask_server("RCPT", lambda smtp: smtp.rcpt(recipient))
        if code not in (250, 251):
            raise self._refusal_of("RCPT", code, answer)
        code, answer = self._ask_server("DATA", lambda smtp: smtp.docmd("data"))
        if code != 354:
            raise self._refusal_of("DATA", code, answer)

    def hand_over(self, content: bytes) -> None:
        """Send the message itself. Raises RefusedError (then it has certainly not left) or MayHaveLeftError."""
        smtp = self._open_connection()
        # A line with a single dot ends a message, so dots at the beginning of a line are doubled (RFC 5321, 4.5.2).
        lines = LINE_BEGINS_WITH_DOT.sub(b"..", content)
        ended = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
        try:
            self._wait_for(settings.EMAIL_ANSWER_TIMEOUT)
            # In one piece: between two small ones the system would wait for an answer (Nagle's algorithm).
            smtp.send(ended + b".\r\n")
            code, answer = smtp.getreply()
            self._wait_for(settings.EMAIL_TIMEOUT)
        except (OSError, smtplib.SMTPException) as error:
            self.hang_up()
            raise MayHaveLeftError(str(error)) from error
        self._mails += 1
        if code != 250:
            raise self._refusal_of("the message", code, answer)
        if self._mails >= MAILS_PER_CONNECTION or time.monotonic() - self._opened > CONNECTION_LASTS:
            self.close()

    def hang_up(self) -> None:
        """Break the connection without a word. The server then drops whatever it has been given and not confirmed."""
        if self._smtp:
            self._smtp.close()
        self._smtp = None

    def close(self) -> None:
        """Say goodbye, without waiting long for the server's answer."""
        if self._smtp:
            with suppress(OSError, smtplib.SMTPException):
                self._wait_for(FAREWELL)
                self._smtp.quit()
        self.hang_up()

    def _begin_mail(self, sender: str) -> None:
        """Name the sender.

        Servers close silent connections, so if an old one turns out to be dead, a new one is tried once.
        """
        was_open = self._smtp is not None
        try:
            self._announce_sender(sender)
        except ServerAwayError:
            if not was_open:
                raise
            self._announce_sender(sender)

    def _announce_sender(self, sender: str) -> None:
        smtp = self._open_connection()
        options = ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else []
        code, answer = self._ask_server("MAIL", lambda smtp: smtp.mail(sender, options))
        if code != 250:
            raise self._refusal_of("MAIL", code, answer)

    def _open_connection(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp, self._mails, self._opened = connect_to_server(), 0, time.monotonic()
        return self._smtp

    def _ask_server(self, step: str, command: Callable[[smtplib.SMTP], tuple[int, bytes]]) -> tuple[int, bytes]:
        try:
            return command(self._open_connection())
        except (OSError, smtplib.SMTPException) as error:
            self.hang_up()
            if step == "MAIL":
                raise ServerAwayError(f"{step}: {error}") from error
            # The server was there until it heard of this recipient, which must not hold up everyone else's mail.
            raise RefusedError(0, f"lost at {step}: {error}", blame=Blame.LATER) from error

    def _refusal_of(self, step: str, code: int, answer: bytes) -> Exception:
        """The error to raise for this answer. The connection is made ready for the next message, or given up."""
        if code == BUSY:
            self.hang_up()
            return ServerAwayError(f"{step}: {code} {_text_of(answer)}")
        try:
            self._open_connection().rset()
        except (OSError, smtplib.SMTPException):
            self.hang_up()
        if step == "MAIL":  # no recipient was named yet, so it is about us
            return RefusedError(code, answer, blame=Blame.OURS)
        whose = find_blame(code, _text_of(answer))
        nobody_there = step == "RCPT" and whose == Blame.MAILBOX and leads_nowhere(code, _text_of(answer))
        return RefusedError(code, answer, blame=whose, nobody_there=nobody_there)

    def _wait_for(self, seconds: float) -> None:
        smtp = self._open_connection()
        if smtp.sock:
            smtp.sock.settimeout(seconds)


def _text_of(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer


def connect_to_server() -> smtplib.SMTP:
    """Connect, encrypt and sign in, as the settings say. Raises ServerAwayError."""
    kind = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
    try:
        server = kind(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=settings.EMAIL_TIMEOUT)
    except (OSError, smtplib.SMTPException) as error:
        raise ServerAwayError(f"{settings.EMAIL_HOST}: {error}") from error
    try:
        if settings.EMAIL_USE_TLS:
            server.starttls()
        server.ehlo_or_helo_if_needed()
        if settings.EMAIL_HOST_USER:
            server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    except (OSError, smtplib.SMTPException) as error:
        server.close()
        raise ServerAwayError(f"{settings.EMAIL_HOST}: {error}") from error
    return server
