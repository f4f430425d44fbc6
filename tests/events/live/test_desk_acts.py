"""What each button of the desk and of a person's page changes, what it leaves, and when it is refused."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from events.live import running, stamping
from events.live.clock import Clock, Phase, Span, delay, end_now, find_due_calls, read_clock, skip, start_first
from events.live.evening import Standing, read_evening, standing_of_one, standings_of
from events.live.partners import (
    find_alone,
    join_alone,
    may_meet,
    partners_of,
    report_missing,
    write_takeaway,
)
from events.live.presence import check_in, go_home, take_break
from events.live.rooms import meets_online, open_call
from events.live.seating import fill_rounds, remove_idle_chairs
from events.live.stamping import is_clock_due, is_due, run_evenings, stamp_due
from events.models import (
    Answer,
    Chair,
    Event,
    EventMode,
    EventState,
    Outcome,
    Pairing,
    Presence,
    Registration,
    Round,
)
from events.planning.problems import read_facts
from tests.events.live.acting import MINUTE, arrive, clock, pairs, refused, started
from tests.events.making import EVENING, make_event

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast]
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
LATER = EVENING + 2 * MINUTE


def at(minutes: float):
    return EVENING + minutes * MINUTE


def spans() -> list[tuple[float, float]]:
    """When rounds that aren't skipped begin and end, in minutes after the planned start."""
    kept = Round.objects.filter(is_skipped=False)
    return [((one.start - EVENING) / MINUTE, (one.end - EVENING) / MINUTE) for one in kept]


def version() -> int:
    return Event.objects.get().version


def mark(event: Event, now) -> str:
    event.refresh_from_db()
    return read_evening(event, now).mark


# The clock's buttons


ACTS = [running.pause, running.add_minute, running.end_now, running.close_event]


@pytest.mark.parametrize("act", [*ACTS, running.call_round])
def test_every_act_is_news_for_all_pages(evening, act):
    event = started(evening)
    before = version()

    act(event=event, now=LATER)

    assert version() > before


@pytest.mark.parametrize("act", [*ACTS, running.call_round, running.start_evening])
def test_no_act_is_done_on_a_page_that_is_old(evening, act):
    event = started(evening)
    old = mark(event, LATER)
    running.add_minute(event=event, now=LATER)
    before = version(), spans()

    assert refused(lambda: act(event=event, now=LATER, seen=old)) == "stale"
    assert (version(), spans()) == before


@pytest.mark.parametrize("act", [running.pause, running.add_minute, running.end_now])
def test_while_it_is_paused_it_can_only_go_on(evening, act):
    event = started(evening)
    running.pause(event=event, now=LATER)

    assert refused(lambda: act(event=event, now=at(3))) == "not_running"
    running.resume(event=event, now=at(3))
    assert refused(lambda: running.resume(event=event, now=at(3))) == "not_running"


@pytest.mark.parametrize("act", [running.pause, running.add_minute, running.end_now])
def test_when_all_rounds_are_over_it_can_only_be_closed(evening, act):
    event = started(evening)

    assert refused(lambda: act(event=event, now=at(34))) == "not_running"
    assert refused(lambda: running.call_round(event=event, now=at(34))) == "no_round"
    assert running.close_event(event=event, now=at(34)).state == EventState.OVER


@pytest.mark.parametrize("state", [one for one in EventState if one not in (EventState.SCHEDULED, EventState.LIVE)])
@pytest.mark.parametrize("act", [*ACTS, running.call_round, running.start_evening, running.resume])
def test_no_button_moves_what_does_not_run(evening, act, state):
    Event.objects.filter(pk=evening.event.pk).update(state=state)

    assert refused(lambda: act(event=evening.event, now=EVENING)) == "closed"


def test_the_doors_open_an_hour_before_for_the_desk_too(evening):
    opens = EVENING - HOUR
    arrive(evening.mentees[3], evening.mentors[1], at=opens)

    assert refused(lambda: running.call_round(event=evening.event, now=opens - SECOND)) == "not_yet"
    running.call_round(event=evening.event, now=opens)
    assert Round.objects.get(number=1).called_at == opens


def test_calling_twice_is_calling_once(evening):
    arrive(*evening.people)
    running.call_round(event=evening.event, now=EVENING)

    running.call_round(event=evening.event, now=at(1))

    assert Round.objects.get(number=1).called_at == EVENING


