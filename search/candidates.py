"""Who may be free first: rows of the index in order of their bound, with the offers that suit. One statement."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import connection

from mentors.models import ProfileState
from sessions_app.models import Role
from sessions_app.models.bookings import WAITING
from sessions_app.models.feedback import Again
from sessions_app.walltime import EPOCH, MINUTE, minute_at_or_after, minute_at_or_before

from .bounds import ANY, USUAL, floor
from .kinds import LENGTHS, TIMED, kind_bits
from .outlook import HOUR, HOURS, NEAR, mark
from .wishes import Order, Span, Wish
from .words import Question

DAY = timedelta(days=1)
# Days that are looked at one by one. Weeks are much alike, so all that lies after them is one more bucket.
DAYS_APART = 8
DAY_BITS = 1 << HOURS

# The limit is what the index decides alone; only then are profiles and offers looked at. OFFSET 0 keeps Postgres from
# computing floor and key more than once.
CANDIDATES = """
SELECT first.profile_id, first.near, first.key,
    profile.state = %(approved)s AND person.is_active,
    (
        SELECT json_agg(json_build_array(offer.id, offer.length, offer.step, offer.position))
        FROM mentors_offer AS offer
        WHERE offer.profile_id = first.profile_id AND offer.is_active
            AND offer.length = ANY(%(lengths)s) AND offer.format = ANY(%(formats)s) AND (offer.instant OR %(any)s)
    ),
    {busy}
FROM (
    SELECT profile_id, near, key
    FROM (
        SELECT profile_id, {near} AS near, {key} AS key
        FROM (
            SELECT profile_id, {columns}, {floor} AS floor
            FROM {tables}
            WHERE {where}
            OFFSET 0
        ) AS bounded
        WHERE floor < %(end)s
        OFFSET 0
    ) AS ranked
    WHERE {page}
    ORDER BY near DESC, key, profile_id
    LIMIT %(limit)s
) AS first
JOIN mentors_mentorprofile AS profile ON profile.id = first.profile_id
JOIN accounts_user AS person ON person.id = profile.person_id
ORDER BY first.near DESC, first.key, first.profile_id
"""
# Of whoever looks: their time that is taken, read once however many rows come.
BUSY = """ARRAY(
        SELECT taken.during FROM sessions_app_occupancy AS taken
        JOIN sessions_app_booking AS booking ON booking.id = taken.booking_id
        WHERE taken.person_id = %(mentee)s AND upper(taken.during) > %(now)s
            AND NOT (booking.state = ANY(%(waiting)s) AND booking.expires_at <= %(now)s)
    )"""
NOT_AGAIN = """person_id <> ALL(ARRAY(
            SELECT booking.mentor_id FROM sessions_app_feedback AS feedback
            JOIN sessions_app_booking AS booking ON booking.id = feedback.booking_id
            WHERE feedback.author_id = %(mentee)s AND feedback.role = %(as_mentee)s AND feedback.again = %(never)s
        ))"""


BY_TOPIC = "SELECT profile_id FROM search_mentorindex WHERE topics && %(named)s::int[]"
BY_WORDS = "SELECT profile_id FROM search_mentorwords WHERE words @@ %(query)s::tsquery"


class Offered(NamedTuple):
    pk: int
    length: int
    step: int | None
    position: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """No start of theirs in the times asked about lies before `bound`. `near`: how much of the question they match."""

    profile_id: int
    near: int
    key: Any
    bound: datetime
    is_public: bool
    offers: tuple[Offered, ...]

    @property
    def place(self) -> tuple[int, datetime, int]:
        """Where they would stand if they were free at their bound: never further down than they do."""
        return -self.near, self.bound, self.profile_id


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the index: whom to leave out and in which times to look, for one reader at one moment.

    `without`: people whom nobody asks here.
    """

    wish: Wish
    question: Question
    times: Sequence[Span]
    now: datetime
    mentee_id: int | None = None
    without: frozenset[int] = frozenset()


def find_candidates(
    asked: Asked, *, limit: int, after: Candidate | None = None
) -> tuple[list[Candidate], tuple[Span, ...]]:
    """The next `limit` rows after `after`, in order of their place, and the reader's own time that is taken."""
    with connection.cursor() as cursor:
        cursor.execute(*statement(asked, limit=limit, after=after))
        rows = cursor.fetchall()
    midnight = _midnight(asked.times)
    found = [
        Candidate(
            profile,
            near,
            key,
            _bound(key, midnight, asked.times),
            public,
            tuple(Offered(*offer) for offer in offers or ()),
        )
        for profile, near, key, public, offers, _ in rows
    ]
    return found, tuple((span.lower, span.upper) for span in (rows[0][5] if rows else None) or ())


def statement(asked: Asked, *, limit: int, after: Candidate | None = None) -> tuple[str, dict[str, Any]]:
    wish, question = asked.wish, asked.question
    values: dict[str, Any] = values_of(asked) | {
        "approved": ProfileState.APPROVED,
        "waiting": list(WAITING),
        "lengths": list(wish.lengths or LENGTHS),
        "formats": [wish.format] if wish.format else TIMED,
        "any": not wish.instant,
        "begin": asked.times[0][0],
        "end": asked.times[-1][1],
        "limit": limit,
    }
    key = "greatest(floor, %(begin)s)" if wish.is_any_time else _bucket(asked, values)
    page = "key IS NOT NULL"
    if after:
        values |= {"near_after": -after.near, "key_after": after.key, "profile_after": after.profile_id}
        page += " AND (-near, key, profile_id) > (%(near_after)s, %(key_after)s, %(profile_after)s)"
    bound, named = floor(run_of(wish), asked.now)
    values |= named
    by_match = wish.order == Order.MATCH
    sql = CANDIDATES.format(
        busy=BUSY if asked.mentee_id else "NULL",
        near=nearness(question, values) if by_match else "0",
        key=key,
        columns="hours, topics, words" if by_match else "hours",
        floor=bound,
        tables=f"search_mentorindex{' JOIN search_mentorwords USING (profile_id)' if by_match else ''}",
        where="\n                AND ".join((f"{run_of(wish)}_from < %(end)s", *suits(asked))),
        page=page,
    )
    return sql, values


