"""Times, unmet topics, time to help and open hours against slow readings of their definitions, over random worlds."""

from collections import Counter
from fractions import Fraction
from random import Random
from statistics import median_low
from types import SimpleNamespace

import pytest

from search.figures import defined
from search.figures.defined import BLOCK_HOURS
from search.figures.facts import Facts
from search.figures.hiding import FEWEST, Hidden
from search.figures.periods import list_periods
from search.figures.report import read_report
from search.indexing import refresh_stale_rows
from tests.conftest import NOW
from tests.programmes.figures.worlds import (
    TOPICS,
    World,
    slow_hours,
    slow_questions,
    slow_time,
    slow_unmet,
    slow_with_times,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
SEEDS = range(4)
HOUR = 3600


def read_first_word(words: str, **_others) -> SimpleNamespace:
    """A reader of questions that name their topic, as those of these worlds do."""
    word = words.split()[0]
    found = [SimpleNamespace(name=word)] if word in TOPICS else []
    return SimpleNamespace(reading=SimpleNamespace(topics=found))


@pytest.fixture(params=SEEDS)
def asked(request, programme, other, monkeypatch) -> World:
    """Where many ask, and many find nobody."""
    monkeypatch.setattr(defined, "read_question", read_first_word)
    world = World(Random(request.param), programme, other, asking=24)
    for person in world.mentees:
        for _number in range(world.rng.randint(0, 3)):
            world.add_wait(person)
    return world


@pytest.fixture(params=SEEDS)
def open_hours(request, programme, other) -> World:
    world = World(Random(request.param), programme, other, asking=3)
    programme.timezone = world.rng.choice(["Europe/London", "Asia/Kolkata", "Pacific/Auckland"])
    programme.save()
    world.add_mentors(24)
    refresh_stale_rows(now=NOW)
    return world


def test_time_to_help_is_that_of_a_slow_estimate(asked):
    for period in list_periods(asked.mine.made_at, NOW):
        questions = slow_questions(asked.mine, period)
        rows = {row.code: row for row in read_report(asked.mine, period.number, now=NOW).rows_of("time")}
        for code, share in (("half", Fraction(1, 2)), ("nine_in_ten", Fraction(9, 10))):
            if len({one[0] for one in questions}) < FEWEST:
                assert rows[code].hidden == Hidden.FEW
                continue
            seconds, is_more = slow_time(questions, share)
            hours = seconds // HOUR if is_more else -(-seconds // HOUR)
            assert (rows[code].value, rows[code].is_more, rows[code].of) == (hours, is_more, len(questions))


def test_topics_of_unmet_questions_are_those_of_their_rows(asked):
    for period in list_periods(asked.mine.made_at, NOW):
        report = read_report(asked.mine, period.number, now=NOW)
        told = {row.code: row.value for row in report.rows_of("unmet")}
        groups = slow_unmet(asked.mine, period)
        everything = [one for some in groups.values() for one in some]
        if told["unmet"] is None:
            assert set(told) == {"unmet", "unmet:waited"}
            assert {row.code: row.value for row in report.rows_of("funnel")}["requested"] is None
            continue
        alone, rest = split_slowly(groups)
        expected = {"unmet": everything, **({"other_topics": rest} if rest else {})}
        expected |= {f"topic:{topic}" if topic else "no_topic": groups[topic] for topic in alone}
        assert told == {
            name: number
            for code, some in expected.items()
            for name, number in (
                (code, len(some)),
                (f"{code}:waited", median_low([waited for _person, waited in some]) // HOUR if some else 0),
            )
        }


def split_slowly(groups: dict[str, list[tuple[int, int]]]) -> tuple[list[str], list[tuple[int, int]]]:
    """The topics that are told alone, and the questions of the others.

    Of all ways to count the smallest together, that with the fewest, in which nothing alone is of fewer than five
    people, nor what is together; and that is of two topics, or there is nothing together.
    """
    sizes = {topic: (len({one[0] for one in some}), len(some), topic) for topic, some in groups.items()}
    order = sorted(groups, key=lambda topic: sizes[topic])
    for number in range(len(order) + 1):
        together = [one for topic in order[:number] for one in groups[topic]]
        is_large = number > 1 and len({one[0] for one in together}) >= FEWEST
        if (not number or is_large) and all(sizes[topic][0] >= FEWEST for topic in order[number:]):
            return order[number:], together
    return [], [one for some in groups.values() for one in some]


def test_mentors_with_times_have_a_free_time_of_their_timetable(open_hours):
    facts = Facts(open_hours.mine, list_periods(open_hours.mine.made_at, NOW)[0], now=NOW)
    expected = slow_with_times(open_hours.mine, NOW)
    mentors = {one.person for one in facts.members if one.gives}
    [row] = read_report(open_hours.mine, None, now=NOW).rows_of("times")

    assert {one.person for one in facts.openings if one.is_soon} == expected
    assert len(expected) >= FEWEST
    assert row.value == (len(expected) if len(mentors - expected) >= FEWEST else None)


def test_open_hours_are_those_of_each_minute_of_their_week(open_hours):
    facts = Facts(open_hours.mine, list_periods(open_hours.mine.made_at, NOW)[0], now=NOW)
    expected = slow_hours(open_hours.mine, NOW)
    found = {one.person: set(one.hours) for one in facts.openings}

    # Who has no weekly hours is in one of the two at most.
    assert {person: hours for person, hours in expected.items() if hours} == {
        person: hours for person, hours in found.items() if hours
    }
    blocks = Counter(block for hours in expected.values() for block in {(day, hour // 3) for day, hour in hours})
    told = {
        (row.weekday, row.hour // BLOCK_HOURS): row.value
        for row in read_report(open_hours.mine, None, now=NOW).rows_of("week")
        if row.code == "offered"
    }
    assert len(told) == 56
    assert told == {block: blocks[block] if blocks[block] >= FEWEST else None for block in told}