def test_starting_twice_is_refused(evening):
    event = started(evening)

    assert refused(lambda: running.start_evening(event=event, now=at(1))) == "started"
    assert spans()[0] == (0, 10)


def test_a_minute_more_in_a_round_makes_it_longer_and_in_between_makes_the_pause_longer(evening):
    event = started(evening)
    running.add_minute(event=event, now=at(5))
    assert spans() == [(0, 11), (13, 23), (25, 35)]

    running.add_minute(event=event, now=at(12))

    assert spans() == [(0, 11), (14, 24), (26, 36)]
    assert clock(event, at(13)) == ("changing", None, 2)


def test_ending_a_round_as_it_begins_leaves_it_a_second(evening):
    event = started(evening)

    running.end_now(event=event, now=EVENING)

    first = Round.objects.get(number=1)
    assert (first.start, first.end) == (EVENING, EVENING + SECOND)
    assert clock(event, EVENING + SECOND) == ("changing", None, 2)


def test_beginning_the_next_round_calls_it_first(evening):
    event = started(evening)
    running.end_now(event=event, now=at(1))
    Round.objects.filter(number=2).update(called_at=None)

    running.end_now(event=event, now=at(1.2))

    second = Round.objects.get(number=2)
    assert (second.called_at, second.start) == (at(1.2), at(1.2))
    assert refused(lambda: running.skip_round(event=event, number=2, now=at(2))) == "called"


def test_a_pause_in_between_moves_only_what_is_to_come(evening):
    event = started(evening)
    running.pause(event=event, now=at(11))
    running.resume(event=event, now=at(15))

    assert spans() == [(0, 10), (16, 26), (28, 38)]
    assert clock(event, at(15)) == ("changing", None, 2)


def test_a_clock_that_goes_backwards_moves_nothing_back(evening):
    """The desk's second machine pauses a moment after the first one has resumed, by clocks that differ."""
    event = started(evening)
    running.pause(event=event, now=at(5))

    running.resume(event=event, now=at(4))

    assert spans() == [(0, 10), (12, 22), (24, 34)]


@pytest.mark.parametrize(("number", "code"), [(0, "no_round"), (4, "no_round"), (2, "no_round"), (1, "called")])
def test_only_a_round_that_is_ahead_can_be_skipped(evening, number, code):
    event = started(evening)
    running.skip_round(event=event, number=2, now=at(1))

    assert refused(lambda: running.skip_round(event=event, number=number, now=at(1))) == code


def test_the_last_round_that_is_left_is_not_skipped(evening):
    for number in (3, 2):
        running.skip_round(event=evening.event, number=number, now=EVENING - HOUR)

    assert refused(lambda: running.skip_round(event=evening.event, number=1, now=EVENING - HOUR)) == "last_round"
    assert spans() == [(0, 10)]


def test_skipping_drops_the_pairs_of_that_round_and_moves_the_later_ones_up(evening):
    event = started(evening)
    dropped = pairs(2)
    before = version()

    running.skip_round(event=event, number=2, now=at(1))

    assert (pairs(2), pairs(2, "dropped")) == (set(), dropped)
    assert spans() == [(0, 10), (12, 22)]
    assert not Chair.objects.filter(round__number=2).exists()
    assert version() > before


def test_whom_a_skipped_round_cost_a_partner_gets_one_later(evening):
    """Mentee 1 would only have met Mentor 1 in the second round; in the third Mentor 1 is free."""
    event = started(evening)
    Pairing.objects.filter(round__number=3).delete()
    Chair.objects.filter(round__number=3).delete()
    lost = pairs(2)

    running.skip_round(event=event, number=2, now=at(1))

    assert len(pairs(3)) == 2
    assert pairs(2, "dropped") == lost


@pytest.mark.parametrize("words", ["Soup is served", ""])
def test_a_message_stands_until_the_next(evening, words):
    event = started(evening)
    running.say_to_all(event=event, words="Mind the cable", now=at(1))
    before = version()

    said = running.say_to_all(event=event, words=words, now=at(2))

    assert (said.message, version()) == (words, before + 1)


def test_an_evening_is_closed_an_hour_after_its_last_round_that_takes_place(evening):
    event = started(evening)
    running.skip_round(event=event, number=3, now=at(1))
    end = at(22)

    assert run_evenings(now=end + HOUR - SECOND) == 1
    event.refresh_from_db()
    assert event.state == EventState.LIVE
    assert run_evenings(now=end + HOUR) == 1
    event.refresh_from_db()
    assert (event.state, event.ended_at) == (EventState.OVER, end + HOUR)


