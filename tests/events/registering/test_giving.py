"""What giving a place and ending a registration do: to the place, to the person's time, and whom it is told."""

from datetime import timedelta

import pytest

from events.models import Event, EventKind, EventState, Place, Registration, RegistrationState, Side
from events.registering import leaving
from events.registering.acts import cancel_registration, confirm_coming, take_place
from events.registering.giving import time_at
from events.registering.inviting import invite_mentors
from events.registering.notices import News
from sessions_app.models import Occupancy
from tests.conftest import NOW, at
from tests.events.making import EVENING, come, make_event, make_guests
from tests.events.outcomes import lines, pending, refused, taken_by, told

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast]
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def standing(event, alice) -> dict[str, Registration]:
    """One registration of each state that stands."""
    guests = [come(event, guest) for guest in make_guests(3)]
    [invited] = invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW)
    return {"in": guests[0], "waiting": guests[2], "invited": invited}


# The person ends it, or the team does: what becomes of it, and what they are told.
ENDINGS = [
    ("in", True, RegistrationState.CANCELLED, News.LEFT),
    ("waiting", True, RegistrationState.LEFT, None),
    ("invited", True, RegistrationState.DECLINED, None),
    ("in", False, RegistrationState.REMOVED, News.REMOVED),
    ("waiting", False, RegistrationState.REMOVED, News.REMOVED),
    ("invited", False, RegistrationState.REMOVED, News.REMOVED),
]


@pytest.mark.parametrize(("state", "is_own", "after", "news"), ENDINGS)
def test_how_a_registration_ends(standing, maria, state, is_own, after, news):
    one = standing[state]
    before = one.version

    ended = cancel_registration(registration=one, by=one.person if is_own else maria, now=NOW + HOUR)

    assert (ended.state, ended.place, ended.answer_by, ended.ended_at) == (after, None, None, NOW + HOUR)
    assert ended.version == before + 1
    assert pending(one.person) == ({news} if news else set())
    assert lines(one.person) - {News.REGISTERED, News.WAITING} == ({news} if news else set())
    assert taken_by(one.person) == set()


@pytest.mark.parametrize("state", ["declined", "left", "over", "cancelled", "removed"])
def test_what_has_ended_ends_no_second_time(event, bob, state):
    one = come(event, bob)
    Registration.objects.filter(pk=one.pk).update(state=state, place=None)

    again = cancel_registration(registration=one, by=bob, now=NOW)

    assert (again.state, again.version, again.ended_at) == (state, one.version, None)


def test_the_place_of_one_who_was_invited_or_waits_is_nobody_elses(standing):
    cancel_registration(registration=standing["waiting"], by=standing["waiting"].person, now=NOW)
    cancel_registration(registration=standing["invited"], by=standing["invited"].person, now=NOW)

    assert told(News.ADMITTED) == []
    assert Registration.objects.who_are_in().count() == 2


def test_only_the_place_of_ones_own_side_goes_to_the_next(event, alice, standing):
    mentor = come(event, alice, side=Side.MENTOR)

    cancel_registration(registration=mentor, by=alice, now=NOW)

    standing["waiting"].refresh_from_db()
    assert standing["waiting"].is_waiting


def test_a_stale_press_ends_nothing(standing):
    one = standing["in"]

    refusal = refused(lambda: cancel_registration(registration=one, by=one.person, now=NOW, seen=str(one.version - 1)))

    assert refusal == "stale"
    one.refresh_from_db()
    assert one.is_in
    assert cancel_registration(registration=one, by=one.person, now=NOW, seen=str(one.version)).state == "cancelled"


@pytest.mark.parametrize(
    ("state", "can"),
    [
        (EventState.DRAFT, True),
        (EventState.OPEN, True),
        (EventState.CLOSED, True),
        (EventState.SCHEDULED, True),
        (EventState.LIVE, False),
        (EventState.OVER, False),
        (EventState.ARCHIVED, False),
        (EventState.CANCELLED, False),
    ],
)
def test_places_are_given_up_until_the_evening_runs(event, bob, state, can):
    one = come(event, bob)
    Event.objects.filter(pk=event.pk).update(state=state)

    try_it = lambda: cancel_registration(registration=one, by=bob, now=NOW)  # noqa: E731

    assert (try_it().state == "cancelled") if can else (refused(try_it) == "closed")
    one.refresh_from_db()
    assert one.is_in != can


