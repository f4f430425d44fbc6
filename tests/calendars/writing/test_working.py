"""A session is written once, moved and removed, whatever fails or dies in between."""

from datetime import timedelta

import pytest

from calendars.accounts import connect_caldav
from calendars.connecting import disconnect, finish_endings
from calendars.errors import CalendarError
from calendars.looking import forget_proposals
from calendars.models import Connection, ExportedEvent, ExportState, ExternalCalendar
from calendars.writing import leases
from calendars.writing.choosing import choose_calendar, stop_writing
from calendars.writing.queue import LOOKS_EVERY, enter_missed
from calendars.writing.working import bring_on
from sessions_app.booking.changes import cancel_booking, edit_brief, move_booking
from sessions_app.booking.clock import complete_ended
from sessions_app.booking.requests import accept_booking
from sessions_app.questions.brief_input import BriefInput
from tests.calendars.writing.conftest import HOUR, connect_account, uid_of, work
from tests.calendars.writing.shelf import CrashError
from tests.conftest import NOW, at
from tests.sessions_app.conftest import THURSDAY, book

pytestmark = pytest.mark.django_db
FRIDAY, MONDAY = at("2026-11-27 10:00"), at("2026-11-30 11:00")


def states():
    return sorted(ExportedEvent.objects.values_list("state", flat=True))


def connection_of(calendar) -> Connection:
    return Connection.objects.get(pk=calendar.connection_id)


def test_a_session_is_written_once(diary, shelf, offer, bob):
    booking = book(offer, bob)

    assert [work(), work(), work(NOW + HOUR)] == [1, 0, 0]
    assert shelf.standing() == [("/diary/", uid_of(booking), 0, THURSDAY)]
    assert shelf.puts() == 1
    row = ExportedEvent.objects.get()
    assert (row.state, row.person, row.calendar, row.sequence) == (ExportState.THERE, offer.profile.person, diary, 0)
    assert row.remote_id == f"/diary/{uid_of(booking)}.ics"


def test_what_is_written_is_the_invitations_event(diary, shelf, offer, bob):
    booking = book(offer, bob)
    work()
    [(_mark, event)] = shelf.events.values()

    assert (event.start, event.end) == (booking.start, booking.end)
    assert bob.first_name in event.title
    assert f"UID:{uid_of(booking)}".encode() in event.content
    assert b"METHOD" not in event.content
    assert b"ATTENDEE" not in event.content


def test_a_request_is_written_when_it_is_accepted(diary, shelf, ask_first, bob, alice):
    booking = book(ask_first, bob)
    assert (work(), shelf.standing()) == (0, [])

    accept_booking(booking=booking, by=alice, now=NOW + HOUR)
    work(NOW + HOUR)

    assert shelf.standing() == [("/diary/", uid_of(booking), 1, THURSDAY)]


def test_both_people_have_it_in_their_own(diary, shelf, offer, bob):
    [theirs] = connect_account(bob, "bob")
    choose_calendar(calendar=theirs, now=NOW)
    booking = book(offer, bob)
    work()

    assert shelf.standing() == [(place, uid_of(booking), 0, THURSDAY) for place in ("/bob/", "/diary/")]


def test_a_session_is_moved_and_removed(diary, shelf, offer, bob, alice):
    booking = book(offer, bob)
    work()
    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + HOUR)
    work(NOW + HOUR)
    assert shelf.standing() == [("/diary/", uid_of(booking), 1, FRIDAY)]

    cancel_booking(booking=booking, by=alice, reason="Ill", now=NOW + 2 * HOUR)
    work(NOW + 2 * HOUR)
    assert shelf.standing() == []
    assert not ExportedEvent.objects.exists()


def test_a_changed_question_is_written(diary, shelf, offer, bob):
    booking = book(offer, bob)
    work()
    edit_brief(booking=booking, brief=BriefInput(question="Shall I take the offer?"), by=bob, now=NOW + HOUR)
    work(NOW + HOUR)

    [(_mark, event)] = shelf.events.values()
    assert "Shall I take the offer?" in event.title


def test_what_is_cancelled_before_it_was_written_is_never_written(diary, shelf, offer, bob, alice):
    booking = book(offer, bob)
    cancel_booking(booking=booking, by=alice, reason="Ill", now=NOW + HOUR)
    work(NOW + HOUR)

    assert (shelf.asked, states()) == ([], [])


def test_late_rows_bring_nothing_back(diary, shelf, offer, bob, alice):
    booking = book(offer, bob)
    work()
    late = leases.claim_row(NOW) or ExportedEvent.objects.get()
    cancel_booking(booking=booking, by=alice, reason="Ill", now=NOW + HOUR)
    work(NOW + HOUR)
    bring_on(late, lambda: NOW + HOUR)

    assert shelf.standing() == []


