"""Mentors who can help a person on the waiting list: those who are free, and those who can be asked.

`sessions_app.questions.suggestions` calls `find_helpers` and `find_knowers`.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import QueryDict

from accounts.models import User
from common.statements import reading_connection
from common.zones import UTC_NAME
from mentors.models import Format, Offer, ProfileState
from mentors.usual import usual_offer
from sessions_app.models import RouteKind, RouteState
from sessions_app.questions.suggestions import FreeMentor

from .criteria import Order, SearchCriteria, When
from .finding import find_mentors, question_of
from .forms import read_criteria
from .ranking.candidates import IndexQuery, among_sql, matching_sql, nearness_sql, suitable_conditions, values_of
from .written_search import find_writers, is_here_sql

# For everyone who waits with the same words: a person who can't have one of these mentors may have another.
MOST = 20
LONGEST_FILTERS = 300
MOST_ASKED = 10
# Who let the last request lapse, whatever it was about, is asked after the others for some weeks: each request that
# nobody answers costs the person hours. Then the best match first; among equals those who are asked least, and those
# who weren't asked for longest.
KNOWERS = """
SELECT first.profile_id
FROM (SELECT profile_id, {near} AS near FROM {tables} WHERE {where} OFFSET 0) AS first
JOIN mentors_mentorprofile AS profile ON profile.id = first.profile_id
JOIN accounts_user AS person ON person.id = profile.person_id
LEFT JOIN sessions_app_schedule AS schedule ON schedule.profile_id = profile.id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = %(open)s) AS open, max(opened_at) AS last,
        (array_agg(state = %(passed)s AND held_id IS NULL ORDER BY opened_at DESC)
            FILTER (WHERE state IN %(settled)s AND opened_at > %(remembered)s))[1] AS was_silent
    FROM sessions_app_route WHERE mentor_id = profile.person_id AND kind = %(request)s
) AS asked
WHERE {is_here} AND coalesce(schedule.asked_for_others, true)
    AND asked.open < %(most_open)s AND (asked.last IS NULL OR asked.last <= %(asked_before)s)
ORDER BY coalesce(asked.was_silent, false), near DESC, asked.open, asked.last NULLS FIRST, first.profile_id
LIMIT %(limit)s
"""


def filters_of(wish: SearchCriteria) -> str:
    """The filters of a search's address that say something about people.

    Dates and times of day are left out: they pass. So are filters that mean something else for each reader.
    """
    passing = {"when": When.ANY, "first": None, "last": None, "later": False}
    lasting = wish.with_changes(words="", saved=False, programme="", loose=False, order=Order.SOONEST, **passing)
    return lasting.query_string()[:LONGEST_FILTERS]


def find_helpers(words: str, filters: str, *, now: datetime, member: User | None = None) -> list[FreeMentor]:
    """Mentors who match all of the words and are free within the days that a search looks at first.

    The answer serves everyone who waits with these words, whatever their zone, so no date or time of day is asked
    about. Rules of programmes hold as for a visitor, or as for this `member`.
    """
    wish = read_criteria(QueryDict(filters)).with_changes(words=words)
    found = find_mentors(wish, zone=UTC_NAME, now=now, count=MOST, mentee=member, for_waitlist=True)
    return list(found.matches)


def find_knowers(
    words: str, filters: str, *, mentee: User, without: frozenset[int], now: datetime, for_writing: bool = False
) -> list[Offer]:
    """The offers by which the mentors can be asked who match all of the words, the best match first.

    Whether they have free time doesn't count: those who have were there to be booked.
    """
    wish = read_criteria(QueryDict(filters)).with_changes(words=words, order=Order.MATCH)
    if for_writing:
        in_writing = wish.with_changes(format=Format.WRITING)
        found = find_writers(in_writing, now=now, mentee=mentee, count=MOST_ASKED, without=without)
        return [] if found.dropped else [writer.offer for writer in found.writers]
    if wish.format == Format.WRITING:
        # They looked for an answer in writing, and now a time will do, too.
        wish = wish.with_changes(format="")
    question = question_of(wish)
    if not question.says_something:
        return []
    asked = IndexQuery(wish, question, (), now, mentee.pk, without)
    near, terms = nearness_sql(wish, question, row="search_mentorindex")
    values: dict[str, Any] = {
        **values_of(asked),
        **terms,
        "approved": ProfileState.APPROVED,
        "open": RouteState.OPEN,
        "passed": RouteState.PASSED,
        "settled": (RouteState.WON, RouteState.PASSED, RouteState.DECLINED),
        "remembered": now - settings.SILENCE_COUNTS_FOR,
        "request": RouteKind.REQUEST,
        "most_open": settings.MAX_ROUTES_OPEN,
        "asked_before": now - settings.ROUTE_EVERY,
        "limit": MOST_ASKED,
    }
    conditions = [*suitable_conditions(asked, among_sql(matching_sql(asked))), "offers & %(kinds)s <> 0"]
    sql = KNOWERS.format(
        near=near,
        tables="search_mentorindex JOIN search_mentorwords USING (profile_id)",
        where=" AND ".join(conditions),
        is_here=is_here_sql(asked),
    )
    with reading_connection().cursor() as cursor:
        cursor.execute(sql, values)
        profiles = [profile for (profile,) in cursor.fetchall()]
    return _usual_offers(profiles, wish.lengths)


# One of each of these profiles, in their order; of one of these lengths if any are given.
def _usual_offers(profiles: list[int], lengths: tuple[int, ...]) -> list[Offer]:
    of_profile: dict[int, list[Offer]] = {}
    bookable = Offer.objects.bookable().filter(profile__in=profiles)
    for offer in bookable.select_related("profile__person", "profile__schedule"):
        if not lengths or offer.length in lengths:
            of_profile.setdefault(offer.profile_id, []).append(offer)
    return [usual_offer(of_profile[profile]) for profile in profiles if profile in of_profile]
