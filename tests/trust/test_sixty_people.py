"""Sixty people and random separations: every way to something new, for pairs of them, against a slow count."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import combinations, product
from random import Random

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from mentors.models import Format, MentorProfile, Offer
from search.criteria import SearchCriteria
from search.finding import find_mentors
from search.written_search import find_writers
from sessions_app.booking.changes import move_booking
from sessions_app.booking.counters import choose_time, counter_request
from sessions_app.booking.holds import claim_hold, hold_slot
from sessions_app.booking.requests import accept_booking
from sessions_app.booking.series import book_further
from sessions_app.errors import SessionError
from sessions_app.questions.brief_input import BriefInput
from tests.apart import keep_apart
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, book
from tests.sessions_app.helpers.written import ask, writes
from trust.models import Separation, SeparationKind
from trust.separations import are_apart, part

pytestmark = pytest.mark.django_db
BLOCK, NOT_AGAIN = SeparationKind.BLOCK, SeparationKind.NOT_AGAIN
FRIDAY = at("2026-11-27 10:00")
BRIEF = BriefInput(question=QUESTION)
DAY = timedelta(days=1)
LONDON = "Europe/London"
MONDAY = FRIDAY + 3 * DAY
NEW = ("times", "book", "write")
INSTANT = ("claim", "move", "further")
GO_ON = (*INSTANT, "accept", "counter", "choose")
WAYS = NEW + GO_ON
MENTORS, MENTEES, SAID = 20, 40, 300


@pytest.fixture
def crowd(offer) -> tuple[list[MentorProfile], list[User]]:
    """20 mentors who can be booked, asked first or written to, and all 60 people."""
    mentors = [offer.profile]
    for number in range(MENTORS - 1):
        person = make_person(f"m{number}@example.org", f"Mentor {chr(65 + number)}")
        mentors.append(make_mentor(person, instant=number % 3 > 0))
    for profile in mentors:
        writes(profile)
    mentees = [make_person(f"p{number}@example.org", f"Person {number}") for number in range(MENTEES)]
    return mentors, [profile.person for profile in mentors] + mentees


def separate_at_random(people: list[User], random: Random) -> set[frozenset[int]]:
    """Pairs that are apart now, found by looking at every row: some ended, some for a time, some over."""
    for _separation in range(SAID):
        one, other = random.sample(people, 2)
        kind = random.choice([NOT_AGAIN, BLOCK, SeparationKind.SAFETY, SeparationKind.DECISION])
        if kind == SeparationKind.DECISION:
            until = random.choice([None, NOW + DAY, NOW + timedelta(minutes=1)])
            part(person=one, other=other, kind=kind, by=None, now=NOW - DAY, until=until)
        else:
            keep_apart(one, other, kind=kind, now=NOW - DAY)
    for row in random.sample(list(Separation.objects.filter(ended_at=None).order_by("pk")), 60):
        row.ended_at = NOW - timedelta(hours=1)
        row.save()
    Separation.objects.filter(until=NOW + timedelta(minutes=1)).update(until=NOW)
    return {
        frozenset((row.low_id, row.high_id))
        for row in Separation.objects.all()
        if row.ended_at is None and (row.until is None or row.until > NOW)
    }


def undone(act: Callable[[], object]) -> str:
    """The code of its refusal, or nothing; whatever it did isn't done."""
    with transaction.atomic():
        try:
            act()
            code = ""
        except SessionError as refused:
            code = refused.code
        transaction.set_rollback(True)
    return code


def free_times(client: Client, offer: Offer) -> list[object]:
    address = f"/api/v1/mentors/{offer.profile.slug}/slots/"
    asked = {"offer": offer.uuid, "from": "2026-11-25", "to": "2026-12-05", "timezone": "UTC"}
    return client.get(address, asked).json()["slots"]


