"""Decides about rows whose worker has died, or doesn't know whether its message has left."""

from datetime import datetime

from django.db.models import F

from notifications import outbox
from notifications.models import Notification, State
from notifications.registry import Policy, policy_of

from .receipts import was_accepted

WORKER_DIED = "the worker died each time"


def reap_leases(now: datetime | None = None) -> int:
    """Take rows back from workers that did not end them in time. Returns how many."""
    begun = outbox.lost_leases(now).exclude(data_started_at=None)
    return _give_back(now) + sum(settle_doubtful(row, now) for row in begun)


def settle_doubtful(row: Notification, now: datetime | None = None) -> bool:
    """The message may have left: ask the mail service if it can know. If not, send it again if its kind says so.

    All other kinds are left for staff, who may send them again.
    """
    accepted = was_accepted(row.message_id)
    if accepted:
        return outbox.mark_accepted(row)
    again = accepted is False or (policy_of(row.kind) == Policy.RESEND and row.doubted_at is None)
    if again and row.failures < outbox.MAX_ATTEMPTS:
        return outbox.send_again(row, now)
    return outbox.close_uncertain(row, now)


def _give_back(now: datetime | None) -> int:
    """Rows whose message had not begun to leave: it has certainly not left, so they may simply be tried again."""
    # `attempts` counts the deaths of workers and our own failures; a row that kills its worker each time is given up.
    unsent = outbox.lost_leases(now).filter(data_started_at=None)
    hopeless = unsent.filter(attempts__gte=F("refusals") + outbox.MAX_ATTEMPTS)
    why = {"reason": WORKER_DIED, "last_error": WORKER_DIED, "ended_at": outbox.read_database_clock(now)}
    dead = hopeless.update(state=State.DEAD, **why, **outbox.NO_LEASE)
    return dead + unsent.update(state=State.PENDING, next_try_at=outbox.read_database_clock(now), **outbox.NO_LEASE)
