"""Pauses all workers while the mail server refuses mail after mail: then it is not the fault of the mailboxes.

The breaker opens after a few refusals in a row that say that *we* are not wanted or that the server is broken, or after
refusals of several different people in a row, whatever they say. One accepted mail ends the run. While the breaker is
open, one mail is tried after each pause. The first that is accepted closes it, and everything that was refused is sent
at once. Mails that the run had ended for good come back: their mailboxes had done nothing wrong.

Its state is a row in Postgres, so it is the same for all workers and survives each of them.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules.roles import Power
from common.clock import database_now
from notifications.models import BouncedAddress, InboxItem, MailBreaker, Notification, State
from notifications.registry import InboxLine, Kind
from notifications.services import Due, show_in_inbox
from notifications.smtp_refusals import Blame

logger = logging.getLogger(__name__)

KIND = "mail_refused"
SUBJECT = "mail_breaker"
ADDRESS_BOUNCES = "address bounces"
TOLD_AGAIN_AFTER = timedelta(hours=1)
NO_RUN: dict[str, Any] = {
    "since": None,
    "against_us": 0,
    "recipients": [],
    "opened_at": None,
    "next_probe_at": None,
}

# The worker whose UPDATE changes the row may try one mail. It also starts the next pause, so that the others may not.
# Nothing is tried while nothing is due: the pause would begin again for no reason.
PROBE = """
UPDATE notifications_mailbreaker SET next_probe_at = COALESCE(%(now)s::timestamptz, statement_timestamp()) + %(pause)s
WHERE next_probe_at <= COALESCE(%(now)s::timestamptz, statement_timestamp()) AND EXISTS (
    SELECT FROM notifications_notification
    WHERE state = 'pending' AND due_at <= COALESCE(%(now)s::timestamptz, statement_timestamp())
)
"""


class Passage(Enum):
    FREE = "free"
    PROBE = "probe"
    SHUT = "shut"


def find_passage(now: datetime | None = None) -> Passage:
    """Whether a mail may be sent now; PROBE lets its caller send exactly one."""
    if not MailBreaker.objects.filter(opened_at__isnull=False).exists():
        return Passage.FREE
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"now": now, "pause": settings.OUTBOX_BREAKER_PAUSE}
        cursor.execute(PROBE, values)
        return Passage.PROBE if cursor.rowcount else Passage.SHUT


def find_open_breaker() -> MailBreaker | None:
    """The breaker's row if it is open, else None."""
    return MailBreaker.objects.filter(opened_at__isnull=False).first()


def note_taken() -> None:
    """The server accepted a message, so what it refused before was about those mails."""
    if MailBreaker.objects.filter(since__isnull=False).exists():
        _end_run()


@transaction.atomic
def _end_run() -> None:
    breaker = MailBreaker.objects.filter(since__isnull=False).select_for_update().first()
    if breaker is None:
        return
    MailBreaker.objects.filter(pk=breaker.pk).update(**NO_RUN)
    if breaker.is_open:
        # Put off by their own failed tries; without the breaker they would have been sent when they were due.
        waiting = Notification.objects.pending().filter(refusals__gt=0, next_try_at__gt=F("due_at"))
        waiting.update(next_try_at=F("due_at"))
        logger.warning("the mail server takes mail again")


@transaction.atomic
def note_refused(recipient: int, blame: Blame, answer: str, now: datetime | None = None) -> None:
    moment = now or database_now()
    # Two steps: get_or_create() alone would lock the row only if it is already there.
    MailBreaker.objects.get_or_create(pk=1)
    breaker = MailBreaker.objects.select_for_update().get(pk=1)
    breaker.since = breaker.since or moment
    breaker.answer = answer
    breaker.against_us += blame == Blame.OURS
    if recipient not in breaker.recipients and len(breaker.recipients) < settings.OUTBOX_REFUSED_PEOPLE:
        breaker.recipients.append(recipient)
    is_much = (
        breaker.against_us >= settings.OUTBOX_REFUSALS_OF_US
        or len(breaker.recipients) >= settings.OUTBOX_REFUSED_PEOPLE
    )
    if is_much and not breaker.is_open:
        breaker.opened_at, breaker.next_probe_at = moment, moment + settings.OUTBOX_BREAKER_PAUSE
        logger.error("the mail server refuses mail after mail, all workers pause: %s", answer)
        tell_staff(moment)
    breaker.save()
    if breaker.is_open:
        bring_back(breaker, moment)


def bring_back(breaker: MailBreaker, moment: datetime) -> None:
    """Make pending again what this run of refusals has ended, and what was not even tried because of it."""
    ended = Notification.objects.filter(ended_at__gte=breaker.since, send_before__gt=moment)
    refused = ended.filter(state=State.DEAD, refusals__gt=0)
    people = list(refused.values_list("recipient", flat=True).distinct())
    if not people:
        return
    untried = ended.filter(state=State.OBSOLETE, reason=ADDRESS_BOUNCES, recipient__in=people)
    pending = {"state": State.PENDING, "reason": "", "ended_at": None, "next_try_at": moment}
    for rows in (refused, untried):
        rows.update(**pending)
    BouncedAddress.objects.filter(address__user__in=people).delete()


def tell_staff(moment: datetime) -> None:
    """Add a line to each staff member's inbox, at most once an hour. A mail about refused mail would be refused too."""
    if InboxItem.objects.filter(kind=KIND, at__gt=moment - TOLD_AGAIN_AFTER).exists():
        return
    number = int(moment.timestamp())
    staff = User.objects.who_may(Power.LOOK_UP).values_list("pk", flat=True)
    show_in_inbox(*(Due(KIND, person, SUBJECT, number, 0, moment, moment + TOLD_AGAIN_AFTER) for person in staff))


def breaker_inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    text = _("The mail server is refusing our email, so nothing is being sent. See what it says and what is waiting.")
    return {item.pk: InboxLine(text, reverse("staff_deliveries")) for item in items}


# A mail about it would be refused.
KINDS = [Kind(KIND, SUBJECT, render=None, lines=breaker_inbox_lines)]
