"""Candidates: mentors who may be free first, read from the index in one statement."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from common.statements import reading_connection
from programmes.audiences import may_be_hidden_sql, reader_sql, sees_sql
from programmes.pairs import can_meet_sql, meeting_sets_sql
from search.bounds.lower_bounds import ANY, USUAL, lower_bound_sql
from search.bounds.offer_bits import LENGTHS, TIMED, kind_bits
from search.criteria import Order, SearchCriteria, Span
from search.words import SearchQuestion
from sessions_app.availability.walltime import EPOCH, instant_at, minute_at_or_after
from sessions_app.models.bookings import overdue_sql
from trust.models import apart_from_sql

from .sort_keys import Keys, keys_for

HOUR = timedelta(hours=1)
# What a topic that was read for certain counts in the closest match; each word counts one or two.
TOPIC_WEIGHS, LEAST_WEIGHT = 30, 5
# And that some offer is for the kind of help that the words ask for.
KIND_WEIGHS = 4
# How far a stage looks ahead (see `SearchStage`). Most pages are filled by people who are free within hours, so further
# rows are only read when those are too few. Where the times asked about begin later than NEARBY, many people may be
# free at their beginning, and one day of them is enough.
SOON, LATER_ON = timedelta(hours=3), timedelta(hours=12)
NEARBY = timedelta(hours=36)
FIRST_DAY = timedelta(hours=24)

# The index alone decides who is looked at closely (`close_look`).
CANDIDATES = """
WITH {parts}
SELECT first.profile_id, first.near, first.key, {bound}, {busy}
FROM (SELECT * FROM ({found}) AS found ORDER BY near DESC, key, profile_id LIMIT %(limit)s) AS first
{tables}
ORDER BY first.near DESC, first.key, first.profile_id
"""
# OFFSET 0 keeps Postgres from folding the subqueries together, which would compute `floor` and `key` more than once.
STAGE = """{name} AS MATERIALIZED (
    SELECT profile_id, near, {place} AS key
    FROM (
        SELECT profile_id, floor, {near} AS near, {key} AS key
        FROM (
            SELECT {columns}, {floor} AS floor
            FROM {tables}
            WHERE {where}
            OFFSET 0
        ) AS bounded
        WHERE floor < %({name}_end)s
        OFFSET 0
    ) AS ranked
    WHERE {page}
    ORDER BY near DESC, key, profile_id
    LIMIT %(limit)s
)"""
# The reader's own sessions and commitments. It depends on no row, so Postgres reads it once.
BUSY = f"""ARRAY(
        SELECT taken.during FROM sessions_app_occupancy AS taken
        LEFT JOIN sessions_app_booking AS booking ON booking.id = taken.booking_id
        WHERE taken.person_id = %(mentee)s AND upper(taken.during) > %(now)s
            AND NOT {overdue_sql()}
    )"""
NOT_APART = f"person_id <> ALL(ARRAY({apart_from_sql('%(mentee)s')}))"
MEETING, VISITOR_MEETING = meeting_sets_sql(mentee="%(mentee)s"), meeting_sets_sql(mentee=None)
# The index's own copy narrows what is read, and only where a programme has a directory for its members. What is then
# found is looked at once more, so that a copy that is out of date shows nobody to a reader who may not see them.
SEES = f"(NOT {may_be_hidden_sql()} OR audience && ({reader_sql('%(mentee)s')}))"
VISITOR_SEES = f"(NOT {may_be_hidden_sql()} OR audience && {reader_sql(None)})"
SAVED = "profile_id IN (SELECT profile_id FROM mentors_savedmentor WHERE person_id = %(mentee)s)"
OF_KIND = """EXISTS (
        SELECT FROM mentors_offer AS offer
        WHERE offer.profile_id = {row}.profile_id AND offer.is_active AND offer.issue_types @> %(kind)s::varchar[]
            AND offer.length = ANY(%(lengths)s) AND offer.format = ANY(%(formats)s) AND (offer.instant OR %(any)s)
    )"""
BY_TOPIC = "SELECT profile_id FROM search_mentorindex WHERE topics && %(named)s::int[]"
BY_WORDS = "SELECT profile_id FROM search_mentorwords WHERE words @@ %(query)s::tsquery"


# What candidates are sorted by: how much of the question they match, negated so that more comes first; the instant
# before which they aren't free; their profile's id, so that no two are equal.
Place = tuple[int, datetime, int]
NOWHERE: Place = (1, EPOCH, 0)


class Candidate(NamedTuple):
    """A mentor who may have a time, as far as the index knows.

    No start of theirs in the times asked about lies before `bound`, and they come at `place` or later in the results.
    `near` is how much of the question they match.
    """

    profile_id: int
    near: int
    bound: datetime
    place: Place


@dataclass(frozen=True, slots=True)
class IndexQuery:
    """What is asked of the index: a wish and its question, for one reader at one moment.

    A start counts if it lies in one of the `times`. `without` are ids of people to leave out; `among`: of those to look
    among, None for all.
    `is_narrowed`: a programme leaves only some offers to the reader, so the usual one may not be theirs.
    """

    wish: SearchCriteria
    question: SearchQuestion
    times: Sequence[Span]
    now: datetime
    mentee_id: int | None = None
    without: frozenset[int] = frozenset()
    is_narrowed: bool = False
    among: frozenset[int] | None = None


class Position(NamedTuple):
    """A row of `CANDIDATES`; the next page begins behind it, in the same order."""

    profile_id: int
    near: int
    key: int


class CandidatePage(NamedTuple):
    """The next candidates in order of their place, with the spans of the reader's own sessions.

    The spans are empty without candidates. `after`: where to read on; None when nobody is left.
    """

    candidates: list[Candidate]
    busy: tuple[Span, ...]
    after: Position | None


def find_candidates(
    asked: IndexQuery, *, limit: int, enough: int | None = None, after: Position | None = None
) -> CandidatePage:
    """The next candidates behind `after`: at most `limit`, or only `enough` of them where more take a further stage."""
    keys = keys_for(asked.times, asked.now)
    stages = [stage for stage in _split_stages(asked) if not (after and stage.until and stage.until <= after.key)]
    enough = limit if enough is None or len(stages) == 1 else min(enough, limit)
    with reading_connection().cursor() as cursor:
        cursor.execute(*build_statement(asked, keys, stages, limit=limit, enough=enough, after=after))
        rows = cursor.fetchall()
    after = Position(*rows[-1][:3]) if len(rows) >= enough else None
    rest = (-after.near, keys.bound(after.key), after.profile_id) if after else NOWHERE
    found = []
    for profile, near, key, minute, _ in rows:
        bound = keys.bound(key) if minute is None else max(keys.bound(key), instant_at(minute))
        # Rows come in order of keys, which can be coarser than bounds: a row's own bound may lie behind rows that are
        # still to be read. Such a row is placed before them, or `find_best` would stop too early.
        place = min((-near, bound, profile), rest)
        found.append(Candidate(profile, near, bound, place))
    busy = tuple((span.lower, span.upper) for span in (rows[0][-1] if rows else None) or ())
    return CandidatePage(sorted(found, key=attrgetter("place")), busy, after)


def build_statement(
    asked: IndexQuery,
    keys: Keys,
    stages: Sequence["SearchStage"],
    *,
    limit: int,
    enough: int,
    after: Position | None = None,
) -> tuple[str, dict[str, Any]]:
    run = run_of(asked)
    rough, named = lower_bound_sql(run, asked.now)
    # A key that many share may say little more than the hour, so the bound is computed too, for the few that are left.
    exact, _ = lower_bound_sql(run, asked.now, begin="first.key")
    bound = "NULL::int" if keys.is_sharp else exact
    tables = "" if keys.is_sharp else "JOIN search_mentorindex AS row ON row.profile_id = first.profile_id"
    values: dict[str, Any] = (
        values_of(asked)
        | named
        | {
            "limit": limit,
            "enough": enough,
        }
    )
    page = "true"
    if after:
        values |= {"near_after": -after.near, "key_after": after.key, "profile_after": after.profile_id}
        page = "(-near, {key}, profile_id) > (%(near_after)s, %(key_after)s, %(profile_after)s)"
    # What each stage asks in the same way is planned once.
    parts = [f"{name} AS MATERIALIZED ({query})" for name, query in meeting_of(asked).items()]
    ids = matching_sql(asked)
    # Where topics and words both count, two indexes are read: once, not again in each stage.
    if is_kept := " UNION " in ids:
        parts.append(f"matching AS MATERIALIZED ({ids})")
        ids = "TABLE matching"
    for number, stage in enumerate(stages):
        condition = among_sql(ids, few=is_kept and stage.until is not None)
        sql, named = _stage_sql(asked, keys, stage, number, rough, condition, page)
        parts.append(sql)
        values |= named
    found = " UNION ALL ".join(f"TABLE stage{number}" for number in range(len(stages)))
    busy = BUSY if asked.mentee_id else "NULL"
    return CANDIDATES.format(parts=", ".join(parts), bound=bound, busy=busy, found=found, tables=tables), values


class SearchStage(NamedTuple):
    """One part of the search, from the soonest times to the latest; it runs only if those before it found too few.

    `times` are those asked about, cut off where the stage ends. `until`: the key where it ends, None for the last
    stage, which takes all that is left. The stages before it have looked at all keys below `first` and have found
    everyone with a start before `since`.
    """

    times: Sequence[Span]
    until: int | None = None
    first: int | None = None
    since: datetime | None = None


def _split_stages(asked: IndexQuery) -> Iterator[SearchStage]:
    first, since = None, None
    for end in _stage_ends(asked):
        times = [(start, min(last, end)) for start, last in asked.times if start < end]
        if end < asked.times[-1][1] and times[-1][1] != since:
            until = minute_at_or_after(end)
            yield SearchStage(times, until, first, since)
            first, since = until, times[-1][1]
    yield SearchStage(asked.times, None, first, since)


def _stage_ends(asked: IndexQuery) -> Iterator[datetime]:
    """The instants, full hours, at which stages end.

    None where the best match comes first, as a late start may match best.
    """
    (begin, _), *later = asked.times
    if asked.wish.order == Order.MATCH:
        return
    if begin >= asked.now + NEARBY:
        yield _full_hour(begin + FIRST_DAY)
    else:
        yield _full_hour(begin + SOON)
        yield _full_hour(later[0][1] if later else begin + LATER_ON)


def _full_hour(moment: datetime) -> datetime:
    return EPOCH + -((EPOCH - moment) // HOUR) * HOUR


# The stage as a common table expression, and the values that it names. Their names begin with the stage's.
def _stage_sql(
    asked: IndexQuery, keys: Keys, stage: SearchStage, number: int, bound: str, condition: str, page: str
) -> tuple[str, dict[str, Any]]:
    wish, question = asked.wish, asked.question
    name, run, by_match = f"stage{number}", run_of(asked), wish.order == Order.MATCH
    key = keys.key(stage.times, name)
    near, terms = nearness_sql(wish, question, row="bounded") if by_match else ("0", {})
    values = key.values | terms | {f"{name}_end": minute_at_or_after(stage.times[-1][1])}
    pages, place = ["key IS NOT NULL"], key.sharpened
    if stage.since:
        # Leaves out what earlier stages have returned. A key below `first` alone doesn't prove that: those stages only
        # looked at rows whose floor lies before their end.
        values |= {f"{name}_since": minute_at_or_after(stage.since), f"{name}_first": stage.first}
        pages.append(f"(key >= %({name}_first)s OR floor >= %({name}_since)s)")
        place = f"greatest({key.sharpened}, %({name}_first)s)"
    where = [f"{run}_from < %({name}_end)s", *key.conditions, *suitable_conditions(asked, condition, by_name=True)]
    if number:
        # Decided once, before any row is read: without it Postgres would run all stages every time.
        nearer = " UNION ALL ".join(f"TABLE stage{before}" for before in range(number))
        where.append(f"(SELECT count(*) FROM ({nearer}) AS nearer) < %(enough)s")
    sql = STAGE.format(
        name=name,
        near=near,
        key=key.sql,
        place=place,
        floor=bound,
        columns=", ".join(("profile_id", *key.columns, *(("topics", "words") if by_match else ()))),
        tables=f"search_mentorindex{' JOIN search_mentorwords USING (profile_id)' if by_match else ''}",
        where="\n                AND ".join(where),
        page="\n        AND ".join([*pages, page.format(key=place)]),
    )
    return sql, values


def run_of(asked: IndexQuery) -> str:
    """Which bound of the index fits the wish: the usual offer's, unless it asks for certain kinds of offers."""
    wish = asked.wish
    is_picky = wish.lengths or wish.format or wish.instant or asked.is_narrowed or kinds_of(wish, asked.question)
    return ANY if is_picky else USUAL


