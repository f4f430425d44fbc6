"""Office hours: whose time they take, who asks what, when they end by themselves, and the way into the call."""

from datetime import timedelta

import pytest

from events.models import Event, EventState, MeToo, Registration, Side
from events.pages.event_page import EventPage
from events.registering.acts import cancel_registration
from events.registering.clock import run_registrations
from events.registering.managing import cancel_event, open_event
from events.registering.notices import News
from events.registering.office_hours import (
    NOBODY_CAME,
    OfficeHoursInput,
    change_office_hours,
    due_hours,
    next_free,
    offer_office_hours,
    open_hours_call,
    settle_hours,
    who_may_join,
)
from events.registering.questions import ordered_questions, say_me_too
from mentors.models import MentorProfile
from notifications.models import InboxItem
from notifications.registry import kind_named
from sessions_app.models import AvailabilityWindow, Occupancy, Schedule
from tests.conftest import NOW, at, make_mentor, make_person
from tests.events.making import come, make_event, make_guests
from tests.events.outcomes import refusal_of, refused, taken_by, told
from tests.sessions_app.conftest import book

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]
# A Thursday afternoon within alice's hours.
START = at("2026-11-26 14:00")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
END = START + 45 * MINUTE


def said(start=START, **fields) -> OfficeHoursInput:
    return OfficeHoursInput(**{"title": "Ask me", "about": "", "start": start, "minutes": 45, "places": 6} | fields)


@pytest.fixture
def hours(alice) -> Event:
    return offer_office_hours(host=alice, said=said(), now=NOW)


@pytest.fixture
def asked(hours) -> list[Registration]:
    """Three questions, the oldest first."""
    return [
        come(hours, guest, now=NOW + number * MINUTE, question=f"Question {number}?")
        for number, guest in enumerate(make_guests(3))
    ]


def in_order(event) -> list[tuple[str, int]]:
    return [(one.question, count) for one, count in ordered_questions(event)]


# Opening and changing


def test_they_are_online_without_rounds_and_taken_until_they_begin(hours, alice):
    assert (hours.mode, hours.rounds_count, hours.length) == ("online", 0, 45)
    assert (hours.registration_until, hours.wishes_until) == (START, None)
    assert hours.timezone == alice.mentor_profile.schedule.timezone
    assert taken_by(alice) == {(START, END)}


@pytest.mark.parametrize(
    "start",
    [
        NOW - HOUR,
        # A Saturday, a night, and further ahead than anyone can book.
        at("2026-11-28 14:00"),
        at("2026-11-26 03:00"),
        at("2027-11-26 14:00"),
        # It would end after her hours.
        at("2026-11-26 16:30"),
    ],
)
def test_a_time_that_is_not_free_is_refused_beside_its_field(alice, start):
    refusal = refusal_of(lambda: offer_office_hours(host=alice, said=said(start), now=NOW))

    assert (refusal.code, refusal.field) == ("not_free", "time")
    assert not Event.objects.exists()


def test_any_minute_will_do(alice):
    odd = START + 7 * MINUTE

    assert offer_office_hours(host=alice, said=said(odd), now=NOW).start == odd


def test_sooner_than_people_can_book_is_too_soon(alice):
    Schedule.objects.filter(profile=alice.mentor_profile).update(notice=24 * 60)
    soon = NOW.replace(minute=0) + 2 * HOUR

    assert refused(lambda: offer_office_hours(host=alice, said=said(soon), now=NOW)) == "not_free"


def test_two_of_one_host_do_not_overlap(hours, alice):
    assert refused(lambda: offer_office_hours(host=alice, said=said(START + 30 * MINUTE), now=NOW)) == "not_free"
    assert Event.objects.count() == 1


def test_a_mentor_without_hours_is_told_to_set_them(alice, maria):
    AvailabilityWindow.objects.all().delete()
    assert refused(lambda: offer_office_hours(host=alice, said=said(), now=NOW)) == "not_free"
    assert next_free(alice.mentor_profile, now=NOW) is None
    assert refused(lambda: offer_office_hours(host=maria, said=said(), now=NOW)) == "not_live"


