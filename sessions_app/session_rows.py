"""One session as its page needs it, in two statements: the booking with its people, and what belongs to it.

QuerySets say the same (`BookingQuerySet.visible_to` and `with_people`, and those that tests compare with). To compose
a dozen of them takes longer than all else that the page does, and the database plans a join of ten tables longer than
it runs it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import User
from accounts.quick_reader import READER_COLUMNS, READER_FOUND, READER_ROWS
from common.statements import ModelColumns, Prepared, RowsBeside, write_array
from mentors.models import MentorProfile, Offer
from notifications.preferences import CHOSEN_LEADS, leads_of
from programmes.audiences import sees_sql
from programmes.models import Programme
from trust.models import pair_is_cut_off_sql

from .models import (
    AttendanceAct,
    Booking,
    BookingState,
    Brief,
    Confirmation,
    Engagement,
    Excuse,
    Feedback,
    Message,
    NextStep,
    Schedule,
    SharedFile,
    Takeaway,
    WrittenQuestion,
)
from .models.bookings import own_engagement_sql, visible_sql
from .models.states import CONTACTS

# A page shows so many messages; one more tells that there are earlier ones.
MESSAGES = 50

_BOOKING, _OFFER, _ENGAGEMENT, _BRIEF, _SCHEDULE, _PROGRAMME = (
    ModelColumns(Booking, "booking"),
    ModelColumns(Offer, "offer"),
    ModelColumns(Engagement, "engagement"),
    ModelColumns(Brief, "brief"),
    ModelColumns(Schedule, "schedule"),
    ModelColumns(Programme, "programme"),
)
_PEOPLE = {role: ModelColumns(User, role) for role in ("mentor", "mentee")}
_PROFILES = {role: ModelColumns(MentorProfile, f"{role}_profile") for role in ("mentor", "mentee")}
_PARTS: tuple[ModelColumns[Any], ...] = (
    _BOOKING,
    *_PEOPLE.values(),
    *_PROFILES.values(),
    _OFFER,
    _ENGAGEMENT,
    _BRIEF,
    _SCHEDULE,
    _PROGRAMME,
)

BOOKING = Prepared(
    f"""
SELECT {", ".join(part.columns for part in _PARTS)}
FROM sessions_app_booking AS booking
JOIN accounts_user AS mentor ON mentor.id = booking.mentor_id
JOIN accounts_user AS mentee ON mentee.id = booking.mentee_id
JOIN mentors_offer AS offer ON offer.id = booking.offer_id
JOIN mentors_mentorprofile AS mentor_profile ON mentor_profile.id = offer.profile_id
LEFT JOIN mentors_mentorprofile AS mentee_profile ON mentee_profile.person_id = mentee.id
JOIN sessions_app_engagement AS engagement ON engagement.id = booking.engagement_id
JOIN sessions_app_brief AS brief ON brief.id = engagement.brief_id
LEFT JOIN sessions_app_schedule AS schedule ON schedule.profile_id = mentor_profile.id
LEFT JOIN programmes_programme AS programme ON programme.id = booking.programme_id
WHERE booking.uuid = %(uuid)s AND {visible_sql("%(reader)s")}
"""
)


def find_booking(uuid: UUID, *, reader: User) -> Booking | None:
    """The booking with both people, their profiles, offer, schedule, engagement, brief and programme.

    None if it isn't theirs.
    """
    with connection.cursor() as cursor:
        BOOKING.execute(cursor, {"uuid": uuid, "reader": reader.pk})
        row = cursor.fetchone()
    return _take_booking(row) if row else None


def _take_booking(row: Any) -> Booking:
    booking, row = _BOOKING.read_row(row)
    mentor, row = _PEOPLE["mentor"].read_row(row)
    mentee, row = _PEOPLE["mentee"].read_row(row)
    profile, row = _PROFILES["mentor"].read_row(row)
    theirs, row = _PROFILES["mentee"].read_row(row)
    offer, row = _OFFER.read_row(row)
    engagement, row = _ENGAGEMENT.read_row(row)
    engagement.brief, row = _BRIEF.read_row(row)
    schedule, row = _SCHEDULE.read_row(row)
    programme, row = _PROGRAMME.read_row(row)
    profile.person = mentor
    if theirs.pk:
        theirs.person = mentee
    else:
        MentorProfile.person.field.remote_field.set_cached_value(mentee, None)
    if schedule.pk:
        schedule.profile = profile
    offer.profile = profile
    booking.mentor = engagement.mentor = mentor
    booking.mentee = engagement.mentee = mentee
    booking.offer, booking.engagement = offer, engagement
    booking.programme = programme if programme.pk else None
    return booking


_NEWEST = "coalesce(engagement.newest_message, 0)"
NEWEST = Prepared(
    f"""