def kinds_of(wish: SearchCriteria, question: SearchQuestion) -> list[str]:
    """The kind of help that decides between offers: in the closest match the one that was read, else none."""
    return [question.reading.kind] if wish.order == Order.MATCH and question.reading.kind else []


def values_of(asked: IndexQuery) -> dict[str, Any]:
    """The values that `suitable_conditions`, `matching_sql` and `nearness_sql` name."""
    wish, question = asked.wish, asked.question
    return {
        "mentee": asked.mentee_id,
        "now": asked.now,
        "shown": list(wish.shown),
        "without": list(asked.without),
        "among": list(asked.among or ()),
        "kinds": kind_bits(wish.lengths, wish.format, wish.instant),
        "language": [wish.language],
        "chosen": list(question.chosen),
        "named": list(question.topics_for(loose=wish.loose, wider=wish.wider)),
        "query": question.tsquery(loose=wish.loose),
        "kind": kinds_of(wish, question),
        "lengths": list(wish.lengths or LENGTHS),
        "formats": [wish.format] if wish.format else TIMED,
        "any": not wish.instant,
    }


def meeting_of(asked: IndexQuery) -> Mapping[str, str]:
    return MEETING if asked.mentee_id else VISITOR_MEETING


def suitable_conditions(asked: IndexQuery, condition: str, *, by_name: bool = False) -> Iterator[str]:
    """SQL conditions on a row for mentors who can help this reader, whenever that is.

    `condition`: that they match the words of the question (see `among_sql`). `by_name`: the queries of `meeting_of`
    are named in the statement.
    """
    wish, question = asked.wish, asked.question
    if run_of(asked) == ANY:
        yield "offers & %(kinds)s <> 0"
    if question.chosen:
        yield "topics && %(chosen)s::int[]"
    if wish.language:
        yield "languages @> %(language)s::varchar[]"
    if question.says_something and not wish.anyone:
        yield condition
    if wish.shown:
        yield "profile_id <> ALL(%(shown)s)"
    if asked.without:
        yield "person_id <> ALL(%(without)s)"
    if asked.among is not None:
        yield "person_id = ANY(%(among)s::bigint[])"
    meeting = meeting_of(asked)
    yield can_meet_sql("person_id", {name: f"TABLE {name}" for name in meeting} if by_name else meeting)
    if asked.mentee_id:
        yield "person_id <> %(mentee)s"
        yield NOT_APART
        yield SEES
        if wish.saved:
            yield SAVED
    else:
        yield VISITOR_SEES


