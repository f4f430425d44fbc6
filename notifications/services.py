"""Promises to tell people something, written in the transaction of the cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from common.statements import InsertMany, RowsOf

from . import bounces
from .hints import wake_outbox
from .inbox import forget_passing, tell_bells
from .models import UNSENT, InboxItem, Notification, State
from .registry import UnknownKindError, kind_named

MOVED_ON = "moved on"
RETRIED = (State.DEAD, State.UNCERTAIN)
_SHARED = "dedupe_key kind recipient_id subject_type subject_id subject_version at read_at"
# `at` is null for what isn't shown in the inbox. The date of a mail is when it is due: a reminder that was written
# weeks ahead must not look weeks old.
NOTICES = InsertMany(
    f"{_SHARED} due_at send_before message_id caused_by_id",
    RowsOf(Notification, next_try_at="entry.due_at", date="greatest(entry.due_at, %(now)s::timestamptz)"),
    RowsOf(InboxItem, where="entry.at IS NOT NULL"),
)
INBOX_ITEMS = InsertMany(_SHARED, RowsOf(InboxItem))


class RetryError(Exception):
    """A row can't be tried again; the text says why."""


@dataclass(frozen=True, slots=True)
class Due:
    """One person is to be told one thing about one version of a subject, from `due_at` on and before `send_before`.

    `shows_at`: when it shows in the inbox, if not at `due_at`. `by_recipient`: they did it themselves, so it is no news
    to them. `caused_by`: the person whose act it tells of, for kinds that are capped (see `sending.caps`).
    """

    kind: str
    recipient_id: int
    subject_type: str
    subject_id: int
    version: int
    due_at: datetime
    send_before: datetime
    shows_at: datetime | None = None
    by_recipient: bool = False
    caused_by: int | None = None

    @property
    def key(self) -> str:
        return Notification.key(self.kind, self.subject_type, self.subject_id, self.version, self.recipient_id)


def schedule_notices(*dues: Due, now: datetime) -> None:
    """Write notices that aren't written yet. Notices about older versions of the same subjects are silenced.

    Those that could only be sent too late are left out. Raises UnknownKindError for a kind that no app has registered,
    or that has no mail.
    """
    kinds = {due.kind: kind_named(due.kind) for due in dues}
    if unsent := [name for name, kind in kinds.items() if kind.render is None]:
        raise UnknownKindError(f"no mail for {unsent}")
    for (subject_type, subject_id), version in _newest_versions(dues).items():
        if version:
            withdraw_older_versions(subject_type=subject_type, subject_id=subject_id, version=version)
    timely = [due for due in dues if due.send_before > max(now, due.due_at)]
    NOTICES.write([_notice_values(due, is_shown=kinds[due.kind].lines is not None) for due in timely], now=now)
    if any(due.due_at <= now for due in timely):
        transaction.on_commit(wake_outbox, robust=True)
    tell_bells(*(due.recipient_id for due in timely if (due.shows_at or due.due_at) <= now and not due.by_recipient))


def reschedule_notices(*dues: Due, now: datetime) -> None:
    """Notices still to come are due at these other moments, at once if those have passed.

    What has left isn't sent again. What would come too late by its new moment keeps its old one.
    """
    for due in dues:
        if due.send_before <= max(now, due.due_at):
            continue
        ahead = Notification.objects.pending().filter(dedupe_key=due.key, due_at__gt=now)
        ahead.update(due_at=due.due_at, next_try_at=due.due_at, date=max(due.due_at, now), send_before=due.send_before)
        InboxItem.objects.filter(dedupe_key=due.key, at__gt=now).update(at=due.shows_at or due.due_at)


def show_in_inbox(*dues: Due) -> None:
    """Add lines to the inbox without a mail, for news that is of use at once or not at all.

    Raises UnknownKindError for a kind that no app has registered, or that has no line.
    """
    if unseen := [due.kind for due in dues if kind_named(due.kind).lines is None]:
        raise UnknownKindError(f"no line for {unseen}")
    INBOX_ITEMS.write([_shared_values(due) for due in dues])
    tell_bells(*(due.recipient_id for due in dues))


