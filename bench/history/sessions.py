"""Years of bookings with all that belongs to them, written in bulk.

The last four weeks and the next ten days hold `LATELY` bookings at most, whatever the size: what is added are years
before them. So two histories differ in nothing but the past, as those of an installation do that grows old.
"""

from datetime import datetime
from itertools import count

from django.db import connection

from notifications.models import InboxItem, Notification, StateCount
from sessions_app.models import (
    AttendanceAct,
    Booking,
    BookingEvent,
    Brief,
    Engagement,
    Feedback,
    FollowUp,
    Message,
    NextStep,
    Occupancy,
    ReadMarker,
    Takeaway,
)

from .afterwards import fill_afterwards, fill_messages, fill_others
from .people import Crowd
from .plan import (
    LATELY,
    LATELY_OF_FIRST_MENTEE,
    LATELY_OF_FIRST_MENTOR,
    OF_FIRST_MENTEE,
    OF_FIRST_MENTOR,
    OPEN_FOR,
    PLAN,
    USUALLY_AHEAD,
    YEARS,
    FirstIds,
)
from .programmes import ONE_IN, fill_programme
from .rows import continue_ids, insert_rows, without_foreign_key_checks, without_indexes

MANY = (
    Brief,
    Engagement,
    Booking,
    BookingEvent,
    AttendanceAct,
    Feedback,
    FollowUp,
    NextStep,
    Takeaway,
    Message,
    ReadMarker,
    Notification,
    InboxItem,
)