def test_a_pause_keeps_an_evening_open(evening):
    event = started(evening)
    running.pause(event=event, now=at(5))

    run_evenings(now=at(5) + 5 * HOUR)

    event.refresh_from_db()
    assert event.state == EventState.LIVE


def test_an_evening_that_ran_on_paper_is_closed_after_half_a_day(evening):
    end = evening.event.end

    assert run_evenings(now=end + 12 * HOUR - SECOND) == 0
    assert run_evenings(now=end + 12 * HOUR) == 1

    closed = Event.objects.get()
    assert closed.state == EventState.OVER
    assert set(Pairing.objects.values_list("outcome", flat=True)) == {Outcome.DROPPED}


# What is due


def test_a_task_looks_only_at_what_runs_or_is_about_to(evening, maria, monkeypatch):
    arrive(*evening.people, at=EVENING - HOUR)
    make_event(maria, start=EVENING)
    looked_at = []

    def look(*, event, now):
        looked_at.append(event.pk)
        return event

    monkeypatch.setattr(stamping, "stamp_due", look)
    for now in (EVENING - HOUR - SECOND, EVENING - HOUR):
        looked_at.clear()
        run_evenings(now=now)
        assert looked_at == ([evening.event.pk] if now == EVENING - HOUR else [])


def test_doing_what_is_due_twice_is_doing_it_once(evening):
    started(evening)

    assert [run_evenings(now=at(8.5)), run_evenings(now=at(8.5))] == [1, 0]
    assert [run_evenings(now=at(10)), run_evenings(now=at(10))] == [1, 0]
    assert pairs(1, "held") == {("Mentee 3", "Mentor 1"), ("Mentee 4", "Mentor 2")}


def test_what_pages_must_wait_for_is_only_a_call_or_the_end(evening):
    event = started(evening)
    event.refresh_from_db()

    def due(minutes: float) -> tuple[bool, bool]:
        found = read_evening(event, at(minutes))
        return is_clock_due(found), is_due(found)

    assert [due(1), due(8.5)] == [(False, False), (True, True)]
    run_evenings(now=at(8.5))
    # That meetings were held is known from the clock, so pages needn't wait until it is written.
    assert [due(9), due(10)] == [(False, False), (False, True)]


def test_a_page_does_not_wait_for_an_act_under_way(evening):
    event = started(evening)

    assert stamp_due(event=event, now=at(8.5), wait=False).version > event.version
    assert Round.objects.get(number=2).called_at == at(8.5)


def test_a_late_worker_calls_all_that_it_missed(evening):
    started(evening)

    run_evenings(now=at(23))

    assert [one.called_at for one in Round.objects.filter(number__gt=1)] == [at(23), at(23)]
    assert pairs(2, "planned") == set()
    assert pairs(2, "held")


# Who is there


LOG = [
    (check_in, "in", Standing.HERE),
    (take_break, None, "not_here"),
    (go_home, "gone", Standing.GONE),
]


@pytest.mark.parametrize(("act", "kind", "standing"), LOG)
def test_what_a_person_who_never_came_can_press(evening, act, kind, standing):
    one = evening.mentees[0]

    if kind is None:
        assert refused(lambda: act(registration=one, by=one.person, now=EVENING)) == standing
        assert not Presence.objects.exists()
        return
    assert act(registration=one, by=one.person, now=EVENING) == standing
    assert act(registration=one, by=one.person, now=EVENING) == standing
    assert list(Presence.objects.values_list("kind", "at")) == [(kind, EVENING)]


@pytest.mark.parametrize(
    ("acts", "log"),
    [
        ((check_in, take_break, take_break), ["in", "break"]),
        ((check_in, take_break, check_in, check_in), ["in", "break", "back"]),
        ((check_in, go_home, check_in), ["in", "gone", "back"]),
        ((go_home, check_in), ["gone", "back"]),
        ((check_in, take_break, go_home, go_home), ["in", "break", "gone"]),
    ],
)
def test_the_log_grows_by_what_is_new(evening, acts, log):
    one = evening.mentees[0]
    for act in acts:
        act(registration=one, by=one.person, now=EVENING)

    assert list(Presence.objects.values_list("kind", flat=True)) == log


