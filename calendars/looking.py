"""Reads connected calendars: claim one that is due, fetch it, write what it says. Only workers do this.

A connection is in the hands of one worker at a time. The outcome is written in one transaction, and only while the
lease is still that worker's own: what the calendar says is the old or the new, never half.
"""

import logging
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction

from accounts.encryption import cipher_for
from accounts.models import User
from common.texts import clean_text, one_line
from sessions_app.availability.busy_times import replace_busy_times
from sessions_app.models import Schedule

from .connecting import PURPOSE, disconnect
from .fetching import Fetched, FetchError, fetch_calendar
from .models import STOPS_AFTER, TOLD_AFTER, Connection, ConnectionState, ExternalCalendar
from .notices import News, tell_person, withdraw_notices
from .reading.busy import Reading, read_busy_times
from .reading.entries import Reader
from .reading.errors import ReadingError

READ_SECONDS = 20
logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=6)
JITTER = 0.25
LEASE = timedelta(minutes=2)
# A calendar that never changes has new times all the same: the days ahead are others tomorrow.
WHOLE_EVERY = timedelta(hours=12)
# How long a calendar stays that its person never let count
PROPOSED_FOR = timedelta(days=1)
# Days that are read beyond those that can be booked; and how many for someone who has no times of their own
BEYOND, USUAL_DAYS = 7, 60
SUMMED_UP = timedelta(days=30)
MOST_GUESSED, LONGEST_NAME = 10, 100
# The person has to do something about these; all others may pass.
NEEDS_PERSON = {"refused", "address", "key"}


def read_due(clock: Callable[[], datetime], *, seconds: float = READ_SECONDS) -> int:
    """Read what is due, one after the other, until nothing is or the time is up. Returns how many were taken up."""
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end and (row := claim_connection(clock())):
        look_at(row, clock())
        count += 1
    return count


def claim_connection(now: datetime) -> Connection | None:
    """The one that waits longest, leased to us."""
    with transaction.atomic():
        due = Connection.objects.due(now).select_for_update(skip_locked=True, of=("self",)).select_related("person")
        row = due.order_by("next_at", "pk").first()
        if row:
            row.lease_until = now + LEASE
            row.save(update_fields=["lease_until"])
    return row


def look_at(row: Connection, now: datetime) -> None:
    """Bring a claimed connection to its next state."""
    calendar = row.calendars.get()
    try:
        fetched = _fetch(row, calendar, now)
        reading = None if fetched.content is None else _read(row.person, calendar, fetched.content, now)
    except (FetchError, ReadingError) as error:
        note_failure(row, error.code, now)
    except InvalidToken:
        note_failure(row, "key", now)
    except Exception as error:
        # Not the traceback: its last line may quote what the calendar says.
        logger.error("calendar connection %s: %s", row.pk, type(error).__name__)
        note_failure(row, "broken", now)
    else:
        note_success(row, fetched, reading, now)


def forget_proposals(*, now: datetime) -> int:
    old = Connection.objects.filter(state=ConnectionState.PROPOSED, created_at__lt=now - PROPOSED_FOR)
    found = list(old[:100])
    for row in found:
        disconnect(connection=row, now=now)
    return len(found)


def window_of(person: User, now: datetime) -> tuple[datetime, datetime]:
    """From the beginning of the day, so that what goes on right now doesn't differ from reading to reading."""
    first = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    days = Schedule.objects.filter(profile__person=person).values_list("horizon_days", flat=True).first()
    return first, first + timedelta(days=(days or USUAL_DAYS) + BEYOND + 1)


@transaction.atomic
def note_success(row: Connection, fetched: Fetched, reading: Reading | None, now: datetime) -> bool:
    """`reading` is None if nothing has changed. Returns whether it was still ours to note."""
    held = _still_leased(row)
    if held is None:
        return False
    if held.failing_since:
        held.version += 1
        withdraw_notices(held)
    if held.state != ConnectionState.PROPOSED:
        held.state = ConnectionState.ACTIVE
    held.failing_since = held.stopped_at = held.lease_until = None
    held.failure, held.failures = "", 0
    held.synced_at = held.tried_at = now
    held.next_at = now + _jittered(EVERY)
    held.save()
    if reading is not None:
        calendar = held.calendars.get()
        _note_reading(calendar, fetched, reading, now)
        if calendar.counts:
            replace_busy_times(person=held.person, calendar=calendar.pk, spans=reading.spans, now=now)
    return True


