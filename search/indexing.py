"""Keeps the search index: freed time loosens a mentor's bounds at once, a task tightens them again.

A row may be out of date, but it must never promise a later start than there is. So what only pushes starts later (a
booking, time passing) writes nothing. Everything that may open time calls `forget_bounds`, and everything that changes
what is public calls `write_profiles`, inside its own transaction. `refresh_stale_rows` computes the bounds of rows that
are out of date, each at least once a day, so that even a forgotten caller does no lasting harm.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from psycopg2.extras import execute_values

from common.zones import UTC_NAME
from mentors.models import MentorProfile, Offer, ProfileState
from mentors.usual import usual_offer
from search.bounds.forecast import EVERY_HOUR, UNKNOWN, WEEKDAYS, Length, compute_forecast
from search.bounds.lower_bounds import ANY, USUAL
from search.bounds.offer_bits import BIT_OF_OFFER, FORMATS, LENGTHS
from sessions_app.availability.rules import Rules
from sessions_app.availability.timetable import Timetable, load_timetables
from sessions_app.availability.walltime import EPOCH

from .models import MentorIndex, MentorWords

AT_ONCE = 500
# A mentor without a schedule is never open.
NO_RULES = Rules(zone=UTC_NAME)
RUNS = (USUAL, ANY)
logger = logging.getLogger(__name__)

TRIED_AGAIN_AFTER = timedelta(minutes=10)
# Bounds that are true of everybody: a start may lie anywhere. `fresh_until` lies in the past, so the task comes soon.
NOTHING_KNOWN: dict[str, Any] = {
    **{f"{run}_from": UNKNOWN.opens for run in RUNS},
    **{f"{run}_step": UNKNOWN.step for run in RUNS},
    **{f"{run}_runs": list(UNKNOWN.edges) for run in RUNS},
    **dict.fromkeys(WEEKDAYS, EVERY_HOUR),
    "any_week": [EVERY_HOUR] * len(WEEKDAYS),
    "notice": 0,
    "fresh_until": EPOCH,
}
BOUNDS = tuple(NOTHING_KNOWN)

PUBLIC = """profile.id = ANY(%(profiles)s) AND profile.state = %(approved)s AND person.is_active
    AND profile.resting_since IS NULL"""
WRITE = f"""
INSERT INTO search_mentorindex AS row
    (profile_id, person_id, {", ".join(BOUNDS)}, offers, topics, languages)
SELECT profile.id, person.id, {", ".join(f"%({name})s" for name in BOUNDS)},
    coalesce((
        SELECT bit_or(1::bigint << ({BIT_OF_OFFER})) FROM mentors_offer WHERE profile_id = profile.id AND is_active
    ), 0),
    ARRAY(
        SELECT topic_id FROM mentors_mentorprofile_topics WHERE mentorprofile_id = profile.id
        UNION
        SELECT topic_id FROM mentors_offer_topics JOIN mentors_offer AS offer ON offer.id = offer_id
        WHERE offer.profile_id = profile.id AND offer.is_active
        ORDER BY 1
    )::int[],
    profile.languages
FROM mentors_mentorprofile AS profile JOIN accounts_user AS person ON person.id = profile.person_id
WHERE {PUBLIC}
ON CONFLICT (profile_id) DO UPDATE
SET offers = excluded.offers, topics = excluded.topics, languages = excluded.languages
WHERE (row.offers, row.topics, row.languages) IS DISTINCT FROM (excluded.offers, excluded.topics, excluded.languages)
"""
# After `WRITE`, which has locked the rows: of a row that it made, and of one whose audience was forgotten.
WRITE_AUDIENCES = """
SELECT search_write_audiences(ARRAY(SELECT person_id FROM search_mentorindex WHERE profile_id = ANY(%(profiles)s)))
"""
# Each text goes in twice: as English stems, for whole words, and as it is written ('simple'), for the beginning of a
# word that is being typed. Names are stemmed as well, since the words of a search are. Each part of a name also goes in
# with an @ before it: English leaves no stem of "Will" and "An", and a whole name in a question asks for that person.
# Weights: see `MentorWords`.
WRITE_WORDS = f"""
INSERT INTO search_mentorwords AS row (profile_id, words)
SELECT profile.id,
    setweight(to_tsvector('english', asked.words), 'A') || setweight(to_tsvector('simple', asked.words), 'A')
    || setweight(to_tsvector('english', who.words), 'B') || setweight(to_tsvector('simple', who.words), 'B')
    || array_to_tsvector(ARRAY(SELECT '@' || lexeme FROM unnest(to_tsvector('simple', who.name))))
    || setweight(to_tsvector('english', search_plain(profile.how_i_work)), 'D')