def fill_history(crowd: Crowd, bookings: int, *, now: datetime, ahead: int = USUALLY_AHEAD) -> None:
    """Needs a database without bookings, and ninety mentors: with fewer, two people would meet twice at one time.

    `ahead`: how many of the bookings are still to come.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute(
            PLAN.format(
                mentor=crowd.mentor,
                mentee=crowd.mentee,
                offer=crowd.offer,
                mentors=crowd.mentors,
                mentees=crowd.mentees,
                now=now.isoformat(),
                total=bookings,
                lately=min(LATELY, bookings),
                ahead=ahead,
                years=YEARS,
                of_mentor=OF_FIRST_MENTOR,
                of_mentee=OF_FIRST_MENTEE,
                of_mentor_lately=LATELY_OF_FIRST_MENTOR,
                of_mentee_lately=LATELY_OF_FIRST_MENTEE,
            )
        )
        cursor.execute("ANALYZE plan")
    programme = fill_programme(crowd, now=now)
    with without_foreign_key_checks(), without_indexes(*MANY):
        first = _fill_bookings(bookings, programme.pk, now)
        fill_afterwards(first, now)
        fill_messages(first, crowd, now)
        _fill_notices(first, now)
        fill_others(first, crowd, bookings, now)
    StateCount.objects.mend()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE plan")


def _fill_bookings(bookings: int, programme: int, now: datetime) -> FirstIds:
    first = FirstIds(bookings)
    insert_rows(
        Brief,
        "plan",
        now=now,
        id=f"{first.brief} + n",
        author_id="mentee_id",
        question="'How do I ask for the level, no ' || n || '?'",
        issue_type="(ARRAY['career', 'skill', 'decision'])[1 + n % 3]",
        created_at="made",
    )
    insert_rows(
        Engagement,
        "plan",
        now=now,
        id=f"{first.engagement} + n",
        mentee_id="mentee_id",
        mentor_id="mentor_id",
        brief_id=f"{first.brief} + n",
        newest_message=first.newest_message,
        created_at="made",
        closed_at=f"CASE WHEN starts < '{now.isoformat()}'::timestamptz - {OPEN_FOR} THEN starts + {OPEN_FOR} END",
    )
    insert_rows(
        Booking,
        "plan",
        now=now,
        id=f"{first.booking} + n",
        engagement_id=f"{first.engagement} + n",
        offer_id="offer_id",
        mentor_id="mentor_id",
        mentee_id="mentee_id",
        programme_id=f"CASE WHEN n % {ONE_IN} = 0 THEN {programme} END",
        during="during",
        format="'video'",
        state="state",
        room="md5(n::text)",
        reason="CASE WHEN state IN ('cancelled', 'declined') THEN 'Something came up' ELSE '' END",
        created_at="made",
        confirmed_at="CASE WHEN state NOT IN ('requested', 'declined', 'expired') THEN made END",
        expires_at=f"CASE WHEN state = 'requested' THEN '{now.isoformat()}'::timestamptz + interval '20 hours' END",
    )
    continue_ids(Brief, Engagement, Booking)
    _fill_events({"booking_id": f"{first.booking} + n"}, now)
    return first


def _fill_events(of_plan: dict[str, str], now: datetime) -> None:
    events = {"during": "during", "version": "0"}
    insert_rows(
        BookingEvent,
        "plan",
        now=now,
        **of_plan,
        **events,
        by_id="mentee_id",
        to_state="CASE WHEN state IN ('requested', 'declined', 'expired') THEN 'requested' ELSE 'confirmed' END",
        event="CASE WHEN state IN ('requested', 'declined', 'expired') THEN 'requested' ELSE 'confirmed' END",
        at="made",
    )
    insert_rows(
        BookingEvent,
        f"plan WHERE starts <= '{now.isoformat()}'",
        now=now,
        **of_plan,
        **events,
        by_id="CASE WHEN state IN ('cancelled', 'declined') THEN mentor_id END",
        from_state="CASE WHEN state IN ('declined', 'expired') THEN 'requested' ELSE 'confirmed' END",
        to_state="state",
        event="CASE WHEN state IN ('cancelled', 'declined') THEN state ELSE '' END",
        at="said",
    )
    insert_rows(
        Occupancy,
        "plan CROSS JOIN LATERAL (VALUES (mentor_id), (mentee_id)) AS who(person_id) "
        "WHERE state IN ('requested', 'confirmed')",
        now=now,
        **of_plan,
        person_id="person_id",
        during="during",
    )


def _fill_notices(first: FirstIds, now: datetime) -> None:
    """Five mails and four lines of the inbox for each booking, two mails of which are still to come."""
    numbers = count(1)
    moment, over = f"'{now.isoformat()}'::timestamptz", f"starts <= '{now.isoformat()}'"
    about = {"subject_type": "'booking'", "subject_id": f"{first.booking} + n"}
    for kind, who, when, also in (
        ("booked", "mentee_id", "told - interval '3 days'", "true"),
        ("booked", "mentor_id", "told - interval '3 days'", "true"),
        ("reminder_hour", "mentee_id", "told - interval '1 hour'", "state <> 'requested'"),
        ("reminder_hour", "mentor_id", "told - interval '1 hour'", "state <> 'requested'"),
        ("feedback_request", "mentee_id", "told + interval '25 minutes'", "state = 'completed'"),
    ):
        turn = next(numbers)
        trouble = f"(n + {turn}) % 400 < 4 AND {over}"
        state = f"(CASE WHEN {when} > {moment} THEN 'pending' WHEN {trouble} THEN " + (
            f"(ARRAY['dead', 'expired', 'obsolete', 'uncertain'])[1 + (n + {turn}) % 400] ELSE 'sent' END)"
        )
        key = f"'{kind}:booking:' || {first.booking} + n || ':v0:' || {who}"
        insert_rows(
            Notification,
            f"plan WHERE {also}",
            now=now,
            **about,
            dedupe_key=key,
            kind=f"'{kind}'",
            recipient_id=who,
            created_at="told - interval '3 days'",
            due_at=when,
            send_before=f"{when} + interval '1 day'",
            next_try_at=when,
            date=when,
            state=state,
            attempts=f"CASE WHEN {state} = 'pending' THEN 0 ELSE 1 END",
            reason=f"CASE WHEN {state} IN ('dead', 'uncertain') THEN 'refused' ELSE '' END",
            sent_at=f"CASE WHEN {state} = 'sent' THEN {when} + n % 60 * interval '1 second' END",
            ended_at=f"CASE WHEN {state} NOT IN ('sent', 'pending') THEN {when} + interval '1 hour' END",
            message_id="'<' || gen_random_uuid() || '@history.example>'",
        )
        if turn != 3:
            insert_rows(
                InboxItem,
                f"plan WHERE {also}",
                now=now,
                **about,
                dedupe_key=key,
                kind=f"'{kind}'",
                recipient_id=who,
                at=when,
                read_at=f"CASE WHEN {when} < {moment} - interval '3 days' THEN {when} END",
            )
