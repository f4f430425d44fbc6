"""What an event says of itself, by its state, its kind and the moment."""

from datetime import UTC, datetime, timedelta

import pytest

from events.models import Event, EventKind, EventState, Helper, HelperRole, Shape, Side
from events.models.states import (
    AHEAD,
    BEFORE_START,
    CAN_BE_INVITED,
    DONE,
    NOT_ENDED,
    NOT_YET_OPEN,
    OUT,
    PUBLIC,
    RUNS,
    STANDING,
    UNSCHEDULED,
    UNSETTLED,
    RegistrationState,
)
from tests.conftest import NOW
from tests.events.making import EVENING, make_event

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
START = datetime(2026, 12, 3, 17, tzinfo=UTC)


def minutes_of(shape: Shape, start: datetime = START) -> list[tuple[int, int]]:
    return [tuple(int((one - start) / MINUTE) for one in span) for span in shape.spans(start)]


# The shape of an evening


@pytest.mark.parametrize(
    ("shape", "spans"),
    [
        (Shape(2, 10, 2), [(0, 10), (12, 22)]),
        (Shape(3, 5, 1), [(0, 5), (6, 11), (12, 17)]),
        (Shape(3, 10, 2, break_after=1, break_minutes=15), [(0, 10), (25, 35), (37, 47)]),
        (Shape(3, 10, 2, break_after=2, break_minutes=15), [(0, 10), (12, 22), (37, 47)]),
        # The break takes the place of the change, also where it is none.
        (Shape(3, 10, 2, break_after=1, break_minutes=0), [(0, 10), (10, 20), (22, 32)]),
        (Shape(3, 10, 2, break_after=0, break_minutes=15), [(0, 10), (12, 22), (24, 34)]),
        (Shape(0, 0, 0), []),
    ],
)
def test_rounds_follow_one_another_with_a_change_or_the_break_between(shape, spans):
    assert minutes_of(shape) == spans
    assert shape.length == (spans[-1][1] if spans else 0) * MINUTE


def test_a_break_after_the_last_round_makes_nothing_longer():
    assert Shape(3, 10, 2, break_after=3, break_minutes=30).length == Shape(3, 10, 2).length


@pytest.mark.parametrize(
    "start",
    [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
    ],
)
def test_rounds_are_as_long_as_ever_over_midnight_and_changes_of_the_clocks(start):
    assert minutes_of(Shape(4, 15, 5), start) == [(0, 15), (20, 35), (40, 55), (60, 75)]


def test_a_span_is_half_open():
    span = Event.span(START, 10 * MINUTE)

    assert (span.lower, span.upper, span.lower_inc, span.upper_inc) == (START, START + 10 * MINUTE, True, False)


# Kinds


@pytest.mark.parametrize(
    ("kind", "sides", "has_rounds"),
    [
        (EventKind.SPEED, (Side.MENTEE, Side.MENTOR), True),
        (EventKind.NETWORKING, (Side.GUEST,), True),
        (EventKind.OFFICE_HOURS, (Side.MENTEE,), False),
    ],
)
def test_each_kind_has_its_sides(kind, sides, has_rounds):
    event = Event(kind=kind)

    assert (event.sides, event.has_rounds) == (sides, has_rounds)


# States


# What each state lets be: public, ahead, running, changeable, without a timetable, done.
STATES = {
    EventState.DRAFT: set(),
    EventState.OPEN: {"public", "ahead", "changeable", "unscheduled"},
    EventState.CLOSED: {"public", "ahead", "changeable", "unscheduled"},
    EventState.SCHEDULED: {"public", "ahead", "changeable", "runs"},
    EventState.LIVE: {"public", "ahead", "runs"},
    EventState.OVER: {"public", "done"},
    EventState.ARCHIVED: {"public", "done"},
    EventState.CANCELLED: {"public"},
}
GROUPS = {
    "public": PUBLIC,
    "ahead": AHEAD,
    "changeable": BEFORE_START,
    "unscheduled": UNSCHEDULED,
    "runs": RUNS,
    "done": DONE,
}


@pytest.mark.parametrize(("state", "groups"), STATES.items())
def test_each_state_is_in_its_groups(state, groups):
    event = Event(state=state)

    assert {name for name, states in GROUPS.items() if state in states} == groups
    assert (event.is_public, event.is_ahead, event.is_over) == tuple(
        name in groups for name in ("public", "ahead", "done")
    )
    assert event.is_archived == (state == EventState.ARCHIVED)
    assert (state in NOT_YET_OPEN) == (state in (EventState.DRAFT, EventState.CLOSED))


def test_the_states_of_registrations_divide():
    assert set(NOT_ENDED) == set(STANDING) | {RegistrationState.INVITED}
    assert set(UNSETTLED) == set(NOT_ENDED) - {RegistrationState.IN}
    assert set(OUT) & set(NOT_ENDED) == set()
    # Who said no to an invitation isn't asked again, nor is who was removed.
    assert set(CAN_BE_INVITED) == set(OUT) - {RegistrationState.DECLINED}
    assert not {RegistrationState.REMOVED, RegistrationState.OVER} & {*OUT, *NOT_ENDED}


