from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from events.errors import EventError
from events.models import EventState, Place, Registration, RegistrationState, Side
from events.registering.acts import cancel_registration, confirm_coming, take_place
from events.registering.managing import cancel_event, change_event, close_registration
from events.registering.notices import News
from events.registering.places import count_places, set_places
from notifications.models import Notification, State
from sessions_app.models import Occupancy
from tests.conftest import NOW, at
from tests.events.making import EVENING, come, make_event, make_guests, make_said
from tests.sessions_app.conftest import book
from tests.sessions_app.helpers.races import race

pytestmark = pytest.mark.django_db


def told(kind: str) -> list[str]:
    """Who was told this, and hasn't been silenced since."""
    rows = Notification.objects.filter(kind=kind).exclude(state=State.OBSOLETE)
    return list(rows.order_by("pk").values_list("recipient__email", flat=True))


def refused(act) -> str:
    with pytest.raises(EventError) as error:
        act()
    return error.value.code


def test_register_takes_a_place_and_the_persons_time(event, bob):
    registration = come(event, bob)

    assert (registration.state, registration.place.side) == (RegistrationState.IN, Side.MENTEE)
    time = Occupancy.objects.get(person=bob)
    assert (time.booking, time.subject, time.subject_id) == (None, "event", registration.pk)
    assert (time.during.lower, time.during.upper) == (event.start, event.end)
    assert told(News.REGISTERED) == [bob.email]
    assert told("event_still_coming") == [bob.email]


def test_registering_again_changes_what_was_said(event, bob):
    first = come(event, bob)

    again = come(event, bob, question="And now?")

    assert (again.pk, again.question, again.state) == (first.pk, "And now?", RegistrationState.IN)
    assert Place.objects.exclude(registration=None).count() == 1
    assert told(News.REGISTERED) == [bob.email]


def test_who_comes_when_all_places_are_taken_waits(event):
    first, second, third = make_guests(3)
    come(event, first)
    come(event, second)

    waiting = come(event, third)

    assert (waiting.state, waiting.place) == (RegistrationState.WAITING, None)
    assert not Occupancy.objects.filter(person=third).exists()
    assert told(News.WAITING) == [third.email]


def test_a_place_given_up_goes_to_who_waits_longest_and_has_the_time(event):
    guests = make_guests(5)
    registrations = [come(event, guest, now=NOW + timedelta(minutes=n)) for n, guest in enumerate(guests)]
    Occupancy.objects.create(person=guests[2], subject="other", subject_id=1, during=event.during)

    cancel_registration(registration=registrations[0], by=guests[0], now=NOW)

    states = {one.person_id: one.state for one in Registration.objects.all()}
    assert [states[guest.pk] for guest in guests] == ["cancelled", "in", "waiting", "in", "waiting"]
    assert told(News.ADMITTED) == [guests[3].email]
    assert told(News.LEFT) == [guests[0].email]
    assert not Occupancy.objects.filter(person=guests[0]).exists()


@pytest.mark.parametrize(
    ("hours", "state", "kind"),
    [(25, "in", News.ADMITTED), (20, "waiting", News.OFFERED), (2, "waiting", News.FREE_FOR_ALL)],
)
def test_the_later_a_place_comes_free_the_more_is_asked(maria, hours, state, kind):
    event = make_event(maria, start=NOW + timedelta(hours=hours), registration_until=NOW + timedelta(hours=hours))
    first, second, third = make_guests(3)
    come(event, first)
    come(event, second)
    waiting = come(event, third)

    cancel_registration(registration=Registration.objects.get(person=first), by=first, now=NOW)

    waiting.refresh_from_db()
    assert (waiting.state, told(kind)) == (state, [third.email])


def test_a_place_that_is_kept_is_nobody_elses_until_its_time_is_over(maria):
    event = make_event(maria, start=NOW + timedelta(hours=20), registration_until=NOW + timedelta(hours=20))
    first, second, third, fourth = make_guests(4)
    come(event, first)
    come(event, second)
    waiting = come(event, third)
    cancel_registration(registration=Registration.objects.get(person=first), by=first, now=NOW)

    late = come(event, fourth)
    waiting.refresh_from_db()
    taken = take_place(registration=waiting, now=NOW + timedelta(minutes=5))

    assert (late.state, taken.state) == (RegistrationState.WAITING, RegistrationState.IN)
    assert refused(lambda: take_place(registration=late, now=NOW + timedelta(minutes=6))) == "full"


def test_in_the_last_hours_the_first_press_has_the_place(maria):
    event = make_event(maria, start=NOW + timedelta(hours=2), registration_until=NOW + timedelta(hours=2))
    guests = make_guests(4)
    registrations = [come(event, guest) for guest in guests]
    cancel_registration(registration=registrations[0], by=guests[0], now=NOW)

    taken = take_place(registration=registrations[3], now=NOW)

    assert taken.is_in
    assert refused(lambda: take_place(registration=registrations[2], now=NOW)) == "full"


def test_nobody_is_at_an_event_and_in_a_session_at_once(maria, offer, bob):
    session = book(offer, bob)
    event = make_event(maria, start=session.start - timedelta(minutes=10), registration_until=NOW + timedelta(hours=1))

    assert refused(lambda: come(event, bob)) == "own_overlap"
    assert not Registration.objects.exists()


