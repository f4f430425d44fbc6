"""People change their minds faster than mail leaves: the mails that are sent say what has changed for their reader."""

from datetime import timedelta

import pytest

from notifications.models import Notification, State
from notifications.registry import NEVER_TOLD
from notifications.sending.draining import drain_outbox
from sessions_app.booking.book import book_session
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.requests import accept_booking, decline_booking, withdraw_booking
from sessions_app.models import Booking
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, at
from tests.smtp import smtp_sink, text_of  # noqa: F401 - smtp_sink is a fixture

START = at("2026-11-26 14:30")
FRIDAY, MONDAY = at("2026-11-27 10:00"), at("2026-11-30 10:00")
MINUTE = timedelta(minutes=1)
ALICE, BOB = "alice@example.org", "bob@example.org"


@pytest.fixture
def book(offer, bob):
    def make(*, instant: bool = True) -> Booking:
        offer.instant = instant
        offer.save()
        return book_session(offer=offer, start=START, brief=BriefInput("Which offer?"), mentee=bob, now=NOW)

    return make


@pytest.fixture
def read(smtp_sink):  # noqa: F811
    """read(now) sends what is due and gives, for each recipient, the kinds of mails they got and what they say."""

    def drain(now=NOW) -> dict[str, list[tuple[str, str]]]:
        before = set(Notification.objects.filter(state=State.SENT).values_list("pk", flat=True))
        smtp_sink.mails.clear()
        drain_outbox(now)
        texts = {mail["Message-ID"]: text_of(mail) for mail in smtp_sink.mails}
        got: dict[str, list[tuple[str, str]]] = {}
        for row in Notification.objects.filter(state=State.SENT).exclude(pk__in=before).order_by("pk"):
            got.setdefault(row.recipient.email, []).append((row.kind, texts[row.message_id]))
        return got

    return drain


def kinds(mails) -> dict[str, list[str]]:
    return {address: [kind for kind, _text in theirs] for address, theirs in mails.items()}


def silenced(kind: str) -> list[tuple[str, str]]:
    rows = Notification.objects.filter(kind=kind).order_by("recipient__email")
    return list(rows.values_list("recipient__email", "reason"))


def test_booked_and_cancelled_before_any_mail_left_is_nothing_to_either(book, read, bob):
    cancel_booking(booking=book(), by=bob, reason="", now=NOW)

    assert read() == {}
    assert silenced("cancelled") == [(ALICE, NEVER_TOLD), (BOB, NEVER_TOLD)]


def test_mentee_who_booked_is_told_that_the_mentor_cancelled_whatever_came_before(book, read, alice):
    cancel_booking(booking=book(), by=alice, reason="Ill", now=NOW)

    assert kinds(read()) == {BOB: ["cancelled"]}


def test_cancellation_is_sent_to_whom_the_booking_was_told(book, read, alice, bob):
    booking = book()
    Notification.objects.filter(recipient=bob, kind="booked").update(next_try_at=START)
    read()

    cancel_booking(booking=booking, by=bob, reason="", now=NOW + MINUTE)

    assert kinds(read(NOW + MINUTE)) == {ALICE: ["cancelled"]}


@pytest.mark.parametrize("told", ["leaving", "doubted", "reminded"])
def test_cancellation_is_sent_to_whom_the_booking_may_have_been_told(book, read, alice, bob, told):
    booking = book()
    theirs = Notification.objects.filter(recipient=alice)
    if told == "leaving":
        lease = {"lease_until": NOW + MINUTE, "lease_token": "00000000-0000-0000-0000-000000000001"}
        theirs.filter(kind="booked").update(state=State.LEASED, data_started_at=NOW, attempts=1, **lease)
    elif told == "doubted":
        theirs.filter(kind="booked").update(state=State.UNCERTAIN, doubted_at=NOW)
    else:
        theirs.filter(kind="booked").update(state=State.DEAD)
        theirs.filter(kind="reminder_day").update(state=State.SENT, sent_at=NOW)

    cancel_booking(booking=booking, by=bob, reason="", now=NOW)

    assert "cancelled" in kinds(read())[ALICE]