def is_seen_sql(*, is_visitor: bool) -> str:
    """Whether the reader sees the mentor on the row `person`, by what their programmes say at this moment."""
    sees = sees_sql(None if is_visitor else "%(mentee)s", "person.id")
    return f"(NOT person.is_in_programmes OR {sees})"


def matching_sql(asked: IndexQuery) -> str:
    """SQL for the profiles that have to do with the question; empty if nobody can."""
    question, wish = asked.question, asked.wish
    by_topic = [BY_TOPIC] if question.topics_for(loose=wish.loose, wider=wish.wider) else []
    by_words = [BY_WORDS] if question.tsquery(loose=wish.loose) else []
    return " UNION ".join([*by_topic, *by_words])


def among_sql(ids: str, *, few: bool = False) -> str:
    """The condition that a profile is one of `ids`, a query; false for an empty one.

    `few`: the stage reads few rows. Then IS TRUE makes Postgres look each of them up in `ids`, instead of planning a
    join with a materialized table of whose size it knows nothing.
    """
    condition = f"profile_id IN ({ids})" if ids else "false"
    return f"({condition}) IS TRUE" if few else condition


def nearness_sql(wish: SearchCriteria, question: SearchQuestion, *, row: str) -> tuple[str, dict[str, Any]]:
    """SQL for how much of the question a row matches, and the values it names beside those of `values_of`.

    The share of each topic that it holds, times `TOPIC_WEIGHS`; 1 for each term, and 1 more for a term among the things
    that the mentor can be asked (weight A): all words together less than half of a topic that was read for certain.
    An offer for the kind of help that was read adds `KIND_WEIGHS`. `row`: what the index's row is called.
    """
    values: dict[str, Any] = {}
    parts = []
    for number, read in enumerate(question.topics_searched(wider=wish.wider)):
        values[f"topic{number}"] = [read.pk]
        weight = max(LEAST_WEIGHT, round(TOPIC_WEIGHS * read.share))
        parts.append(f"{weight} * (topics @> %(topic{number})s::int[])::int")
    if wish.loose and question.kin:
        parts.append("2 * (topics && %(named)s::int[])::int")
    for number, term in enumerate(question.terms):
        values |= {f"term{number}": term, f"asked{number}": term + ("A" if term.endswith(":*") else ":A")}
        parts += [f"(words @@ %({name}{number})s::tsquery)::int" for name in ("term", "asked")]
    if kinds_of(wish, question):
        parts.append(f"{KIND_WEIGHS} * {OF_KIND.format(row=row)}::int")
    return " + ".join(parts) or "0", values
