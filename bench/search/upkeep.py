"""What the index costs: its size, each kind of change, the sweep."""

from collections.abc import Callable
from datetime import datetime
from statistics import median
from time import perf_counter

from django.db import connection, transaction

from mentors.models import MentorProfile
from search.indexing import _tighten_bounds, forget_bounds, write_profiles
from search.models import MentorIndex

ROUNDS = 50
SIZES = """
SELECT pg_size_pretty(pg_relation_size('search_mentorindex')), pg_size_pretty(pg_indexes_size('search_mentorindex')),
    pg_size_pretty(pg_total_relation_size('search_mentorindex')), pg_size_pretty(pg_total_relation_size('search_word'))
"""


def show_upkeep(now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SIZES)
        rows, indexes, total, words = cursor.fetchone()
    print(f"size: rows {rows}, indexes {indexes}, with the words of profiles {total}; known words {words}")
    profiles = list(MentorProfile.objects.public().order_by("pk")[:ROUNDS])
    print(
        "a change, ms (median):",
        f"time freed {measure_cost(lambda profile: forget_bounds(profile.person_id), profiles):.2f},",
        f"profile or offer changed {measure_cost(lambda profile: write_profiles([profile.pk]), profiles):.2f},",
        f"one row looked at anew {measure_cost(lambda profile: _tighten_bounds([profile.pk], now=now), profiles):.2f},",
        f"each of 500 at once {measure_many(now):.3f}",
    )


def measure_cost(act: Callable[[MentorProfile], object], profiles: list[MentorProfile]) -> float:
    times = []
    for profile in profiles:
        with transaction.atomic():
            began = perf_counter()
            act(profile)
            times.append((perf_counter() - began) * 1000)
            transaction.set_rollback(True)
    return median(times)


def measure_many(now: datetime) -> float:
    profiles = list(MentorIndex.objects.order_by("pk").values_list("pk", flat=True)[:500])
    with transaction.atomic():
        began = perf_counter()
        _tighten_bounds(profiles, now=now)
        taken = (perf_counter() - began) * 1000
        transaction.set_rollback(True)
    return taken / len(profiles)