def test_a_profile_that_is_not_live_opens_none(alice):
    MentorProfile.objects.filter(person=alice).update(state="draft")

    assert refused(lambda: offer_office_hours(host=alice, said=said(), now=NOW)) == "not_live"


def test_the_next_free_time_is_one_that_can_be_had(alice, offer, bob):
    first = next_free(alice.mentor_profile, now=NOW)

    offer_office_hours(host=alice, said=said(first), now=NOW)

    later = next_free(alice.mentor_profile, now=NOW)
    assert later >= first + 45 * MINUTE


def test_other_words_and_places_leave_their_time(hours, alice):
    changed = change_office_hours(event=hours, said=said(title="Ask", places=3), now=NOW)

    assert (changed.title, changed.places.count(), changed.start) == ("Ask", 3, START)
    assert taken_by(alice) == {(START, END)}


def test_another_time_moves_the_host_and_tells_those_who_come(hours, alice, asked):
    Occupancy.objects.create(person=alice, subject="other", subject_id=1, during=(START + 3 * HOUR, START + 4 * HOUR))

    moved = change_office_hours(event=hours, said=said(START - HOUR), now=NOW)

    assert moved.registration_until == START - HOUR
    assert (START - HOUR, END - HOUR) in taken_by(alice)
    assert len(taken_by(alice)) == 2
    assert told(News.MOVED) == [one.person.email for one in asked]


def test_a_refused_change_leaves_the_time_as_it_was(hours, alice, offer, bob):
    book(offer, bob, START + 2 * HOUR)

    assert refused(lambda: change_office_hours(event=hours, said=said(START + 2 * HOUR), now=NOW)) == "not_free"

    assert (START, END) in taken_by(alice)
    assert Event.objects.get().start == START


def test_an_old_page_changes_no_office_hours(hours, alice):
    old = str(hours.version - 1)

    assert refused(lambda: change_office_hours(event=hours, said=said(START - HOUR), now=NOW, seen=old)) == "stale"

    assert taken_by(alice) == {(START, END)}


# The order of questions


def test_most_me_toos_come_first_and_then_the_oldest(hours, asked):
    first, second, third = asked
    for one, other in ((third, first), (third, second), (second, first)):
        say_me_too(question=one, registration=other, too=True, now=NOW)

    assert in_order(hours) == [("Question 2?", 2), ("Question 1?", 1), ("Question 0?", 0)]


def test_taking_a_me_too_back_takes_ones_own_and_of_this_question_only(hours, asked):
    first, second, third = asked
    for one, other in ((third, first), (third, second), (second, first)):
        say_me_too(question=one, registration=other, too=True, now=NOW)

    say_me_too(question=third, registration=first, too=False, now=NOW)
    say_me_too(question=third, registration=first, too=False, now=NOW)

    assert set(MeToo.objects.values_list("question", "registration")) == {
        (third.pk, second.pk),
        (second.pk, first.pk),
    }


def test_questions_of_those_who_left_or_of_another_event_are_not_there(hours, asked, maria, bob):
    come(make_event(maria), bob, question="Elsewhere?")
    cancel_registration(registration=asked[0], by=asked[0].person, now=NOW)
    Registration.objects.filter(pk=asked[1].pk).update(question="")

    assert in_order(hours) == [("Question 2?", 0)]


def test_a_me_too_of_someone_who_left_counts_no_more(hours, asked):
    say_me_too(question=asked[1], registration=asked[2], too=True, now=NOW)
    assert in_order(hours)[0] == ("Question 1?", 1)
    cancel_registration(registration=asked[2], by=asked[2].person, now=NOW)

    assert in_order(hours) == [("Question 0?", 0), ("Question 1?", 0)]


@pytest.mark.parametrize("state", [one for one in EventState if one not in (EventState.OPEN, EventState.CLOSED)])
def test_questions_are_chosen_only_while_they_are_ahead_or_on(hours, asked, state):
    Event.objects.filter(pk=hours.pk).update(state=state)

    assert refused(lambda: say_me_too(question=asked[0], registration=asked[1], too=True, now=NOW)) == "closed"
    assert not MeToo.objects.exists()


