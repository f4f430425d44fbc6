from datetime import timedelta

import pytest
from django.db import transaction

from events.errors import EventError
from events.models import Event, EventState, Helper, MeToo, Registration
from events.registering.clock import run_registrations
from events.registering.managing import cancel_event
from events.registering.office_hours import (
    NOBODY_CAME,
    OfficeHoursInput,
    change_office_hours,
    next_free,
    offer_office_hours,
    open_hours_call,
)
from events.registering.questions import ordered_questions, say_me_too
from notifications.models import InboxItem
from sessions_app.models import Occupancy, Schedule, TimeOff
from tests.conftest import NOW, at, make_person
from tests.events.making import come, make_guests
from tests.sessions_app.conftest import book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
# Within alice's hours.
START = at("2026-11-26 14:00")


def said(start=START, **fields) -> OfficeHoursInput:
    usual = {"title": "Office hours", "about": "", "start": start, "minutes": 45, "places": 6}
    return OfficeHoursInput(**usual | fields)


def offer_hours(host, **fields) -> Event:
    return offer_office_hours(host=host, said=said(**fields), now=NOW)


def refused(act) -> str:
    with pytest.raises(EventError) as error, transaction.atomic():
        act()
    return error.value.code


def test_office_hours_are_open_led_by_their_host_and_take_their_time(alice):
    event = offer_hours(alice)

    assert (event.state, event.host, event.places.count()) == (EventState.OPEN, alice, 6)
    assert [(one.person, one.role) for one in Helper.objects.all()] == [(alice, "lead")]
    time = Occupancy.objects.get(person=alice)
    assert (time.during.lower, time.during.upper) == (START, START + timedelta(minutes=45))


def test_only_a_live_mentor_who_is_free_can_open_them(alice, bob, offer):
    assert refused(lambda: offer_hours(bob)) == "not_live"
    assert refused(lambda: offer_hours(alice, start=at("2026-11-26 23:30"))) == "not_free"
    book(offer, bob, START)
    assert refused(lambda: offer_hours(alice)) == "not_free"
    TimeOff.objects.create(schedule=alice.mentor_profile.schedule, first=START.date(), last=START.date())
    with pytest.raises(EventError, match="away that day"):
        offer_hours(alice, start=START + timedelta(hours=1))
    assert not Event.objects.exists()


def test_another_time_has_to_be_free_and_its_own_is_not_in_the_way(alice, bob):
    event = offer_hours(alice)
    come(event, bob)

    moved = change_office_hours(event=event, said=said(START + timedelta(minutes=15)), now=NOW)
    assert moved.start == START + timedelta(minutes=15)
    assert {time.during.lower for time in Occupancy.objects.all()} == {moved.start}

    assert refused(lambda: change_office_hours(event=moved, said=said(at("2026-11-26 23:30")), now=NOW)) == "not_free"
    assert Occupancy.objects.filter(person=alice).count() == 1


def test_without_anybody_they_are_cancelled_when_the_notice_begins(alice, bob):
    Schedule.objects.filter(profile=alice.mentor_profile).update(notice=240)
    event, other = offer_hours(alice), offer_hours(alice, start=START + timedelta(hours=24))
    come(other, bob)
    notice_begins = START - timedelta(hours=4)

    run_registrations(now=notice_begins - timedelta(seconds=1))
    event.refresh_from_db()
    assert event.state == EventState.OPEN
    assert (run_registrations(now=notice_begins), run_registrations(now=notice_begins)) == (1, 0)

    event.refresh_from_db()
    assert event.state == EventState.CANCELLED
    assert Occupancy.objects.filter(person=alice).count() == 1
    assert [item.recipient for item in InboxItem.objects.filter(kind=NOBODY_CAME)] == [alice]
    run_registrations(now=START + timedelta(hours=20))
    other.refresh_from_db()
    assert other.state == EventState.OPEN


