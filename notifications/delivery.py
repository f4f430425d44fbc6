"""Delivers one claimed row: ask what there is to say now, say it, write down what came of it."""

import logging
import time
from dataclasses import replace
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone, translation

from accounts.models import User
from common.mail import sender
from common.mail_headers import UnwritableHeaderError, envelope_address
from common.mail_wire import UnreadableMailError

from . import bounces, outbox
from .composing import compose
from .models import Notification, State
from .preferences import preference_of, quiet_end
from .registry import Kind, Message, Nothing, UnknownKindError, kind_named
from .smtp import MayHaveLeftError, RefusedError, ServerAwayError, addressed, send_data
from .unsubscribing import unsubscribe_headers

logger = logging.getLogger(__name__)

OVER_CAP_DELAY = timedelta(hours=1)
DAY = timedelta(days=1)


def deliver(row: Notification, now: datetime | None = None) -> None:
    """Bring a claimed row to its end, or back to pending. Raises ServerAwayError: no other row would fare better."""
    try:
        _deliver(row, now)
    except ServerAwayError as error:
        outbox.postpone(row, settings.OUTBOX_FIRST_RETRY, str(error), now)
        raise
    except RefusedError as error:
        if error.permanent:
            outbox.close_dead(row, str(error))
            if error.nobody_there:
                bounces.mark_bouncing(row.recipient, row.recipient.email, str(error), now or timezone.now())
        else:
            outbox.retry(row, str(error), now)
    except (UnwritableHeaderError, UnreadableMailError) as error:
        logger.exception("notification %s can't be written as a mail", row.pk)
        outbox.close_dead(row, f"not sent: {error}")
    except Exception as error:
        logger.exception("notification %s failed", row.pk)
        outbox.retry_unless_begun(row, f"{type(error).__name__}: {error}", now)


def _deliver(row: Notification, now: datetime | None) -> None:
    moment = outbox.claimed_at(row)
    try:
        _ = row.recipient
    except User.DoesNotExist:
        outbox.close(row, State.OBSOLETE, "person is gone")
        return
    if row.is_too_late(moment):
        outbox.close(row, State.EXPIRED, "too late")
        return
    try:
        kind = kind_named(row.kind)
    except UnknownKindError:
        outbox.close_dead(row, "unknown kind")
        return
    if kind.capped and mails_of_a_day(row, moment) >= settings.MAX_MAILS_PER_DAY:
        outbox.hold(row, moment + OVER_CAP_DELAY, "enough mails for a day")
        return
    if kind.group and (until := wanted_later(row, moment)):
        outbox.hold(row, until, "quiet hours")
        return
    said = say(row, kind, moment)
    if isinstance(said, Nothing):
        outbox.close(row, State.OBSOLETE, said.reason)
    else:
        send(row, said, now)


def say(row: Notification, kind: Kind, moment: datetime) -> Message | Nothing:
    """What the recipient is to be told at this moment, in their language, or why they are not."""
    person = row.recipient
    if not person.is_active:
        return Nothing("person not active")
    if not EmailAddress.objects.filter(user=person, email=person.email, verified=True).exists():
        return Nothing("address not verified")
    if bounces.bounces(person):
        return Nothing("address bounces")
    if kind.group and kind.group in preference_of(person).off:
        return Nothing("switched off")
    with translation.override(person.language):
        said = kind.render(row, moment)
    if kind.group and isinstance(said, Message):
        return replace(said, headers={**said.headers, **unsubscribe_headers(person, kind.group)})
    return said


def wanted_later(row: Notification, moment: datetime) -> datetime | None:
    """When the recipient's quiet hours end; None when there are none now, or they would make this mail come too late.

    Better a mail in the quiet hours than none: it makes no noise by itself, and somebody may be waiting in the call.
    """
    until = quiet_end(preference_of(row.recipient), row.recipient.zone, moment)
    return until if until and until < row.send_before else None


def mails_of_a_day(row: Notification, moment: datetime) -> int:
    return Notification.objects.filter(
        recipient=row.recipient_id, state=State.SENT, sent_at__gt=moment - DAY, sent_at__lte=moment
    ).count()


def send(row: Notification, message: Message, now: datetime | None) -> None:
    """Raises ServerAwayError or RefusedError, in which case the message has certainly not left."""
    content = compose(row, message)
    with addressed(sender().addr_spec, envelope_address(row.recipient.email)) as server:
        lease_ends = time.monotonic() + settings.OUTBOX_LEASE.total_seconds()
        if not outbox.begin_data(row, now):
            return
        try:
            send_data(server, content)
        except MayHaveLeftError as error:
            outbox.note(row, str(error))  # the reaper settles it, once the server has had time to make up its mind
            return
        keep_trying_to_mark_sent(row, now, until=lease_ends)


def keep_trying_to_mark_sent(row: Notification, now: datetime | None, *, until: float) -> None:
    """The message has left: a database that is away for a moment must not make it leave twice."""
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
