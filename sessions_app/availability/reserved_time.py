"""Time that comes free while people wait for it is kept from everyone else until the line has been asked.

The transaction that frees the time also reserves it. `waiting.handing_out` releases it once everyone in line was
asked; if that doesn't happen, it expires. A reservation only pushes starts later, so the search index needn't know.

Every act that frees time comes here, so it is one statement by hand: it looks whether anyone waits, and reserves the
time only then. With the ORM these would be two.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from mentors.models import MentorProfile
from sessions_app.models import Booking, BookingState, ReservedTime, WaitlistEntry
from sessions_app.models.waiting import waitlist_sql

from .slots import LONGEST_ANSWER, Slot
from .timetable import load_timetable
from .worker_hints import wake_when_committed

RESERVE_TIME = f"""
INSERT INTO sessions_app_reservedtime (person_id, during, counts_as_given, until)
SELECT profile.person_id, during, %(counts_as_given)s AND profile.person_id = %(mentor)s, %(until)s
FROM mentors_mentorprofile AS profile, unnest(%(spans)s::tstzrange[]) AS during
WHERE profile.person_id = ANY(%(people)s) AND {waitlist_sql("%(since)s")}
"""


def reserve_time(booking: Booking, spans: Sequence[DateTimeTZRange], *, was: str, now: datetime) -> None:
    """Reserve `spans`, which a locked booking has released. They count as they did when the booking's state was `was`.

    Times that a mentor offered instead took only the mentor's time.
    """
    since = min(now, booking.expires_at or now)
    given = was != BookingState.HELD
    people = [booking.mentor_id] if was == BookingState.COUNTERED else booking.participants
    _insert_reserved(spans, people, mentor=booking.mentor_id, counts_as_given=given, since=since, now=now)


@contextmanager
def reserving_what_opens(profile: MentorProfile, now: datetime) -> Iterator[None]:
    """Reserve for the waiting list what can be booked after the block and not before, in one transaction with it."""
    waiting = (
        WaitlistEntry.objects.askable(now).filter(Q(mentor=profile) | Q(mentor=None)).exclude(person=profile.person_id)
    )
    if not waiting.exists():
        yield
        return
    before = _free_slots(profile, now=now)
    yield
    opened = sorted(_free_slots(profile, now=now) - before)
    if spans := [DateTimeTZRange(start, end, "[)") for start, end in join_slots(opened)]:
        _insert_reserved(
            spans, [profile.person_id], mentor=profile.person_id, counts_as_given=False, since=now, now=now
        )
        wake_when_committed()


def join_slots(slots: Sequence[Slot]) -> list[tuple[datetime, datetime]]:
    """The spans that the slots, which are in order, cover together. Pure."""
    spans: list[tuple[datetime, datetime]] = []
    for slot in slots:
        if spans and slot.start <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(spans[-1][1], slot.end)
        else:
            spans.append((slot.start, slot.end))
    return spans


@transaction.atomic
def release_reserved(rows: Sequence[int], *, now: datetime) -> None:
    """Delete these rows, about which everyone in line was asked, and all that have expired."""
    over = ReservedTime.objects.filter(Q(pk__in=rows) | Q(until__lte=now)).select_for_update(skip_locked=True)
    ReservedTime.objects.filter(pk__in=list(over.values_list("pk", flat=True))).delete()


def _free_slots(profile: MentorProfile, *, now: datetime) -> set[Slot]:
    is_public = MentorProfile.objects.public().filter(pk=profile.pk).exists()
    timetable = load_timetable(profile, now=now) if is_public else None
    if timetable is None:
        return set()
    last = now + LONGEST_ANSWER
    return set(
        chain.from_iterable(
            timetable.for_waitlist().slots(length=offer.length, step=offer.step, now=now, first=now, last=last)
            for offer in profile.offers.bookable()
        )
    )


def _insert_reserved(
    spans: Sequence[DateTimeTZRange],
    people: Sequence[int],
    *,
    mentor: int,
    counts_as_given: bool,
    since: datetime,
    now: datetime,
) -> None:
    until = since + settings.RESERVED_FOR
    if until <= now:
        return
    values: dict[str, Any] = {
        "spans": list(spans),
        "people": list(people),
        "mentor": mentor,
        "counts_as_given": counts_as_given,
    }
    with connection.cursor() as cursor:
        cursor.execute(RESERVE_TIME, values | {"since": since, "now": now, "until": until})