def test_who_went_home_takes_no_break(evening):
    one = evening.mentees[0]
    go_home(registration=one, by=one.person, now=EVENING)

    assert refused(lambda: take_break(registration=one, by=one.person, now=EVENING)) == "not_here"


@pytest.mark.parametrize("act", [check_in, take_break, go_home])
def test_who_has_no_place_any_more_presses_nothing(evening, act):
    one = evening.mentees[0]
    Registration.objects.filter(pk=one.pk).update(state="cancelled", place=None)

    assert refused(lambda: act(registration=one, by=one.person, now=EVENING)) == "closed"


def test_a_line_says_in_which_round_and_by_whom(evening, maria):
    started(evening)
    one = evening.mentees[3]
    for act, minutes in ((take_break, 5), (check_in, 11)):
        act(registration=one, by=maria, now=at(minutes))

    rows = Presence.objects.filter(registration=one).values_list("kind", "from_round__number", "by")
    assert list(rows) == [("in", 1, one.person_id), ("break", 1, maria.pk), ("back", 2, maria.pk)]


@pytest.mark.parametrize(("minutes", "outcome"), [(4.9, Outcome.DROPPED), (5, Outcome.PLANNED)])
@pytest.mark.parametrize("act", [take_break, go_home])
def test_a_meeting_that_is_half_over_was_one(evening, act, minutes, outcome):
    started(evening)
    one = evening.mentees[3]
    act(registration=one, by=one.person, now=at(minutes))
    found = Pairing.objects.of(one).get(round__number=1)

    assert found.outcome == outcome
    assert Chair.objects.filter(registration=one, round__number=1).exists() == (outcome == Outcome.PLANNED)


def test_who_leaves_after_the_next_call_leaves_that_table_too(evening):
    started(evening)
    run_evenings(now=at(8.5))
    one = evening.mentees[3]

    take_break(registration=one, by=one.person, now=at(9))

    outcomes = dict(Pairing.objects.of(one).values_list("round__number", "outcome"))
    assert outcomes == {1: Outcome.PLANNED, 2: Outcome.DROPPED}


def test_before_the_first_call_checking_in_changes_nobodys_plan(evening):
    before = set(Pairing.objects.values_list("pk", "round", "outcome")), version()

    arrive(*evening.people)

    assert (set(Pairing.objects.values_list("pk", "round", "outcome")), version()) == before


def test_who_was_called_gone_by_mistake_before_the_first_call_gets_meetings_again(evening, maria):
    one = evening.mentees[0]
    arrive(*evening.mentors)
    before = Pairing.objects.of(one).that_stand().count()
    go_home(registration=one, by=maria, now=EVENING)
    assert not Pairing.objects.of(one).that_stand().exists()

    check_in(registration=one, by=maria, now=EVENING)

    assert Pairing.objects.of(one).that_stand().count() == before > 0


def test_who_comes_late_is_seated_where_someone_is_free(evening):
    late = evening.mentees[2]
    started(evening, without=(late,))
    go_home(registration=evening.mentees[0], by=evening.event.by, now=at(1))
    before = {number: len(pairs(number)) for number in (2, 3)}

    arrive(late, at=at(2))

    assert all(len(pairs(number)) >= count for number, count in before.items())
    assert standing_of_one(late) == Standing.HERE


def test_where_everyone_stands_is_read_at_once(evening, django_assert_num_queries):
    arrive(*evening.people[:3])
    go_home(registration=evening.people[0], by=evening.event.by, now=EVENING)

    with django_assert_num_queries(1):
        found = standings_of(evening.event)

    assert found == {
        evening.people[0].pk: Standing.GONE,
        evening.people[1].pk: Standing.HERE,
        evening.people[2].pk: Standing.HERE,
    }


# Partners


def missing_pair(evening) -> tuple[Registration, Pairing]:
    """Mentor 2, who waits for Mentee 4 in the first round."""
    waiting = evening.mentors[1]
    return waiting, Pairing.objects.of(waiting).get(round__number=1)


@pytest.mark.parametrize("minutes", [10, 11, 13])
def test_nobody_is_missed_once_the_round_is_over(evening, minutes):
    started(evening)
    waiting, pair = missing_pair(evening)

    assert refused(lambda: report_missing(registration=waiting, pairing=pair, now=at(minutes))) == "stale"


def test_nobody_is_missed_while_the_clock_stands_before_the_time(evening):
    event = started(evening)
    running.pause(event=event, now=at(1))
    waiting, pair = missing_pair(evening)

    assert refused(lambda: report_missing(registration=waiting, pairing=pair, now=at(9))) == "wait"