def test_what_is_over_stays_and_is_forgotten_here(diary, shelf, offer, bob):
    booking = book(offer, bob)
    work()
    complete_ended(now=booking.end)
    enter_missed(now=booking.end + LOOKS_EVERY)
    work(booking.end + LOOKS_EVERY)

    assert [uid for _place, uid, *_rest in shelf.standing()] == [uid_of(booking)]
    assert states() == []


def test_sessions_that_are_ahead_are_put_there_when_it_is_chosen(alice, shelf, offer, bob):
    booking = book(offer, bob)
    assert work() == 0
    [calendar] = connect_account(alice, "diary")
    choose_calendar(calendar=calendar, now=NOW + HOUR)
    work(NOW + HOUR)

    assert [uid for _place, uid, *_rest in shelf.standing()] == [uid_of(booking)]


def test_switched_off_they_are_taken_out_and_switched_on_put_back(diary, shelf, offer, bob, alice):
    booking = book(offer, bob)
    work()
    stop_writing(person=alice, now=NOW + HOUR)
    work(NOW + HOUR)
    assert (shelf.standing(), states()) == ([], [])

    choose_calendar(calendar=ExternalCalendar.objects.get(), now=NOW + 2 * HOUR)
    work(NOW + 2 * HOUR)
    assert [uid for _place, uid, *_rest in shelf.standing()] == [uid_of(booking)]


def test_another_calendar_gets_what_stood_in_the_first(diary, shelf, offer, bob, alice):
    booking = book(offer, bob)
    work()
    [other] = connect_account(alice, "other")
    choose_calendar(calendar=other, now=NOW + HOUR)
    work(NOW + HOUR)

    assert shelf.standing() == [("/other/", uid_of(booking), 0, THURSDAY)]
    assert ExportedEvent.objects.get().calendar == other


def test_what_was_taken_out_there_stays_out_until_the_session_moves(diary, shelf, offer, bob):
    booking = book(offer, bob)
    work()
    shelf.take_out(uid_of(booking))
    enter_missed(now=NOW + LOOKS_EVERY + HOUR)
    work(NOW + LOOKS_EVERY + HOUR)
    assert (shelf.standing(), states()) == ([], ["gone"])

    edit_brief(booking=booking, brief=BriefInput(question="Shall I take the offer?"), by=bob, now=NOW + 5 * HOUR)
    work(NOW + 5 * HOUR)
    assert (shelf.standing(), states()) == ([], ["gone"])

    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + 6 * HOUR)
    work(NOW + 6 * HOUR)
    booking.refresh_from_db()
    assert shelf.standing() == [("/diary/", uid_of(booking), booking.sequence, FRIDAY)]
    assert states() == ["there"]


@pytest.mark.parametrize("step", ["before put", "after put"])
def test_what_was_taken_out_and_moves_is_written_once_whatever_dies(diary, shelf, offer, bob, step):
    booking = book(offer, bob)
    work()
    shelf.take_out(uid_of(booking))
    enter_missed(now=NOW + LOOKS_EVERY + HOUR)
    work(NOW + LOOKS_EVERY + HOUR)
    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + 5 * HOUR)
    die_at(shelf, step, NOW + 5 * HOUR)
    work(NOW + 6 * HOUR)

    assert shelf.standing() == [("/diary/", uid_of(booking), 1, FRIDAY)]
    assert (states(), Connection.objects.get().write_failures) == (["there"], 0)


def test_what_was_taken_out_there_is_written_where_only_its_move_shows_that(diary, shelf, offer, bob):
    booking = book(offer, bob)
    work()
    shelf.take_out(uid_of(booking))
    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + HOUR)
    work(NOW + HOUR)

    assert (shelf.standing(), states()) == ([("/diary/", uid_of(booking), 1, FRIDAY)], ["there"])


def test_what_was_taken_out_there_stays_out_where_the_session_moves_back(diary, shelf, offer, bob):
    booking = book(offer, bob)
    work()
    shelf.take_out(uid_of(booking))
    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + HOUR)
    booking.refresh_from_db()
    move_booking(booking=booking, start=THURSDAY, by=bob, now=NOW + 2 * HOUR)
    work(NOW + 2 * HOUR)

    assert (shelf.standing(), states()) == ([], ["gone"])


def test_a_change_made_there_stays_until_the_session_moves(diary, shelf, offer, bob):
    booking = book(offer, bob)
    work()
    shelf.edit(uid_of(booking))
    enter_missed(now=NOW + LOOKS_EVERY + HOUR)
    work(NOW + LOOKS_EVERY + HOUR)
    assert shelf.puts() == 1

    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + 5 * HOUR)
    work(NOW + 5 * HOUR)
    assert shelf.standing() == [("/diary/", uid_of(booking), 1, FRIDAY)]


