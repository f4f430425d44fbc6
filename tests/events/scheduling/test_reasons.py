"""Why two people meet, and why others don't."""

import pytest

from events.scheduling.problem import Meeting, Table, Wish
from events.scheduling.reasons import Absence, Reason, WhyNot, explain_absence, reasons_for

from .worlds import change_people, simple_world

LIKES = {("e0", "o0"): Wish.LIKE}
LIKED = {("o0", "e0"): Wish.MUST}


@pytest.mark.parametrize(
    ("wishes", "reader", "first"),
    [
        (LIKES | LIKED, "e0", Reason.BOTH_ASKED),
        (LIKES | LIKED, "o0", Reason.BOTH_ASKED),
        (LIKES, "e0", Reason.YOU_ASKED),
        (LIKES, "o0", Reason.LANGUAGE),
        (LIKED, "o0", Reason.YOU_ASKED),
        (LIKED, "e0", Reason.LANGUAGE),
        ({}, "e0", Reason.LANGUAGE),
    ],
)
def test_a_wish_is_only_told_to_the_other_if_it_is_mutual(wishes, reader, first):
    assert reasons_for(simple_world(1, 1, 1, wishes=wishes), "e0", "o0", reader)[0] == first


def test_a_shared_topic_says_more_than_a_shared_language():
    problem = change_people(simple_world(1, 1, 1), e0={"topics": frozenset("ab")}, o0={"topics": frozenset("bc")})

    assert reasons_for(problem, "e0", "o0", "e0") == (Reason.TOPIC, Reason.LANGUAGE)


@pytest.mark.parametrize(
    ("facts", "person", "why"),
    [
        ({"apart": frozenset({("e0", "o0")})}, {}, WhyNot.PRIVATE),
        ({"wishes": {("e0", "o0"): Wish.NO}}, {}, WhyNot.PRIVATE),
        ({"wishes": {("o0", "e0"): Wish.NO}}, {}, WhyNot.PRIVATE),
        ({"met": frozenset({("e0", "o0")})}, {}, WhyNot.MET),
        ({}, {"languages": frozenset({"fr"})}, WhyNot.LANGUAGE),
        ({}, {"attends": frozenset()}, WhyNot.TIME),
        ({"tables": ()}, {}, WhyNot.TABLE),
        ({"tables": (Table("1"),)}, {"online": True}, WhyNot.TABLE),
    ],
)
def test_what_can_never_be_has_one_reason(facts, person, why):
    problem = change_people(simple_world(2, 2, 1, **facts), e0=person)

    assert explain_absence(problem, [], "e0", "o0") == Absence(why)


def test_private_reasons_are_the_same_in_bytes_and_hide_the_others():
    """A separation must not be told from a "no thanks", nor from what else is in the way."""
    worlds = [
        simple_world(2, 2, 1, apart=frozenset({("e0", "o0")})),
        simple_world(2, 2, 1, wishes={("o0", "e0"): Wish.NO}),
        change_people(simple_world(2, 2, 1, apart=frozenset({("e0", "o0")})), e0={"languages": frozenset()}),
    ]

    assert len({repr(explain_absence(world, [], "e0", "o0")) for world in worlds}) == 1


def test_who_would_lose_a_meeting_is_named_where_that_is_the_fewest():
    problem = simple_world(3, 3, 2)
    meetings = [Meeting(1, "e0", "o1"), Meeting(1, "e1", "o0"), Meeting(2, "e2", "o0")]

    assert explain_absence(problem, meetings, "e0", "o0") == Absence(WhyNot.TAKES_FROM, 2, (("e2", 1),))


def test_a_hole_for_both_is_found():
    problem = simple_world(2, 2, 2)

    assert explain_absence(problem, [Meeting(1, "e0", "o1")], "e0", "o0") == Absence(WhyNot.POSSIBLE, 2)


def test_no_table_is_left_in_their_hole():
    problem = simple_world(2, 2, 1, tables=(Table("1"),))

    assert explain_absence(problem, [Meeting(1, "e1", "o1", "1")], "e0", "o0") == Absence(WhyNot.TABLE, 1)


def test_someone_has_as_many_as_they_want():
    problem = change_people(simple_world(2, 2, 2), e0={"most": 1})

    assert explain_absence(problem, [Meeting(1, "e0", "o1")], "e0", "o0") == Absence(WhyNot.MOST, about=("e0",))


def test_a_pair_that_meets_needs_no_reason():
    assert explain_absence(simple_world(1, 1, 1), [Meeting(1, "e0", "o0")], "e0", "o0") == Absence(WhyNot.THEY_MEET)
