"""Someone on the waiting list becomes free later: the clock looks, and asks no more than it must."""

from datetime import timedelta

import pytest

from events.models import Event, EventState, Registration, RegistrationState, Side
from events.registering.acts import cancel_registration, register
from events.registering.clock import run_registrations
from events.registering.inputs import RegistrationInput
from events.registering.waiting import find_busy, is_place_left, look_again, pass_on, who_could_be_admitted
from notifications.models import Notification
from sessions_app.availability.commitments import is_promised, promised_among
from sessions_app.models import Occupancy
from tests.conftest import NOW
from tests.events.making import come, make_event, make_guests

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def make_busy(registration: Registration, during=None) -> Occupancy:
    span = during or registration.event.during
    fields = {"person": registration.person, "subject": "other", "subject_id": registration.pk}
    return Occupancy.objects.create(**fields, during=span)


@pytest.fixture
def line(maria) -> list[Registration]:
    """One place, which is free, and two who wait though it is: both are promised elsewhere."""
    event = make_event(maria, places={Side.MENTEE: 1, Side.MENTOR: 1})
    first, *others = [come(event, guest) for guest in make_guests(3)]
    for one in others:
        make_busy(one)
    cancel_registration(registration=first, by=first.person, now=NOW)
    assert states(others) == ["waiting", "waiting"]
    return others


def states(registrations) -> list[str]:
    for one in registrations:
        one.refresh_from_db()
    return [one.state for one in registrations]


def free(registration: Registration) -> None:
    Occupancy.objects.filter(person=registration.person_id, subject="other").delete()


def test_who_becomes_free_has_the_place_at_the_next_beat(line):
    run_registrations(now=NOW)
    assert states(line) == ["waiting", "waiting"]

    free(line[1])
    assert run_registrations(now=NOW + HOUR) == 1
    assert states(line) == ["waiting", "in"]
    assert run_registrations(now=NOW + HOUR) == 0


def test_the_first_in_line_comes_first_once_both_are_free(line):
    for one in line:
        free(one)
    run_registrations(now=NOW)

    assert states(line) == ["in", "waiting"]


def test_close_to_the_start_they_are_asked_once(line):
    event = line[0].event
    moment = event.start - 20 * HOUR
    free(line[0])

    assert [run_registrations(now=moment + timedelta(minutes=minutes)) for minutes in range(3)] == [1, 0, 0]
    line[0].refresh_from_db()
    assert line[0].answer_by is not None
    sent = Notification.objects.filter(kind="event_offered", recipient=line[0].person_id)
    assert sent.count() == 1


def test_who_let_it_go_is_not_asked_again_by_the_clock(line):
    moment = line[0].event.start - 20 * HOUR
    free(line[0])
    run_registrations(now=moment)
    line[0].refresh_from_db()
    pass_on(registration=line[0], now=moment + HOUR)

    assert run_registrations(now=moment + 2 * HOUR) == 0
    line[0].refresh_from_db()
    assert (line[0].state, line[0].answer_by) == ("waiting", None)


def test_in_the_last_hours_nobody_is_told_twice(line):
    event = line[0].event
    free(line[0])
    late = event.start - 3 * HOUR

    assert list(who_could_be_admitted(late)) == []
    assert run_registrations(now=late) == 0
    assert not Notification.objects.filter(kind="event_free").exists()


@pytest.mark.parametrize("state", [EventState.LIVE, EventState.OVER, EventState.CANCELLED, EventState.DRAFT])
def test_only_events_that_still_take_people_are_looked_at(line, state):
    free(line[0])
    assert list(who_could_be_admitted(NOW)) == [line[0].event]
    Event.objects.update(state=state)

    assert list(who_could_be_admitted(NOW)) == []


def test_an_event_where_everyone_is_still_busy_costs_one_statement(line, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert list(who_could_be_admitted(NOW)) == []
    assert not look_again(event=line[0].event, now=NOW)


def test_someone_new_has_the_place_while_those_who_wait_are_busy(line, bob):
    event = line[0].event
    said = RegistrationInput(board_name="Bob", question="Which?", languages=["en"])
    made = register(event=event, person=bob, side=Side.MENTEE, said=said, now=NOW)

    assert made.state == RegistrationState.IN


@pytest.mark.parametrize("count", [2, 6])
def test_the_line_is_asked_about_in_one_statement_however_long_it_is(maria, count, django_assert_num_queries):
    event = make_event(maria, places={Side.MENTEE: 1, Side.MENTOR: 1})
    first, *others = [come(event, guest) for guest in make_guests(count + 1)]
    for one in others:
        make_busy(one)
    cancel_registration(registration=first, by=first.person, now=NOW)
    event.refresh_from_db()

    with django_assert_num_queries(4):
        assert is_place_left(event, Side.MENTEE, now=NOW)


def test_each_is_busy_by_the_hours_of_their_own(line):
    """Those who come for the last round only have time before it."""
    first, second = line
    spans = list(first.event.shape.spans(first.event.start))
    Occupancy.objects.filter(subject="other").delete()
    Registration.objects.filter(pk__in=[one.pk for one in line]).update(attends=[3])
    for one, during in ((first, spans[1]), (second, spans[2])):
        one.refresh_from_db()
        make_busy(one, during)

    assert find_busy(line, now=NOW) == {second.person_id}


@pytest.mark.parametrize("shift", range(-4, 5))
def test_many_people_are_asked_about_as_each_alone_is(maria, shift):
    """Spans that touch don't overlap."""
    event = make_event(maria)
    people = make_guests(3)
    for number, person in enumerate(people[:2]):
        during = Event.span(event.start + (number + 1) * HOUR, HOUR)
        Occupancy.objects.create(person=person, subject="other", subject_id=number, during=during)
    asked = Event.span(event.start + shift * HOUR / 2, HOUR)
    times = {person.pk: asked for person in people}

    alone = {person.pk for person in people if is_promised(person, asked, now=NOW)}
    assert promised_among(times, now=NOW) == alone


def test_nobody_is_no_question(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert promised_among({}, now=NOW) == set()