def test_what_stands_there_already_by_an_invitation_is_taken_over(diary, shelf, offer, bob):
    booking = book(offer, bob)
    work()
    ExportedEvent.objects.all().delete()
    enter_missed(now=NOW + HOUR)
    work(NOW + HOUR)
    assert states() == ["maybe"]
    work(NOW + 2 * HOUR)

    assert (len(shelf.events), states()) == (1, ["there"])
    assert uid_of(booking) in {uid for _place, uid in shelf.events}


# What dies


@pytest.mark.parametrize("step", ["before put", "after put"])
@pytest.mark.parametrize("then", ["nothing", "moved", "cancelled", "switched off"])
def test_a_worker_that_dies_writing_leaves_one_event_as_it_should_be(diary, shelf, offer, bob, alice, step, then):
    booking = book(offer, bob)
    die_at(shelf, step)
    late = leases.LEASE + HOUR
    if then == "moved":
        move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + HOUR)
    elif then == "cancelled":
        cancel_booking(booking=booking, by=alice, reason="Ill", now=NOW + HOUR)
    elif then == "switched off":
        stop_writing(person=alice, now=NOW + HOUR)
    work(NOW + late)

    expected = {"nothing": [(0, THURSDAY)], "moved": [(1, FRIDAY)]}.get(then, [])
    assert [(version, start) for _place, _uid, version, start in shelf.standing()] == expected
    assert states() == (["there"] if expected else [])


@pytest.mark.parametrize("step", ["before find", "after find", "before put", "after put"])
def test_a_worker_that_dies_moving_leaves_one_event_as_it_should_be(diary, shelf, offer, bob, step):
    booking = book(offer, bob)
    work()
    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + HOUR)
    die_at(shelf, step, NOW + HOUR)
    work(NOW + HOUR + leases.LEASE)

    assert shelf.standing() == [("/diary/", uid_of(booking), 1, FRIDAY)]
    assert states() == ["there"]


@pytest.mark.parametrize("step", ["before remove", "after remove"])
def test_a_worker_that_dies_removing_leaves_nothing(diary, shelf, offer, bob, alice, step):
    booking = book(offer, bob)
    work()
    cancel_booking(booking=booking, by=alice, reason="Ill", now=NOW + HOUR)
    die_at(shelf, step, NOW + HOUR)
    work(NOW + HOUR + leases.LEASE)

    assert (shelf.standing(), states()) == ([], [])


def test_a_row_is_with_one_worker_until_the_lease_ends(diary, shelf, offer, bob):
    book(offer, bob)
    assert leases.claim_row(NOW)
    assert leases.claim_row(NOW + leases.LEASE - timedelta(seconds=1)) is None
    assert leases.claim_row(NOW + leases.LEASE)


def test_a_worker_that_was_taken_for_dead_writes_nothing_over(diary, shelf, offer, bob):
    booking = book(offer, bob)
    slow = leases.claim_row(NOW)
    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + HOUR)
    work(NOW + HOUR)
    bring_on(slow, lambda: NOW + HOUR)

    assert shelf.standing() == [("/diary/", uid_of(booking), 1, FRIDAY)]
    assert shelf.puts() == 1


def test_a_worker_that_comes_back_after_its_lease_notes_nothing(diary, shelf, offer, bob):
    booking = book(offer, bob)

    def let_another_do_it(step):
        if step == "after put":
            shelf.crash = lambda _step: None
            move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + HOUR)
            work(NOW + 2 * HOUR)

    shelf.crash = let_another_do_it
    work(NOW)

    row = ExportedEvent.objects.get()
    assert (row.state, row.sequence, row.etag) == ("there", 1, shelf.events["/diary/", uid_of(booking)][0])


def test_a_move_between_reading_and_writing_is_seen(diary, shelf, offer, bob):
    booking = book(offer, bob)
    work()
    edit_brief(booking=booking, brief=BriefInput(question="Another question?"), by=bob, now=NOW + HOUR)

    def move(step):
        if step == "after find":
            shelf.crash = lambda _step: None
            move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + HOUR)

    shelf.crash = move
    work(NOW + HOUR)
    assert shelf.standing() == [("/diary/", uid_of(booking), 2, FRIDAY)]
    assert shelf.puts() == 2


def test_a_move_while_it_is_written_is_written_after_it(diary, shelf, offer, bob):
    booking = book(offer, bob)

    def move(step):
        if step == "after put":
            shelf.crash = lambda _step: None
            move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + timedelta(seconds=1))

    shelf.crash = move
    work(NOW + HOUR)
    assert shelf.standing() == [("/diary/", uid_of(booking), 1, FRIDAY)]