SELECT {_NEWEST} FROM sessions_app_engagement AS engagement
WHERE engagement.uuid = %(uuid)s AND {own_engagement_sql("%(reader)s")}
"""
)


def find_newest_message(engagement: UUID, *, reader: User) -> int | None:
    """Its id, 0 if there is none yet; None if the thread isn't theirs."""
    with connection.cursor() as cursor:
        NEWEST.execute(cursor, {"uuid": engagement, "reader": reader.pk})
        row = cursor.fetchone()
    return row[0] if row else None


_FACTS = """concat_ws(' ', booking.version, booking.state, booking.during,
    (SELECT count(*) FROM sessions_app_attendanceact AS act WHERE act.booking_id = booking.id),
    (SELECT string_agg(asked.asked_by_id || ' ' || asked.ends_at, ' ' ORDER BY asked.id)
        FROM sessions_app_moretime AS asked WHERE asked.booking_id = booking.id),
    (SELECT string_agg(md5(line.text), ' ' ORDER BY line.author_id)
        FROM sessions_app_takeaway AS line WHERE line.booking_id = booking.id))"""
_OF_ITS_ENGAGEMENT = "JOIN sessions_app_engagement AS engagement ON engagement.id = booking.engagement_id"
NEWS = Prepared(
    f"""
SELECT {_NEWEST}, {_FACTS}
FROM sessions_app_booking AS booking {_OF_ITS_ENGAGEMENT}
WHERE booking.uuid = %(uuid)s AND {visible_sql("%(reader)s")}
"""
)


def find_news(uuid: UUID, *, reader: User) -> tuple[int, str] | None:
    """The id of the newest message, and a text that differs once anything changed that an open page of the session
    shows again by itself; None if it isn't theirs.
    """
    with connection.cursor() as cursor:
        NEWS.execute(cursor, {"uuid": uuid, "reader": reader.pk})
        found: tuple[int, str] | None = cursor.fetchone()
    return found


# The same for who is signed in with a browser, who is read with it
NEWEST_FOR_BROWSER = Prepared(
    f"""
SELECT {_NEWEST}, {READER_COLUMNS}
FROM {READER_ROWS}
JOIN sessions_app_engagement AS engagement ON {own_engagement_sql("person.id")}
WHERE {READER_FOUND} AND engagement.uuid = %(uuid)s
"""
)
NEWS_FOR_BROWSER = Prepared(
    f"""
SELECT {_NEWEST}, {_FACTS}, {READER_COLUMNS}
FROM {READER_ROWS}
JOIN sessions_app_booking AS booking ON {visible_sql("person.id")} {_OF_ITS_ENGAGEMENT}
WHERE {READER_FOUND} AND booking.uuid = %(uuid)s
"""
)


def find_news_for_browser(statement: Prepared, uuid: UUID, *, session: str, now: datetime) -> Any:
    with connection.cursor() as cursor:
        statement.execute(cursor, {"uuid": uuid, "session": session, "now": now})
        return cursor.fetchone()


_OF_BOOKING, _OF_ENGAGEMENT = "beside.booking_id = %(booking)s", "beside.engagement_id = %(engagement)s"
# As `SharedFileQuerySet.visible_to`
_READABLE_FILE = (
    f"{_OF_ENGAGEMENT} AND NOT beside.is_hidden AND (beside.owner_id = %(reader)s"
    f" OR NOT {pair_is_cut_off_sql('%(mentor)s::bigint', '%(mentee)s::bigint')})"
)
_ROWS: dict[str, RowsBeside[Any]] = {
    "acts": RowsBeside(AttendanceAct, f"{_OF_BOOKING} AND beside.start = %(start)s", order="at, beside.id"),
    "feedback": RowsBeside(Feedback, _OF_BOOKING),
    "confirmations": RowsBeside(
        Confirmation, f"{_OF_BOOKING} AND beside.start = %(start)s AND beside.person_id = %(reader)s"
    ),
    "excuses": RowsBeside(Excuse, _OF_BOOKING),
    "takeaways": RowsBeside(Takeaway, _OF_BOOKING),
    "steps": RowsBeside(NextStep, _OF_BOOKING),
    "files": RowsBeside(SharedFile, _READABLE_FILE, order="added_at, beside.id"),
    "messages": RowsBeside(Message, _OF_ENGAGEMENT, order="id DESC", most=MESSAGES + 1),
    "written": RowsBeside(WrittenQuestion, _OF_ENGAGEMENT),
    "contacts": RowsBeside(
        Booking, f"{_OF_ENGAGEMENT} AND beside.state = ANY('{write_array(CONTACTS)}')", order="during"
    ),
}
BESIDE = Prepared(
    f"""
SELECT {", ".join(rows.sql for rows in _ROWS.values())},
    (SELECT read_to FROM sessions_app_readmarker WHERE engagement_id = %(engagement)s AND person_id = %(reader)s),
    {sees_sql("%(reader)s::bigint", "%(mentor)s::bigint")},
    EXISTS (SELECT FROM sessions_app_bookingevent AS event
        WHERE event.booking_id = %(booking)s AND event.to_state = '{BookingState.REQUESTED.value}'),
    (SELECT {_FACTS} FROM sessions_app_booking AS booking
        WHERE booking.id = %(booking)s AND booking.version = %(version)s AND booking.state = %(state)s
        AND lower(booking.during) = %(start)s AND upper(booking.during) = %(end)s),
    {CHOSEN_LEADS}
"""
)