def test_questions_are_chosen_until_the_end(hours, asked):
    say_me_too(question=asked[0], registration=asked[1], too=True, now=END - SECOND)

    assert refused(lambda: say_me_too(question=asked[0], registration=asked[2], too=True, now=END)) == "closed"
    assert MeToo.objects.count() == 1


def test_only_people_with_a_place_choose_and_only_questions_of_such(hours, asked, maria, bob):
    first, second, third = asked
    cancel_registration(registration=third, by=third.person, now=NOW)
    elsewhere = come(make_event(maria), bob)

    assert refused(lambda: say_me_too(question=first, registration=third, too=True, now=NOW)) == "closed"
    assert refused(lambda: say_me_too(question=third, registration=first, too=True, now=NOW)) == "closed"
    assert refused(lambda: say_me_too(question=elsewhere, registration=second, too=True, now=NOW)) == "closed"
    assert refused(lambda: say_me_too(question=first, registration=elsewhere, too=True, now=NOW)) == "closed"


def test_speed_mentoring_has_no_me_toos(event):
    one, other = (come(event, guest) for guest in make_guests(2))

    assert refused(lambda: say_me_too(question=one, registration=other, too=True, now=NOW)) == "closed"


# What the clock does


def notice_of(host, minutes: int) -> None:
    Schedule.objects.filter(profile=host.mentor_profile).update(notice=minutes)


def test_due_are_those_without_people_whose_notice_begins_and_those_that_ended(hours, alice):
    notice_of(alice, 180)
    begins = START - 3 * HOUR

    assert list(due_hours(begins - SECOND)) == []
    assert list(due_hours(begins)) == [hours]
    come(hours, make_guests(1)[0])
    assert list(due_hours(begins)) == []
    assert list(due_hours(END - SECOND)) == []
    assert list(due_hours(END)) == [hours]


@pytest.mark.parametrize("state", [one for one in EventState if one not in (EventState.OPEN, EventState.CLOSED)])
def test_what_is_settled_is_not_settled_again(hours, state):
    Event.objects.filter(pk=hours.pk).update(state=state)

    assert list(due_hours(END)) == []
    assert settle_hours(event=hours, now=END) is False
    assert Event.objects.get().state == state


def test_nobody_else_than_the_host_reads_that_nobody_came(hours, alice, bob):
    notice_of(alice, 180)
    assert settle_hours(event=hours, now=START - 3 * HOUR - SECOND) is False
    assert settle_hours(event=hours, now=START - 3 * HOUR) is True

    [item] = InboxItem.objects.filter(kind=NOBODY_CAME)
    write = kind_named(NOBODY_CAME).lines
    assert item.recipient == alice
    assert write([item], alice, NOW)[item.pk].url == f"/events/{hours.slug}/"
    assert write([item], bob, NOW) == {}
    assert taken_by(alice) == set()


def test_who_waits_for_a_place_that_has_just_come_free_keeps_them_until_the_start(alice):
    hours, late = offer_office_hours(host=alice, said=said(places=2), now=NOW), START - HOUR
    notice_of(alice, 120)
    guests = [come(hours, guest) for guest in make_guests(3)]
    for one in guests[:2]:
        cancel_registration(registration=one, by=one.person, now=late)
    assert told(News.FREE_FOR_ALL) == [guests[2].person.email]

    states = []
    for moment in (late, START, START + MINUTE):
        run_registrations(now=moment)
        states.append(Event.objects.get().state)

    assert states == [EventState.OPEN, EventState.CLOSED, EventState.CANCELLED]


def test_someone_who_registers_in_the_last_moment_keeps_them(hours, alice, bob):
    notice_of(alice, 180)
    come(hours, bob, now=START - 3 * HOUR)

    assert settle_hours(event=hours, now=START - 3 * HOUR) is False
    assert (run_registrations(now=START - 2 * HOUR), Event.objects.get().state) == (0, EventState.OPEN)


