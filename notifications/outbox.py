"""The states of a row of the outbox: claim it, check it once more, finish it. Rows of lost workers: see
`sending.reaper`.

All times are Postgres' own (`now=None`), so that workers' clocks don't matter; tests name another moment. Every update
that ends a lease names its token, so a worker that was taken for dead overwrites nothing.
"""

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import DateTimeField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from accounts.models import User
from common.clock import database_now
from common.known import known

from .models import Notification, State
from .registry import reaches_closed, subject_named
from .smtp_refusals import in_short

# How many attempts may fail through us. What the mail server refuses is tried for as long as the mail is of any use.
MAX_ATTEMPTS = 8
RETRY_FACTOR = 3
LONGEST_RETRY = timedelta(hours=6)
JITTER = 0.25
RESTORED = "A backup was restored: may have been sent before"
NO_LEASE = {"lease_until": None, "lease_token": None}

# One row, not a batch: a row that kills its worker must not burn its neighbours' attempts. The subquery is compared
# with `=`, which Postgres evaluates once; with IN it may run again and lock more rows than it returns.
CLAIM = """
UPDATE notifications_notification
SET state = 'leased', attempts = attempts + 1, lease_token = gen_random_uuid(),
    lease_until = COALESCE(%(now)s::timestamptz, statement_timestamp()) + %(lease)s
WHERE id = (
    SELECT id FROM notifications_notification
    WHERE state = 'pending' AND next_try_at <= COALESCE(%(now)s::timestamptz, statement_timestamp())
    ORDER BY next_try_at, id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING *
"""


def claim_notification(now: datetime | None = None, *, waiting_too: bool = False) -> Notification | None:
    """Lease the oldest due row, in one statement that commits by itself. It counts as an attempt.

    `waiting_too`: also a row that was refused and waits for its next try.
    """
    statement = CLAIM.replace("next_try_at <=", "due_at <=") if waiting_too else CLAIM
    return next(iter(Notification.objects.raw(statement, {"now": now, "lease": settings.OUTBOX_LEASE})), None)


def renew_lease(row: Notification, now: datetime | None = None) -> bool:
    """Extend the lease of a row whose mail takes long.

    Returns whether it is still ours. A lapsed lease is not renewed.
    """
    moment = read_database_clock(now)
    lease_until = add_delay(moment, settings.OUTBOX_LEASE)
    return _leased_by_us(row).filter(lease_until__gt=moment).update(lease_until=lease_until) == 1


def claimed_at(row: Notification) -> datetime:
    """The moment of the claim by Postgres' clock. Only for a row that `claim_notification` has just returned."""
    return known(row.lease_until) - settings.OUTBOX_LEASE


def begin_data(row: Notification, now: datetime | None = None) -> bool:
    """The last check before a message leaves: whether the row is still ours, and its news still true. Renews the lease.

    From here on only the mail server knows what became of the message. A row that is refused here is left to the
    reaper; its kind tells why when it is claimed again.
    """
    moment = read_database_clock(now)
    reader = User.objects.all() if reaches_closed(row.kind) else User.objects.filter(is_active=True)
    wanted = [Exists(reader.filter(pk=OuterRef("recipient_id")))]
    if subject := subject_named(row.subject_type):
        wanted.append(Exists(subject._default_manager.filter(pk=row.subject_id, version=row.subject_version)))
    # Subqueries, not a join: after waiting for the row's lock, Postgres evaluates these conditions again on the row as
    # it is then.
    return (
        _leased_by_us(row)
        .filter(*wanted, lease_until__gt=moment)
        .update(data_started_at=moment, lease_until=add_delay(moment, settings.OUTBOX_LEASE))
        == 1
    )


def mark_sent(row: Notification, now: datetime | None = None) -> bool:
    return _end_lease(row, state=State.SENT, sent_at=read_database_clock(now), last_error="")


def mark_accepted(row: Notification) -> bool:
    """The mail service says that it has the message. It left when it began to, whatever became of the worker."""
    return _end_lease(row, state=State.SENT, sent_at=row.data_started_at, last_error="")


def note_error(row: Notification, error: str) -> bool:
    """Write down what went wrong; the lease runs out by itself."""
    return _leased_by_us(row).update(last_error=error) == 1


def close_unsent(row: Notification, state: State, reason: str, now: datetime | None = None) -> bool:
    """End the row without a message. Returns whether it was still ours."""
    return _end_lease(row, state=state, reason=reason[:80], data_started_at=None, ended_at=read_database_clock(now))


def close_dead(row: Notification, error: str, now: datetime | None = None) -> bool:
    reason = in_short(error)
    return _end_lease(
        row, state=State.DEAD, reason=reason, last_error=error, data_started_at=None, ended_at=read_database_clock(now)
    )


