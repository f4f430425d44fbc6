"""Mentors who answer in writing. No time decides there, so those with the fewest open questions come first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from accounts.models import User
from common.statements import reading_connection
from mentors.models import Format, MentorProfile, Offer, ProfileState
from search.ranking.candidates import (
    IndexQuery,
    among_sql,
    is_seen_sql,
    matching_sql,
    nearness_sql,
    suitable_conditions,
    values_of,
)
from search.reading.question_reading import TopicRead
from sessions_app.afterwards.track_record import TrackRecord, track_records_of
from sessions_app.models import ANSWERED_WITHIN
from sessions_app.models.schedules import MOST_WRITTEN
from sessions_app.models.written import OPEN_WRITTEN

from .criteria import Drop, Listing, Order, SearchCriteria, When
from .cursors import MOST_SHOWN
from .finding import ENOUGH, question_of
from .words import SearchQuestion

PAGE = 20
# A mentor who isn't away, resting or closed
IS_HERE = """profile.state = %(approved)s AND person.is_active AND profile.resting_since IS NULL
    AND (profile.paused_until IS NULL
        OR profile.paused_until <= (%(now)s AT TIME ZONE coalesce(schedule.timezone, 'UTC'))::date)"""
# Left out are mentors who are away or have the day off, or who have as many questions as they take: they could not be
# asked.
WRITERS = """
SELECT first.profile_id, first.topics
FROM (SELECT profile_id, topics, {near} AS near FROM {tables} WHERE {where} OFFSET 0) AS first
JOIN mentors_mentorprofile AS profile ON profile.id = first.profile_id
JOIN accounts_user AS person ON person.id = profile.person_id
LEFT JOIN sessions_app_schedule AS schedule ON schedule.profile_id = profile.id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE {is_open}) AS waiting, max(asked_at) AS last
    FROM sessions_app_writtenquestion WHERE mentor_id = profile.person_id
) AS written
WHERE {is_here}
    AND written.waiting < coalesce(schedule.max_written, %(most_written)s)
    AND NOT EXISTS (
        SELECT FROM sessions_app_timeoff AS off WHERE off.schedule_id = schedule.id
        AND (%(now)s AT TIME ZONE schedule.timezone)::date BETWEEN off.first AND off.last
    )
ORDER BY near DESC, written.waiting, written.last NULLS FIRST, first.profile_id
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Writer:
    """A mentor on a page of results who can be asked in writing now, and by when they would answer.

    `because`: names of the topics that brought them here.
    """

    profile: MentorProfile
    offer: Offer
    answers_by: datetime
    proof: TrackRecord
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenResults(Listing):
    """As `finding.Results`, of people who need no time."""

    writers: list[Writer]
    wish: SearchCriteria
    question: SearchQuestion
    dropped: tuple[Drop, ...] = ()
    following: SearchCriteria | None = None


# Pages of results by profile: the topics that they and their offers name.
Profiles = dict[int, list[int]]


def find_writers(
    wish: SearchCriteria,
    *,
    now: datetime,
    mentee: User | None = None,
    count: int = PAGE,
    without: frozenset[int] = frozenset(),
    among: frozenset[int] | None = None,
) -> WrittenResults:
    """Mentors who can help and answer in writing, those with the fewest open questions (or the closest match) first.

    Filters of time and length don't count. Where few or none are found, less is asked of them, as in a search for times
    (see `SearchCriteria.widened`). `without` are ids of people to leave out; `among`: nobody but those with these ids.
    """
    question = question_of(wish)
    find = partial(
        _find_profiles, question=question, now=now, mentee=mentee, limit=count + 1, without=without, among=among
    )
    found = find(wish)
    dropped: tuple[Drop, ...] = ()
    if not wish.shown:
        found, wish, dropped = _add_more(find, wish, question, found)
    page = dict(list(found.items())[:count])
    shown = wish.shown.union(page)
    more = len(found) > count and len(shown) <= MOST_SHOWN
    writers = _load_writers(page, question.topics_searched(wider=wish.wider), now=now)
    return WrittenResults(writers, wish, question, dropped, replace(wish, shown=shown) if more else None)


def _add_more(
    find: Callable[[SearchCriteria], Profiles], wish: SearchCriteria, question: SearchQuestion, found: Profiles
) -> tuple[Profiles, SearchCriteria, tuple[Drop, ...]]:
    """Behind those who know what was read, others who know the next readings; else whom any word brings, or anyone."""
    last, brought, enough = wish, [], ENOUGH if question.topics else 1
    timeless = replace(wish, when=When.ANY, first=None, last=None, hours=None, later=True, lengths=())
    for dropped, wider in timeless.widened(has_next=bool(question.next_topics), is_open=question.reading.is_open):
        if len(found) >= enough or (Drop.WORDS in dropped and found):
            break
        less = replace(wish, wider=wider.wider, loose=wider.loose, anyone=wider.anyone)
        if more := find(replace(less, shown=frozenset(found))):
            found, last = found | more, less
            brought.append(dropped[-1])
    return found, last, tuple(brought)


# A mentor whom the reader sees besides, on the rows `profile`, `person` and `schedule`
def is_here_sql(asked: IndexQuery) -> str:
    return f"{is_seen_sql(is_visitor=not asked.mentee_id)} AND {IS_HERE}"


def _find_profiles(
    wish: SearchCriteria,
    question: SearchQuestion,
    *,
    now: datetime,
    mentee: User | None,
    limit: int,
    without: frozenset[int],
    among: frozenset[int] | None,
) -> Profiles:
    timeless = replace(wish, lengths=(), instant=False)
    asked = IndexQuery(timeless, question, (), now, mentee.pk if mentee else None, without, among=among)
    by_match = wish.order == Order.MATCH
    near, terms = nearness_sql(timeless, question, row="search_mentorindex") if by_match else ("0", {})
    values: dict[str, Any] = (
        values_of(asked)
        | terms
        | {
            "approved": ProfileState.APPROVED,
            "most_written": MOST_WRITTEN,
            "limit": limit,
        }
    )
    sql = WRITERS.format(
        near=near,
        is_open=OPEN_WRITTEN,
        is_here=is_here_sql(asked),
        tables=f"search_mentorindex{' JOIN search_mentorwords USING (profile_id)' if by_match else ''}",
        where=" AND ".join(suitable_conditions(asked, among_sql(matching_sql(asked)))),
    )
    with reading_connection().cursor() as cursor:
        cursor.execute(sql, values)
        return dict(cursor.fetchall())


def _load_writers(profiles: Mapping[int, Sequence[int]], topics: Sequence[TopicRead], *, now: datetime) -> list[Writer]:
    of_page = Offer.objects.active().filter(profile__in=profiles, format=Format.WRITING)
    first: dict[int, Offer] = {}
    for offer in of_page.select_related("profile__person"):
        first.setdefault(offer.profile_id, offer)
    proofs = track_records_of([offer.profile.person_id for offer in first.values()], now=now)
    there = [first[profile] for profile in profiles if profile in first]
    return [
        Writer(
            profile=offer.profile,
            offer=offer,
            answers_by=now + ANSWERED_WITHIN,
            proof=proofs[offer.profile.person_id],
            because=tuple(topic.name for topic in topics if topic.pk in profiles[offer.profile_id]),
        )
        for offer in there
    ]