def test_the_rounds_they_attend_are_the_time_they_give(event, bob):
    come(event, bob, attends=[2, 3])

    time = Occupancy.objects.get(person=bob)
    assert (time.during.lower, time.during.upper) == (at("2026-12-03 17:12"), at("2026-12-03 17:34"))
    come(event, bob, attends=[1])
    assert Occupancy.objects.get(person=bob).during.upper == at("2026-12-03 17:10")


def test_only_live_mentors_take_part_as_mentors(event, alice, bob):
    assert refused(lambda: come(event, bob, side=Side.MENTOR)) == "not_a_mentor"
    assert come(event, alice, side=Side.MENTOR).is_in


def test_what_cannot_be_registered_for_says_so(event, maria, bob):
    assert refused(lambda: come(event, bob, side=Side.GUEST)) == "wrong_side"
    assert refused(lambda: come(event, bob, attends=[4])) == "too_few_rounds"
    close_registration(event=event, now=NOW)
    assert refused(lambda: come(event, bob)) == "closed"
    assert refused(lambda: come(make_event(maria, is_open=False), bob)) == "closed"
    assert refused(lambda: come(make_event(maria), bob, now=EVENING)) == "closed"


def test_who_was_removed_cannot_come_back_and_who_cancelled_can(event, maria, bob):
    cancel_registration(registration=come(event, bob), by=bob, now=NOW)
    again = come(event, bob)
    assert again.is_in
    cancel_registration(registration=again, by=maria, now=NOW)

    assert told(News.REMOVED) == [bob.email]
    assert refused(lambda: come(event, bob)) == "removed"


def test_reminders_of_a_cancelled_registration_are_silenced(event, bob):
    registration = come(event, bob)
    before = Notification.objects.filter(recipient=bob, state=State.PENDING).count()

    cancel_registration(registration=registration, by=bob, now=NOW)

    assert before == 4
    assert told("event_reminder_day") == []


def test_saying_that_one_still_comes_keeps_all_notices(event, bob):
    registration = come(event, bob)
    before = set(Notification.objects.values_list("pk", "state"))

    confirmed = confirm_coming(registration=registration, now=NOW)

    assert confirmed.confirmed_at == NOW
    assert set(Notification.objects.values_list("pk", "state")) == before


def test_another_time_takes_everyone_along_and_tells_them(event, alice, bob):
    come(event, alice, side=Side.MENTOR)
    come(event, bob)

    change_event(event=event, said=make_said(start=EVENING + timedelta(days=1)), now=NOW)

    assert {time.during.lower for time in Occupancy.objects.all()} == {EVENING + timedelta(days=1)}
    assert sorted(told(News.MOVED)) == sorted([alice.email, bob.email])


def test_a_time_at_which_people_are_promised_elsewhere_is_refused(maria, event, offer, bob):
    come(event, bob)
    session = book(offer, bob)
    said = make_said(start=session.start, registration_until=session.start - timedelta(hours=1), wishes_until=None)

    assert refused(lambda: change_event(event=event, said=said, now=NOW)) == "people_busy"
    assert Occupancy.objects.get(person=bob, booking=None).during.lower == EVENING


def test_fewer_places_than_are_taken_are_refused(event):
    for guest in make_guests(2):
        come(event, guest)

    with pytest.raises(EventError) as error, transaction.atomic():
        set_places(event, Side.MENTEE, 1)
    assert (error.value.code, error.value.field) == ("places_taken", "places_mentee")
    set_places(event, Side.MENTEE, 5)
    assert count_places(event, NOW)[Side.MENTEE].free == 3


def test_more_places_let_those_in_who_wait(event):
    waiting = [come(event, guest) for guest in make_guests(3)][2]

    change_event(event=event, said=make_said(places={Side.MENTEE: 3, Side.MENTOR: 2}), now=NOW)

    waiting.refresh_from_db()
    assert waiting.is_in


def test_a_cancelled_event_frees_everyones_time_and_tells_all(event, alice, bob):
    come(event, alice, side=Side.MENTOR)
    come(event, bob)

    cancelled = cancel_event(event=event, reason="Flood", now=NOW)

    assert (cancelled.state, cancelled.reason) == (EventState.CANCELLED, "Flood")
    assert not Occupancy.objects.exists()
    assert sorted(told(News.CANCELLED)) == sorted([alice.email, bob.email])
    assert told("event_reminder_day") == []


def test_places_that_are_taken_stay(event, bob):
    registration = come(event, bob)

    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=registration.pk).update(place=None)
    Registration.objects.filter(pk=registration.pk).update(side=Side.MENTOR)
    with pytest.raises(IntegrityError):
        transaction.get_connection().check_constraints()


@pytest.mark.django_db(transaction=True)
def test_sixty_four_people_race_for_six_places(maria):
    event = make_event(maria, places={Side.MENTEE: 6, Side.MENTOR: 2})
    guests = make_guests(64)

    outcomes = race([lambda guest=guest: come(event, guest) for guest in guests])

    states = Counter(Registration.objects.values_list("state", flat=True))
    assert states == {"in": 6, "waiting": 58}
    assert Occupancy.objects.count() == 6
    assert len(set(Registration.objects.exclude(place=None).values_list("place", flat=True))) == 6
    assert outcomes == {"won": 64}


@pytest.mark.django_db(transaction=True)
def test_registering_and_booking_the_same_time_race_and_one_wins(maria, offer, bob):
    start = at("2026-11-26 14:30")
    event = make_event(maria, start=start, registration_until=start)

    outcomes = race([lambda: come(event, bob), lambda: book(offer, bob)])

    assert outcomes["won"] == 1
    assert Occupancy.objects.filter(person=bob).count() == 1
