"""Office hours for their host and for those who came: who registers, and whether it helped."""

from datetime import timedelta

import pytest
import time_machine
from icalendar import Calendar

from accounts.models import User
from events.afterwards.answers import OPEN_FOR, say_it_helped
from events.afterwards.clock import ask_after_events
from events.afterwards.notices import ASKED, ASKED_AGAIN
from events.afterwards.report import FEWEST_ANSWERS, read_report
from events.errors import EventError
from events.models import Event, EventState, Registration
from events.registering.acts import cancel_registration
from events.registering.calendar import calendar_uid
from events.registering.clock import run_registrations
from events.registering.managing import cancel_event
from events.registering.notices import HOST_TOLD, HOSTING
from events.registering.office_hours import OfficeHoursInput, change_office_hours, offer_office_hours
from notifications.models import InboxItem, Notification, State
from notifications.registry import Nothing, kind_named
from tests.conftest import NOW, at
from tests.events.making import come, make_event, make_guests
from tests.markup import elements_of, markup_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
START = at("2026-11-26 14:00")
AFTER = START + timedelta(hours=1)


@pytest.fixture
def hours(remembered, alice) -> Event:
    return remembered(offer_hours, alice)


def offer_hours(alice: User) -> Event:
    said = OfficeHoursInput("Office hours", "", START, 45, 6)
    return offer_office_hours(host=alice, said=said, now=NOW)


@pytest.fixture
def over(remembered, hours) -> Event:
    """Six guests came."""
    return remembered(make_over, hours)


def make_over(hours: Event) -> Event:
    for guest in make_guests(6):
        come(hours, guest, board_name=guest.name)
    run_registrations(now=AFTER)
    hours.refresh_from_db()
    assert hours.state == EventState.OVER
    return hours


def lines_of(host) -> list[str]:
    items = list(InboxItem.objects.filter(kind=HOST_TOLD, recipient=host).order_by("pk"))
    lines = kind_named(HOST_TOLD).lines(items, host, NOW)
    return [str(lines[item.pk].text) for item in items]


def refused(act) -> str:
    with pytest.raises(EventError) as error:
        act()
    return error.value.code


def measures(event: Event) -> dict[str, tuple[int, int, bool]]:
    return {one.code: (one.count, one.total, one.is_hidden) for one in read_report(event)}


def test_the_host_sees_each_registration_at_once_and_gets_no_mail(hours, alice, bob, dora):
    come(hours, bob, question="Offer or raise?")
    come(hours, dora, question="Which team?")

    lines = lines_of(alice)
    assert [("Offer or raise?" in line, "Which team?" in line) for line in lines] == [(True, False), (False, True)]
    assert {row.kind for row in Notification.objects.filter(recipient=alice)} == {HOSTING}
    assert {item.at for item in InboxItem.objects.filter(recipient=alice)} == {NOW}


def entry_of(row: Notification):
    """The mail, and the one entry in its file."""
    message = kind_named(HOSTING).render(row, NOW)
    [file] = message.attachments
    calendar = Calendar.from_ical(file.content)
    [entry] = calendar.walk("VEVENT")
    return message, str(calendar["METHOD"]), entry


def test_the_host_has_the_calendar_entry_which_moves_and_goes_with_the_event(hours, alice):
    opened = Notification.objects.get(kind=HOSTING)
    message, method, entry = entry_of(opened)
    assert (opened.recipient, opened.due_at, method) == (alice, NOW, "REQUEST")
    assert (entry["DTSTART"].dt, entry["UID"]) == (START, calendar_uid(hours.uuid))
    assert str(entry["ATTENDEE"]) == f"mailto:{alice.email}"
    assert f"/events/{hours.slug}/" in message.text
    first = int(entry["SEQUENCE"])

    moved = OfficeHoursInput("Office hours", "", START + timedelta(minutes=30), 45, 6)
    change_office_hours(event=hours, said=moved, now=NOW)
    newest = Notification.objects.filter(kind=HOSTING, state=State.PENDING).get()
    _message, method, entry = entry_of(newest)
    assert (method, entry["DTSTART"].dt) == ("REQUEST", START + timedelta(minutes=30))
    second = int(entry["SEQUENCE"])

    hours.refresh_from_db()
    cancel_event(event=hours, reason="Ill today", now=NOW)
    newest = Notification.objects.filter(kind=HOSTING, state=State.PENDING).get()
    message, method, entry = entry_of(newest)
    assert (method, str(entry["STATUS"]), "Ill today" in message.text) == ("CANCEL", "CANCELLED", True)
    assert first < second < int(entry["SEQUENCE"])


def test_other_words_are_no_reason_for_another_entry(hours):
    change_office_hours(event=hours, said=OfficeHoursInput("Other words", "", START, 45, 6), now=NOW)

    assert Notification.objects.filter(kind=HOSTING).count() == 1


def test_a_draft_and_an_event_without_a_host_send_none(maria):
    event = make_event(maria)
    cancel_event(event=event, reason="Flood", now=NOW)

    assert not Notification.objects.filter(kind=HOSTING).exists()


def test_a_line_says_so_when_somebody_gives_up_their_place(hours, alice, bob):
    registration = come(hours, bob)
    before = lines_of(alice)
    cancel_registration(registration=registration, by=bob, now=NOW)

    assert lines_of(alice) != before


