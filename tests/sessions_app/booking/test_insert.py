"""What a booking writes in its few statements is what the ORM would write, field by field."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, models

from notifications.models import InboxItem, Notification
from notifications.registry import kind_named
from sessions_app.booking.book import book_session
from sessions_app.booking.holds import hold_slot
from sessions_app.booking.notices.due import booking_notices
from sessions_app.booking.series import book_further
from sessions_app.models import Booking, BookingEvent, Brief, Engagement, Occupancy
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, at
from tests.sessions_app.conftest import THURSDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

ROOT = Path(__file__).parents[3]
SAID = BriefInput("Stay or go?", "decision", "Two offers.", "Asked a friend.", "I know which", date(2026, 12, 1))


def columns(instance: models.Model, *but: str) -> dict[str, Any]:
    stored = type(instance).objects.get(pk=instance.pk)
    names = {field.attname for field in stored._meta.concrete_fields} - {"id", "uuid", *but}
    return {name: getattr(stored, name) for name in names}


def saved(booking: Booking, event: str, **fields) -> list[models.Model]:
    """The same booking made row by row, once the first is out of its way."""
    Occupancy.objects.filter(booking=booking).delete()
    Engagement.objects.filter(pk=booking.engagement_id).update(closed_at=NOW)
    people = {"mentor_id": booking.mentor_id, "mentee_id": booking.mentee_id}
    brief = Brief.objects.create(
        author_id=booking.mentee_id,
        question="Stay or go?",
        issue_type="decision",
        situation="Two offers.",
        tried="Asked a friend.",
        done_when="I know which",
        needed_by=date(2026, 12, 1),
    )
    engagement = Engagement.objects.create(brief=brief, **people)
    again = Booking.objects.create(
        engagement=engagement,
        offer=booking.offer,
        during=(THURSDAY, THURSDAY + timedelta(minutes=25)),
        format="video",
        created_at=NOW,
        **people,
        **fields,
    )
    entry = BookingEvent.objects.create(
        booking=again,
        by_id=booking.mentee_id,
        to_state=again.state,
        event=event,
        during=again.during,
        at=NOW,
        version=again.version,
    )
    return [brief, engagement, again, entry]


def assert_equal(booking: Booking, by_orm: list[models.Model]) -> None:
    made = [booking.engagement.brief, booking.engagement, booking, booking.events.get()]
    but = ("brief_id", "engagement_id", "booking_id", "room", "closed_at")
    assert [columns(row, *but) for row in made] == [columns(row, *but) for row in by_orm]
    assert booking.room != by_orm[2].room
    assert (booking.engagement.brief_id, booking.engagement_id) == (made[0].pk, made[1].pk)


def test_booking_is_as_the_orm_would_write_it(offer, bob):
    booking = book_session(offer=offer, start=THURSDAY, brief=SAID, mentee=bob, now=NOW)

    taken = Occupancy.objects.order_by("person").values_list("person", "booking", "during")
    assert list(taken) == [(person, booking.pk, booking.during) for person in sorted(booking.participants)]
    assert booking == Booking.objects.get()
    assert_equal(booking, saved(booking, "confirmed", state="confirmed", confirmed_at=NOW))


def test_request_is_as_the_orm_would_write_it(ask_first, bob):
    booking = book_session(offer=ask_first, start=THURSDAY, brief=SAID, mentee=bob, now=NOW)

    assert_equal(booking, saved(booking, "requested", state="requested", expires_at=booking.expires_at))


def test_hold_is_as_the_orm_would_write_it(offer):
    booking = hold_slot(offer=offer, start=THURSDAY, brief=SAID, held_for="v", now=NOW, key="k")

    assert list(Occupancy.objects.values_list("person", flat=True)) == [booking.mentor_id]
    same = {"idempotency_key": booking.idempotency_key, "held_for": "v", "expires_at": booking.expires_at}
    assert_equal(booking, saved(booking, "", state="held", **same))


def test_written_booking_can_be_saved_again(offer, bob):
    """It knows that it is there, as what the ORM has written does."""
    booking = book_session(offer=offer, start=THURSDAY, brief=SAID, mentee=bob, now=NOW)
    booking.reason = "A new word"
    booking.save()

    assert Booking.objects.get().reason == "A new word"


def test_notices_and_lines_are_as_the_orm_would_write_them(offer, bob):
    booking = book_session(offer=offer, start=THURSDAY, brief=SAID, mentee=bob, now=NOW)
    dues = booking_notices(booking, event="confirmed", by=bob, now=NOW)
    written = [list(model.objects.order_by("dedupe_key").values()) for model in (Notification, InboxItem)]
    Notification.objects.all().delete()
    InboxItem.objects.all().delete()
    for due in dues:
        about = {
            "dedupe_key": due.key,
            "kind": due.kind,
            "recipient_id": due.recipient_id,
            "subject_type": "booking",
            "subject_id": booking.pk,
            "subject_version": 0,
        }
        Notification.objects.create(
            **about,
            due_at=due.due_at,
            send_before=due.send_before,
            next_try_at=due.due_at,
            message_id=next(row["message_id"] for row in written[0] if row["dedupe_key"] == due.key),
            date=due.due_at,
        )
        if kind_named(due.kind).lines:
            at = due.shows_at or due.due_at
            InboxItem.objects.create(**about, at=at, read_at=at if due.by_recipient else None)

    by_orm = [list(model.objects.order_by("dedupe_key").values()) for model in (Notification, InboxItem)]
    assert [[{**row, "id": 0} for row in rows] for rows in written] == [
        [{**row, "id": 0} for row in rows] for rows in by_orm
    ]


def test_nothing_of_a_booking_stays_when_one_row_is_refused(offer, bob):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sessions_app_bookingevent ADD CONSTRAINT none CHECK (id < 0)")
    with pytest.raises(IntegrityError):
        book_session(offer=offer, start=THURSDAY, brief=SAID, mentee=bob, now=NOW)

    assert [model.objects.count() for model in (Brief, Engagement, Booking, Occupancy, Notification)] == [0] * 5


def test_booking_takes_few_statements(offer, bob, charlie, django_assert_num_queries):
    """Savepoint, who is first, lock and question, rows, notices, end; once all are prepared."""
    book_session(offer=offer, start=THURSDAY + timedelta(days=1), brief=SAID, mentee=charlie, now=NOW)
    with django_assert_num_queries(6):
        book_session(offer=offer, start=THURSDAY, brief=SAID, mentee=bob, now=NOW)


def test_only_one_place_writes_new_bookings_and_their_log():
    """`begin_booking` and `change_state`: no act can forget the log, or the notices."""
    writes = re.compile(
        r"\b(write_booking|BookingEvent|Booking\.objects\.(bulk_)?create|BookingEvent\.objects\.\w*create)\("
    )
    places = {
        str(path.relative_to(ROOT))
        for app in ("sessions_app", "search", "staff")
        for path in (ROOT / app).rglob("*.py")
        if any(writes.search(line) for line in path.read_text().splitlines() if not line.startswith(("def ", "class ")))
    }
    assert places == {"sessions_app/booking/transitions.py"}


def test_several_dates_of_one_act_are_of_one_log_each(booking, bob):
    starts = [at("2026-12-01 10:00"), at("2026-12-03 10:00")]
    made = book_further(booking=booking, starts=starts, by=bob, now=NOW)

    stored = Booking.objects.filter(pk__in=[contact.pk for contact in made])
    assert [contact.booked_with_id for contact in stored] == [made[0].pk] * 2
    for contact in made:
        [first] = contact.events.all()
        assert (first.from_state, first.event, first.by_id) == ("", "confirmed", bob.pk)