def test_others_hear_who_came_and_who_left_with_the_event_locked(event, bob, monkeypatch):
    heard = []
    for name in ("after_coming", "after_leaving"):
        monkeypatch.setattr(leaving, name, [lambda one, now, name=name: heard.append((name, one.pk, now, one.is_in))])
    one = come(event, bob)
    cancel_registration(registration=one, by=bob, now=NOW + HOUR)
    [waiting] = [come(event, guest) for guest in make_guests(3)][2:]
    cancel_registration(registration=waiting, by=waiting.person, now=NOW)

    assert heard[:2] == [("after_coming", one.pk, NOW, True), ("after_leaving", one.pk, NOW + HOUR, False)]
    assert waiting.pk not in {pk for _name, pk, *_more in heard}


# The time that a registration takes


@pytest.mark.parametrize(
    ("attends", "span"),
    [
        ([], ("17:00", "17:34")),
        ([1], ("17:00", "17:10")),
        ([2], ("17:12", "17:22")),
        ([3], ("17:24", "17:34")),
        ([1, 3], ("17:00", "17:34")),
        ([2, 3], ("17:12", "17:34")),
    ],
)
def test_from_the_first_round_they_chose_to_the_end_of_the_last(event, attends, span):
    during = time_at(Registration(event=event, attends=attends))

    assert (during.lower, during.upper) == tuple(at(f"2026-12-03 {clock}") for clock in span)


def test_rounds_mean_nothing_at_office_hours(event):
    event.kind = EventKind.OFFICE_HOURS

    assert time_at(Registration(event=event, attends=[2])) == event.during


def test_two_events_that_touch_can_both_be_visited_and_two_that_overlap_cannot(event, maria, bob):
    come(event, bob)
    after = make_event(maria, start=event.end, title="After")
    during = make_event(maria, start=event.end - timedelta(minutes=1), title="During")

    assert come(after, bob).is_in
    assert refused(lambda: come(during, bob)) == "own_overlap"
    assert taken_by(bob) == {(event.start, event.end), (after.start, after.end)}


def test_a_person_may_be_at_two_events_in_turn(event, maria, bob):
    """The first round of one, and the last of the other, which begins meanwhile."""
    other = make_event(maria, start=EVENING + timedelta(minutes=10))
    come(event, bob, attends=[1])

    assert come(other, bob).is_in


def test_a_change_that_takes_time_of_a_session_is_refused_and_changes_nothing(event, bob):
    come(event, bob, attends=[1])
    Occupancy.objects.create(person=bob, subject="other", subject_id=1, during=(at("2026-12-03 17:24"), event.end))

    assert refused(lambda: come(event, bob, attends=[1, 3], question="Now?")) == "own_overlap"

    one = Registration.objects.get()
    assert (one.attends, one.question) == ([1], "Which offer do I take?")
    assert taken_by(bob) == {(EVENING, at("2026-12-03 17:10")), (at("2026-12-03 17:24"), event.end)}


def test_who_waits_takes_no_time_and_says_other_rounds_freely(event):
    waiting = [come(event, guest) for guest in make_guests(3)][2]

    come(event, waiting.person, attends=[2])

    waiting.refresh_from_db()
    assert (waiting.state, waiting.attends, taken_by(waiting.person)) == ("waiting", [2], set())


# Registering again


def test_who_comes_again_begins_anew(event, bob):
    first = come(event, bob, access_needs="A ramp", attends=[2])
    confirm_coming(registration=first, now=NOW)
    cancel_registration(registration=first, by=bob, now=NOW)

    again = come(event, bob, now=NOW + HOUR)

    assert (again.pk, again.uuid) == (first.pk, first.uuid)
    assert (again.registered_at, again.confirmed_at, again.ended_at) == (NOW + HOUR, None, None)
    assert (again.access_needs, again.attends) == ("", [])
    assert again.version > first.version + 1


