"""The states of a row while a worker has it: claim it, check it once more, settle it.

Every update that ends a lease names its token, so a worker that was taken for dead overwrites nothing.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Value, When

from calendars.models import Connection, ExportedEvent, ExportState
from sessions_app.models import Booking

# Longer than two questions to a calendar's server may take
LEASE = timedelta(seconds=60)

# One row that is due, of a connection that hasn't just failed. Why it is written so: see `notifications.outbox.CLAIM`.
CLAIM = """
UPDATE calendars_exportedevent
SET attempts = attempts + 1, lease_token = gen_random_uuid(), lease_until = %(until)s, next_at = %(until)s
WHERE id = (
    SELECT row.id FROM calendars_exportedevent AS row
    JOIN calendars_externalcalendar AS calendar ON calendar.id = row.calendar_id
    JOIN calendars_connection AS connection ON connection.id = calendar.connection_id
    WHERE row.next_at <= %(now)s AND COALESCE(row.lease_until, '-infinity') <= %(now)s
        AND COALESCE(connection.write_retry_at, '-infinity') <= %(now)s
    ORDER BY row.next_at, row.id
    LIMIT 1
    FOR UPDATE OF row SKIP LOCKED
)
RETURNING *
"""


def claim_row(now: datetime) -> ExportedEvent | None:
    return next(iter(ExportedEvent.objects.raw(CLAIM, {"now": now, "until": now + LEASE})), None)


def begin_step(row: ExportedEvent, booking: Booking, *, chosen: int | None, now: datetime) -> bool:
    """The last look before the calendar's server is told: whether the row is ours, and all else is as we read it.

    From here on only that server knows whether the session stands there. The lease begins again.
    """
    as_read = Booking.objects.filter(pk=row.booking_id, state=booking.state, sequence=booking.sequence)
    writes = Connection.objects.filter(person=row.person_id, writes_to__isnull=False)
    as_chosen = Exists(writes.filter(writes_to=chosen)) if chosen else ~Exists(writes)
    return (
        leased_by_us(row)
        .filter(Exists(as_read.filter(pk=OuterRef("booking_id"))), as_chosen, lease_until__gt=now)
        .update(
            state=Case(
                When(state__in=(ExportState.ABSENT, ExportState.GONE), then=Value(ExportState.MAYBE.value)),
                default=F("state"),
            ),
            lease_until=now + LEASE,
            next_at=_unless_touched(now + LEASE),
        )
        == 1
    )


def settle_row(row: ExportedEvent, *, again: datetime | None = None, **fields: Any) -> bool:
    """End the lease with this outcome, and return whether it was still ours.

    It is due at `again`, if at all; but what was entered meanwhile stays due.
    """
    return leased_by_us(row).update(lease_until=None, lease_token=None, next_at=_unless_touched(again), **fields) == 1


def forget_row(row: ExportedEvent, *, now: datetime) -> bool:
    """Unless it was entered again meanwhile. Returns whether it is forgotten."""
    deleted, _by_model = leased_by_us(row).filter(next_at=F("lease_until")).delete()
    if not deleted:
        settle_row(row, again=now)
    return bool(deleted)


def leased_by_us(row: ExportedEvent) -> QuerySet[ExportedEvent]:
    return ExportedEvent.objects.filter(pk=row.pk, lease_token=row.lease_token)


def _unless_touched(moment: datetime | None) -> Case:
    return Case(When(next_at=F("lease_until"), then=Value(moment)), default=F("next_at"))