def test_who_only_waits_is_no_news_until_they_have_a_place(hours, alice):
    guests = make_guests(7)
    registrations = [come(hours, guest) for guest in guests]
    assert len(lines_of(alice)) == 6
    cancel_registration(registration=registrations[0], by=guests[0], now=NOW)

    registrations[6].refresh_from_db()
    assert registrations[6].is_in
    assert len(lines_of(alice)) == 7


def test_hosts_read_only_of_their_own_and_other_events_tell_nobody(hours, alice, maria, bob):
    come(make_event(maria), bob)
    assert lines_of(alice) == []
    come(hours, bob)
    items = list(InboxItem.objects.filter(kind=HOST_TOLD))

    assert kind_named(HOST_TOLD).lines(items, maria, NOW) == {}


def test_everyone_who_had_a_place_is_asked_once(over):
    assert ask_after_events(now=AFTER) == 1
    assert ask_after_events(now=AFTER) == 0

    asked = Notification.objects.filter(kind=ASKED)
    assert asked.count() == 6 == Notification.objects.filter(kind=ASKED_AGAIN).count()
    items = InboxItem.objects.filter(kind=ASKED, recipient=asked[0].recipient)
    [line] = kind_named(ASKED).lines(list(items), asked[0].recipient, AFTER).values()
    assert line.url == f"/events/{over.slug}/after/"


def test_the_mail_has_other_words_and_falls_silent_after_an_answer(over, maria, bob):
    ask_after_events(now=AFTER)
    row = Notification.objects.filter(kind=ASKED).first()
    message = kind_named(ASKED).render(row, AFTER)
    assert f"/events/{over.slug}/after/" in message.text
    assert over.title in message.subject

    Registration.objects.filter(pk=row.subject_id).update(helped=2)
    assert isinstance(kind_named(ASKED).render(row, AFTER), Nothing)
    assert row.state == State.PENDING


def test_it_is_said_on_a_page_with_one_press_and_can_be_changed(over, client_for):
    own = over.registrations.first()
    client, page = client_for(own.person), f"/events/{over.slug}/after/"
    with time_machine.travel(AFTER, tick=False):
        shown = markup_of(client.get(page))
        values = [box.attributes["value"] for box in elements_of(shown, "input", name="helped")]
        assert values == ["1", "2", "3", "4"]
        assert client.post(page, {}).status_code == 422
        assert client.post(page, {"helped": "5"}).status_code == 422
        assert client.post(page, {"helped": "4"}).url == page
        client.post(page, {"helped": "3"})

    own.refresh_from_db()
    assert own.helped == 3


def test_the_page_leads_to_the_host_with_the_question(over, alice, client_for):
    own = over.registrations.first()
    with time_machine.travel(AFTER, tick=False):
        page = client_for(own.person).get(f"/events/{over.slug}/after/").context["page"]

    assert page.host_url.startswith(f"/mentors/{alice.mentor_profile.slug}/")
    assert not page.has_goal_page


def test_only_those_who_had_a_place_say_something_and_only_for_a_while(over, bob, client_for, maria):
    own = over.registrations.first()
    assert client_for(bob).get(f"/events/{over.slug}/after/").status_code == 404
    late = over.closed_at + OPEN_FOR
    assert refused(lambda: say_it_helped(registration=own, helped=4, now=late)) == "closed"
    Registration.objects.filter(pk=own.pk).update(state="cancelled", place=None)
    assert refused(lambda: say_it_helped(registration=own, helped=4, now=AFTER)) == "closed"
    speed = make_event(maria)
    there = come(speed, bob)
    Event.objects.filter(pk=speed.pk).update(state=EventState.OVER, ended_at=AFTER)
    assert refused(lambda: say_it_helped(registration=there, helped=4, now=AFTER)) == "closed"


def test_before_the_end_there_is_nothing_to_say(hours, bob, client_for):
    come(hours, bob)

    assert client_for(bob).get(f"/events/{hours.slug}/after/").url == f"/events/{hours.slug}/"


@pytest.mark.parametrize("answers", [0, 4, 5, 6])
def test_the_host_sees_counts_from_five_answers_on(over, alice, client_for, answers):
    for number, own in enumerate(over.registrations.order_by("pk")[:answers]):
        say_it_helped(registration=own, helped=number % 4 + 1, now=AFTER)
    useful = sum(number % 4 + 1 >= 3 for number in range(answers))
    hidden = answers < FEWEST_ANSWERS

    assert measures(over) == {
        "registered": (6, 6, False),
        "useful": (0, 0, True) if hidden else (useful, answers, False),
    }
    page = markup_of(client_for(alice).get(f"/events/{over.slug}/report/"))
    assert [one.attributes["data-measure"] for one in elements_of(page, "div") if "data-measure" in one.attributes] == [
        "registered",
        "useful",
    ]


def test_the_event_page_leads_there_when_it_is_over(over, alice, client_for):
    own = over.registrations.first()
    shown = markup_of(client_for(own.person).get(f"/events/{over.slug}/"))
    assert elements_of(shown, "a", href=f"/events/{over.slug}/after/")
    host = markup_of(client_for(alice).get(f"/events/{over.slug}/"))
    assert elements_of(host, "a", href=f"/events/{over.slug}/report/")


def test_a_mentors_day_leads_to_opening_office_hours(alice, client_for):
    assert elements_of(markup_of(client_for(alice).get("/mentor/")), "a", href="/events/office-hours/new/")
