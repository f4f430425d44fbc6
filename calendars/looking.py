"""Reads connected calendars: claim a connection that is due, read its calendars, write what they say.

Only workers do this.

A connection is in the hands of one worker at a time. The outcome is written in one transaction, and only while the
lease is still that worker's own: what the calendar says is the old or the new, never half.
"""

import logging
import random
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.encryption import UnsealError
from accounts.models import User
from common.hashing import form_mark
from common.texts import REFUSED, clean_text, one_line
from common.times import in_zone
from sessions_app.availability.busy_times import replace_busy_times
from sessions_app.models import Booking, BookingState, Schedule

from .conflicts import hurry_after_bookings, tell_conflicts
from .connecting import disconnect
from .fetching import FetchError
from .models import SERVICE_KINDS, STOPS_AFTER, TOLD_AFTER, Connection, ConnectionState, ExternalCalendar
from .notices import News, tell_person, withdraw_notices
from .reading.busy import Reading
from .reading.entries import Reader
from .reading.errors import ReadingError
from .sources.contract import Outcome, RemoteCalendar, Source
from .sources.opening import open_secret, seal_secret, source_of

# With MOST_SECONDS and what the last calendar takes, less than a task may
READ_SECONDS = 10
logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=10)
# While the person has sessions ahead, in the hours in which calendars fill: of a weekday, from … to, by their own clock
EVERY_AT_WORK, WORKING_HOURS = timedelta(minutes=5), (8, 18)
# Those that allow only so many questions
EVERY_OF_KIND: dict[str, timedelta] = dict.fromkeys(SERVICE_KINDS, timedelta(minutes=15))
FRIDAY = 5
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
MOST_GUESSED, LONGEST_NAME, LONGEST_TITLE = 10, 100, 120
# The person has to do something about these; all others may pass.
NEEDS_PERSON = {"refused", "address", "key", "not_caldav", "no_calendars", "elsewhere"}
# Where one calendar of an account fails by these, so would the next.
OF_ACCOUNT = NEEDS_PERSON | {"limited"}
# For all calendars of a connection together; well within the lease
MOST_SECONDS = 20


@dataclass(slots=True)
class Looked:
    """What came of reading the calendars of one connection, by the number of each.

    `wait`: for how long the server asks to be left alone.
    """

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)
    wait: timedelta | None = None

    @property
    def worst(self) -> str:
        codes = list(self.failures.values())
        return next((code for code in codes if code in NEEDS_PERSON), codes[0])


def read_due(clock: Callable[[], datetime], *, seconds: float = READ_SECONDS) -> int:
    """Read what is due, one after the other, until nothing is or the time is up. Returns how many were taken up."""
    end, count = time.monotonic() + seconds, 0
    hurry_after_bookings(clock())
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
    try:
        source = source_of(row)
        calendars = note_listing(row, source.list_calendars(), now)
        if calendars is not None:
            looked = _read_all(row, source, calendars, now)
            note_looked(row, looked, source.secret, now)
    except FetchError as error:
        note_failure(row, error.code, now, wait=error.wait)
    except UnsealError:
        note_failure(row, "key", now)
    except Exception as error:
        # Not the traceback: its last line may quote what the calendar says.
        logger.error("calendar connection %s: %s", row.pk, type(error).__name__)
        note_failure(row, "broken", now)


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
def note_listing(row: Connection, listed: Sequence[RemoteCalendar], now: datetime) -> list[ExternalCalendar] | None:
    """Keep which calendars there are. Returns those to be read; None if it was no longer ours to note."""
    held = _still_leased(row)
    if held is None:
        return None
    known = {calendar.remote_id: calendar for calendar in held.calendars.all()}
    for remote in listed:
        calendar = known.pop(remote.remote_id, None) or ExternalCalendar(connection=held, remote_id=remote.remote_id)
        _note_remote(calendar, remote)
    for calendar in known.values():
        if not calendar.is_gone:
            calendar.is_gone = True
            calendar.save(update_fields=["is_gone"])
            replace_busy_times(person=held.person, calendar=calendar.pk, spans=(), now=now)
    there = [calendar for calendar in held.calendars.all() if not calendar.is_gone]
    # One that doesn't count is read once, so that its person sees what is in it; and a connection's only one always.
    wanted = [one for one in there if one.counts or one.read_at is None or len(there) == 1]
    return sorted(wanted, key=lambda one: (one.read_at is not None, one.read_at))


