"""Other ways to answer the same question: the first twenty who can help, soonest first, each with their next starts."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import numpy as np
from django.db import connection

from mentors.models import MentorProfile, Offer
from mentors.usual import usual_offer
from search.criteria import SearchCriteria
from search.finding import LOOKS_AT_FIRST, PAGE, SPARE, Finder, load_shown, split_weeks
from search.ranking.candidates import IndexQuery, find_candidates
from search.words import SearchQuestion, read_question
from sessions_app.availability.timetable import load_timetables

COLUMN = timedelta(minutes=5)
WEEK = timedelta(days=7)
AT_ONCE = 2000

# In one statement over the raw rules: days, windows or what overrides them, spans, starts, less what is taken.
SET_BASED = """
WITH asked AS (
    SELECT profile.id, profile.person_id, profile.paused_until, schedule.id AS schedule_id, schedule.timezone,
        schedule.buffer, schedule.horizon_days, schedule.max_per_day, schedule.max_per_week,
        %(now)s + make_interval(mins => schedule.notice) AS earliest,
        (%(now)s AT TIME ZONE schedule.timezone)::date AS today,
        make_interval(mins => offer.length) AS length,
        make_interval(mins => coalesce(offer.step, ceil((offer.length + schedule.buffer) / 5.0)::int * 5)) AS step
    FROM mentors_mentorprofile AS profile
    JOIN accounts_user AS person ON person.id = profile.person_id AND person.is_active
    JOIN sessions_app_schedule AS schedule ON schedule.profile_id = profile.id
    CROSS JOIN LATERAL (
        SELECT length, step FROM mentors_offer WHERE profile_id = profile.id AND is_active
        ORDER BY abs(length - 25), position, id LIMIT 1
    ) AS offer
    WHERE profile.state = 'approved' AND {chosen}
), days AS (
    SELECT asked.id, schedule_id, timezone, day::date AS day
    FROM asked CROSS JOIN generate_series(today - 1, least(today + 8, today + horizon_days), '1 day') AS day
    WHERE (paused_until IS NULL OR day >= paused_until) AND NOT EXISTS (
        SELECT FROM sessions_app_timeoff AS off
        WHERE off.schedule_id = asked.schedule_id AND day BETWEEN off.first AND off.last
    )
), spans AS (
    SELECT id, range_agg(tstzrange(
        (day + make_interval(mins => opens)) AT TIME ZONE timezone,
        (day + make_interval(mins => closes)) AT TIME ZONE timezone
    )) AS spans
    FROM days CROSS JOIN LATERAL (
        SELECT start AS opens, "end" AS closes FROM sessions_app_availabilitywindow AS weekly
        WHERE weekly.schedule_id = days.schedule_id AND weekly.weekday = extract(isodow FROM day)
            AND NOT EXISTS (
                SELECT FROM sessions_app_dateoverride AS single
                WHERE single.schedule_id = days.schedule_id AND single.date = days.day
            )
        UNION ALL
        SELECT minutes[number], minutes[number + 1]
        FROM sessions_app_dateoverride AS single, generate_series(1, cardinality(minutes), 2) AS number
        WHERE single.schedule_id = days.schedule_id AND single.date = days.day
    ) AS windows
    GROUP BY id
), starts AS (
    SELECT asked.*, start
    FROM asked JOIN spans USING (id) CROSS JOIN unnest(spans.spans) AS span
    CROSS JOIN generate_series(lower(span), upper(span) - length, step) AS start
    WHERE start >= earliest AND start >= %(now)s AND start < %(now)s + interval '7 days'
)
SELECT id, (array_agg(start ORDER BY start))[1:3]
FROM starts
WHERE NOT EXISTS (
    SELECT FROM sessions_app_occupancy AS taken LEFT JOIN sessions_app_booking AS booking ON booking.id = booking_id
    WHERE taken.person_id = starts.person_id
        AND (booking.state IN ('held', 'requested') AND booking.expires_at <= %(now)s) IS NOT TRUE
        AND taken.during && CASE WHEN booking.mentor_id = starts.person_id AND booking.state <> 'held'
            THEN tstzrange(start - make_interval(mins => buffer), start + length + make_interval(mins => buffer))
            ELSE tstzrange(start, start + length) END
) AND (max_per_day IS NULL OR max_per_day > (
    SELECT count(*) FROM sessions_app_booking AS given
    WHERE given.mentor_id = starts.person_id AND {counts}
        AND (lower(given.during) AT TIME ZONE timezone)::date = (start AT TIME ZONE timezone)::date
)) AND (max_per_week IS NULL OR max_per_week > (
    SELECT count(*) FROM sessions_app_booking AS given
    WHERE given.mentor_id = starts.person_id AND {counts}
        AND date_trunc('week', lower(given.during) AT TIME ZONE timezone)
            = date_trunc('week', start AT TIME ZONE timezone)
))
GROUP BY id
ORDER BY min(start), id
LIMIT 20
"""
COUNTS = """(given.state IN ('completed', 'mentee_no_show', 'mentor_no_show', 'confirmed')
            OR given.state = 'requested' AND given.expires_at > %(now)s)"""
CHOSEN = """(EXISTS (
        SELECT FROM mentors_mentorprofile_topics AS has
        WHERE has.mentorprofile_id = profile.id AND has.topic_id = ANY(%(topics)s)
    ) OR EXISTS (
        SELECT FROM mentors_offer_topics AS has JOIN mentors_offer AS given ON given.id = has.offer_id
        WHERE given.profile_id = profile.id AND given.is_active AND has.topic_id = ANY(%(topics)s)
    ))"""

Answer = list[tuple[int, list[datetime]]]


def set_based(wish: SearchCriteria, now: datetime) -> Answer:
    """One statement; only topics are filtered, since that is what is compared."""
    question = read_question("", topic=wish.topic)
    sql = SET_BASED.format(chosen=CHOSEN if wish.topic else "true", counts=COUNTS)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"now": now, "topics": list(question.chosen)})
        return [(profile, list(starts)) for profile, starts in cursor.fetchall()]


def expand_all(wish: SearchCriteria, now: datetime, zone: str) -> Answer:
    """Every candidate's slots, in bulk; then sort."""
    times = wish.times(zone=zone, now=now)
    found = []
    for profiles in split_chunks(matching_profiles(wish, now, zone)):
        offers = offers_of(profiles)
        for profile, timetable in load_timetables(profiles, now=now).items():
            offer = usual_offer(offers[profile])
            starts = [
                slot.start
                for span in times
                for first, last in split_weeks(*span)
                for slot in timetable.slots(length=offer.length, step=offer.step, now=now, first=first, last=last)
            ]
            if starts:
                found.append((starts[0], profile, starts[:3]))
    return [(profile, starts) for _, profile, starts in sorted(found)[:PAGE]]


