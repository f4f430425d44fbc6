"""Lists against the long way over random worlds, and whether what is listed can be booked.

A usual run plays a few worlds; WORLDS=300 plays more. Pages are of two people, so that the walk ends early and goes on.
"""

import os
from datetime import timedelta
from random import Random
from threading import Thread

import pytest
from django.db import connection, transaction

from search import finding
from search.finding import find_mentors
from search.indexing import rebuild_index
from search.ranking.candidates import IndexQuery, find_candidates
from search.words import read_question
from sessions_app.booking.book import book_session
from sessions_app.errors import SessionError
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, make_person
from tests.search.worlds import World, brute_force

WORLDS = int(os.environ.get("WORLDS", "8"))
STEPS = 12
# Moments before a change of clocks somewhere.
MOMENTS = (NOW, NOW.replace(month=3, day=5), NOW.replace(month=10, day=20), NOW.replace(month=12, day=30))
RACES = {"taken", "buffer", "day_cap", "week_cap"}


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    """So that few mentors are enough to need more than one look and more than one chunk."""
    monkeypatch.setattr(finding, "CHUNKS", (5, 6))
    monkeypatch.setattr(finding, "LOOKS_AT_FIRST", 2)
    monkeypatch.setattr(finding, "SPARE", 0)
    monkeypatch.setattr(finding, "SPARE_IN_HOURS", 0)
    monkeypatch.setattr(finding, "MOST_LOOKED_AT", 3)


def pages(wish, *, zone, now, mentee, size):
    shown = []
    while wish:
        found = find_mentors(wish, zone=zone, now=now, mentee=mentee, count=size)
        shown += [(match.profile.pk, [slot.start for slot in match.slots]) for match in found.matches]
        wish = found.following
    return shown


def too_late_a_bound(wish, zone, now, expected):
    """Those whom the index doesn't know, or lets begin later than they do."""
    times = wish.times(zone=zone, now=now)
    if not times:
        return expected
    asked = IndexQuery(wish, read_question(wish.words, topic=wish.topic), times, now)
    bounds = {row.profile_id: row.bound for row in find_candidates(asked, limit=1000).candidates}
    return [(pk, free) for pk, free in expected if pk not in bounds or bounds[pk] > free[0]]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(WORLDS))
def test_lists_are_those_of_brute_force_however_stale_the_rows(seed):
    rng = Random(seed)
    world = World(rng, MOMENTS[seed % len(MOMENTS)] + timedelta(minutes=rng.randint(0, 20000)), mentors=9)
    if rng.random() < 0.7:
        rebuild_index(now=world.now)
    for _step in range(STEPS):
        world.happen()
        wish, (mentee, zone) = world.wish(), world.reader()

        listed = pages(wish, zone=zone, now=world.now, mentee=mentee, size=rng.choice([2, 20]))

        expected = brute_force(wish, zone, world.now, mentee)
        assert listed == expected, (seed, wish, zone, mentee)
        assert too_late_a_bound(wish, zone, world.now, expected) == []


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(WORLDS))
def test_the_first_time_of_everybody_listed_can_be_booked(seed):
    rng = Random(1000 + seed)
    world = World(rng, MOMENTS[seed % len(MOMENTS)], mentors=7)
    rebuild_index(now=world.now)
    tried = 0
    for _step in range(STEPS):
        world.happen()
        wish, (_mentee, zone) = world.wish(), world.reader()
        mentee = make_person(f"fresh{rng.getrandbits(50)}@example.org", "Fresh Face", zone)
        for match in find_mentors(wish, zone=zone, now=world.now, mentee=mentee).matches:
            with transaction.atomic():
                start = match.slots[0].start
                brief = BriefInput(question="?")
                book_session(offer=match.offer, start=start, brief=brief, mentee=mentee, now=world.now)
                transaction.set_rollback(True)
            tried += 1

    assert tried > 0


@pytest.mark.django_db(transaction=True)
def test_only_a_true_race_refuses_what_is_listed():
    """Four people book what they are shown first, at the same time, from one world: nobody meets any other refusal."""
    world = World(Random(7), NOW, mentors=6)
    rebuild_index(now=NOW)
    people = [make_person(f"racer{n}@example.org", f"Racer {n}") for n in range(4)]
    refused, booked = [], []

    def race(person, seed):
        rng = Random(seed)
        for _try in range(6):
            found = find_mentors(world.wish(), zone="Europe/London", now=NOW, mentee=person)
            for match in found.matches[: rng.randint(1, 3)]:
                try:
                    brief = BriefInput(question="?")
                    start = match.slots[0].start
                    booked.append(book_session(offer=match.offer, start=start, brief=brief, mentee=person, now=NOW))
                except SessionError as error:
                    refused.append(error.code)
        connection.close()

    threads = [Thread(target=race, args=(person, seed)) for seed, person in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # The last three are no refusal of a time: these people book more, and more often, than anybody may.
    limits = {"too_many_open", "already_together", "own_overlap"}
    assert booked
    assert set(refused) <= RACES | limits, refused
