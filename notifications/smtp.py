"""SMTP in two steps, since the last look at the database comes between the recipient's acceptance and the message."""

import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings

FINER = re.compile(r"5\.(\d+\.\d+)\b")
NO_SUCH_MAILBOX = {"1.1", "1.2", "1.3", "1.6", "1.10", "2.1"}  # unknown, moved, a domain without mail, disabled


class ServerAwayError(Exception):
    """The mail server can't be reached or serves nobody now: no message's own fault."""


class RefusedError(Exception):
    """The server took neither the message nor responsibility for it. `nobody_there`: the address leads nowhere."""

    def __init__(self, code: int, answer: bytes | str, *, permanent: bool, nobody_there: bool = False) -> None:
        text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
        super().__init__(f"{code} {text}")
        self.permanent = permanent
        self.nobody_there = nobody_there


class MayHaveLeftError(Exception):
    """The connection broke after the message began."""


@contextmanager
def addressed(sender: str, recipient: str) -> Iterator[smtplib.SMTP]:
    """A connection on which the server has accepted this recipient. Raises ServerAwayError or RefusedError."""
    server = _connect()
    try:
        _say(server, "MAIL", server.mail, sender, ["BODY=8BITMIME"] if server.has_extn("8bitmime") else [])
        _say(server, "RCPT", server.rcpt, recipient)
        yield server
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def send_data(server: smtplib.SMTP, content: bytes) -> None:
    """Hand the message over. Raises RefusedError (it has certainly not left) or MayHaveLeftError."""
    try:
        code, answer = server.data(content)
    except smtplib.SMTPDataError as error:
        raise RefusedError(error.smtp_code, error.smtp_error, permanent=error.smtp_code >= 500) from error
    except (OSError, smtplib.SMTPException) as error:
        raise MayHaveLeftError(str(error)) from error
    if code != 250:
        raise RefusedError(code, answer, permanent=code >= 500)


def _connect() -> smtplib.SMTP:
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


def _say(server: smtplib.SMTP, step: str, command: object, address: str, options: list[str] | None = None) -> None:
    try:
        code, answer = command(address, options or [])  # type: ignore[operator]
    except (OSError, smtplib.SMTPException) as error:
        if step == "RCPT":  # the server was there: a recipient it stumbles over must not hold up all others
            raise RefusedError(0, f"lost at {step}: {error}", permanent=False) from error
        raise ServerAwayError(f"{step}: {error}") from error
    if code == 421:
        raise ServerAwayError(f"{step}: {code}")
    if code not in (250, 251):
        # What the server says against our own sender is a mistake to mend here, not a fact about the recipient.
        permanent = step == "RCPT" and code >= 500
        raise RefusedError(code, answer, permanent=permanent, nobody_there=permanent and leads_nowhere(code, answer))


def leads_nowhere(code: int, answer: bytes) -> bool:
    """Whether a refused recipient does not exist, by the finer code (RFC 3463) if there is one.

    A server that refuses *us* (5.7.1) says nothing against the address, though it may use the same 550.
    """
    finer = FINER.match(answer.decode(errors="replace"))
    return finer[1] in NO_SUCH_MAILBOX if finer else code in (550, 551, 553)
