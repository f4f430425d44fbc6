"""What reminders bring: the two shares against a count row by row, when they are shown, and what is kept back."""

from datetime import timedelta
from fractions import Fraction
from random import Random

import pytest
from django.urls import reverse

from programmes.models import Nudge, NudgeStage, Programme
from search.figures.hiding import Hidden
from search.figures.intervals import wilson_interval
from search.figures.periods import week_start
from search.reminders.effect import SHOWN_FROM, read_effect
from tests.conftest import NOW, make_person
from tests.markup import elements_of, markup_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DAY = timedelta(days=1)
RIPE = week_start(NOW) - 14 * DAY
STAGES = [one for one in NudgeStage if one != NudgeStage.INVITED]


def make_rows(programme: Programme, people, hits: int, *, is_held_out: bool, at=RIPE - DAY) -> None:
    """A first reminder for each; as many as `hits` of them took the step."""
    Nudge.objects.bulk_create(
        Nudge(
            programme=programme,
            person=person,
            stage=NudgeStage.NEVER_ASKED,
            number=1,
            at=at,
            is_held_out=is_held_out,
            done_at=at + DAY if number < hits else None,
        )
        for number, person in enumerate(people)
    )


@pytest.fixture
def crowd() -> list:
    return [make_person(f"p{number}@x.test", f"P{number}") for number in range(140)]


def test_nothing_is_shown_below_a_hundred_people(programme, crowd, alice, client_for):
    make_rows(programme, crowd[: SHOWN_FROM - 1], 40, is_held_out=False)
    page = reverse("programme_words", args=[programme.slug])
    assert read_effect(programme, NOW) is None
    assert elements_of(markup_of(client_for(alice).get(page)), "", data_part="no-effect")

    make_rows(programme, crowd[SHOWN_FROM - 1 : SHOWN_FROM], 0, is_held_out=True, at=RIPE)
    assert read_effect(programme, NOW) is None
    # A second reminder is of the same person.
    Nudge.objects.create(
        programme=programme, person=crowd[0], stage="no_times", number=1, at=RIPE - DAY, is_held_out=False
    )
    assert read_effect(programme, NOW) is None

    assert read_effect(programme, NOW + 7 * DAY) is not None


def test_shares_are_shown_with_of_how_many_and_how_sure(programme, crowd, alice, client_for):
    make_rows(programme, crowd[:100], 37, is_held_out=False)
    make_rows(programme, crowd[100:], 12, is_held_out=True)

    reminded, held_out = read_effect(programme, NOW)

    assert (reminded.value, reminded.of, held_out.value, held_out.of) == (37, 100, 30, 40)
    assert (reminded.low, reminded.high) == tuple(round(100 * end) for end in wilson_interval(37, 100))
    assert (held_out.low, held_out.high) == tuple(round(100 * end) for end in wilson_interval(12, 40))
    page = client_for(alice).get(reverse("programme_words", args=[programme.slug]))
    for row in (reminded, held_out):
        [shown] = elements_of(markup_of(page), "div", data_row=row.code)
        assert row.text in shown.text
        assert str(row.of) in shown.text


@pytest.mark.parametrize(
    ("of", "hits", "told"),
    [(4, 2, (None, None)), (11, 4, (None, 11)), (11, 7, (None, 11)), (11, 0, (None, 11)), (11, 6, (55, 11))],
)
def test_a_small_tenth_is_kept_back(programme, crowd, of, hits, told):
    make_rows(programme, crowd[:110], 50, is_held_out=False)
    make_rows(programme, crowd[110 : 110 + of], hits, is_held_out=True)

    held_out = read_effect(programme, NOW)[1]

    assert (held_out.value, held_out.of) == told
    assert (held_out.hidden is None) == (told[0] is not None)
    assert of > 4 or held_out.hidden == Hidden.FEW


@pytest.mark.parametrize("seed", range(6))
def test_against_a_count_row_by_row(programme, other, crowd, seed):
    rng = Random(seed)
    made = []
    for person in crowd:
        is_held_out = rng.random() < 0.3
        for one in (programme, other):
            for stage in rng.sample(STAGES, rng.choice((0, 1, 1, 2))):
                for number in range(1, rng.choice((2, 2, 3))):
                    at = RIPE + rng.randint(-60, 3) * DAY
                    done_at = at + rng.randint(0, 14) * DAY if rng.random() < 0.4 else None
                    said = {"stage": stage, "number": number, "at": at, "is_held_out": is_held_out, "done_at": done_at}
                    made.append(Nudge(programme=one, person=person, **said))
    for _number in range(60):
        at, is_held_out = RIPE + rng.randint(-60, 3) * DAY, rng.random() < 0.3
        for number in range(1, rng.choice((2, 3))):
            done_at = at + DAY if rng.random() < 0.4 else None
            said = {"number": number, "at": at + number * 15 * DAY, "is_held_out": is_held_out}
            said["done_at"] = done_at and said["at"] + DAY
            made.append(Nudge(programme=programme, stage=NudgeStage.INVITED, **said))
    Nudge.objects.bulk_create(made)

    counts = {False: [0, 0], True: [0, 0]}
    theirs = [one for one in Nudge.objects.order_by("pk") if one.programme_id == programme.pk and one.at < RIPE]
    for person in crowd:
        rows = [one for one in theirs if one.person_id == person.pk]
        if rows:
            first = min(rows, key=lambda one: (one.at, one.pk))
            counts[first.is_held_out][0] += 1
            counts[first.is_held_out][1] += first.done_at is not None
    for one in theirs:
        if one.person_id is None and one.number == 1:
            counts[one.is_held_out][0] += 1
            counts[one.is_held_out][1] += one.done_at is not None
    assert sum(of for of, _hits in counts.values()) >= SHOWN_FROM
    for row, (of, hits) in zip(read_effect(programme, NOW), counts.values(), strict=True):
        assert (row.of, row.value) == (of, round(100 * Fraction(hits, of)))
