"""Codes and notices about the account itself, sent beside the request and never inside it.

They are not rows of the notification outbox: a code must not be stored in a table, and has to arrive within seconds.
Every address gets a code, so a page may wait for one. A link for a new password goes only to those who have an account:
whether one is sent must not show in the time of the answer (docs/decisions/0002).
"""

import logging
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from email.utils import formatdate, make_msgid
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from common.mail.headers import Mailbox, mailbox_header, raw_header, text_header
from common.mail.rendering import absolute_url, render_mail, sender
from common.mail.wire import new_mail
from common.times import day_text

from .models import AccessToken, Scope, User

logger = logging.getLogger(__name__)
SMTP = "django.core.mail.backends.smtp.EmailBackend"
CODE_MINUTES = settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60


@dataclass(frozen=True, slots=True)
class AccountEmail:
    """One mail. `real=False` costs the same work and is sent to nobody."""

    template: str
    to: str
    context: Mapping[str, Any]
    zone: str = "UTC"
    language: str = "en"
    hour12: bool = False
    real: bool = True


def send_account_email(letter: AccountEmail) -> None:
    """Send in another thread and return at once, whatever becomes of it."""
    _submit(letter)


def send_after_commit(letter: AccountEmail) -> None:
    """As `send_account_email`, once the transaction that it tells of is committed."""
    transaction.on_commit(partial(send_account_email, letter))


def send_and_wait(letter: AccountEmail) -> bool:
    """Send, and wait a moment for the mail server's answer: whether it has taken the mail by then.

    Raises what kept the mail from being sent, if that is known in time.
    """
    sending = _submit(letter)
    if sending not in wait([sending], timeout=settings.CODE_MAIL_WAIT).done:
        return False
    sending.result()
    return True


def send_here(letter: AccountEmail) -> None:
    """Send in this thread, for as long as the mail server takes: for a command, where someone reads what is raised.

    Raises what kept the mail from being sent, and logs nothing.
    """
    message = _build_message(letter)
    if letter.real:
        message.send()


def _submit(letter: AccountEmail) -> Future[None]:
    """Only SMTP is slow enough for another thread; with other backends (tests) the mail is sent here."""
    if settings.EMAIL_BACKEND == SMTP:
        return _sender_pool().submit(_render_and_send, letter)
    sent: Future[None] = Future()
    try:
        _render_and_send(letter)
    except Exception as error:
        sent.set_exception(error)
    else:
        sent.set_result(None)
    return sent


@cache
def _sender_pool() -> ThreadPoolExecutor:
    # Made on first use, which is after gunicorn has forked. When the process ends, Python waits for mails under way.
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="account-mail")


def _render_and_send(letter: AccountEmail) -> None:
    try:
        send_here(letter)
    except Exception:
        # The log gets the name of the template, not the mail with its code. The person will ask for another one.
        logger.exception("The mail %s could not be sent.", letter.template)
        raise


class AccountMail(EmailMultiAlternatives):
    """A mail that Django's backends hand over, written in the same way as all our mails."""

    def message(self, *, policy: Any = None) -> Any:
        html, _mimetype = self.alternatives[0]
        headers = [
            text_header("Subject", str(self.subject)),
            mailbox_header("From", sender()),
            mailbox_header("To", Mailbox("", self.to[0])),
            mailbox_header("Reply-To", Mailbox("", settings.CONTACT_EMAIL)),
            raw_header("Date", formatdate()),
            raw_header("Message-ID", make_msgid(domain=settings.SITE_HOST)),
            raw_header("Auto-Submitted", "auto-generated"),
        ]
        return new_mail(headers, text=str(self.body), html=str(html))


def _build_message(letter: AccountEmail) -> EmailMultiAlternatives:
    subject, text, html = render_mail(
        letter.template, dict(letter.context), zone=letter.zone, language=letter.language, hour12=letter.hour12
    )
    message = AccountMail(subject, text, from_email=sender().addr_spec, to=[letter.to])
    message.attach_alternative(html, "text/html")
    return message


def group_digits(code: str) -> str:
    """`482193` as people read it out: `482 193`."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}"


def token_letter(*, person: User, token: AccessToken, place: str = "") -> AccountEmail:
    """Tell a person about a new token, in case it wasn't they who made it. `place`: where alone it opens anything."""
    until = day_text(token.expires_at, person.zone_name, token.created_at)
    context = {"name": token.name, "changes": token.scope == Scope.WRITE, "until": until, "place": place}
    return letter_to(person, "accounts/new_token", {**context, "tokens_url": absolute_url("tokens")})


def letter_to(person: User, template: str, context: Mapping[str, Any]) -> AccountEmail:
    """A mail about a person's account, in their own language and time zone."""
    zone, context = person.zone_name, {"has_password": person.has_usable_password(), **context}
    return AccountEmail(template, person.email, context, zone=zone, language=person.language, hour12=person.hour12)


def make_code_email(*, to: str, code: str, purpose: str, note: str = "", language: str = "en") -> AccountEmail:
    """The mail with a code. `purpose` is sign_in, open_account, change_address or prove, and decides about the text.

    `note` says what signing in leads to, as on the page that asks for the code.
    """
    context = {"code": group_digits(code), "purpose": purpose, "note": note, "minutes": CODE_MINUTES}
    return AccountEmail("accounts/code", to, context, language=language)