def matching_profiles(wish: SearchCriteria, now: datetime, zone: str) -> list[int]:
    """All who match topic and words, by the index's columns."""
    question = read_question(wish.words, topic=wish.topic)
    if not wish.words:
        return _by_topic(question)
    anytime = SearchCriteria(words=wish.words, topic=wish.topic, later=True)
    asked = IndexQuery(anytime, question, anytime.times(zone=zone, now=now), now)
    return sorted(row.profile_id for row in find_candidates(asked, limit=10**7).candidates)


def _by_topic(question: SearchQuestion) -> list[int]:
    public = MentorProfile.objects.public().order_by("pk")
    if question.chosen:
        of_offers = Offer.objects.active().filter(topics__in=question.chosen).values("profile")
        public = (public.filter(topics__in=question.chosen) | public.filter(pk__in=of_offers)).distinct()
    return list(public.values_list("pk", flat=True))


def offers_of(profiles: Sequence[int]) -> dict[int, list[Offer]]:
    offers: dict[int, list[Offer]] = defaultdict(list)
    for offer in Offer.objects.active().filter(profile__in=profiles):
        offers[offer.profile_id].append(offer)
    return offers


def split_chunks(profiles: list[int]) -> Iterator[list[int]]:
    rows = iter(profiles)
    while part := list(islice(rows, AT_ONCE)):
        yield part


@dataclass
class Matrix:
    """The practical limit: a byte for each mentor and five minutes of a week, in memory, a row for each start.

    It is right for the moment it was made at, for its usual offers, and for nobody who has a session of their own then.
    """

    now: datetime
    profiles: "np.ndarray"
    offers: "np.ndarray"
    free: "np.ndarray"
    topics: dict[str, "np.ndarray"]

    @classmethod
    def from_world(cls, slugs: Sequence[str], *, now: datetime, zone: str) -> "Matrix":
        profiles = _by_topic(SearchQuestion())
        first = now - timedelta(minutes=now.minute % 5, seconds=now.second, microseconds=now.microsecond)
        free = np.zeros((WEEK // COLUMN + 1, len(profiles)), dtype=np.uint8)
        offers, place = [], 0
        for part in split_chunks(profiles):
            given, timetables = offers_of(part), load_timetables(part, now=now)
            for profile in part:
                offer = usual_offer(given[profile])
                offers.append(offer.pk)
                if timetable := timetables.get(profile):
                    last = now + WEEK
                    slots = timetable.slots(length=offer.length, step=offer.step, now=now, first=now, last=last)
                    free[[(slot.start - first) // COLUMN for slot in slots], place] = 1
                place += 1
        masks = {slug: np.isin(profiles, _by_topic(read_question("", topic=slug))) for slug in slugs}
        return cls(first, np.array(profiles), np.array(offers), free, masks)

    def answer(self, wish: SearchCriteria, zone: str) -> list[tuple[int, list[int]]]:
        """The first twenty by their column, with their next three columns."""
        mask = self.topics[wish.topic].copy() if wish.topic else np.ones(len(self.profiles), dtype=bool)
        found: list[int] = []
        columns = [
            range((start - self.now) // COLUMN, -((self.now - end) // COLUMN))
            for start, end in wish.times(zone=zone, now=self.now)
        ]
        for column in (column for some in columns for column in some if column < len(self.free)):
            here = np.flatnonzero(self.free[column] & mask)[: PAGE - len(found)]
            found += here.tolist()
            mask[here] = False
            if len(found) == PAGE:
                break
        return [(place, np.flatnonzero(self.free[:, place])[:3].tolist()) for place in found]

    def page(self, wish: SearchCriteria, zone: str, now: datetime) -> int:
        """What a page shows still comes from the database, as quickly as ours."""
        places = [place for place, _ in self.answer(wish, zone)]
        return len(load_shown(self.offers[places].tolist(), now=now))


def bare_ranking(wish: SearchCriteria, now: datetime, zone: str) -> int:
    """The statement over the index alone, after which ours looks at people."""
    asked = IndexQuery(wish, read_question(wish.words, topic=wish.topic), wish.times(zone=zone, now=now), now)
    look = PAGE + 1 + SPARE
    return len(find_candidates(asked, limit=LOOKS_AT_FIRST * look, enough=look).candidates)


def our_answer(wish: SearchCriteria, now: datetime, zone: str) -> Answer:
    finder = Finder(zone, now)
    question = read_question(wish.words, topic=wish.topic)
    found = finder.find(wish, question, PAGE + 1)
    matches = finder.matches(found[:PAGE], wish, question)
    return [(match.profile.pk, [slot.start for slot in match.slots]) for match in matches]
