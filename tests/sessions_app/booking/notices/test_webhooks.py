"""Which steps of a booking other systems hear of, and what they are told."""

from datetime import timedelta

import pytest

from notifications.models.webhooks import WebhookDelivery
from notifications.webhooks.services import make_endpoint
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.clock import complete_ended, expire_overdue
from sessions_app.booking.counters import choose_time, counter_request
from sessions_app.booking.holds import claim_hold, hold_slot
from sessions_app.booking.notices.webhooks import EVENTS
from sessions_app.booking.requests import accept_booking, decline_booking, extend_request, withdraw_booking
from sessions_app.models import Booking
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, at
from tests.sessions_app.conftest import QUESTION, THURSDAY, book

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=5)


@pytest.fixture(autouse=True)
def listener(maria):
    return make_endpoint(url="https://example.org/in", events=EVENTS, by=maria, now=NOW)


def told() -> list[tuple[str, str]]:
    rows = WebhookDelivery.objects.order_by("pk")
    return [(row.event.removeprefix("booking."), row.payload["state"]) for row in rows]


def test_booked_moved_and_over(offer, bob):
    booking = book(offer, bob)
    move_booking(booking=booking, start=at("2026-11-27 10:00"), by=bob, now=NOW)
    complete_ended(now=LATER)

    assert told() == [("created", "confirmed"), ("rescheduled", "confirmed"), ("completed", "completed")]


def test_cancelled(booking, alice):
    cancel_booking(booking=booking, by=alice, reason="Ill.", now=NOW)

    assert told() == [("created", "confirmed"), ("cancelled", "cancelled")]


def countered(row, alice):
    return counter_request(booking=row, starts=[at("2026-11-27 10:00")], by=alice, now=NOW)


@pytest.mark.parametrize(
    ("act", "event"),
    [
        (lambda row, bob: choose_time(booking=row, start=row.start, by=bob, now=NOW), ("accepted", "confirmed")),
        (lambda row, bob: withdraw_booking(booking=row, by=bob, now=NOW), ("cancelled", "withdrawn")),
        (lambda row, bob: expire_overdue(now=row.expires_at), ("cancelled", "expired")),
    ],
    ids=["chosen", "withdrawn", "expired"],
)
def test_what_becomes_of_other_times(request_for, alice, bob, act, event):
    act(countered(request_for, alice), bob)

    assert told() == [("created", "requested"), ("countered", "countered"), event]


@pytest.mark.parametrize(
    ("act", "event"),
    [
        (lambda row, alice, bob: accept_booking(booking=row, by=alice, now=NOW), ("accepted", "confirmed")),
        (lambda row, alice, bob: countered(row, alice), ("countered", "countered")),
        (lambda row, alice, bob: decline_booking(booking=row, by=alice, reason="x", now=NOW), ("declined", "declined")),
        (lambda row, alice, bob: withdraw_booking(booking=row, by=bob, now=NOW), ("cancelled", "withdrawn")),
        (lambda row, alice, bob: expire_overdue(now=LATER), ("cancelled", "expired")),
    ],
    ids=["accepted", "countered", "declined", "withdrawn", "expired"],
)
def test_what_becomes_of_a_request(request_for, alice, bob, act, event):
    extend_request(booking=request_for, by=alice, now=NOW)
    act(request_for, alice, bob)

    assert told() == [("created", "requested"), event]


def test_a_hold_is_nobodys_business_until_it_is_claimed(offer, bob):
    brief = BriefInput(question=QUESTION)
    held = hold_slot(offer=offer, start=THURSDAY, brief=brief, held_for="a", now=NOW)
    assert told() == []
    expire_overdue(now=NOW + timedelta(minutes=11))
    assert told() == []

    claim_hold(booking=held, mentee=bob, now=NOW + timedelta(minutes=12))

    assert told() == [("created", "confirmed")]


def test_a_payload_names_no_mentee_and_no_words(booking):
    stored = Booking.objects.get()

    assert WebhookDelivery.objects.get().payload == {
        "uuid": str(stored.uuid),
        "state": "confirmed",
        "start": "2026-11-26T14:30:00Z",
        "end": "2026-11-26T14:55:00Z",
        "length": 25,
        "mentor": {"slug": "alice-adair"},
        "offer": {"id": str(stored.offer.uuid), "format": "video"},
        "engagement": str(stored.engagement.uuid),
        "sequence": 0,
        "version": 0,
    }


def test_what_was_refused_is_not_told(offer, bob, charlie):
    book(offer, bob)
    with pytest.raises(Exception, match="taken"):
        book(offer, charlie)

    assert told() == [("created", "confirmed")]