def silence_subjects(
    *, subject_type: str, subjects: Sequence[int], people: Sequence[int], reason: str, now: datetime
) -> None:
    """Silence all that isn't sent yet to these people about these subjects, and drop lines that would show later."""
    theirs = {"subject_type": subject_type, "subject_id__in": subjects, "recipient__in": people}
    Notification.objects.filter(**theirs, state__in=UNSENT, data_started_at=None).update(
        state=State.OBSOLETE, reason=reason, lease_until=None, lease_token=None
    )
    InboxItem.objects.filter(**theirs, at__gt=now).delete()


def withdraw_older_versions(*, subject_type: str, subject_id: int, version: int) -> None:
    """What older versions of a subject would still tell people, or ask of them, isn't so any more."""
    silence_older_versions(subject_type=subject_type, subject_id=subject_id, version=version)
    forget_passing(subject_type=subject_type, subject_id=subject_id, version=version)


def silence_older_versions(*, subject_type: str, subject_id: int, version: int) -> int:
    """Silence unsent notices about older versions, even one that a worker is about to send. Returns how many.

    Taking the lease away makes the worker's last check before sending fail (see `outbox.begin_data`).
    """
    return (
        Notification.objects.about(subject_type, subject_id)
        .filter(subject_version__lt=version, state__in=UNSENT, data_started_at=None)
        .update(state=State.OBSOLETE, reason=MOVED_ON, lease_until=None, lease_token=None)
    )


@transaction.atomic
def retry_dead(notification: Notification, by: User, now: datetime) -> None:
    """Staff send a dead row again, with all its attempts, and trust its address again. Raises RetryError.

    Also an uncertain row: one mail too many may be better than one too few.
    """
    if not may(by, Power.LOOK_UP):
        raise PermissionDenied
    row = Notification.objects.select_for_update(of=("self",)).get(pk=notification.pk)
    if row.state not in RETRIED:
        raise RetryError(_("This email isn’t marked as failed any more."))
    if row.is_too_late(now):
        raise RetryError(_("It’s too late to send this: it no longer matters to the reader."))
    _retry_rows(Notification.objects.filter(pk=row.pk), by=by, now=now)


@transaction.atomic
def retry_all(*, reason: str, by: User | None, now: datetime) -> int:
    """The same for all rows with this reason, as `deliveries.count_failure_reasons` lists it, unless too late. Returns
    how many.

    `by` is None on the command line, where any act is allowed.
    """
    if by and not may(by, Power.LOOK_UP):
        raise PermissionDenied
    rows = Notification.objects.in_trouble().why(reason).filter(state__in=RETRIED, send_before__gt=now)
    return _retry_rows(Notification.objects.filter(pk__in=list(rows.values_list("pk", flat=True))), by=by, now=now)


def _retry_rows(rows: QuerySet[Notification], *, by: User | None, now: datetime) -> int:
    bounces.trust_people_again(rows.values("recipient"))
    retried = rows.filter(state__in=RETRIED).update(
        state=State.PENDING,
        reason="",
        attempts=0,
        refusals=0,
        next_try_at=now,
        data_started_at=None,
        ended_at=None,
        retried_by=by,
        retried_at=now,
    )
    if retried:
        transaction.on_commit(wake_outbox, robust=True)
    return retried


def _newest_versions(dues: tuple[Due, ...]) -> dict[tuple[str, int], int]:
    newest: dict[tuple[str, int], int] = {}
    for due in dues:
        subject = (due.subject_type, due.subject_id)
        newest[subject] = max(due.version, newest.get(subject, 0))
    return newest


def _notice_values(due: Due, *, is_shown: bool) -> tuple[Any, ...]:
    message_id = Notification.new_message_id(settings.SITE_HOST)
    return *_shared_values(due, is_shown=is_shown), due.due_at, due.send_before, message_id, due.caused_by


def _shared_values(due: Due, *, is_shown: bool = True) -> tuple[Any, ...]:
    at = (due.shows_at or due.due_at) if is_shown else None
    read_at = at if due.by_recipient else None
    return due.key, due.kind, due.recipient_id, due.subject_type, due.subject_id, due.version, at, read_at
