"""Open events with free places, as other pages mention them: the home page, search, the waiting list."""

import time
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import EventKind
from sessions_app.questions.gatherings import Gathering

# So long each process remembers that nothing is open, so that pages of results then cost no query.
REMEMBERED = 60.0

# Written by hand since it is asked with every page of results: composing it from models takes longer than running it.
# Only what is open is counted, by indexes, so past events cost nothing.
OPEN = """
WITH open AS (
    SELECT event.*,
        (SELECT count(*) FROM events_place AS place WHERE place.event_id = event.id AND place.side <> 'mentor')
        - (SELECT count(*) FROM events_registration AS one
            WHERE one.event_id = event.id AND one.side <> 'mentor' AND one.state IN ('in', 'waiting')) AS free,
        (SELECT count(*) FROM events_registration AS one
            WHERE one.event_id = event.id AND one.side = 'mentor' AND one.state = 'in') AS mentors,
        EXISTS (SELECT FROM events_registration AS one
            JOIN events_registration_topics AS topic ON topic.registration_id = one.id
            WHERE one.event_id = event.id AND one.side = 'mentor' AND one.state = 'in'
                AND topic.topic_id = ANY(%(topics)s)) AS fits
    FROM events_event AS event
    WHERE event.state = 'open' AND lower(event.during) > %(now)s AND event.registration_until > %(now)s
)
SELECT open.slug, open.kind, open.title, open.timezone, open.during, open.rounds_count, open.free, open.mentors,
    open.fits, coalesce(host.name, '')
FROM open LEFT JOIN accounts_user AS host ON host.id = open.host_id
WHERE open.free > 0
ORDER BY open.fits DESC, lower(open.during), open.id
LIMIT %(most)s
"""


class OpenEvent(NamedTuple):
    """`fits`: one of its mentors knows a topic that was asked for."""

    slug: str
    kind: str
    title: str
    timezone: str
    during: DateTimeTZRange
    rounds: int
    free: int
    mentors: int
    fits: bool
    host: str


class Quiet:
    """Until when, by the clock that never jumps, this process takes it that no event is open."""

    until = 0.0


def forget_quiet() -> None:
    """An event has just been opened here."""
    Quiet.until = 0.0


def mention_events(topics: Collection[int], *, now: datetime, near: timedelta, count: int) -> Sequence[Gathering]:
    """Those whose mentors know one of these topics first, then the soonest. One query, or none."""
    if time.monotonic() < Quiet.until:
        return []
    found = read_open(topics, now=now, most=count)
    if not found:
        Quiet.until = time.monotonic() + REMEMBERED
    return [gathering_of(event) for event in found if event.fits or event.during.lower < now + near]


def read_open(topics: Collection[int], *, now: datetime, most: int) -> list[OpenEvent]:
    with connection.cursor() as cursor:
        cursor.execute(OPEN, {"topics": list(topics), "now": now, "most": most})
        return [OpenEvent(*row) for row in cursor.fetchall()]


def gathering_of(event: OpenEvent) -> Gathering:
    start, end = event.during.lower, event.during.upper
    minutes = round((end - start).total_seconds() / 60)
    address = reverse("event", args=[event.slug])
    return Gathering(event.title, address, start, end, event.timezone, words_of(event, minutes), event.free)


def words_of(event: OpenEvent, minutes: int) -> str:
    if event.kind == EventKind.OFFICE_HOURS and event.host:
        return _("Ask %(name)s, together with a few others") % {"name": event.host}
    if event.kind == EventKind.NETWORKING:
        return _("Meet several people in one evening")
    # Nobody meets more mentors than there are rounds, nor than have said yes so far.
    most = min(event.rounds, event.mentors)
    if most < 2:
        return _("Meet several mentors in one evening")
    words = ngettext(
        "Up to %(count)d mentor in %(minutes)d minutes", "Up to %(count)d mentors in %(minutes)d minutes", most
    )
    return words % {"count": most, "minutes": minutes}