@dataclass(frozen=True, slots=True)
class SessionRows:
    """What belongs to a booking and its engagement. `acts` are about its present time, and so is what the reader was
    asked to confirm in `confirmations`; `messages` the newest, in
    order, and `has_earlier` whether there are more; `read_to` is how far the reader has read. `sees_mentor`: no
    programme hides the mentor from the reader; their profile may still be no public one. `was_requested`: the mentor
    was asked first, whatever the offer says now. `leads`: how long before a session the reader is reminded.
    """

    acts: list[AttendanceAct]
    feedback: list[Feedback]
    confirmations: list[Confirmation]
    excuses: list[Excuse]
    takeaways: list[Takeaway]
    step: NextStep | None
    files: list[SharedFile]
    messages: list[Message]
    has_earlier: bool
    written: WrittenQuestion | None
    contacts: list[Booking]
    read_to: int
    sees_mentor: bool
    was_requested: bool
    facts: str
    leads: tuple[timedelta, ...]

    def feedback_by(self, person: User) -> Feedback | None:
        return next((said for said in self.feedback if said.author_id == person.pk), None)


def read_beside(booking: Booking, *, reader: User, now: datetime) -> SessionRows:
    """Of a booking that has its people already: nobody else has a part in it, staff excepted."""
    asked = {
        "booking": booking.pk,
        "engagement": booking.engagement_id,
        "start": booking.start,
        "reader": reader.pk,
        "mentor": booking.mentor_id,
        "mentee": booking.mentee_id,
        "now": now,
        "version": booking.version,
        "state": booking.state,
        "end": booking.end,
        "people": [reader.pk],
    }
    with connection.cursor() as cursor:
        BESIDE.execute(cursor, asked)
        *found, read_to, sees_mentor, was_requested, facts, leads = cursor.fetchone()
    rows = {name: kind.read(value) for (name, kind), value in zip(_ROWS.items(), found, strict=True)}
    _name_people(booking, rows)
    messages, steps, written = rows.pop("messages"), rows.pop("steps"), rows.pop("written")
    return SessionRows(
        **rows,
        step=steps[0] if steps else None,
        messages=messages[:MESSAGES][::-1],
        has_earlier=len(messages) > MESSAGES,
        written=written[0] if written else None,
        read_to=read_to or 0,
        sees_mentor=sees_mentor,
        was_requested=was_requested,
        facts=facts or "",
        leads=leads_of([reader.pk], leads)[reader.pk],
    )


def _name_people(booking: Booking, rows: dict[str, list[Any]]) -> None:
    """Give each row the people that the booking has, so that none of them is read again."""
    people = {person.pk: person for person in (booking.mentor, booking.mentee) if person}
    files = {file.pk: file for file in rows["files"]}
    for name, role in (("acts", "person"), ("files", "owner"), ("messages", "author"), ("steps", "person")):
        for row in rows[name]:
            if person := people.get(getattr(row, f"{role}_id")):
                setattr(row, role, person)
    for message in rows["messages"]:
        if message.file_id in files:
            message.file = files[message.file_id]
    for contact in rows["contacts"]:
        contact.mentor, contact.mentee, contact.engagement = booking.mentor, booking.mentee, booking.engagement
        if contact.offer_id == booking.offer_id:
            contact.offer = booking.offer
