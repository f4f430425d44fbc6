"""Who sits where: those who stay seated keep their table, and mentors hardly move."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.scheduling.problem import Meeting, Table, in_order
from events.scheduling.rounds import Timetable, keep_to_tables, place_pairs
from events.scheduling.tables import assign_tables

from .worlds import change_people, random_world, simple_world

THREE = (Table("1"), Table("2"), Table("3", screen=True))


def tables_of(problem, *rows):
    return [meeting.table for meeting in sorted(assign_tables(problem, [Meeting(*row) for row in rows]), key=in_order)]


def test_a_mentor_keeps_the_table_of_the_round_before():
    problem = simple_world(2, 2, 2, tables=THREE)
    found = assign_tables(
        problem, [Meeting(1, "e0", "o0"), Meeting(1, "e1", "o1"), Meeting(2, "e0", "o1"), Meeting(2, "e1", "o0")]
    )
    places = {(meeting.round, meeting.mentor): meeting.table for meeting in found}

    assert places[1, "o0"] == places[2, "o0"]
    assert places[1, "o1"] == places[2, "o1"]


def test_a_mentor_gets_the_table_they_asked_for():
    problem = change_people(simple_world(2, 2, 1, tables=THREE), o1={"table": "1"})

    assert tables_of(problem, (1, "e0", "o0"), (1, "e1", "o1"))[1] == "1"


def test_a_mentee_who_stays_seated_is_visited():
    problem = change_people(simple_world(1, 2, 2, tables=THREE), e0={"seated": True, "table": "2"})

    assert tables_of(problem, (1, "e0", "o0"), (2, "e0", "o1")) == ["2", "2"]


def test_nobody_else_is_put_at_the_table_of_someone_who_stays_seated():
    problem = change_people(simple_world(2, 2, 1, tables=THREE), e0={"seated": True, "table": "1"})

    assert tables_of(problem, (1, "e1", "o0")) == ["2"]


def test_pairs_with_someone_online_get_the_tables_with_a_screen():
    problem = change_people(simple_world(3, 3, 1, tables=THREE), e2={"online": True})
    rows = [(1, f"e{number}", f"o{number}") for number in range(3)]

    assert tables_of(problem, *rows)[2] == "3"
    assert sorted(tables_of(problem, *rows)) == ["1", "2", "3"]


def test_two_who_are_online_need_no_table():
    problem = change_people(simple_world(1, 1, 1, tables=THREE), e0={"online": True}, o0={"online": True})

    assert tables_of(problem, (1, "e0", "o0")) == [None]


def test_tables_that_were_given_stay():
    problem = simple_world(2, 2, 1, tables=THREE)

    assert tables_of(problem, (1, "e0", "o0", "2"), (1, "e1", "o1")) == ["2", "1"]


def test_someone_seated_who_meets_people_online_sits_at_a_screen():
    problem = change_people(simple_world(2, 2, 2, tables=THREE), e0={"seated": True}, o1={"online": True})

    assert tables_of(problem, (1, "e0", "o0"), (2, "e0", "o1")) == ["3", "3"]


@given(st.integers(0, 10**6), st.integers(2, 5))
@settings(max_examples=25, derandomize=True)
def test_everyone_finds_a_table_of_their_own(seed, rounds):
    problem = random_world(seed, 7, 6, rounds, mixed=True)
    timetable = Timetable(problem)
    pairs = [(one.id, other.id) for one in problem.mentees for other in problem.mentors]
    place_pairs(timetable, [pair for pair in pairs if problem.obstacle(*pair) is None][: 6 * rounds])
    keep_to_tables(timetable)

    found = assign_tables(problem, timetable.meetings())

    lacking = [meeting for meeting in found if meeting.table is None and problem.needs_table(*meeting.pair)]
    used = Counter((meeting.round, meeting.table) for meeting in found if meeting.table)
    assert lacking == []
    assert max(used.values(), default=1) == 1
    assert {(meeting.round, *meeting.pair) for meeting in found} == {(m.round, *m.pair) for m in timetable.meetings()}


@pytest.mark.parametrize("size", [4, 9])
def test_mentors_never_move_where_there_is_a_table_for_each(size):
    problem = simple_world(size, size, 4)
    rows = [(number, f"e{n}", f"o{(n + number) % size}") for number in range(1, 5) for n in range(size)]
    found = assign_tables(problem, [Meeting(*row) for row in rows])

    assert len({(meeting.mentor, meeting.table) for meeting in found}) == size


def test_without_enough_tables_some_meetings_have_none():
    """Only plans that the checker refuses have such, and they are shown as they are."""
    problem = simple_world(2, 2, 1, tables=(Table("1"),))

    assert sorted(map(str, tables_of(problem, (1, "e0", "o0"), (1, "e1", "o1")))) == ["1", "None"]