FROM mentors_mentorprofile AS profile JOIN accounts_user AS person ON person.id = profile.person_id
CROSS JOIN LATERAL (
    SELECT search_plain(
        concat_ws(' ', array_to_string(profile.asks, ' . '), string_agg(title, ' . ' ORDER BY id))
    ) AS words
    FROM mentors_offer WHERE profile_id = profile.id AND is_active
) AS asked
CROSS JOIN LATERAL (SELECT search_plain(person.name) AS name, search_plain(profile.headline) AS headline) AS said
CROSS JOIN LATERAL (
    SELECT said.name,
        concat_ws(' . ', said.name, nullif(replace(said.name, '''', ''), said.name), said.headline) AS words
) AS who
WHERE {PUBLIC}
ON CONFLICT (profile_id) DO UPDATE SET words = excluded.words WHERE row.words <> excluded.words
"""
# Sorted, so that two transactions that bring the same words lock them in one order and can't deadlock.
LEARN = """
INSERT INTO search_word (lexeme, mentors)
SELECT DISTINCT unnest(tsvector_to_array(words)), 1 FROM search_mentorwords WHERE profile_id = ANY(%(profiles)s)
ORDER BY 1
ON CONFLICT DO NOTHING
"""
# Counts all words from the vectors themselves. Changed rows only: most counts stay the same from one hour to the next.
# Words that nobody has any more go, names of people who left among them. One that a profile takes up at this very
# moment is back with the next count.
COUNT = """
WITH counted AS MATERIALIZED (SELECT word, ndoc FROM ts_stat('SELECT words FROM search_mentorwords')),
    unused AS (
        DELETE FROM search_word WHERE NOT EXISTS (SELECT FROM counted WHERE counted.word = search_word.lexeme)
    )
INSERT INTO search_word (lexeme, mentors) SELECT word, ndoc FROM counted ORDER BY word
ON CONFLICT (lexeme) DO UPDATE SET mentors = excluded.mentors WHERE search_word.mentors <> excluded.mentors
"""
TIGHTEN = f"""
UPDATE search_mentorindex AS row SET {", ".join(f"{name} = new.{name}" for name in BOUNDS)}
FROM (VALUES %s) AS new (profile_id, {", ".join(BOUNDS)})
WHERE row.profile_id = new.profile_id
"""
SQL_TYPES = {int: "int", list: "int[]", datetime: "timestamptz"}
ROW = f"(%s, {', '.join(f'%s::{SQL_TYPES[type(value)]}' for value in NOTHING_KNOWN.values())})"


def forget_bounds(*people: int) -> None:
    """These people may have time that was not free before.

    Their bounds say nothing until `refresh_stale_rows` has looked.
    """
    MentorIndex.objects.filter(person__in=people).update(**NOTHING_KNOWN)


@transaction.atomic
def write_profiles(profiles: Sequence[int]) -> None:
    """Write what can be searched of these profiles as it is now, and remove the rows of those that aren't public."""
    _write_rows(profiles)
    MentorIndex.objects.filter(profile__in=profiles).update(**NOTHING_KNOWN)


def write_people(*people: int) -> None:
    """These people's names have changed, or their accounts are active again."""
    if profiles := list(MentorProfile.objects.filter(person__in=people).values_list("pk", flat=True)):
        write_profiles(profiles)


def refresh_stale_rows(*, now: datetime, limit: int = AT_ONCE) -> int:
    """Compute the bounds of rows that are out of date, at most `limit` of them. Returns how many.

    A row is locked before its mentor's time is read: a transaction that frees time meanwhile waits for us and loosens
    the row afterwards. If a batch fails, its rows are tried one by one, and the one that fails is left alone for a
    while.
    """
    stale = MentorIndex.objects.filter(fresh_until__lte=now).order_by("fresh_until", "pk")
    try:
        return _refresh_batch(stale, now=now, limit=limit)
    except Exception:
        logger.exception("a batch of the index failed; its rows are looked at one by one")
    profiles, failed = list(stale.values_list("pk", flat=True)[:limit]), []
    for profile in profiles:
        try:
            _refresh_batch(stale.filter(pk=profile), now=now, limit=1)
        except Exception:
            logger.exception("the index can't look at the time of profile %s", profile)
            failed.append(profile)
    put_off = NOTHING_KNOWN | {"fresh_until": now + TRIED_AGAIN_AFTER}
    MentorIndex.objects.filter(pk__in=failed).update(**put_off)
    return len(profiles)


@transaction.atomic
def _refresh_batch(stale: QuerySet[MentorIndex], *, now: datetime, limit: int) -> int:
    profiles = list(stale.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
    if profiles:
        _write_rows(profiles)
        _tighten_bounds(profiles, now=now)
    return len(profiles)


def add_missing_rows() -> int:
    """Write rows for public profiles that have none. There should be no such profile; this heals a forgotten caller."""
    count = 0
    lost = MentorProfile.objects.findable().exclude(pk__in=MentorIndex.objects.values("pk")).order_by("pk")
    while profiles := list(lost.values_list("pk", flat=True)[:AT_ONCE]):
        write_profiles(profiles)
        count += len(profiles)
    return count


def count_words() -> None:
    """Update how many mentors have each word, which is how a search knows the rarest words of a question."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COUNT)


def rebuild_index(*, now: datetime, done: Callable[[int], None] = lambda count: None) -> int:
    """Write every row again, some at a time, while searches and bookings go on. `done` is told how many are written."""
    for model in (MentorIndex, MentorWords):
        model._default_manager.exclude(profile__in=MentorProfile.objects.findable()).delete()
    last = count = 0
    while profiles := _profiles_after(last):
        write_profiles(profiles)
        with transaction.atomic():
            locked = MentorIndex.objects.filter(pk__in=profiles).order_by("pk").select_for_update()
            _tighten_bounds(list(locked.values_list("pk", flat=True)), now=now)
        last, count = profiles[-1], count + len(profiles)
        done(count)
    count_words()
    return count


def _profiles_after(profile: int) -> list[int]:
    following = MentorProfile.objects.findable().filter(pk__gt=profile).order_by("pk")
    return list(following.values_list("pk", flat=True)[:AT_ONCE])


def _write_rows(profiles: Sequence[int]) -> None:
    still_public = Exists(MentorProfile.objects.findable().filter(pk=OuterRef("profile")))
    for model in (MentorIndex, MentorWords):
        model._default_manager.filter(~still_public, profile__in=profiles).delete()
    values: dict[str, Any] = {
        **NOTHING_KNOWN,
        "profiles": list(profiles),
        "approved": ProfileState.APPROVED,
        "lengths": LENGTHS,
        "formats": FORMATS,
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values)
        cursor.execute(WRITE_AUDIENCES, values)
        cursor.execute(WRITE_WORDS, values)
        if cursor.rowcount:
            cursor.execute(LEARN, values)


# Compute and store bounds. The rows must be locked before (see `refresh_stale_rows`).
def _tighten_bounds(profiles: Sequence[int], *, now: datetime) -> None:
    offers: dict[int, list[Offer]] = defaultdict(list)
    timed = Offer.objects.bookable().filter(profile__in=profiles)
    for offer in timed.only("profile_id", "length", "step", "position"):
        offers[offer.profile_id].append(offer)
    # Without holds and open requests: the clock alone may free their time, and then nothing would loosen the bounds.
    timetables = load_timetables(profiles, now=now, ignore_pending=True)
    rows = [_compute_bounds(profile, offers[profile], timetables.get(profile), now=now) for profile in profiles]
    with connection.cursor() as cursor:
        execute_values(cursor, TIGHTEN, rows, template=ROW, page_size=AT_ONCE)


def _compute_bounds(
    profile: int, offers: Sequence[Offer], timetable: Timetable | None, *, now: datetime
) -> tuple[Any, ...]:
    if timetable and timetable.ready:
        # For as long as they are free now, the engine itself is asked.
        unknown = NOTHING_KNOWN | {"fresh_until": timetable.ready.end}
        return profile, *(unknown[name] for name in BOUNDS)
    rules, taken = (timetable.rules, timetable.all_taken) if timetable else (NO_RULES, ())
    usual = length_of(usual_offer(offers)) if offers else None
    seen = compute_forecast(rules, taken, map(length_of, offers), usual=usual, now=now)
    runs = (seen.usual, seen.any)
    near, any_time = seen.hours[: len(WEEKDAYS)], seen.hours[len(WEEKDAYS) :]
    return (
        profile,
        *(run.opens for run in runs),
        *(run.step for run in runs),
        *(list(run.edges) for run in runs),
        *near,
        list(any_time),
        rules.notice,
        seen.fresh_until,
    )


def length_of(offer: Offer) -> Length:
    return offer.length, offer.step