def _note_remote(calendar: ExternalCalendar, remote: RemoteCalendar) -> None:
    name = one_line(clean_text(remote.name))[:LONGEST_NAME] or calendar.name
    said = (name, remote.colour, remote.is_writable)
    if calendar.pk and not calendar.is_gone and said == (calendar.name, calendar.colour, calendar.is_writable):
        return
    if calendar.is_gone:
        calendar.forget_cursor()
    calendar.name, calendar.colour, calendar.is_writable = said
    calendar.is_gone = False
    calendar.save()


# One that can't be read is in the way of no other, unless the reason is the account's.
def _read_all(row: Connection, source: Source, calendars: Sequence[ExternalCalendar], now: datetime) -> Looked:
    looked = Looked()
    end = time.monotonic() + MOST_SECONDS
    for calendar in calendars:
        if time.monotonic() > end:
            looked.failures[calendar.pk] = "too_slow"
            continue
        try:
            looked.outcomes[calendar.pk] = _read(row.person, source, calendar, now)
        except ReadingError as error:
            looked.failures[calendar.pk] = error.code
        except FetchError as error:
            looked.failures[calendar.pk], looked.wait = error.code, error.wait or looked.wait
            if error.code in OF_ACCOUNT:
                break
    return looked


@transaction.atomic
def note_looked(row: Connection, looked: Looked, secret: bytes, now: datetime) -> bool:
    """What was read, all in one. Returns whether it was still ours to note."""
    held = _still_leased(row)
    if held is None:
        return False
    _keep_secret(held, row, secret)
    for calendar in held.calendars.filter(pk__in=looked.outcomes):
        outcome = looked.outcomes[calendar.pk]
        if outcome.reading is not None:
            _note_reading(calendar, outcome.reading, outcome.cursor, now)
            if calendar.counts:
                replace_busy_times(
                    person=held.person,
                    calendar=calendar.pk,
                    spans=outcome.reading.spans,
                    titles=_titles_to_keep(calendar, outcome.reading),
                    now=now,
                )
    if held.state != ConnectionState.PROPOSED:
        tell_conflicts(held.person, now)
    if looked.failures:
        _note_failure(held, looked.worst, now, well=set(looked.outcomes), wait=looked.wait)
    else:
        _note_success(held, now)
    return True


def _note_success(held: Connection, now: datetime) -> None:
    if held.failing_since:
        held.version += 1
        withdraw_notices(held)
    if held.state != ConnectionState.PROPOSED:
        held.state = ConnectionState.ACTIVE
    held.failing_since = held.stopped_at = held.lease_until = None
    held.failure, held.failures = "", 0
    held.synced_at = held.tried_at = now
    held.next_at = now + _jittered(_usual_wait(held, now))
    held.save()


def _usual_wait(held: Connection, now: datetime) -> timedelta:
    if held.kind in EVERY_OF_KIND:
        return EVERY_OF_KIND[held.kind]
    there = in_zone(now, held.person.zone_name)
    begin, end = WORKING_HOURS
    if there.isoweekday() > FRIDAY or not begin <= there.hour < end:
        return EVERY
    theirs = Booking.objects.visible_to(held.person)
    ahead = theirs.filter(state=BookingState.CONFIRMED, during__startswith__gt=now)
    return EVERY_AT_WORK if ahead.exists() else EVERY


@transaction.atomic
def note_failure(row: Connection, code: str, now: datetime, *, wait: timedelta | None = None) -> bool:
    """What was read before stays for a week. Returns whether it was still ours to note."""
    held = _still_leased(row)
    if held is None:
        return False
    _note_failure(held, code, now, well=set(), wait=wait)
    return True


def _note_failure(held: Connection, code: str, now: datetime, *, well: Collection[int], wait: timedelta | None) -> None:
    # `well` are its calendars that could be read.
    is_proposed = held.state == ConnectionState.PROPOSED
    needs_person = code in NEEDS_PERSON
    if held.failing_since is None or (needs_person and held.state == ConnectionState.FAILING):
        held.version += 1
    held.failing_since = held.failing_since or now
    held.failures += 1
    held.failure, held.tried_at, held.lease_until = code, now, None
    if well:
        held.synced_at = now
    if not is_proposed:
        held.state = ConnectionState.NEEDS_YOU if needs_person else ConnectionState.FAILING
        _follow_up(held, now, well)
    held.next_at = max(_next_try(held, now), now + (wait or timedelta()))
    held.save()