@transaction.atomic
def note_failure(row: Connection, code: str, now: datetime) -> bool:
    """What was read before stays for a week. Returns whether it was still ours to note."""
    held = _still_leased(row)
    if held is None:
        return False
    is_proposed = held.state == ConnectionState.PROPOSED
    needs_person = code in NEEDS_PERSON
    if held.failing_since is None or (needs_person and held.state == ConnectionState.FAILING):
        held.version += 1
    held.failing_since = held.failing_since or now
    held.failures += 1
    held.failure, held.tried_at, held.lease_until = code, now, None
    if not is_proposed:
        held.state = ConnectionState.NEEDS_YOU if needs_person else ConnectionState.FAILING
        _follow_up(held, now)
    held.next_at = _next_try(held, now)
    held.save()
    return True


def _fetch(row: Connection, calendar: ExternalCalendar, now: datetime) -> Fetched:
    address = cipher_for(PURPOSE).decrypt(row.secret).decode()
    if calendar.was_read_within(WHOLE_EVERY, now=now):
        return fetch_calendar(address, etag=calendar.etag, modified=calendar.modified)
    return fetch_calendar(address)


def _read(person: User, calendar: ExternalCalendar, content: bytes, now: datetime) -> Reading:
    reader = Reader(
        zone=person.zone_name,
        addresses=frozenset({person.email.lower(), person.readable_email.lower()}),
        own_domain=settings.SITE_HOST,
        counts_tentative=calendar.treats_tentative,
        all_day=calendar.treats_all_day,  # type: ignore[arg-type]
    )
    first, last = window_of(person, now)
    return read_busy_times(content, reader, first=first, last=last)


def _still_leased(row: Connection) -> Connection | None:
    """A worker that was taken for dead, or whose calendar was switched or disconnected meanwhile, writes nothing."""
    User.objects.locked(row.person_id)
    found = Connection.objects.select_for_update(of=("self",)).select_related("person")
    return found.filter(pk=row.pk, lease_until=row.lease_until).first()


def _note_reading(calendar: ExternalCalendar, fetched: Fetched, reading: Reading, now: datetime) -> None:
    ahead = [span for span in reading.spans if span.end > now]
    calendar.name = one_line(clean_text(reading.name))[:LONGEST_NAME]
    # Marks that we can't keep whole are no marks.
    calendar.etag = fetched.etag if len(fetched.etag) <= 500 else ""
    calendar.modified = fetched.modified if len(fetched.modified) <= 100 else ""
    calendar.read_at = now
    calendar.found = sum(span.start < now + SUMMED_UP for span in ahead)
    calendar.next_start = ahead[0].start if ahead else None
    guessed = sorted(reading.guessed.items())[:MOST_GUESSED]
    calendar.guessed = {one_line(clean_text(name))[:LONGEST_NAME]: count for name, count in guessed}
    calendar.unread = reading.unread
    calendar.save()


def _follow_up(held: Connection, now: datetime) -> None:
    if held.state == ConnectionState.NEEDS_YOU:
        tell_person(held, News.REFUSED, now=now)
    failing_for = now - (held.failing_since or now)
    if failing_for >= STOPS_AFTER:
        if held.stopped_at is None:
            held.stopped_at = now
            for calendar in held.calendars.all():
                calendar.forget_marks()
                calendar.save()
                replace_busy_times(person=held.person, calendar=calendar.pk, spans=(), now=now)
            tell_person(held, News.STOPPED, now=now)
    elif failing_for >= TOLD_AFTER and held.state == ConnectionState.FAILING:
        tell_person(held, News.AWAY, now=now)


def _next_try(held: Connection, now: datetime) -> datetime:
    """Later after each failure, but not past the moments at which something follows from it."""
    wait = LONGEST_WAIT if held.state == ConnectionState.NEEDS_YOU else EVERY * 2 ** min(held.failures - 1, 10)
    found = now + _jittered(min(wait, LONGEST_WAIT / (1 + JITTER)))
    since = held.failing_since or now
    return min([found, *(moment for moment in (since + TOLD_AFTER, since + STOPS_AFTER) if moment > now)])


def _jittered(wait: timedelta) -> timedelta:
    return wait * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, hides nothing
