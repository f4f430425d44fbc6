"""Searches that found nobody: the words and how often, never who typed them.

Counting is one statement by hand: the ORM has no `ON CONFLICT … SET count = count + 1`, and two searches at once must
neither lose a count nor fill the table beyond its limit.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max, Min, QuerySet, Sum

from .models import LONGEST_WORDS, UnmetSearch

KEPT = timedelta(days=90)
# How long staff see them
SHOWN = timedelta(days=30)
# How many different words a day may bring, so that nobody can fill the table.
MOST_A_DAY = 1000

NOTE = """
INSERT INTO search_unmetsearch (words, day, count)
SELECT %(words)s, %(day)s, 1
WHERE EXISTS (SELECT FROM search_unmetsearch WHERE words = %(words)s AND day = %(day)s)
    OR (SELECT count(*) FROM search_unmetsearch WHERE day = %(day)s) < %(most)s
ON CONFLICT (words, day) DO UPDATE SET count = search_unmetsearch.count + 1
"""


def note_unmet(words: str, *, day: date) -> None:
    """Count a search that nobody could help with. `words` as typed; they are stored shortened and in small letters."""
    plain = " ".join(words.lower().split())[:LONGEST_WORDS]
    if plain:
        with connection.cursor() as cursor:
            cursor.execute(NOTE, {"words": plain, "day": day, "most": MOST_A_DAY})


def unmet_since(day: date) -> QuerySet[UnmetSearch, Any]:
    """Each of the words since `day`, the most frequent first.

    With how often (`times`), and the days on which they came first and last (`first`, `latest`).
    """
    since = UnmetSearch.objects.filter(day__gte=day).values("words")
    counted = since.annotate(times=Sum("count"), first=Min("day"), latest=Max("day"))
    return counted.order_by("-times", "-latest", "words")


def unmet_lately(now: datetime) -> QuerySet[UnmetSearch, Any]:
    return unmet_since((now - SHOWN).date())


def forget_old(*, now: datetime) -> None:
    UnmetSearch.objects.filter(day__lt=(now - KEPT).date()).delete()
