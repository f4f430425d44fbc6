"""All rows of a new booking, written by one statement: all of them, or none."""

from functools import cache

from django.db import connection

from common.statements import Insert, Prepared, note_stored
from sessions_app.errors import taken_error
from sessions_app.models import Booking, BookingEvent, Brief, Engagement, Occupancy

BRIEF = Insert(Brief, told="uuid author_id question issue_type situation tried done_when needed_by answers created_at")
ENGAGEMENT = Insert(Engagement, told="uuid mentee_id mentor_id created_at", brief_id="(SELECT id FROM brief)")
BOOKING = Insert(
    Booking,
    told="uuid offer_id mentor_id mentee_id programme_id during format state expires_at room idempotency_key held_for"
    " created_at confirmed_at",
    engagement_id="(SELECT id FROM engagement)",
)
OF_BOOKING = {"booking_id": "(SELECT id FROM booking)", "during": "(SELECT during FROM booking)"}
OCCUPANCY, EVENT = (
    Insert(Occupancy, told="person_id", **OF_BOOKING),
    Insert(BookingEvent, told="by_id to_state event at version", **OF_BOOKING),
)


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
            booking AS ({BOOKING.text("booking")} RETURNING id, during),
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
    values |= {f"person{number}_person_id": person for number, person in enumerate(sorted(people))}
    with connection.cursor() as cursor:
        insert_statement(len(people)).execute(cursor, values)
        brief_id, engagement_id, booking_id, entry_id, occupied = cursor.fetchone()
    if occupied != len(people):
        raise taken_error()
    note_stored(brief, brief_id)
    note_stored(engagement, engagement_id, brief_id=brief_id)
    note_stored(booking, booking_id, engagement_id=engagement_id)
    note_stored(entry, entry_id, booking_id=booking_id)
