"""Delivers one claimed row: decides what there is to say now, sends it, and records the outcome."""

import logging
import time
from dataclasses import replace
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone, translation

from accounts.models import User
from common.known import known
from common.mail.headers import UnwritableHeaderError, envelope_address
from common.mail.rendering import sender
from common.mail.wire import UnreadableMailError
from notifications import bounces, outbox
from notifications.models import Notification, State
from notifications.preferences import QUIET_HOURS, preference_of, quiet_end
from notifications.registry import Kind, Message, Nothing, UnknownKindError, kind_named
from notifications.smtp_refusals import Blame, find_blame
from notifications.unsubscribing import unsubscribe_headers

from . import breaker
from .caps import held_until
from .composing import compose_email
from .smtp import MailServer, MayHaveLeftError, RefusedError, ServerAwayError

logger = logging.getLogger(__name__)

# Long enough that rows of a kind that is no more cost nothing until it is too late for them.
UNKNOWN_KIND_PAUSE = timedelta(minutes=5)
TOO_LATE = "too late"
REFUSED_TOO_LONG = "refused until it was too late"


def deliver_notification(row: Notification, now: datetime | None = None, *, server: MailServer | None = None) -> None:
    """Bring a claimed row to its end, or back to pending. `now`: a moment for tests, instead of Postgres' clock.

    Raises ServerAwayError when the mail server can't be reached, since no other row would fare better.
    """
    try:
        if server:
            _deliver_claimed(row, now, server)
        else:
            with MailServer() as own:
                _deliver_claimed(row, now, own)
    except ServerAwayError as error:
        outbox.postpone_attempt(row, settings.OUTBOX_FIRST_RETRY, str(error), now)
        raise
    except RefusedError as error:
        _note_refusal(row, error, now)
    except (UnwritableHeaderError, UnreadableMailError) as error:
        logger.exception("notification %s can't be written as a mail", row.pk)
        outbox.close_dead(row, f"not sent: {error}", now)
    except Exception as error:
        logger.exception("notification %s failed", row.pk)
        outbox.retry_unless_begun(row, f"{type(error).__name__}: {error}", now)


def _note_refusal(row: Notification, error: RefusedError, now: datetime | None) -> None:
    if error.blame == Blame.MAILBOX:
        outbox.close_refused(row, str(error), now)
        if error.nobody_there:
            bounces.mark_bouncing(row.recipient, row.recipient.email, str(error), now or timezone.now())
    else:
        outbox.retry_refused(row, str(error), now)
    breaker.note_refused(row.recipient_id, error.blame, str(error), now)


def _deliver_claimed(row: Notification, now: datetime | None, server: MailServer) -> None:
    # The moment of the claim, by Postgres' clock: every decision below is about the same moment.
    moment = outbox.claimed_at(row)
    try:
        _ = row.recipient
    except User.DoesNotExist:
        outbox.close_unsent(row, State.OBSOLETE, "person is gone", now)
        return
    if row.is_too_late(moment):
        outbox.close_unsent(row, State.EXPIRED, REFUSED_TOO_LONG if refused_by_their_server(row) else TOO_LATE, now)
        return
    try:
        kind = kind_named(row.kind)
    except UnknownKindError:
        # A newer worker wrote it, and will send it: during an update two releases run side by side.
        outbox.postpone_attempt(row, UNKNOWN_KIND_PAUSE, "unknown kind", now)
        return
    if until := held_until(row, kind, moment):
        outbox.hold_until(row, until, "enough mails for a day")
        return
    if kind.group and (until := wanted_later(row, moment)):
        outbox.hold_until(row, until, QUIET_HOURS)
        return
    said = decide_message(row, kind, moment)
    if isinstance(said, Nothing):
        outbox.close_unsent(row, State.OBSOLETE, said.reason, now)
    else:
        send_by_smtp(row, said, now, server)


def refused_by_their_server(row: Notification) -> bool:
    """Whether the last answer blamed this recipient while others' mail was accepted: then the delay wasn't ours."""
    code, _space, answer = row.last_error.partition(" ")
    about_them = row.refusals > 0 and code.isdecimal() and find_blame(int(code), answer) != Blame.OURS
    return about_them and breaker.find_open_breaker() is None


def decide_message(row: Notification, kind: Kind, moment: datetime) -> Message | Nothing:
    """What to tell the recipient at this moment, in their language, or the reason why there is nothing to tell."""
    person = row.recipient
    if not person.is_active and not kind.reaches_closed:
        return Nothing("person not active")
    # Only verified addresses: else anyone could have mail sent to a stranger by typing their address.
    if not EmailAddress.objects.filter(user=person, email=person.email, verified=True).exists():
        return Nothing("address not verified")
    if bounces.has_bouncing_address(person):
        return Nothing(breaker.ADDRESS_BOUNCES)
    if kind.group and preference_of(person).has_off(kind.group):
        return Nothing("switched off")
    with translation.override(person.language):
        said = known(kind.render)(row, moment)
    if kind.group and isinstance(said, Message):
        return replace(said, headers={**said.headers, **unsubscribe_headers(person, kind.group)})
    return said


def wanted_later(row: Notification, moment: datetime) -> datetime | None:
    """When the recipient's quiet hours end; None outside of them, or if waiting would make this mail too late.

    A mail in the quiet hours is better than none: it makes no noise by itself, and the other person may be waiting.
    """
    until = quiet_end(preference_of(row.recipient), row.recipient.zone, moment)
    return until if until and until < row.send_before else None


def send_by_smtp(row: Notification, message: Message, now: datetime | None, server: MailServer) -> None:
    """Raises ServerAwayError or RefusedError; then the message has certainly not left."""
    # In this order, so that the last look at the database comes after everything that takes long. The server has agreed
    # to take a message by then, and gets one only if the row is still ours and its news still true.
    content = compose_email(row, message)
    server.announce(sender().addr_spec, envelope_address(row.recipient.email))
    if not _is_still_wanted(row, now, server):
        return
    try:
        server.hand_over(content)
    except MayHaveLeftError as error:
        # Nobody knows whether the server has the message. The lease is left to run out, and the reaper decides then.
        outbox.note_error(row, str(error))
        return
    lease_ends = time.monotonic() + settings.OUTBOX_LEASE.total_seconds()
    keep_trying_to_mark_sent(row, now, until=lease_ends)
    breaker.note_taken()


# The last check before the message leaves. A server that now waits for a message in vain is hung up on.
def _is_still_wanted(row: Notification, now: datetime | None, server: MailServer) -> bool:
    wanted = False
    try:
        wanted = outbox.begin_data(row, now)
    finally:
        if not wanted:
            server.hang_up()
    return wanted


def keep_trying_to_mark_sent(row: Notification, now: datetime | None, *, until: float) -> None:
    """The message has left. A database that is away for a moment must not make it leave twice."""
    while True:
        try:
            outbox.mark_sent(row, now)
        except (OperationalError, InterfaceError):
            if time.monotonic() > until:
                logger.exception("notification %s was sent, and nobody could write it down", row.pk)
                return
            connection.close()
            time.sleep(1)
        else:
            return
