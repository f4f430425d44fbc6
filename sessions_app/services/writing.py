"""All rows of a new booking, written by one statement: all of them, or none."""

from functools import cache
from typing import NamedTuple

from django.db import connection

from common.statements import Insert
from sessions_app.models import Booking, BookingEvent, Brief, Engagement, Occupancy

from .base import taken


class Statement(NamedTuple):
    text: str
    brief: Insert
    engagement: Insert
    booking: Insert
    occupancy: Insert
    event: Insert


@cache
def statement(participants: int) -> Statement:
    """ON CONFLICT waits for a racer and can't deadlock; a plain INSERT can. Hence the count of what went in."""
    of_booking = "(SELECT id FROM booking)"
    brief, engagement = Insert(Brief), Insert(Engagement, brief_id="(SELECT id FROM brief)")
    booking = Insert(Booking, engagement_id="(SELECT id FROM engagement)")
    occupancy, event = Insert(Occupancy, booking_id=of_booking), Insert(BookingEvent, booking_id=of_booking)
    text = f"""
        WITH brief AS ({brief.text} RETURNING id),
            engagement AS ({engagement.text} RETURNING id),
            booking AS ({booking.text} RETURNING id),
            occupied AS (
                {occupancy.into} {", ".join([occupancy.row] * participants)} ON CONFLICT DO NOTHING RETURNING id
            ),
            event AS ({event.text})
        SELECT brief.id, engagement.id, booking.id, (SELECT count(*) FROM occupied)
        FROM brief, engagement, booking
    """  # noqa: S608 - names from the models
    return Statement(text, brief, engagement, booking, occupancy, event)


def write_booking(booking: Booking, event: BookingEvent) -> None:
    """Insert a booking with its new engagement, that one's new brief, its first event, and everybody's time.

    Gives them their ids. Raises `taken`, and then the transaction must not be committed.
    """
    engagement, brief = booking.engagement, booking.engagement.brief
    people = booking.participants
    parts = statement(len(people))
    values = [
        *parts.brief.values(brief),
        *parts.engagement.values(engagement),
        *parts.booking.values(booking),
    ]
    for person in sorted(people):
        values += parts.occupancy.values(Occupancy(person_id=person, during=booking.during))
    with connection.cursor() as cursor:
        cursor.execute(parts.text, values + parts.event.values(event))
        brief.pk, engagement.pk, booking.pk, occupied = cursor.fetchone()
    if occupied != len(people):
        raise taken()
    for instance in (brief, engagement, booking):
        instance._state.adding, instance._state.db = False, connection.alias
    engagement.brief, booking.engagement = brief, engagement