def _read(person: User, source: Source, calendar: ExternalCalendar, now: datetime) -> Outcome:
    reader = Reader(
        zone=person.zone_name,
        addresses=frozenset({person.email.lower(), person.readable_email.lower()}),
        own_domain=settings.SITE_HOST,
        counts_tentative=calendar.treats_tentative,
        all_day=calendar.treats_all_day,  # type: ignore[arg-type]
        keeps_titles=calendar.keeps_titles and calendar.counts,
    )
    first, last = window_of(person, now)
    asked = _mark_question(reader, last - first)
    is_known = calendar.was_read_within(WHOLE_EVERY, now=now) and calendar.cursor.get("asked") == asked
    cursor = calendar.cursor["server"] if is_known else {}
    outcome = source.read_calendar(calendar.remote_id, cursor, reader, first=first, last=last)
    return replace(outcome, cursor={"asked": asked, "server": outcome.cursor})


def _mark_question(reader: Reader, ahead: timedelta) -> str:
    """The same for readings that would find the same in a calendar that hasn't changed.

    People change how far ahead they can be booked, their zone and their address, all of it elsewhere.
    """
    return form_mark(reader.zone, *sorted(reader.addresses), ahead.days)


# As the source found it to be meanwhile, unless someone else has changed it since.
def _keep_secret(held: Connection, row: Connection, secret: bytes) -> None:
    if held.secret == row.secret and secret != open_secret(held):
        held.secret = seal_secret(secret)


# A worker that was taken for dead, or whose calendar was switched or disconnected meanwhile, writes nothing.
def _still_leased(row: Connection) -> Connection | None:
    User.objects.locked(row.person_id)
    found = Connection.objects.select_for_update(of=("self",)).select_related("person")
    return found.filter(pk=row.pk, lease_until=row.lease_until).first()


def _note_reading(calendar: ExternalCalendar, reading: Reading, cursor: dict[str, Any], now: datetime) -> None:
    ahead = [span for span in reading.spans if span.end > now]
    if reading.name or not calendar.remote_id:
        calendar.name = one_line(clean_text(reading.name))[:LONGEST_NAME]
    calendar.cursor, calendar.read_at = cursor, now
    calendar.found = sum(span.start < now + SUMMED_UP for span in ahead)
    calendar.next_start = ahead[0].start if ahead else None
    guessed = sorted(reading.guessed.items())[:MOST_GUESSED]
    calendar.guessed = {one_line(clean_text(name))[:LONGEST_NAME]: count for name, count in guessed}
    calendar.unread = reading.unread
    calendar.save()


# Of events at the very same time, all.
def _titles_to_keep(calendar: ExternalCalendar, reading: Reading) -> dict[tuple[datetime, datetime], str]:
    if not calendar.keeps_titles:
        return {}
    return {
        (span.start, span.end): one_line(REFUSED.sub("", " · ".join(dict.fromkeys(titles))))[:LONGEST_TITLE]
        for span, titles in reading.titles.items()
    }


def _follow_up(held: Connection, now: datetime, well: Collection[int]) -> None:
    if held.state == ConnectionState.NEEDS_YOU:
        tell_person(held, News.REFUSED, now=now)
    failing_for = now - (held.failing_since or now)
    if failing_for >= STOPS_AFTER:
        if held.stopped_at is None:
            held.stopped_at = now
            for calendar in held.calendars.exclude(pk__in=well):
                calendar.forget_cursor()
                calendar.save()
                replace_busy_times(person=held.person, calendar=calendar.pk, spans=(), now=now)
            tell_person(held, News.STOPPED, now=now)
    elif failing_for >= TOLD_AFTER and held.state == ConnectionState.FAILING:
        tell_person(held, News.AWAY, now=now)


# Later after each failure, but not past the moments at which something follows from it.
def _next_try(held: Connection, now: datetime) -> datetime:
    wait = LONGEST_WAIT if held.state == ConnectionState.NEEDS_YOU else EVERY * 2 ** min(held.failures - 1, 10)
    found = now + _jittered(min(wait, LONGEST_WAIT / (1 + JITTER)))
    since = held.failing_since or now
    return min([found, *(moment for moment in (since + TOLD_AFTER, since + STOPS_AFTER) if moment > now)])


def _jittered(wait: timedelta) -> timedelta:
    return wait * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, hides nothing
