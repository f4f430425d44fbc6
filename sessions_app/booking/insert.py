"""All rows of a new booking, written by one statement: all of them, or none."""

from functools import cache

from django.db import connection

from common.statements import Insert, Prepared
from sessions_app.errors import taken_error
from sessions_app.models import Booking, BookingEvent, Brief, Engagement, Occupancy

OF_BOOKING = "(SELECT id FROM booking)"
BRIEF, ENGAGEMENT = Insert(Brief), Insert(Engagement, brief_id="(SELECT id FROM brief)")
BOOKING = Insert(Booking, engagement_id="(SELECT id FROM engagement)")
OCCUPANCY, EVENT = Insert(Occupancy, booking_id=OF_BOOKING), Insert(BookingEvent, booking_id=OF_BOOKING)


@cache
def insert_statement(participants: int) -> Prepared:
    """The INSERT of all rows for this number of people.

    ON CONFLICT waits for another transaction that takes the same time and can't deadlock; a plain INSERT can. Since it
    doesn't fail, the statement counts the occupancies that went in.
    """
    occupancies = ", ".join(OCCUPANCY.row(f"person{number}") for number in range(participants))
    return Prepared(
        f"""
        WITH brief AS ({BRIEF.text("brief")} RETURNING id),
            engagement AS ({ENGAGEMENT.text("engagement")} RETURNING id),
            booking AS ({BOOKING.text("booking")} RETURNING id),
            occupied AS ({OCCUPANCY.into} VALUES {occupancies} ON CONFLICT DO NOTHING RETURNING id),
            event AS ({EVENT.text("event")} RETURNING id)
        SELECT brief.id, engagement.id, booking.id, event.id, (SELECT count(*) FROM occupied)
        FROM brief, engagement, booking, event
        """
    )


def write_booking(booking: Booking, entry: BookingEvent) -> None:
    """Insert a booking with its new engagement, that one's new brief, the first line of its log, and everyone's time.

    Gives them their ids. Raises `taken`, and then the transaction must not be committed.
    """
    engagement, brief = booking.engagement, booking.engagement.brief
    people = booking.participants
    values = BRIEF.values("brief", brief) | ENGAGEMENT.values("engagement", engagement)
    values |= BOOKING.values("booking", booking) | EVENT.values("event", entry)
    occupancy = Occupancy(during=booking.during)
    for number, occupancy.person_id in enumerate(sorted(people)):
        values |= OCCUPANCY.values(f"person{number}", occupancy)
    with connection.cursor() as cursor:
        insert_statement(len(people)).execute(cursor, values)
        brief.pk, engagement.pk, booking.pk, entry.pk, occupied = cursor.fetchone()
    if occupied != len(people):
        raise taken_error()
    for instance in (brief, engagement, booking, entry):
        instance._state.adding, instance._state.db = False, connection.alias
    engagement.brief, booking.engagement, entry.booking = brief, engagement, booking