def run_of(wish: Wish) -> str:
    """Whose starts the bound must be of: those of the usual offer, unless some kinds of offers are asked for."""
    return ANY if wish.lengths or wish.format or wish.instant else USUAL


def values_of(asked: Asked) -> dict[str, Any]:
    """What the conditions of `suits` name."""
    wish, question = asked.wish, asked.question
    return {
        "as_mentee": Role.MENTEE,
        "never": Again.NO,
        "mentee": asked.mentee_id,
        "now": asked.now,
        "shown": list(wish.shown),
        "without": list(asked.without),
        "kinds": kind_bits(wish.lengths, wish.format, wish.instant),
        "language": [wish.language],
        "chosen": list(question.chosen),
        "named": list(question.topics_for(loose=wish.loose)),
        "query": question.query(loose=wish.loose),
    }


def suits(asked: Asked) -> Iterator[str]:
    """Who could help this reader, whenever that is."""
    wish, question = asked.wish, asked.question
    if run_of(wish) == ANY:
        yield "offers & %(kinds)s <> 0"
    if question.chosen:
        yield "topics && %(chosen)s::int[]"
    if wish.language:
        yield "languages @> %(language)s::varchar[]"
    if question.says_something:
        yield _matching(question, loose=wish.loose)
    if wish.shown:
        yield "profile_id <> ALL(%(shown)s)"
    if asked.without:
        yield "person_id <> ALL(%(without)s)"
    if asked.mentee_id:
        yield "person_id <> %(mentee)s"
        yield NOT_AGAIN


def _matching(question: Question, *, loose: bool) -> str:
    by_topic = [BY_TOPIC] if question.topics_for(loose=loose) else []
    by_words = [BY_WORDS] if question.terms else []
    return f"profile_id IN ({' UNION '.join([*by_topic, *by_words])})" if by_topic or by_words else "false"


def nearness(question: Question, values: dict[str, Any]) -> str:
    """How much of the question a row matches: two for a topic, one for each word, one more where it is asked about."""
    parts = ["2 * (topics && %(named)s::int[])::int"] if values["named"] else []
    for number, term in enumerate(question.terms):
        values[f"term{number}"], values[f"asked{number}"] = term, term + ("A" if term.endswith(":*") else ":A")
        parts += [f"(words @@ %({name}{number})s::tsquery)::int" for name in ("term", "asked")]
    return " + ".join(parts) or "0"


def _bucket(asked: Asked, values: dict[str, Any]) -> str:
    """The first hour of the times asked about in which the rules may be open, as day and bit in one number."""
    midnight = _midnight(asked.times)
    near = 1 if midnight + DAYS_APART * DAY <= asked.now + NEAR else 8
    cases = []
    for day, bits in enumerate(_days(asked.times, midnight)):
        weekday = (midnight + day * DAY).weekday()
        if bits:
            values |= {f"bits{day}": bits, f"end{day}": midnight + (day + 1) * DAY}
            shared = f"(hours[{near + weekday}] & %(bits{day})s)"
            first = f"{day * DAY_BITS} + ({shared} & -{shared})"
            cases.append(f"WHEN {shared} <> 0 AND floor < %(end{day})s THEN {first}")
    for weekday, bits in enumerate(_rest(asked.times, midnight)):
        if bits:
            values[f"rest{weekday}"] = bits
            cases.append(f"WHEN hours[{8 + weekday}] & %(rest{weekday})s <> 0 THEN {DAYS_APART * DAY_BITS + 1}")
    return f"CASE {' '.join(cases)} END"


def _days(times: Sequence[Span], midnight: datetime) -> list[int]:
    """For each of the first days of UTC, the hours that the times touch, as bits."""
    days = []
    for day in range(DAYS_APART):
        week = [0] * 7
        _mark(week, times, midnight + day * DAY, midnight + (day + 1) * DAY)
        days.append(sum(week))
    return days


def _rest(times: Sequence[Span], midnight: datetime) -> list[int]:
    """For each weekday of UTC, the hours that the times after those days touch."""
    week = [0] * 7
    _mark(week, times, midnight + DAYS_APART * DAY, times[-1][1])
    return week


def _mark(week: list[int], times: Sequence[Span], first: datetime, last: datetime) -> None:
    for start, end in times:
        begin, until = max(start, first), min(end, last)
        if begin < until:
            mark(week, minute_at_or_before(begin), minute_at_or_after(until))


def _midnight(times: Sequence[Span]) -> datetime:
    """The midnight of UTC before the first of the times."""
    return datetime.combine(times[0][0].date(), time(), tzinfo=EPOCH.tzinfo)


def _bound(key: Any, midnight: datetime, times: Sequence[Span]) -> datetime:
    """The first moment asked about in the hour that a key means, or the moment that it is."""
    if isinstance(key, datetime):
        return key
    day, bit = divmod(key, DAY_BITS)
    hour = midnight + day * DAY + (bit.bit_length() - 1) * HOUR * MINUTE
    return next((max(hour, start) for start, end in times if end > hour), hour)