def test_registration_closes_at_the_start_and_they_end_at_the_end(hours, bob):
    come(hours, bob)

    for moment, state in ((START, EventState.CLOSED), (END - SECOND, EventState.CLOSED), (END, EventState.OVER)):
        run_registrations(now=moment)
        assert Event.objects.get().state == state
    assert Event.objects.get().ended_at == END


def test_another_mentors_notice_is_not_this_ones(hours, alice, dora):
    notice_of(alice, 0)
    notice_of(dora, 600)
    theirs = offer_office_hours(host=dora, said=said(title="Theirs"), now=NOW - 24 * HOUR)

    assert list(due_hours(START - HOUR)) == [theirs]


# The call


def test_the_call_opens_ten_minutes_before_and_closes_a_quarter_hour_after(hours, bob, settings):
    settings.MEETING_URL = "https://meet.example.org/{token}"
    opens, closes = START - 10 * MINUTE, END + 15 * MINUTE

    assert refused(lambda: open_hours_call(hours, bob, now=opens - SECOND)) == "not_yet"
    assert open_hours_call(hours, bob, now=opens) == open_hours_call(hours, bob, now=closes - SECOND)
    assert refused(lambda: open_hours_call(hours, bob, now=closes)) == "over"


def test_who_lost_the_connection_at_the_end_comes_back_though_they_are_over(hours, alice, bob, settings):
    settings.MEETING_URL = "https://meet.example.org/{token}"
    registration, closes = come(hours, bob), END + 15 * MINUTE
    run_registrations(now=END)
    hours.refresh_from_db()

    has_call = [EventPage(hours, bob, registration, now).has_call for now in (closes - SECOND, closes)]

    assert (hours.state, has_call) == (EventState.OVER, [True, False])
    assert hours.uuid.hex in open_hours_call(hours, bob, now=closes - SECOND)
    assert refused(lambda: open_hours_call(hours, bob, now=closes)) == "over"


@pytest.mark.parametrize("state", [EventState.DRAFT, EventState.ARCHIVED, EventState.CANCELLED])
def test_there_is_no_call_for_what_does_not_take_place(hours, bob, state):
    hours.state = state

    assert refused(lambda: open_hours_call(hours, bob, now=START)) == "over"


def test_two_office_hours_never_share_a_call(hours, alice, bob, settings):
    settings.MEETING_URL = "https://meet.example.org/{token}"
    other = offer_office_hours(host=alice, said=said(START + HOUR), now=NOW)

    assert open_hours_call(hours, bob, now=START) != open_hours_call(other, bob, now=START + HOUR)


def test_the_call_is_for_the_host_and_those_who_have_a_place(hours, alice, bob, asked, maria):
    cancel_registration(registration=asked[1], by=asked[1].person, now=NOW)
    come(make_event(maria), bob)

    people = [alice, asked[0].person, asked[1].person, bob, maria]
    assert [who_may_join(hours, one) for one in people] == [True, True, False, False, False]


def test_who_waits_does_not_join(alice):
    hours = offer_office_hours(host=alice, said=said(places=2), now=NOW)
    guests = make_guests(3)
    for guest in guests:
        come(hours, guest)

    assert [who_may_join(hours, guest) for guest in guests] == [True, True, False]


# Who registers


def test_a_mentor_is_a_guest_at_the_office_hours_of_another(hours):
    other = make_mentor(make_person("mira@example.org", "Mira")).person

    assert come(hours, other).side == Side.MENTEE
    assert refused(lambda: come(hours, hours.host)) == "wrong_side"


def test_cancelled_office_hours_free_the_time_of_all_and_can_be_offered_again(hours, alice, asked):
    cancel_event(event=hours, reason="Ill", now=NOW)

    assert not Occupancy.objects.exists()
    again = offer_office_hours(host=alice, said=said(), now=NOW)
    assert again.slug != hours.slug
    assert refused(lambda: open_event(event=hours, now=NOW)) == "closed"
