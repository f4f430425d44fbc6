"""How writing into a calendar goes: pauses after failures, and what follows when it fails for long."""

from datetime import datetime, timedelta

from django.db import transaction

from calendars.models import TOLD_AFTER, Connection, ExportedEvent
from calendars.notices import tell_unwritten, withdraw_unwritten
from notifications.outbox import backoff_delay

from .leases import settle_row

# What its person must mend: we try seldom, and their page says what to do.
NEEDS_PERSON = {"refused", "read_only", "calendar_gone", "address", "key", "elsewhere"}
LONGEST_PAUSE, SOON = timedelta(hours=1), timedelta(seconds=5)
MOST_CHANGES = 5


def note_success(connection: Connection, now: datetime) -> None:
    if connection.write_failing_since is None and connection.write_retry_at is None:
        return
    with transaction.atomic():
        held = Connection.objects.select_for_update(of=("self",)).filter(pk=connection.pk).first()
        if held is None:
            return
        if held.writes_to_id and not held.writes_well(now):
            # Invitations went out meanwhile. Those sessions' changes must go the same way.
            held.writes_since = now
        held.write_failing_since, held.write_failure, held.write_failures = None, "", 0
        held.write_retry_at = None
        held.write_version += 1
        held.save()
        withdraw_unwritten(held)


def note_failure(row: ExportedEvent, code: str, now: datetime, *, changed: bool = False) -> None:
    """`changed`: the event wasn't as we had found it, for which the server isn't to blame, unless it says so always."""
    if changed and row.attempts <= MOST_CHANGES:
        settle_row(row, again=now + SOON)
        return
    pause = _pause_connection(row.calendar.connection_id, code, now)
    settle_row(row, again=now + max(pause, min(backoff_delay(row.attempts), 6 * LONGEST_PAUSE)))


@transaction.atomic
def _pause_connection(pk: int, code: str, now: datetime) -> timedelta:
    held = Connection.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if held is None:
        return timedelta()
    since = held.write_failing_since or now
    if held.write_failing_since is None:
        held.write_failing_since = since
        held.write_version += 1
    held.write_failure, held.write_failures = code, held.write_failures + 1
    pause = LONGEST_PAUSE if code in NEEDS_PERSON else min(backoff_delay(held.write_failures), LONGEST_PAUSE)
    held.write_retry_at = now + pause
    held.save()
    # While it can't be read either, its person is told of that.
    if held.writes_to_id and now - since >= TOLD_AFTER and held.failing_since is None:
        tell_unwritten(held, now=now)
    return pause