@contextmanager
def not_yet_apart(one: User, other: User) -> Iterator[None]:
    """Agree something as if the two had not parted yet. It stays as it is, though parting would have ended it."""
    live = list(Separation.objects.live(NOW).of_pair(one.pk, other.pk).values_list("pk", flat=True))
    Separation.objects.filter(pk__in=live).update(ended_at=NOW)
    yield
    Separation.objects.filter(pk__in=live).update(ended_at=None)


def go_on(way: str, offer: Offer, mentee: User) -> None:
    """Go on with a held time, a request or a session from before the two parted."""
    mentor = offer.profile.person
    offer.instant = way in INSTANT
    offer.save()
    with not_yet_apart(mentor, mentee):
        if way == "claim":
            there = hold_slot(offer=offer, start=FRIDAY, brief=BRIEF, held_for="x", key="h", now=NOW)
        else:
            there = book(offer, mentee, FRIDAY)
        if way == "choose":
            counter_request(booking=there, starts=[MONDAY], by=mentor, now=NOW)
    calls = {
        "claim": lambda: claim_hold(booking=there, mentee=mentee, now=NOW),
        "move": lambda: move_booking(booking=there, start=MONDAY, by=mentee, now=NOW),
        "further": lambda: book_further(booking=there, starts=[MONDAY], by=mentee, now=NOW, key="k"),
        "accept": lambda: accept_booking(booking=there, by=mentor, now=NOW),
        "counter": lambda: counter_request(booking=there, starts=[MONDAY], by=mentor, now=NOW),
        "choose": lambda: choose_time(booking=there, start=MONDAY, by=mentee, now=NOW),
    }
    calls[way]()


def attempt(way: str, profile: MentorProfile, mentee: User, client: Client) -> str:
    """The code with which it is refused, or nothing."""
    offers = {offer.format: offer for offer in profile.offers.all()}
    booked, asked = offers[Format.VIDEO], offers[Format.WRITING]
    if way == "times":
        return "" if free_times(client, booked) else "closed"
    if way == "book":
        return undone(lambda: book(booked, mentee, FRIDAY))
    if way == "write":
        return undone(lambda: ask(asked, mentee))
    return undone(lambda: go_on(way, booked, mentee))


def test_sixty_people_meet_what_a_slow_count_of_random_separations_says(crowd, client_for, now):
    """Search, free times, booking, asking first and in writing; and going on with what was there before."""
    mentors, people = crowd
    apart = separate_at_random(people, Random(7))

    def slowly(one: User, other: User) -> bool:
        return frozenset((one.pk, other.pk)) in apart

    compared = Counter()
    for person in people:
        expected = {one.person for one in mentors if one.person != person and not slowly(person, one.person)}
        met = find_mentors(SearchCriteria(), zone=LONDON, now=NOW, mentee=person, count=50).matches
        written = find_writers(SearchCriteria(format=Format.WRITING), now=NOW, mentee=person, count=50).writers
        assert {one.profile.person for one in met} == expected
        assert {one.profile.person for one in written} == expected
        compared["search"] += 2 * MENTORS
    for one, other in combinations(people, 2):
        assert are_apart(one.pk, other.pk, now=NOW) == slowly(one, other)
        compared["asked"] += 1
    clients = {person: client_for(person) for person in people[MENTORS:]}
    for number, (mentee, profile) in enumerate(product(people[MENTORS:], mentors)):
        is_apart = slowly(mentee, profile.person)
        # Pairs that are apart try all that is new and one way to go on. Half of the others try one way each.
        turn = number // 2
        others = [WAYS[turn % len(WAYS)]] if number % 2 else []
        for way in [*NEW, GO_ON[turn % len(GO_ON)]] if is_apart else others:
            assert attempt(way, profile, mentee, clients[mentee]) == ("closed" if is_apart else ""), way
            compared[way, is_apart] += 1
    assert compared["search"] + compared["asked"] == 2 * 60 * MENTORS + 60 * 59 // 2
    assert all(compared[way, True] > 80 for way in NEW)
    assert all(compared[way, True] > 10 for way in GO_ON)
    assert all(compared[way, False] > 25 for way in WAYS)
