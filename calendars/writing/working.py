"""Puts sessions into people's calendars: claim a row that is due, do what is to be done, note the outcome.

Only workers do this. What is written is found out from the booking at that moment, so a row that comes late writes
nothing that isn't so any more. A worker may die at any step: the next one finds by its UID what stands there.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from accounts.encryption import UnsealError
from calendars.fetching import FetchError
from calendars.invitations import invite_instead
from calendars.models import STANDING, Connection, ExportedEvent, ExportState
from calendars.sources.contract import KnownEvent, Writer
from common.known import known
from sessions_app.models import Booking

from .contents import event_uid, write_event
from .health import note_failure, note_success
from .leases import begin_step, claim_row, forget_row, leased_by_us, settle_row
from .steps import Step, has_moved, next_step
from .writers import writer_of

WRITE_SECONDS = 20
# A move that we don't see yet may be of a moment this long ago.
COMMITTED_WITHIN = timedelta(minutes=1)
# The event there is not as it was when we looked
CHANGED = "changed"
NOTHING_THERE = {"remote_id": "", "etag": "", "sequence": None, "checked_at": None}

logger = logging.getLogger(__name__)


def write_due(clock: Callable[[], datetime], *, seconds: float = WRITE_SECONDS) -> int:
    """Do what is due, one row after the other, until nothing is or the time is up. Returns how many were taken up."""
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end and (row := claim_row(clock())):
        bring_on(row, clock)
        count += 1
    return count


def bring_on(row: ExportedEvent, clock: Callable[[], datetime]) -> None:
    """One step with a claimed row. A row that needs several is due again after each."""
    held = leased_by_us(row).select_related("calendar__connection", "person").first()
    if held is None:
        # Disconnected meanwhile.
        return
    row = held
    try:
        _take_step(row, clock)
    except FetchError as error:
        note_failure(row, error.code, clock(), changed=error.code == CHANGED)
    except UnsealError:
        note_failure(row, "key", clock())
    except Exception as error:
        # Not the traceback: it may quote an address that opens the calendar.
        logger.error("session %s in a calendar: %s", row.booking_id, type(error).__name__)
        note_failure(row, "broken", clock())


def chosen_calendar(person: int) -> int | None:
    found = Connection.objects.filter(person=person, writes_to__isnull=False)
    return found.values_list("writes_to", flat=True).first()


def _take_step(row: ExportedEvent, clock: Callable[[], datetime]) -> None:
    booking = Booking.objects.with_people().prefetch_related("events").get(pk=row.booking_id)
    chosen, now = chosen_calendar(row.person_id), clock()
    match next_step(row, booking, chosen=chosen, now=now):
        case Step.LEAVE:
            settle_row(row, attempts=0, checked_at=max(now - COMMITTED_WITHIN, known(row.checked_at)))
        case Step.FORGET:
            forget_row(row, now=now)
        case Step.INVITE:
            _invite_instead(row, booking, now)
        case Step.MOVE_ON:
            settle_row(row, again=now, attempts=0, calendar=chosen, state=ExportState.ABSENT, **NOTHING_THERE)
        case Step.REMOVE:
            _remove(row, booking, chosen, clock)
        case Step.LOOK | Step.PUT as step:
            _look_and_put(row, booking, chosen, clock, puts=step == Step.PUT)


@transaction.atomic
def _invite_instead(row: ExportedEvent, booking: Booking, now: datetime) -> None:
    if forget_row(row, now=now):
        invite_instead(row, booking, now=now)


def _remove(row: ExportedEvent, booking: Booking, chosen: int | None, clock: Callable[[], datetime]) -> None:
    connection = row.calendar.connection
    writer = writer_of(connection)
    if not begin_step(row, booking, chosen=chosen, now=clock()):
        settle_row(row, again=clock())
        return
    writer.remove_event(row.calendar.remote_id, _known(row, booking))
    settle_row(row, again=clock(), attempts=0, state=ExportState.ABSENT, **NOTHING_THERE)
    note_success(connection, clock())


def _look_and_put(
    row: ExportedEvent, booking: Booking, chosen: int | None, clock: Callable[[], datetime], *, puts: bool
) -> None:
    connection = row.calendar.connection
    writer = writer_of(connection)
    found = _find(writer, row, booking)
    if found is None and row.state == ExportState.THERE and not has_moved(row, booking):
        settle_row(row, attempts=0, state=ExportState.GONE, checked_at=clock())
    elif not puts:
        settle_row(row, attempts=0, checked_at=clock())
    elif begin_step(row, booking, chosen=chosen, now=clock()):
        event = write_event(booking, row.person)
        written = writer.put_event(row.calendar.remote_id, event, found)
        settle_row(
            row,
            attempts=0,
            state=ExportState.THERE,
            remote_id=written.remote_id,
            etag=written.etag,
            sequence=event.sequence,
            checked_at=clock(),
        )
    else:
        settle_row(row, again=clock())
        return
    note_success(connection, clock())


def _find(writer: Writer, row: ExportedEvent, booking: Booking) -> KnownEvent | None:
    return writer.find_event(row.calendar.remote_id, _known(row, booking)) if row.state in STANDING else None


def _known(row: ExportedEvent, booking: Booking) -> KnownEvent:
    return KnownEvent(event_uid(booking), row.remote_id, row.etag)