def close_refused(row: Notification, error: str, now: datetime | None = None) -> bool:
    """End the row: the mail server says that this mailbox takes nothing."""
    row.refusals += 1
    _leased_by_us(row).update(refusals=row.refusals)
    return close_dead(row, error, now)


def retry_later(row: Notification, error: str, now: datetime | None = None) -> bool:
    """After a failure of ours: try again later, or give up after the last attempt."""
    if row.failures >= MAX_ATTEMPTS:
        return close_dead(row, error, now)
    delay = in_time(row, backoff_delay(row.failures), now)
    return _back_to_pending(row, delay, error, now, attempts=row.attempts)


def retry_refused(row: Notification, error: str, now: datetime | None = None) -> bool:
    """After a refusal that isn't final: try again for as long as the mail is of any use."""
    refusals = row.refusals + 1
    delay = in_time(row, backoff_delay(refusals), now)
    return _back_to_pending(row, delay, error, now, attempts=row.attempts, refusals=refusals)


def retry_unless_begun(row: Notification, error: str, now: datetime | None = None) -> bool:
    """After a failure of ours. If the message has begun to leave, the lease runs out and the reaper decides."""
    if Notification.objects.filter(pk=row.pk, data_started_at__isnull=False).exists():
        return False
    return retry_later(row, error, now)


def postpone_attempt(row: Notification, delay: timedelta, error: str, now: datetime | None = None) -> bool:
    """Try again later. The row is not to blame, so the attempt isn't counted."""
    return _back_to_pending(row, in_time(row, delay, now), error, now, attempts=row.attempts - 1)


def hold_until(row: Notification, until: datetime, reason: str) -> bool:
    """Send it at `until`, by the recipient's wish or for their sake. The attempt isn't counted.

    `due_at` moves along, so that a row that is meant to wait doesn't count as late; so does `date`, if nothing has left
    yet.
    """
    due_at = min(until, row.send_before)
    dates = {} if row.attempts > 1 else {"date": max(row.date, until)}
    return _end_lease(
        row,
        state=State.PENDING,
        next_try_at=until,
        due_at=due_at,
        data_started_at=None,
        last_error=reason,
        attempts=row.attempts - 1,
        **dates,
    )


def send_again(row: Notification, now: datetime | None = None) -> bool:
    """Try again although the message may have left: this may be a second copy."""
    moment = read_database_clock(now)
    return _end_lease(row, state=State.PENDING, next_try_at=moment, doubted_at=moment, data_started_at=None)


def close_uncertain(row: Notification, now: datetime | None = None) -> bool:
    return _end_lease(
        row, state=State.UNCERTAIN, doubted_at=read_database_clock(now), ended_at=read_database_clock(now)
    )


def park_due(now: datetime | None = None) -> int:
    """After a backup was restored: what is due may have left since it was made, so staff decide about it.

    Returns how many.
    """
    moment = read_database_clock(now)
    due = Notification.objects.filter(Q(state=State.PENDING, next_try_at__lte=moment) | Q(state=State.LEASED))
    return due.update(state=State.UNCERTAIN, reason=RESTORED, doubted_at=moment, ended_at=moment, **NO_LEASE)


def backoff_delay(attempts: int) -> timedelta:
    """30 s after the first attempt, three times as long after each further one, give or take a quarter."""
    jitter = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, hides nothing
    delay: timedelta = settings.OUTBOX_FIRST_RETRY * RETRY_FACTOR ** min(attempts - 1, MAX_ATTEMPTS - 1)
    return min(delay, LONGEST_RETRY) * jitter


def in_time(row: Notification, delay: timedelta, now: datetime | None = None) -> timedelta:
    """The delay, shortened to half of the time in which the mail is of any use."""
    left = row.send_before - (now or database_now())
    return min(delay, max(left / 2, timedelta()))


def lost_leases(now: datetime | None = None) -> QuerySet[Notification]:
    """Rows whose worker did not finish in time."""
    return Notification.objects.filter(state=State.LEASED, lease_until__lt=read_database_clock(now))


def _leased_by_us(row: Notification) -> QuerySet[Notification]:
    return Notification.objects.filter(pk=row.pk, state=State.LEASED, lease_token=row.lease_token)


def _end_lease(row: Notification, **fields: object) -> bool:
    return _leased_by_us(row).update(**NO_LEASE, **fields) == 1


def _back_to_pending(row: Notification, delay: timedelta, error: str, now: datetime | None, **fields: object) -> bool:
    return _end_lease(
        row,
        state=State.PENDING,
        next_try_at=add_delay(read_database_clock(now), delay),
        data_started_at=None,
        last_error=error,
        **fields,
    )


def read_database_clock(now: datetime | None) -> Combinable:
    return Now() if now is None else Value(now, output_field=DateTimeField())


def add_delay(moment: Combinable, delay: timedelta) -> Combinable:
    return ExpressionWrapper(moment + Value(delay), output_field=DateTimeField())