def test_nobody_speaks_for_a_meeting_of_others(evening):
    started(evening)
    _waiting, pair = missing_pair(evening)

    with pytest.raises(Pairing.DoesNotExist):
        report_missing(registration=evening.mentors[0], pairing=pair, now=LATER)
    assert Pairing.objects.get(pk=pair.pk).outcome == Outcome.PLANNED


def test_who_is_missed_once_keeps_their_later_partners(evening):
    started(evening)
    waiting, pair = missing_pair(evening)
    later = pairs(2), pairs(3)

    report_missing(registration=waiting, pairing=pair, now=LATER)

    assert (pairs(2), pairs(3)) == later
    line = Presence.objects.get(kind="missing")
    assert (line.registration, line.by, line.from_round.number) == (evening.mentees[3], waiting.person, 1)


def test_only_who_is_here_joins(evening):
    started(evening, without=(evening.mentees[1],))
    waiting, pair = missing_pair(evening)
    report_missing(registration=waiting, pairing=pair, now=LATER)

    act = lambda: join_alone(registration=evening.mentees[1], other=waiting, now=LATER)  # noqa: E731

    assert refused(act) == "not_here"


def test_nobody_joins_before_a_round_is_called(evening):
    arrive(*evening.people)

    act = lambda: join_alone(registration=evening.mentees[0], other=evening.mentors[0], now=EVENING)  # noqa: E731

    assert refused(act) == "taken"


def test_who_is_on_a_break_is_not_offered_as_alone(evening):
    started(evening)
    waiting, pair = missing_pair(evening)
    Pairing.objects.filter(round__number__gt=1).delete()
    report_missing(registration=waiting, pairing=pair, now=LATER)
    place = Round.objects.get(number=1)
    shown = read_evening(evening.event, LATER)
    free = evening.mentees[0]
    assert [one.registration for one in find_alone(shown, free, place)] == [waiting]

    Presence.objects.create(registration=waiting, kind="break", at=LATER)

    assert find_alone(shown, free, place) == []


def test_two_meet_if_they_may_and_have_not(evening):
    problem = read_facts(evening.event).problem
    mentee, mentor = evening.mentees[0], evening.mentors[0]
    met = Pairing.objects.of(mentee).filter(other=mentor)

    assert mentor.pk in partners_of(mentee)
    met.update(outcome=Outcome.MISSED)
    assert mentor.pk not in partners_of(mentee)
    assert may_meet(problem, mentee, mentor)
    assert may_meet(problem, mentor, mentee)
    assert not may_meet(problem, mentee, evening.mentees[1])


def test_however_many_are_alone_they_are_found_by_the_same_queries(evening):
    started(evening)
    first, free = Pairing.objects.filter(round__number=1), evening.mentees[0]
    counts = []
    for alone in (first.filter(Q(one=evening.mentors[0]) | Q(other=evening.mentors[0])), first):
        alone.update(outcome=Outcome.MISSED)
        Pairing.objects.filter(round__number__gt=1).update(outcome=Outcome.DROPPED)
        with CaptureQueriesContext(connection) as asked:
            found = find_alone(read_evening(evening.event, LATER), free, Round.objects.get(number=1))
        counts.append((len(found), len(asked)))

    assert counts[1][0] > counts[0][0] > 0
    assert counts[0][1] == counts[1][1]


def test_a_takeaway_leaves_what_was_answered(evening):
    started(evening)
    waiting, pair = missing_pair(evening)
    Answer.objects.create(pairing=pair, registration=waiting, useful=4, again=True, at=EVENING)

    write_takeaway(registration=waiting, pairing=pair, words="Ask", now=LATER)

    one = Answer.objects.get()
    assert (one.useful, one.again, one.takeaway, one.at) == (4, True, "Ask", LATER)


def test_idle_chairs_go_and_those_of_people_who_meet_stay(evening):
    first, second = Round.objects.get(number=1), Round.objects.get(number=2)
    Chair.objects.create(round=first, registration=evening.mentees[0])
    Chair.objects.create(round=second, registration=evening.mentees[2])
    before = Chair.objects.count()

    remove_idle_chairs([first])

    assert Chair.objects.count() == before - 1
    assert Chair.objects.filter(round=second, registration=evening.mentees[2]).exists()