# What fails


def test_a_server_that_is_down_gets_it_when_it_is_back(diary, shelf, offer, bob):
    booking = book(offer, bob)
    shelf.failing = "unreachable"
    work()
    connection = connection_of(diary)
    assert (connection.write_failure, connection.write_failing_since) == ("unreachable", NOW)
    assert work(NOW + timedelta(seconds=10)) == 0

    shelf.failing = ""
    work(NOW + timedelta(minutes=5))
    assert shelf.standing() == [("/diary/", uid_of(booking), 0, THURSDAY)]
    assert connection_of(diary).write_failing_since is None


def test_a_server_that_is_down_is_asked_seldom(diary, shelf, offer, bob):
    for start in (THURSDAY, FRIDAY, MONDAY):
        book(offer, bob, start)
        break
    shelf.failing = "unreachable"
    moment, end = NOW, NOW + timedelta(hours=24)
    while moment < end:
        work(moment)
        moment += timedelta(minutes=1)

    assert len(shelf.asked) < 45


def test_a_password_that_was_changed_is_tried_every_hour(diary, shelf, offer, bob):
    book(offer, bob)
    shelf.failing = "refused"
    work()
    assert work(NOW + timedelta(minutes=59)) == 0
    assert work(NOW + timedelta(minutes=62)) == 1


def test_another_calendar_of_the_account_begins_well(alice, shelf, offer, bob):
    first, second = connect_account(alice, "first", "second")
    choose_calendar(calendar=first, now=NOW)
    booking = book(offer, bob)
    shelf.failing = "read_only"
    work()
    assert connection_of(first).write_failure == "read_only"

    shelf.failing = ""
    choose_calendar(calendar=second, now=NOW + HOUR / 60)
    assert connection_of(first).write_failure == ""
    work(NOW + HOUR)
    assert shelf.standing() == [("/second/", uid_of(booking), 0, THURSDAY)]


def test_disconnected_it_is_removed_first(diary, shelf, offer, bob):
    book(offer, bob)
    work()
    assert disconnect(connection=diary.connection, now=NOW + HOUR) is False
    assert not connection_of(diary).writes_to_id
    work(NOW + HOUR)
    assert shelf.standing() == []
    assert finish_endings(now=NOW + HOUR) == 1

    assert not Connection.objects.exists()


def test_disconnected_while_nothing_stands_there_it_is_gone_at_once(diary, shelf):
    assert disconnect(connection=diary.connection, now=NOW)
    assert not Connection.objects.exists()


def test_disconnected_while_its_server_is_down_it_is_gone_after_a_day(diary, shelf, offer, bob):
    book(offer, bob)
    work()
    shelf.failing = "unreachable"
    disconnect(connection=diary.connection, now=NOW + HOUR)
    work(NOW + HOUR)
    assert finish_endings(now=NOW + 2 * HOUR) == 0
    assert finish_endings(now=NOW + 25 * HOUR) == 1

    assert not Connection.objects.exists()


def connect_as_caldav(person, now):
    secret = {"address": "https://dav.example.org/", "user": "alice", "password": "secret"}
    return connect_caldav(person=person, now=now, **secret)


def test_connected_again_while_it_is_disconnected_it_begins_anew(alice, shelf, offer, bob):
    """Its sessions are taken out all the same."""
    row = connect_as_caldav(alice, NOW)
    Connection.objects.update(state="active", synced_at=NOW)
    calendar = row.calendars.create(remote_id="/diary/", name="diary", is_writable=True, counts=True, keeps_titles=True)
    row.calendars.create(remote_id="/other/", name="other", counts=True)
    choose_calendar(calendar=calendar, now=NOW)
    book(offer, bob)
    work()
    assert disconnect(connection=row, now=NOW + HOUR) is False

    again = connect_as_caldav(alice, NOW + 2 * HOUR)
    assert (again.pk, again.state, again.ending_at, again.synced_at) == (row.pk, "proposed", None, None)
    assert list(again.calendars.values_list("remote_id", "counts", "keeps_titles")) == [("/diary/", False, False)]
    assert finish_endings(now=NOW + 2 * HOUR) == forget_proposals(now=NOW + 2 * HOUR) == 0
    work(NOW + 2 * HOUR)
    assert (shelf.standing(), states()) == ([], [])
    assert finish_endings(now=NOW + 40 * HOUR) == 0
    with pytest.raises(CalendarError, match="connected already"):
        connect_as_caldav(alice, NOW + 3 * HOUR)


def die_at(shelf, step, now=NOW):
    def crash(reached):
        if reached == step:
            shelf.crash = lambda _step: None
            raise CrashError

    shelf.crash = crash
    with pytest.raises(CrashError):
        work(now)
