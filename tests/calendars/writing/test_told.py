"""What else changes while sessions are put into a calendar: mails without invitations, and a note on a page."""

from datetime import timedelta

import pytest
from django.urls import reverse

from calendars.models import WRITES_ILL_AFTER, Connection, ExportedEvent
from calendars.writing.choosing import choose_calendar, stop_writing
from notifications.models import Notification
from notifications.registry import Nothing, kind_named
from sessions_app.booking.changes import cancel_booking, move_booking
from tests.calendars.writing.conftest import HOUR, connect_account, work
from tests.conftest import NOW, at
from tests.markup import elements_of, markup_of, parts_in
from tests.sessions_app.conftest import book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
FRIDAY = at("2026-11-27 10:00")


def files_for(person, kind, now=NOW):
    """The names of the files that go with this person's mail of a kind."""
    row = Notification.objects.filter(recipient=person, kind=kind).latest("pk")
    # As if every mail had left.
    Notification.objects.filter(subject_id=row.subject_id, subject_version__lt=row.subject_version).update(
        state="sent", sent_at=now, data_started_at=now
    )
    message = kind_named(kind).render(row, now)
    assert not isinstance(message, Nothing), message
    return [one.filename for one in message.attachments]


def test_while_sessions_are_written_mails_come_without_invitations(diary, shelf, offer, bob, alice):
    booking = book(offer, bob)
    assert (files_for(alice, "booked"), files_for(bob, "booked")) == ([], ["invite.ics"])

    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + HOUR)
    assert (files_for(alice, "moved", NOW + HOUR), files_for(bob, "moved", NOW + HOUR)) == ([], ["invite.ics"])

    cancel_booking(booking=booking, by=bob, reason="Ill", now=NOW + 2 * HOUR)
    assert files_for(alice, "cancelled", NOW + 2 * HOUR) == []
    assert files_for(bob, "cancelled", NOW + 2 * HOUR) == ["cancel.ics"]


def test_switched_off_invitations_come_again(diary, shelf, offer, bob, alice):
    booking = book(offer, bob)
    stop_writing(person=alice, now=NOW + HOUR)
    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + HOUR)

    assert files_for(alice, "moved", NOW + HOUR) == ["invite.ics"]


def test_what_went_out_as_an_invitation_is_changed_by_invitations(shelf, offer, bob, alice):
    booking = book(offer, bob)
    [calendar] = connect_account(alice, "diary")
    choose_calendar(calendar=calendar, now=NOW + HOUR)
    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + 2 * HOUR)

    assert files_for(alice, "moved", NOW + 2 * HOUR) == ["invite.ics"]


def test_what_fails_for_long_comes_as_an_invitation_and_its_changes_too(diary, shelf, offer, bob, alice):
    shelf.failing = "unreachable"
    booking = book(offer, bob)
    work()
    assert files_for(alice, "booked", NOW + WRITES_ILL_AFTER - timedelta(seconds=1)) == []
    later = NOW + WRITES_ILL_AFTER
    assert files_for(alice, "booked", later) == ["invite.ics"]

    shelf.failing = ""
    work(later)
    assert Connection.objects.get().write_failing_since is None
    move_booking(booking=booking, start=FRIDAY, by=bob, now=later + HOUR)
    assert files_for(alice, "moved", later + HOUR) == ["invite.ics"]


def note_on(client, booking):
    return "calendar-note" in parts_in(markup_of(client.get(reverse("session", args=[booking.uuid]))))


def test_the_sessions_page_says_what_was_taken_out_there(diary, shelf, offer, bob, alice, client_for):
    booking = book(offer, bob)
    work()
    assert not note_on(client_for(alice), booking)

    ExportedEvent.objects.update(state="gone")
    assert note_on(client_for(alice), booking)
    assert not note_on(client_for(bob), booking)


PAGE = "/settings/calendars/"
SAVE = "/settings/calendars/sessions/"


def chosen_on(client):
    radios = [one for one in elements_of(markup_of(client.get(PAGE)), "input") if one.attributes.get("type") == "radio"]
    return [
        one.attributes["value"]
        for one in radios
        if one.attributes["name"] == "writing-calendar" and "checked" in one.attributes
    ]


def test_a_person_chooses_and_switches_off(alice, shelf, offer, bob, client_for):
    client = client_for(alice)
    [first], [second] = connect_account(alice, "first"), connect_account(alice, "second")
    book(offer, bob)
    assert chosen_on(client) == ["none"]

    assert client.post(SAVE, {"writing-calendar": second.pk})["Location"] == PAGE
    work()
    assert chosen_on(client) == [str(second.pk)]
    assert [place for place, *_rest in shelf.standing()] == ["/second/"]

    client.post(SAVE, {"writing-calendar": first.pk})
    work()
    assert [place for place, *_rest in shelf.standing()] == ["/first/"]

    client.post(SAVE, {"writing-calendar": "none"})
    work()
    assert (chosen_on(client), shelf.standing()) == (["none"], [])


def test_what_is_no_calendar_of_theirs_is_said_beside_the_field(alice, bob, shelf, client_for):
    connect_account(alice, "diary")
    [theirs] = connect_account(bob, "bob")
    answer = client_for(alice).post(SAVE, {"writing-calendar": theirs.pk})

    assert (answer.status_code, list(answer.context["writing"].form.errors)) == (422, ["calendar"])
    assert not Connection.objects.filter(writes_to__isnull=False).exists()


def test_a_person_without_such_calendars_is_led_back(alice, client_for):
    assert client_for(alice).post(SAVE, {"writing-calendar": "1"})["Location"] == PAGE


@pytest.mark.parametrize("failure", ["refused", "read_only", "calendar_gone", "broken"])
def test_each_failure_is_said(diary, shelf, alice, offer, bob, client_for, failure):
    shelf.failing = failure
    book(offer, bob)
    work()
    page = markup_of(client_for(alice).get(PAGE))

    assert failure in [one.attributes.get("data-failure") for one in elements_of(page, "p")]


def test_disconnecting_says_that_sessions_are_removed_first(diary, shelf, alice, offer, bob, client_for):
    client = client_for(alice)
    book(offer, bob)
    work()
    address = reverse("external_calendar", args=[diary.connection.uuid])
    client.post(address, {"act": "disconnect"})
    assert "ending" in parts_in(markup_of(client.get(PAGE)))

    client.post(address, {"act": "disconnect"})
    assert not Connection.objects.exists()
    assert len(shelf.standing()) == 1
