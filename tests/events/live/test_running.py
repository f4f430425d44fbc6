from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from events.live import running
from events.live.evening import read_evening
from events.live.presence import check_in, go_home, take_break
from events.live.stamping import run_evenings
from events.models import Chair, EventState, Outcome, Pairing, Round
from tests.events.live.acting import MINUTE, arrive, clock, pairs, refused, started
from tests.events.making import EVENING
from tests.sessions_app.helpers.races import race

pytestmark = pytest.mark.django_db


def test_a_round_that_is_called_stays(evening):
    arrive(*evening.people)
    running.call_round(event=evening.event, now=EVENING)
    pairing = Pairing.objects.filter(round__number=1).first()

    with pytest.raises(IntegrityError, match="a called round stays"), transaction.atomic():
        Pairing.objects.filter(pk=pairing.pk).update(table=None)

    assert Round.objects.get(number=1).called_at == EVENING
    assert clock(evening.event, EVENING) == ("called", None, 1)


def test_calling_seats_only_people_who_are_here_and_moves_nobody_else(evening):
    """Mentee 3 and Mentor 1 would meet; Mentee 3 isn't there, and Mentee 2, who would be free, gets the chair."""
    assert pairs(1) == {("Mentee 3", "Mentor 1"), ("Mentee 4", "Mentor 2")}
    arrive(*(one for one in evening.people if one.board_name != "Mentee 3"))

    running.call_round(event=evening.event, now=EVENING)

    assert pairs(1) == {("Mentee 2", "Mentor 1"), ("Mentee 4", "Mentor 2")}
    assert pairs(1, "dropped") == {("Mentee 3", "Mentor 1")}
    filled = Pairing.objects.get(round__number=1, one__board_name="Mentee 2")
    assert (filled.table.name, filled.is_standby) == ("Table 1", False)
    assert {(one.registration.board_name, one.table.name) for one in Chair.objects.filter(round__number=1)} == {
        ("Mentee 2", "Table 1"),
        ("Mentor 1", "Table 1"),
        ("Mentee 4", "Table 2"),
        ("Mentor 2", "Table 2"),
    }


def test_starting_moves_all_rounds_and_later_ones_go_by_the_clock(evening):
    late = EVENING + 7 * MINUTE
    arrive(*evening.people)
    event = running.start_evening(event=evening.event, now=late)

    assert event.state == EventState.LIVE
    assert [one.start - late for one in Round.objects.all()] == [0 * MINUTE, 12 * MINUTE, 24 * MINUTE]
    assert clock(event, late + 8 * MINUTE) == ("running", 1, 2)
    run_evenings(now=late + 8 * MINUTE)
    assert Round.objects.get(number=2).called_at is None
    run_evenings(now=late + 8.5 * MINUTE)
    assert Round.objects.get(number=2).called_at == late + 8.5 * MINUTE
    run_evenings(now=late + 10 * MINUTE)
    assert (pairs(1, "held"), pairs(1, "planned")) == (pairs(1), set())
    assert clock(event, late + 11 * MINUTE) == ("changing", None, 2)


def test_a_pause_moves_everything_later_and_calls_nothing(evening):
    event = started(evening)
    running.pause(event=event, now=EVENING + 5 * MINUTE)

    run_evenings(now=EVENING + 20 * MINUTE)
    assert clock(event, EVENING + 20 * MINUTE) == ("paused", 1, 2)
    assert Round.objects.get(number=2).called_at is None
    running.resume(event=event, now=EVENING + 25 * MINUTE)

    assert [(one.start - EVENING, one.end - EVENING) for one in Round.objects.all()] == [
        (0 * MINUTE, 30 * MINUTE),
        (32 * MINUTE, 42 * MINUTE),
        (44 * MINUTE, 54 * MINUTE),
    ]


def test_end_now_begins_the_change_of_tables_and_then_the_next_round(evening):
    event = started(evening)
    running.end_now(event=event, now=EVENING + 4 * MINUTE)
    assert clock(event, EVENING + 4 * MINUTE) == ("changing", None, 2)
    assert pairs(1, "held")
    assert Round.objects.get(number=2).called_at

    running.end_now(event=event, now=EVENING + 5 * MINUTE)

    assert clock(event, EVENING + 5 * MINUTE) == ("running", 2, 3)
    assert Round.objects.get(number=3).start == EVENING + 17 * MINUTE


def test_pairs_of_a_skipped_round_meet_later_where_there_is_room(evening):
    event = started(evening)
    before = pairs(2)
    for registration in evening.mentors[1:]:
        go_home(registration=registration, by=registration.person, now=EVENING)

    running.skip_round(event=event, number=2, now=EVENING + MINUTE)

    assert pairs(2) == set()
    assert pairs(2, "dropped") >= {pair for pair in before if "Mentor 1" in pair}
    assert clock(event, EVENING + 11 * MINUTE) == ("changing", None, 3)
    assert refused(lambda: running.skip_round(event=event, number=1, now=EVENING + MINUTE)) == "called"


