"""Who has no more sessions put into their calendar gets those that are taken out by email, each once."""

import pytest

from calendars.connecting import disconnect, finish_endings
from calendars.invitations import TAKEN_OUT
from calendars.models import Connection
from calendars.writing.choosing import choose_calendar, stop_writing
from calendars.writing.queue import LOOKS_EVERY, enter_missed
from notifications.models import Notification
from notifications.registry import Nothing, kind_named
from sessions_app.booking.changes import cancel_booking, move_booking
from tests.calendars.writing.conftest import HOUR, connect_account, uid_of, work
from tests.calendars.writing.shelf import CrashError
from tests.conftest import NOW, at
from tests.sessions_app.conftest import book
from tests.sessions_app.helpers.races import people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
FRIDAY = at("2026-11-27 10:00")


def invited():
    """Whom we have promised an invitation of what was taken out, for which session, and in which state that is."""
    rows = Notification.objects.filter(kind__in=TAKEN_OUT).order_by("pk")
    found = [(row.recipient.first_name, row.subject_id, row.state) for row in rows]
    rows.update(state="sent", sent_at=NOW, data_started_at=NOW)
    return found


def file_of(row, now=NOW):
    message = kind_named(row.kind).render(row, now)
    if isinstance(message, Nothing):
        return message.reason
    [file] = message.attachments
    return file.mimetype, file.content.decode().replace("\r\n ", "")


def latest():
    return Notification.objects.filter(kind__in=TAKEN_OUT).latest("pk")


def test_who_stops_is_invited_to_what_was_taken_out(diary, shelf, offer, bob, alice):
    booking = book(offer, bob)
    work()
    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW)
    work()
    stop_writing(person=alice, now=NOW + HOUR)
    assert invited() == []

    work(NOW + HOUR)
    assert shelf.standing() == []
    mimetype, content = file_of(latest(), NOW + HOUR)
    assert mimetype == "text/calendar; method=REQUEST; charset=utf-8"
    assert [line for line in content.split("\r\n") if line.startswith(("UID", "SEQ", "DTSTART", "METHOD"))] == [
        "METHOD:REQUEST",
        f"DTSTART:{FRIDAY:%Y%m%dT%H%M%SZ}",
        f"UID:{uid_of(booking)}",
        "SEQUENCE:1",
    ]
    assert invited() == [("Alice", booking.pk, "pending")]
    work(NOW + 2 * HOUR)
    assert len(invited()) == 1


def test_both_who_stop_are_invited(diary, shelf, offer, bob, alice):
    [theirs] = connect_account(bob, "bob")
    choose_calendar(calendar=theirs, now=NOW)
    booking = book(offer, bob)
    work()
    for person in (alice, bob):
        stop_writing(person=person, now=NOW + HOUR)
    work(NOW + HOUR)

    assert sorted(invited()) == [("Alice", booking.pk, "pending"), ("Bob", booking.pk, "pending")]


def test_who_stops_before_it_was_written_is_invited(diary, shelf, offer, bob, alice):
    booking = book(offer, bob)
    stop_writing(person=alice, now=NOW + HOUR)
    work(NOW + HOUR)

    assert (shelf.asked, invited()) == ([], [("Alice", booking.pk, "pending")])


def test_who_stops_a_second_time_is_invited_again(diary, shelf, offer, bob, alice):
    booking = book(offer, bob)
    for hour in (0, 2):
        choose_calendar(calendar=diary, now=NOW + hour * HOUR)
        work(NOW + hour * HOUR)
        stop_writing(person=alice, now=NOW + (hour + 1) * HOUR)
        work(NOW + (hour + 1) * HOUR)
        invited()

    assert invited() == [("Alice", booking.pk, "sent")] * 2


@pytest.mark.parametrize("step", ["before remove", "after remove"])
def test_whatever_dies_there_is_one_invitation(diary, shelf, offer, bob, alice, step):
    booking = book(offer, bob)
    work()
    stop_writing(person=alice, now=NOW + HOUR)

    def crash(reached):
        if reached == step:
            shelf.crash = lambda _step: None
            raise CrashError

    shelf.crash = crash
    with pytest.raises(CrashError):
        work(NOW + HOUR)
    assert invited() == []
    work(NOW + 2 * HOUR)

    assert (shelf.standing(), invited()) == ([], [("Alice", booking.pk, "pending")])


def test_nobody_is_invited_to_what_they_took_out_or_what_is_cancelled_or_over(diary, shelf, offer, bob, alice):
    [mentee] = people(1)
    booking, other = book(offer, bob), book(offer, mentee, FRIDAY)
    work()
    shelf.take_out(uid_of(booking))
    enter_missed(now=NOW + LOOKS_EVERY + HOUR)
    work(NOW + LOOKS_EVERY + HOUR)
    stop_writing(person=alice, now=NOW + 5 * HOUR)
    cancel_booking(booking=other, by=alice, reason="Ill", now=NOW + 5 * HOUR)
    work(NOW + 5 * HOUR)

    assert (shelf.standing(), invited()) == ([], [])


def test_who_chooses_another_calendar_is_not_invited(diary, shelf, offer, bob, alice):
    book(offer, bob)
    work()
    [other] = connect_account(alice, "other")
    choose_calendar(calendar=other, now=NOW + HOUR)
    work(NOW + HOUR)

    assert (len(shelf.standing()), invited()) == (1, [])


def test_who_chooses_again_before_the_mail_left_gets_none(diary, shelf, offer, bob, alice):
    book(offer, bob)
    work()
    stop_writing(person=alice, now=NOW + HOUR)
    work(NOW + HOUR)
    choose_calendar(calendar=diary, now=NOW + HOUR)

    assert file_of(latest(), NOW + HOUR) == "in a calendar again"


def test_who_disconnects_is_invited(diary, shelf, offer, bob):
    booking = book(offer, bob)
    work()
    disconnect(connection=diary.connection, now=NOW + HOUR)
    work(NOW + HOUR)
    finish_endings(now=NOW + HOUR)

    assert (Connection.objects.count(), invited()) == (0, [("Alice", booking.pk, "pending")])


def test_who_disconnects_before_it_was_written_is_invited(diary, shelf, offer, bob):
    booking = book(offer, bob)
    assert disconnect(connection=diary.connection, now=NOW + HOUR)

    assert invited() == [("Alice", booking.pk, "pending")]


def test_what_stays_there_needs_no_invitation(diary, shelf, offer, bob):
    book(offer, bob)
    work()
    shelf.failing = "unreachable"
    disconnect(connection=diary.connection, now=NOW + HOUR)
    work(NOW + HOUR)
    finish_endings(now=NOW + 25 * HOUR)

    assert (len(shelf.standing()), Connection.objects.count(), invited()) == (1, 0, [])