def test_who_was_a_mentee_may_come_again_as_a_mentor(event, alice):
    cancel_registration(registration=come(event, alice), by=alice, now=NOW)

    again = come(event, alice, side=Side.MENTOR)

    assert (again.side, again.place.side) == (Side.MENTOR, Side.MENTOR)


def test_who_waits_again_stands_at_the_end_of_the_line(event):
    first, second = [come(event, guest, now=NOW) for guest in make_guests(4)][2:]
    cancel_registration(registration=first, by=first.person, now=NOW)

    come(event, first.person, now=NOW + HOUR)

    assert list(Registration.objects.waiting()) == [second, first]


@pytest.mark.parametrize("kind", [EventKind.SPEED, EventKind.NETWORKING, EventKind.OFFICE_HOURS])
def test_nobody_registers_for_a_side_that_there_is_not(maria, alice, bob, kind):
    host = alice if kind == EventKind.OFFICE_HOURS else None
    event = make_event(maria)
    rounds = {"rounds_count": 0} if host else {}
    Event.objects.filter(pk=event.pk).update(kind=kind, host=host, **rounds)
    wrong = set(Side) - set(Event.objects.get().sides)

    assert {refused(lambda side=side: come(event, bob, side=side)) for side in wrong} == {"wrong_side"}
    assert not Registration.objects.exists()


def test_a_mentor_whose_profile_is_not_live_any_more_keeps_what_they_had(event, alice, dora):
    come(event, alice, side=Side.MENTOR)
    for one in (alice, dora):
        one.mentor_profile.state = "draft"
        one.mentor_profile.save()

    assert come(event, alice, side=Side.MENTOR, attends=[2]).attends == [2]
    assert refused(lambda: come(event, dora, side=Side.MENTOR)) == "not_a_mentor"


# Taking a place


@pytest.mark.parametrize("state", EventState)
def test_a_place_is_taken_until_it_begins(event, state):
    waiting = [come(event, guest) for guest in make_guests(3)][2]
    Place.objects.create(event=event, side=Side.MENTEE, number=3)
    Event.objects.filter(pk=event.pk).update(state=state)
    can = state in (EventState.OPEN, EventState.CLOSED, EventState.SCHEDULED)

    assert refused(lambda: take_place(registration=waiting, now=EVENING)) == "closed"
    if can:
        assert take_place(registration=waiting, now=EVENING - SECOND).is_in
    else:
        assert refused(lambda: take_place(registration=waiting, now=EVENING - SECOND)) == "closed"


def test_who_has_no_time_any_more_takes_no_place(event):
    waiting = [come(event, guest) for guest in make_guests(3)][2]
    Place.objects.create(event=event, side=Side.MENTEE, number=3)
    Occupancy.objects.create(person=waiting.person, subject="other", subject_id=1, during=event.during)

    assert refused(lambda: take_place(registration=waiting, now=NOW)) == "own_overlap"

    waiting.refresh_from_db()
    assert (waiting.state, waiting.place) == ("waiting", None)


def test_who_takes_a_place_has_said_nothing_yet_of_still_coming(event):
    waiting = [come(event, guest) for guest in make_guests(3)][2]
    Registration.objects.filter(pk=waiting.pk).update(confirmed_at=NOW, answer_by=NOW + HOUR)
    Place.objects.create(event=event, side=Side.MENTEE, number=3)

    taken = take_place(registration=waiting, now=NOW)

    assert (taken.confirmed_at, taken.answer_by, taken.waiting_since) == (None, None, None)
    assert told(News.ADMITTED) == [waiting.person.email]


@pytest.mark.parametrize("state", ["waiting", "invited", "declined", "left", "over", "cancelled", "removed"])
def test_only_who_has_a_place_says_that_they_still_come(event, bob, state):
    one = come(event, bob)
    fields = {"waiting_since": NOW} if state == "waiting" else {}
    Registration.objects.filter(pk=one.pk).update(state=state, place=None, **fields)

    assert refused(lambda: confirm_coming(registration=one, now=NOW)) == "stale"

    one.refresh_from_db()
    assert one.confirmed_at is None
