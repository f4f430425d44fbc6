"""Pairs fit into rounds, evenly, and wishes come early."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.scheduling.problem import Lock, Meeting, Table, Wish
from events.scheduling.rounds import Timetable, arrange, even_out, place_locks, place_pairs

from .worlds import change_people, simple_world

PAIRS = st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=60)


def degree_of(pairs) -> int:
    return max(Counter([key for pair in pairs for key in pair]).values(), default=0)


def sizes_of(timetable: Timetable) -> list[int]:
    return [len(timetable.pairs_in(number)) for number in timetable.rounds]


@given(PAIRS, st.integers(0, 2))
@settings(max_examples=60, derandomize=True)
def test_pairs_of_which_nobody_has_more_than_the_rounds_fit_and_are_even(numbers, spare):
    pairs = {(f"e{one}", f"o{other}") for one, other in numbers}
    timetable = Timetable(simple_world(9, 9, degree_of(pairs) + spare))

    left = place_pairs(timetable, pairs)
    even_out(timetable)

    assert left == []
    assert sorted(meeting.pair for meeting in timetable.meetings()) == sorted(pairs)
    assert max(sizes_of(timetable), default=0) - min(sizes_of(timetable), default=0) <= 1


@given(PAIRS, st.randoms(use_true_random=False))
@settings(max_examples=40, derandomize=True)
def test_with_gaps_people_are_only_placed_where_they_are(numbers, dice):
    rounds = 5
    attends = {
        f"{side}{n}": frozenset(dice.sample(range(1, rounds + 1), dice.randint(1, rounds)))
        for side in "eo"
        for n in range(9)
    }
    problem = change_people(simple_world(9, 9, rounds), **{key: {"attends": there} for key, there in attends.items()})
    timetable = Timetable(problem)
    pairs = {(f"e{one}", f"o{other}") for one, other in numbers}

    left = place_pairs(timetable, pairs)
    arrange(timetable)
    meetings = timetable.meetings()

    assert {meeting.pair for meeting in meetings} | set(left) == pairs
    assert all(meeting.round in attends[key] for meeting in meetings for key in meeting.pair)
    assert max(Counter((m.round, key) for m in meetings for key in m.pair).values(), default=1) == 1


def test_a_path_of_exchanges_makes_room():
    """e0 and o1 have no free round in common until e1 and o1 change theirs."""
    timetable = Timetable(simple_world(2, 2, 2))
    timetable.put(("e0", "o0"), 1)
    timetable.put(("e1", "o1"), 2)

    assert timetable.place(("e0", "o1"))
    assert sorted(meeting.pair for meeting in timetable.meetings()) == [("e0", "o0"), ("e0", "o1"), ("e1", "o1")]


def test_no_path_moves_a_fixed_meeting():
    fixed = [Meeting(1, "e0", "o0"), Meeting(2, "e1", "o1")]
    timetable = Timetable(simple_world(2, 2, 2), fixed)

    assert not timetable.place(("e0", "o1"))
    assert timetable.meetings() == fixed


def test_even_rounds_need_no_more_tables_than_there_are():
    """Twelve meetings in three rounds need four tables, not six."""
    dice = random.Random(1)
    pairs = {(f"e{n}", f"o{other}") for n in range(6) for other in dice.sample(range(6), 2)}
    pairs = {pair for pair in pairs if sum(pair[1] == other for _, other in pairs) <= 3}
    tables = tuple(Table(str(number)) for number in range(-(-len(pairs) // 3)))
    timetable = Timetable(simple_world(6, 6, 3, tables=tables))

    assert place_pairs(timetable, pairs) == []
    assert arrange(timetable) == []
    assert max(sizes_of(timetable)) == len(tables)


def test_pairs_for_which_there_is_no_table_are_given_back_the_least_wished_for_first():
    wishes = {("e0", "o0"): Wish.MUST, ("e1", "o1"): Wish.LIKE}
    timetable = Timetable(simple_world(3, 3, 1, tables=(Table("1"), Table("2")), wishes=wishes))

    place_pairs(timetable, [(f"e{number}", f"o{number}") for number in range(3)])

    assert arrange(timetable) == [("e2", "o2")]


def test_mixed_pairs_are_spread_over_the_rounds_with_their_screens():
    problem = simple_world(4, 4, 2, tables=(Table("1", screen=True), *(Table(str(n)) for n in range(2, 5))))
    problem = change_people(problem, e0={"online": True}, e1={"online": True})
    timetable = Timetable(problem)
    for number, pair in ((1, ("e0", "o0")), (1, ("e1", "o1")), (2, ("e2", "o2")), (2, ("e3", "o3"))):
        timetable.put(pair, number)

    assert arrange(timetable) == []
    assert sorted("e0" in dict(timetable.pairs_in(n)) for n in (1, 2)) == [False, True]
    assert all(("e0" in dict(timetable.pairs_in(n))) != ("e1" in dict(timetable.pairs_in(n))) for n in (1, 2))


def test_wishes_come_early():
    """Whoever leaves before the end has had what they asked for."""
    wishes = {(f"e{number}", f"o{number}"): Wish.MUST for number in range(4)}
    timetable = Timetable(simple_world(4, 4, 4, wishes=wishes))
    place_pairs(timetable, [(f"e{one}", f"o{other}") for one in range(4) for other in range(4)])

    arrange(timetable)

    weights = [sum(pair in wishes for pair in timetable.pairs_in(number)) for number in timetable.rounds]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] >= 2
    assert sizes_of(timetable) == [4, 4, 4, 4]


def locked(*locks: Lock, **facts):
    return place_locks(simple_world(3, 3, 2, locks=locks, **facts))


def test_locks_keep_their_round():
    timetable, left = locked(Lock("e0", "o0", 2), Lock("e1", "o1"))

    assert left == ()
    assert Meeting(2, "e0", "o0") in timetable.meetings()
    assert timetable.locked == {("e0", "o0"), ("e1", "o1")}
    assert timetable.pinned == {("e0", "o0")}


@pytest.mark.parametrize(
    ("locks", "facts"),
    [
        ((Lock("e0", "o0", 3),), {}),
        ((Lock("e0", "nobody"),), {}),
        ((Lock("o0", "e0"),), {}),
        ((Lock("e0", "o0"),), {"apart": frozenset({("e0", "o0")})}),
        ((Lock("e0", "o0", 1), Lock("e0", "o1", 1)), {}),
        ((Lock("e0", "o0", 1), Lock("e0", "o0", 2)), {}),
        ((Lock("e0", "o0"), Lock("e0", "o1"), Lock("e0", "o2")), {}),
        ((Lock("e0", "o0", 1), Lock("e1", "o1", 1)), {"tables": (Table("1"),)}),
    ],
)
def test_locks_that_break_a_rule_are_left_out_and_named(locks, facts):
    timetable, left = locked(*locks, **facts)

    assert left == (locks[-1],)
    assert len(timetable.meetings()) == len(locks) - 1


def test_locks_without_a_round_share_tables_over_the_rounds():
    timetable, left = locked(*(Lock(f"e{n}", f"o{n}") for n in range(3)), tables=(Table("1"),))

    assert len(left) == 1
    assert sizes_of(timetable) == [1, 1]


def test_moving_few_takes_the_shortest_path():
    problem = replace(simple_world(3, 3, 3), event="autumn")
    timetable = Timetable(problem)
    timetable.moves_few = True
    for number, pair in ((1, ("e0", "o0")), (2, ("e0", "o2")), (3, ("e1", "o1")), (1, ("e2", "o1"))):
        timetable.put(pair, number)
    before = set(timetable.meetings())

    assert timetable.place(("e0", "o1"))
    assert len(before - set(timetable.meetings())) <= 1