# Moments


def ahead(**fields) -> Event:
    usual = {
        "kind": EventKind.SPEED,
        "state": EventState.OPEN,
        "during": Event.span(START, 34 * MINUTE),
        "registration_until": START - 2 * 60 * MINUTE,
        "wishes_until": START - 60 * MINUTE,
    }
    return Event(**usual | fields)


@pytest.mark.parametrize("state", EventState)
def test_registering_is_possible_while_it_is_open_until_the_very_moment(state):
    event = ahead(state=state)
    until = event.registration_until

    taken = [event.takes_registrations(until - SECOND), event.takes_registrations(until)]

    assert taken == [state == EventState.OPEN, False]


@pytest.mark.parametrize("state", EventState)
def test_changing_is_possible_until_it_begins(state):
    event = ahead(state=state)

    taken = [event.takes_changes(START - SECOND), event.takes_changes(START)]

    assert taken == [state in (EventState.OPEN, EventState.CLOSED, EventState.SCHEDULED), False]


@pytest.mark.parametrize("state", EventState)
@pytest.mark.parametrize("kind", EventKind)
def test_wishing_is_for_events_with_rounds_until_its_deadline(kind, state):
    event = ahead(state=state, kind=kind)
    until = event.wishes_until

    taken = [event.takes_wishes(until - SECOND), event.takes_wishes(until)]

    is_on = kind != EventKind.OFFICE_HOURS and state in (EventState.OPEN, EventState.CLOSED)
    assert taken == [is_on, False]


def test_without_a_deadline_of_their_own_wishes_end_with_registration():
    event = ahead(wishes_until=None)

    assert event.takes_wishes(event.registration_until - SECOND)
    assert not event.takes_wishes(event.registration_until)


def test_an_event_is_closed_when_its_desk_said_so_else_at_its_planned_end():
    assert ahead().closed_at == START + 34 * MINUTE
    assert ahead(ended_at=START + 50 * MINUTE).closed_at == START + 50 * MINUTE
    assert ahead().length == 34


# Who finds which


@pytest.fixture
def all_states(maria, db) -> dict[str, Event]:
    """One event of each state, a day after the other; none of them has another team than maria."""
    made = {}
    for days, state in enumerate(EventState):
        event = make_event(maria, title=state, start=EVENING + timedelta(days=days), is_open=False)
        Event.objects.filter(pk=event.pk).update(state=state)
        made[state] = event
    return made


def titles(events) -> list[str]:
    return list(events.values_list("title", flat=True))


@pytest.mark.parametrize("role", [None, HelperRole.DESK, HelperRole.LEAD])
def test_a_draft_is_seen_by_its_team_alone(all_states, bob, role):
    if role:
        Helper.objects.create(event=all_states["draft"], person=bob, role=role)

    assert ("draft" in titles(Event.objects.visible_to(bob))) == (role is not None)
    assert set(EventState) - set(titles(Event.objects.visible_to(bob))) <= {"draft"}
    assert "draft" not in titles(Event.objects.visible_to(None))


@pytest.mark.parametrize(
    ("role", "runs", "leads"), [(None, [], []), ("desk", ["live"], []), ("lead", ["live"], ["live"])]
)
def test_a_team_runs_its_own_event_and_leads_plan_it(all_states, bob, role, runs, leads):
    if role:
        Helper.objects.create(event=all_states["live"], person=bob, role=role)

    assert titles(Event.objects.run_by(bob)) == runs
    assert titles(Event.objects.led_by(bob)) == leads


def test_staff_run_and_lead_all(all_states, maria):
    for found in (Event.objects.run_by(maria), Event.objects.led_by(maria), Event.objects.visible_to(maria)):
        assert set(titles(found)) == set(EventState)


def test_upcoming_are_those_that_have_not_ended_the_soonest_first(all_states):
    assert titles(Event.objects.upcoming(NOW)) == ["open", "closed", "scheduled", "live"]
    end = all_states["open"].end
    assert titles(Event.objects.upcoming(end - SECOND))[0] == "open"
    assert titles(Event.objects.upcoming(end))[0] == "closed"


def test_past_are_those_that_took_place_the_newest_first(all_states):
    assert titles(Event.objects.past()) == ["archived", "over"]


def test_visitors_see_what_is_public(all_states):
    assert set(titles(Event.objects.public())) == set(EventState) - {EventState.DRAFT}


def test_keys_of_boards_and_doors_are_nobodys_guess(all_states):
    events = list(Event.objects.all())
    keys = {key for event in events for key in (event.board_key, event.door_key)}

    assert len(keys) == 2 * len(events)
    assert min(map(len, keys)) >= 16
