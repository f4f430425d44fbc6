"""While a person is at an event, nothing else can have their time: every way to get some is tried."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, transaction
from icalendar import Calendar

from events.models import Event, EventMode, Side
from events.registering.managing import change_event
from mentors.models import MentorProfile
from search.criteria import SearchCriteria
from search.finding import find_mentors
from sessions_app.availability.commitments import commitments_of, is_promised
from sessions_app.availability.slot_picker import busy_times
from sessions_app.availability.timetable import load_timetable
from sessions_app.booking import race_gate
from sessions_app.booking.changes import move_booking
from sessions_app.booking.commitments import take_time
from sessions_app.booking.counters import counter_request
from sessions_app.booking.holds import hold_slot
from sessions_app.booking.more_time import is_time_needed
from sessions_app.booking.series import book_further
from sessions_app.errors import SessionError
from sessions_app.invites.feeds import calendar_of, feed_of, fetch_feed, make_feed
from sessions_app.models import Booking, Occupancy
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.mentee_standing import standing_of, standing_parameters
from tests.conftest import NOW, at, make_person
from tests.events.making import come, make_event, make_said
from tests.sessions_app.conftest import book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

# Within alice's hours, 34 minutes long.
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = at("2026-12-03 10:00")
DURING = START + timedelta(minutes=5)


@pytest.fixture
def event(maria):
    return make_event(maria, start=START, registration_until=START, wishes_until=None)


@pytest.fixture
def mentor_there(event, alice) -> MentorProfile:
    come(event, alice, side=Side.MENTOR)
    return alice.mentor_profile


@pytest.fixture
def mentee_there(event, bob):
    come(event, bob)
    return bob


def refused(act) -> str:
    with pytest.raises(SessionError) as error, transaction.atomic():
        act()
    return error.value.code


def starts_between(profile: MentorProfile, first, last) -> list:
    timetable = load_timetable(profile, now=NOW)
    slots = timetable.slots(length=25, now=NOW, first=first, last=last)
    return [slot.start for slot in slots]


def test_a_mentors_page_offers_no_time_of_the_event_and_keeps_no_buffer_around_it(event, offer, alice):
    profile = alice.mentor_profile
    before = starts_between(profile, START - timedelta(hours=2), START + timedelta(hours=2))
    come(event, alice, side=Side.MENTOR)

    after = starts_between(profile, START - timedelta(hours=2), START + timedelta(hours=2))

    length = timedelta(minutes=25)
    assert after == [start for start in before if start + length <= event.start or start >= event.end]
    assert START in before
    assert len(after) < len(before)


def test_a_mentee_is_offered_no_time_of_the_event(event, mentee_there, alice):
    span = (event.start, event.end)

    assert busy_times(mentee_there, now=NOW) == [span]
    assert [tuple(own) for own in standing_of(mentee_there, alice.pk, now=NOW).own] == [span]


def test_booking_is_refused_on_either_side(mentor_there, offer, bob):
    assert refused(lambda: book(offer, bob, START)) == "taken"


def test_booking_is_refused_to_a_mentee_who_is_there(mentee_there, offer):
    assert refused(lambda: book(offer, mentee_there, START)) == "own_overlap"


def test_the_race_gate_sees_the_event(event, mentor_there, offer, bob):
    """Another transaction holds the gate, so this one asks who is in the way."""
    asked = standing_parameters(bob.pk, mentor_there.person_id, now=NOW) | {"during": event.during}
    people, *_standing = race_gate.SECOND.fetch_row(asked, is_member=False)
    assert people == [mentor_there.person_id]


def test_holding_for_a_visitor_is_refused(mentor_there, offer):
    brief = BriefInput(question="Which offer?")

    assert refused(lambda: hold_slot(offer=offer, start=START, brief=brief, held_for="x", now=NOW)) == "taken"


def test_moving_a_session_there_is_refused(mentor_there, offer, bob):
    booking = book(offer, bob, at("2026-12-04 10:00"))

    assert refused(lambda: move_booking(booking=booking, start=START, by=bob, now=NOW)) == "taken"


def test_more_dates_of_a_series_are_refused(mentor_there, offer, bob):
    booking = book(offer, bob, at("2026-11-26 10:00"))

    assert refused(lambda: book_further(booking=booking, starts=[START], by=bob, now=NOW)) == "taken"


def test_offering_the_time_instead_is_refused(mentor_there, offer, alice, bob):
    offer.instant = False
    offer.save()
    request = book(offer, bob, at("2026-12-04 10:00"))

    assert refused(lambda: counter_request(booking=request, starts=[START], by=alice, now=NOW)) == "taken"


def test_a_session_right_before_cannot_be_extended(maria, offer, alice, bob):
    booking = book(offer, bob, START - timedelta(minutes=30))
    event = make_event(maria, start=booking.end, registration_until=booking.start, wishes_until=None)
    come(event, bob)

    assert is_time_needed(booking, bob, now=booking.start)
    assert not is_time_needed(booking, alice, now=booking.start)


@pytest.mark.parametrize("who", ["the mentor", "the reader"])
def test_a_search_offers_no_time_at_which_one_of_them_is_at_an_event(who, maria, offer, alice, bob):
    first = at("2026-11-25 09:00")
    event = make_event(maria, start=first, registration_until=first, wishes_until=None)
    if who == "the mentor":
        come(event, alice, side=Side.MENTOR)
    else:
        come(event, bob)

    def soonest(mentee):
        return find_mentors(SearchCriteria(), zone="UTC", now=NOW, mentee=mentee).matches[0].slots[0].start

    assert soonest(bob) >= event.end
    assert (soonest(None) == first) == (who == "the reader")


def test_what_takes_the_time_has_a_name_on_pages(event, mentee_there):
    [known] = commitments_of(mentee_there, since=START, until=START + timedelta(hours=1))

    assert (known.title, known.url) == ("First jobs", f"/events/{event.slug}/")
    assert (known.start, known.end) == (event.start, event.end)
    assert is_promised(mentee_there, event.during, now=NOW)


def test_time_is_of_one_thing_only(event, mentee_there, offer, bob):
    session = book(offer, make_person("c@example.org", "Charlie"), at("2026-12-04 10:00"))
    for wrong in (
        {"booking": session, "subject": "event", "subject_id": 1},
        {"booking": None, "subject": "", "subject_id": 1},
        {"booking": None, "subject": "event", "subject_id": None},
        {"booking": None, "subject": "", "subject_id": None},
    ):
        with pytest.raises(IntegrityError, match="time_is_taken_by_one_thing"), transaction.atomic():
            Occupancy.objects.create(person=bob, during=Booking.objects.get().during, **wrong)


def test_time_of_a_session_cannot_be_taken(offer, bob):
    session = book(offer, bob, at("2026-12-04 10:00"))

    code = refused(lambda: take_time(bob.pk, subject="event", subject_id=1, during=session.during, now=NOW))

    assert code == "taken"
    assert Occupancy.objects.filter(booking=None).count() == 0


def test_an_event_stands_among_a_persons_sessions_on_the_rail_and_in_their_feed(event, mentee_there, client_for):
    client = client_for(mentee_there)

    listed = client.get("/sessions/")
    feed = calendar_of(mentee_there, now=NOW).decode()

    assert [one.url for one in listed.context["commitments"]] == [f"/events/{event.slug}/"]
    assert "SUMMARY:First jobs" in feed
    assert f"UID:event-{mentee_there.registrations.get().uuid}@" in feed
    assert "LOCATION:Kulturhuset" in feed
    Event.objects.update(mode=EventMode.ONLINE)
    assert f"LOCATION:{settings.SITE_URL}/events/{event.slug}/" in calendar_of(mentee_there, now=NOW).decode()
    with time_machine.travel(START, tick=False):
        assert client.get("/sessions/").context["rail"] == [[event.start, event.end]]


def test_calendars_that_fetch_the_feed_see_that_a_changed_event_is_newer(event, mentee_there):
    make_feed(person=mentee_there, replaces=None, now=NOW)

    def read_feed(now):
        feed = feed_of(mentee_there)
        [entry] = Calendar.from_ical(fetch_feed(feed, now=now)).walk("VEVENT")
        moments = {entry.decoded(name) for name in ("dtstamp", "last-modified")}
        return int(entry["sequence"]), moments, feed_of(mentee_there).content_hash

    first, later = read_feed(NOW + HOUR), read_feed(NOW + 2 * HOUR)
    change_event(event=event, said=make_said(start=START - DAY), now=NOW + 3 * HOUR)
    moved = read_feed(NOW + 4 * HOUR)
    change_event(event=event, said=make_said(start=START - DAY, title="Last jobs"), now=NOW + 5 * HOUR)
    renamed = read_feed(NOW + 6 * HOUR)

    assert first == later
    assert [sequence - first[0] for sequence, *_rest in (first, moved, renamed)] == [0, 1, 1]
    assert [moments for _sequence, moments, _hash in (first, moved, renamed)] == [
        {NOW + hours * HOUR} for hours in (1, 4, 6)
    ]