@pytest.mark.parametrize("state", [State.DEAD, State.EXPIRED, None])
def test_cancellation_is_sent_to_whom_the_booking_could_not_be_told(book, read, alice, bob, state):
    """Their mailbox was full, or the row is gone: they may have read of the session here, and would wait in vain."""
    booking = book()
    theirs = Notification.objects.filter(recipient=alice, kind="booked")
    if state:
        theirs.update(state=state, ended_at=NOW)
    else:
        theirs.delete()

    cancel_booking(booking=booking, by=bob, reason="", now=NOW + MINUTE)

    assert "cancelled" in kinds(read(NOW + MINUTE))[ALICE]


def test_request_withdrawn_before_the_mentor_heard_of_it_is_nothing(book, read, bob):
    withdraw_booking(booking=book(instant=False), by=bob, now=NOW)

    assert read() == {}
    assert silenced("withdrawn") == [(ALICE, NEVER_TOLD)]


def test_mentee_is_told_no_whatever_came_before(book, read, alice):
    decline_booking(booking=book(instant=False), by=alice, reason="No", now=NOW)

    assert kinds(read()) == {BOB: ["declined"]}


def test_mentor_who_accepted_is_told_that_the_mentee_cancelled(book, read, alice, bob):
    booking = accept_booking(booking=book(instant=False), by=alice, now=NOW)
    cancel_booking(booking=booking, by=bob, reason="", now=NOW)

    assert kinds(read()) == {ALICE: ["cancelled"]}


def test_booked_and_moved_before_any_mail_left_is_a_booking_at_the_new_time(book, read, bob):
    move_booking(booking=book(), start=FRIDAY, by=bob, now=NOW)

    mails = read()

    assert kinds(mails) == {ALICE: ["moved"], BOB: ["moved"]}
    # A mail about a move names the time before; this one reads as a booking.
    assert all("Friday 27 November" in text and "26 Nov" not in text for [(_kind, text)] in mails.values())


def test_mentee_who_booked_is_told_that_the_mentor_moved_it(book, read, alice):
    move_booking(booking=book(), start=FRIDAY, by=alice, now=NOW)

    mails = read()

    texts = {address: text for address, [(_kind, text)] in mails.items()}
    assert {address: "26 Nov" in text for address, text in texts.items()} == {ALICE: False, BOB: True}
    assert ["Friday 27 November" in text for text in texts.values()] == [True, True]


def test_two_moves_in_a_row_are_told_as_one_from_the_time_that_was_told(book, read, bob):
    booking = book()
    read()
    booking = move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + MINUTE)
    move_booking(booking=booking, start=MONDAY, by=bob, now=NOW + 2 * MINUTE)

    mails = read(NOW + 2 * MINUTE)

    assert kinds(mails) == {ALICE: ["moved"], BOB: ["moved"]}
    for [(_kind, text)] in mails.values():
        assert ("26 Nov" in text, "27 Nov" in text, "Monday 30 November" in text) == (True, False, True)


def test_moved_there_and_back_is_nothing(book, read, bob):
    booking = book()
    read()
    booking = move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + MINUTE)
    move_booking(booking=booking, start=START, by=bob, now=NOW + 2 * MINUTE)

    assert read(NOW + 2 * MINUTE) == {}
    assert {reason for _address, reason in silenced("moved")} == {"moved on", "back at the time they were told"}


def test_moved_again_after_it_was_told_is_told_from_there(book, read, bob):
    booking = book()
    read()
    booking = move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + MINUTE)
    read(NOW + MINUTE)
    move_booking(booking=booking, start=START, by=bob, now=NOW + 2 * MINUTE)

    for [(_kind, text)] in read(NOW + 2 * MINUTE).values():
        assert ("27 Nov" in text, "Thursday 26 November" in text) == (True, True)