def test_they_are_over_when_their_time_has_passed(alice, bob):
    event = offer_hours(alice)
    come(event, bob)

    run_registrations(now=event.end)

    event.refresh_from_db()
    assert (event.state, event.ended_at) == (EventState.OVER, event.end)


def test_what_most_have_comes_first_then_the_oldest(alice):
    event = offer_hours(alice)
    first, second, third = (
        come(event, guest, now=NOW + timedelta(minutes=number), question=f"Question {number}?")
        for number, guest in enumerate(make_guests(3))
    )
    for _press in range(2):
        say_me_too(question=third, registration=first, too=True, now=NOW)
    assert ordered_questions(event) == [(third, 1), (first, 0), (second, 0)]

    say_me_too(question=third, registration=first, too=False, now=NOW)

    assert ordered_questions(event) == [(first, 0), (second, 0), (third, 0)]
    assert refused(lambda: say_me_too(question=first, registration=first, too=True, now=NOW)) == "own"
    cancel_event(event=event, reason="Ill", now=NOW)
    assert refused(lambda: say_me_too(question=second, registration=first, too=True, now=NOW)) == "closed"


def test_all_meet_under_one_address_around_the_time(alice, bob, settings):
    event = offer_hours(alice)
    assert refused(lambda: open_hours_call(event, bob, now=START)) == "no_call"
    settings.MEETING_URL = "https://meet.example.org/{token}"

    assert refused(lambda: open_hours_call(event, bob, now=START - timedelta(minutes=11))) == "not_yet"
    assert open_hours_call(event, bob, now=START) == open_hours_call(event, alice, now=START)
    assert event.uuid.hex in open_hours_call(event, bob, now=START)
    assert refused(lambda: open_hours_call(event, bob, now=event.end + timedelta(minutes=15))) == "over"
    Schedule.objects.filter(profile=alice.mentor_profile).update(meeting_url="https://own.example.org/alice")
    assert open_hours_call(event, bob, now=START) == "https://own.example.org/alice"


def form(**fields) -> dict[str, str]:
    day = {"day": "2026-11-26", "time": "14:00", "minutes": "45", "places": "6"}
    return {"title": "Office hours", "about": ""} | day | fields


def test_the_form_opens_them_and_says_beside_the_field_what_is_wrong(alice, client_for):
    page, client = "/events/office-hours/new/", client_for(alice)
    Schedule.objects.filter(profile=alice.mentor_profile).update(timezone="UTC")
    begins = next_free(alice.mentor_profile, now=NOW)
    assert client.get(page).context["form"].initial["day"] == begins.date()
    wrong = client.post(page, form(minutes="95", places="1"))
    assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"minutes", "places"})
    away = client.post(page, form(time="23:30"))
    assert "time" in away.context["form"].errors
    assert client.post(page, form()).status_code == 302

    event = Event.objects.get()
    assert event.start == START
    edit = f"/events/{event.slug}/edit/"
    assert client.get(edit).context["form"].initial["minutes"] == 45
    assert client.post(edit, form(title="Later", time="15:00")).status_code == 302
    event.refresh_from_db()
    assert (event.title, event.start) == ("Later", START + timedelta(hours=1))


def test_questions_are_for_those_who_come_and_names_for_the_host(alice, client_for):
    event = offer_hours(alice)
    page = f"/events/{event.slug}/"
    [one], other = make_guests(1), make_person("dana@example.org", "Dana Dee")
    stranger = make_person("stranger@example.org", "Stranger")
    for guest, words in ((one, "Which offer?"), (other, "When do I leave?")):
        come(event, guest, question=words)
    question = Registration.objects.get(person=other)

    client_for(one).post(f"{page}questions/{question.uuid}/", {"too": "yes"})

    assert MeToo.objects.get().question == question
    seen = client_for(one).get(page)
    assert [row.is_mine_too for row in seen.context["page"].questions] == [True, False]
    assert (b"Dana" in seen.content, b"When do I leave?" in seen.content) == (False, True)
    assert b"Dana" in client_for(alice).get(page).content
    assert b"When do I leave?" not in client_for(stranger).get(page).content