def test_what_was_not_seen_is_not_acted_on(evening):
    event = started(evening)
    seen = read_evening(event, EVENING + 9 * MINUTE).mark

    code = refused(lambda: running.end_now(event=event, now=EVENING + 10.5 * MINUTE, seen=seen))

    assert code == "stale"
    assert clock(event, EVENING + 10.5 * MINUTE) == ("changing", None, 2)


def test_what_is_due_and_not_written_yet_makes_nothing_stale(evening):
    """The first round is over, which nothing has written down when the desk looks, and when it presses."""
    event = started(evening)
    run_evenings(now=EVENING + 9 * MINUTE)
    event.refresh_from_db()
    later = EVENING + 10.5 * MINUTE
    seen = read_evening(event, later).mark
    assert Pairing.objects.filter(outcome=Outcome.HELD).count() == 0

    running.pause(event=event, now=later, seen=seen)

    assert clock(event, later) == ("paused", None, 2)
    assert Pairing.objects.filter(outcome=Outcome.HELD).count() == 2
    assert refused(lambda: running.pause(event=event, now=later, seen=seen)) == "stale"


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (running.pause, "not_running"),
        (running.add_minute, "not_running"),
        (running.resume, "not_running"),
        (running.end_now, "not_running"),
        (running.close_event, "not_running"),
        (running.start_evening, "nobody_here"),
        (running.call_round, "nobody_here"),
    ],
)
def test_refused_before_it_begins(evening, act, code):
    assert refused(lambda: act(event=evening.event, now=EVENING)) == code


def test_refused_when_too_early_or_closed(evening):
    early = EVENING - timedelta(minutes=61)
    assert refused(lambda: running.call_round(event=evening.event, now=early)) == "not_yet"
    assert refused(lambda: arrive(evening.mentees[0], at=early)) == "not_yet"
    started(evening)
    running.close_event(event=evening.event, now=EVENING + MINUTE)
    assert refused(lambda: arrive(evening.mentees[0])) == "closed"
    assert refused(lambda: running.pause(event=evening.event, now=EVENING)) == "closed"


def test_closing_keeps_what_was_held_and_drops_what_was_never_called(evening):
    event = started(evening)

    closed = running.close_event(event=event, now=EVENING + 5 * MINUTE)

    assert (closed.state, closed.ended_at) == (EventState.OVER, EVENING + 5 * MINUTE)
    assert set(Pairing.objects.values_list("round__number", "outcome")) == {(1, "held"), (2, "dropped"), (3, "dropped")}


def test_an_event_that_nobody_closes_is_closed_an_hour_after_its_last_round(evening):
    event = started(evening)
    last = EVENING + 34 * MINUTE

    run_evenings(now=last + timedelta(minutes=59))
    event.refresh_from_db()
    still = event.state
    run_evenings(now=last + timedelta(hours=1))

    event.refresh_from_db()
    assert (still, event.state) == (EventState.LIVE, EventState.OVER)
    assert not Pairing.objects.filter(outcome=Outcome.PLANNED).exists()


def test_who_goes_home_is_replaced_in_later_rounds_at_once(evening):
    event = started(evening)
    gone = evening.mentees[3]

    go_home(registration=gone, by=gone.person, now=EVENING + 7 * MINUTE)

    assert not {pair for number in (2, 3) for pair in pairs(number) if "Mentee 4" in pair}
    assert ("Mentee 4", "Mentor 2") in pairs(1), "it was half over"
    assert len(pairs(2)) == len(pairs(3)) == 2, "who was free has their place"
    assert clock(event, EVENING + 7 * MINUTE) == ("running", 1, 2)


def test_who_takes_a_break_is_left_out_until_they_are_back(evening):
    started(evening)
    resting = next(one for one in evening.mentees if one.board_name in {name for pair in pairs(2) for name in pair})

    take_break(registration=resting, by=resting.person, now=EVENING + 6 * MINUTE)
    run_evenings(now=EVENING + 8.5 * MINUTE)
    assert resting.board_name not in {name for pair in pairs(2) for name in pair}
    check_in(registration=resting, by=resting.person, now=EVENING + 9 * MINUTE)
    run_evenings(now=EVENING + 20.5 * MINUTE)

    assert resting.board_name in {name for pair in pairs(3) for name in pair}


@pytest.mark.django_db(transaction=True)
def test_calling_and_going_at_the_same_moment_leave_nobody_with_a_ghost(evening):
    arrive(*evening.people)
    gone = evening.mentees[0]

    outcomes = race(
        [
            lambda: running.call_round(event=evening.event, now=EVENING),
            lambda: go_home(registration=gone, by=gone.person, now=EVENING),
        ]
    )

    assert outcomes == {"won": 2}
    assert Round.objects.get(number=1).called_at
    assert not {pair for number in (1, 2, 3) for pair in pairs(number) if "Mentee 1" in pair}