def test_nothing_is_filled_where_no_round_is_open(evening):
    assert fill_rounds(read_evening(evening.event, EVENING), []) == 0


# Calls


def test_a_pair_at_a_table_has_no_call(evening):
    pair = Pairing.objects.select_related("event", "round", "one", "other").first()

    assert not meets_online(pair)
    assert refused(lambda: open_call(pair, evening.mentees[0], EVENING)) == "on_site"


def test_a_call_stays_open_while_the_clock_stands(evening, settings):
    settings.MEETING_URL = "https://meet.example.org/{token}"
    Event.objects.filter(pk=evening.event.pk).update(mode=EventMode.ONLINE)
    Round.objects.filter(number=1).update(called_at=EVENING)
    pair = Pairing.objects.filter(round__number=1).with_people().select_related("event").first()
    late = pair.round.end + 5 * MINUTE
    assert refused(lambda: open_call(pair, pair.one, late)) == "over"

    pair.event.paused_at = pair.round.end - MINUTE

    assert pair.uuid.hex in open_call(pair, pair.one, late)


# The clock, without rows


def three(start=EVENING) -> list[Span]:
    begins = {number: start + (number - 1) * 12 * MINUTE for number in (1, 2, 3)}
    return [Span(number, begin, begin + 10 * MINUTE) for number, begin in begins.items()]


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(0, 0), (1, 1), (59, 1), (60, 1), (61, 2), (119, 2), (120, 2), (600, 10)]
)
def test_begun_minutes_count(seconds, minutes):
    assert Clock(Phase.RUNNING, EVENING, left=seconds * SECOND).minutes_left == minutes


@pytest.mark.parametrize(
    ("phase", "running_", "paused", "counts"),
    [
        (Phase.BEFORE, False, False, False),
        (Phase.CALLED, False, False, False),
        (Phase.RUNNING, True, False, True),
        (Phase.CHANGING, False, False, True),
        (Phase.BREAK, False, False, True),
        (Phase.PAUSED, False, True, False),
        (Phase.OVER, False, False, False),
    ],
)
def test_what_a_phase_is(phase, running_, paused, counts):
    shown = Clock(phase, EVENING)

    assert (shown.is_running, shown.is_paused, shown.counts_down) == (running_, paused, counts)


def test_a_round_begins_and_ends_at_its_very_second():
    seen = [read_clock(three(), is_started=True, now=at(minutes)) for minutes in (0, 10 - 1 / 60, 10, 12, 34)]

    assert [(one.phase, one.current, one.next) for one in seen] == [
        (Phase.RUNNING, 1, 2),
        (Phase.RUNNING, 1, 2),
        (Phase.CHANGING, None, 2),
        (Phase.RUNNING, 2, 3),
        (Phase.OVER, None, None),
    ]
    assert [one.left for one in seen[:3]] == [10 * MINUTE, SECOND, 2 * MINUTE]


@pytest.mark.parametrize(("after", "phase"), [(0, Phase.CHANGING), (1, Phase.BREAK), (2, Phase.CHANGING)])
def test_the_break_follows_its_round(after, phase):
    assert read_clock(three(), is_started=True, now=at(11), break_after=after).phase == phase


def test_the_break_stays_where_the_round_before_it_is_skipped():
    spans_ = skip(three(), 2)

    assert read_clock(spans_, is_started=True, now=at(11), break_after=2).phase == Phase.BREAK


def test_a_clock_that_stands_shows_what_it_showed():
    for now in (at(4), at(40)):
        shown = read_clock(three(), is_started=True, now=now, paused_at=at(4))
        assert (shown.phase, shown.current, shown.left, shown.until) == (Phase.PAUSED, 1, 6 * MINUTE, now + 6 * MINUTE)


def test_moving_rounds_keeps_their_lengths_and_pauses():
    for moved in (start_first(three(), at=at(5)), delay(three(), at=at(-1), by=5 * MINUTE)):
        assert moved == [span.move(5 * MINUTE) for span in three()]
    assert delay(three(), at=at(50), by=MINUTE) == three()
    assert end_now(three(), at=at(50)) == three()


def test_the_first_round_is_never_called_by_the_clock():
    assert find_due_calls(three(), moment=at(50), change=2 * MINUTE) == [2, 3]
    assert find_due_calls(skip(three(), 1), moment=at(50), change=2 * MINUTE) == [3]
    assert find_due_calls([], moment=at(50), change=2 * MINUTE) == []
