"""From a wish to mentors who can be booked: `find_mentors` returns everything that a page of results shows."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, repeat
from typing import Any

from accounts.models import User
from common.statements import ModelColumns, Prepared, reading_connection
from mentors.models import Format, MentorProfile, Offer
from mentors.usual import usual_offer
from search.ranking.best_first import find_best
from search.ranking.candidates import Candidate, IndexQuery, Place, find_candidates
from search.ranking.close_look import Offered, Seen, look_at
from search.ranking.sort_keys import keys_for
from search.reading.question_reading import TopicRead
from search.understanding.issue_types import read_issue_type
from search.understanding.understood import Because
from sessions_app.afterwards.track_record import RECORD_COLUMNS, RECORD_TABLES, TrackRecord
from sessions_app.availability.pair_facts import EVERYTHING, are_offers_narrowed, read_pair_rules
from sessions_app.availability.pair_rules import PairRules
from sessions_app.availability.slots import Slot, overlaps_busy
from sessions_app.availability.timetable import Timetable
from sessions_app.models.feedback import BLIND_FOR
from sessions_app.questions.suggestions import FreeMentor

from .criteria import WORDS_GIVEN_UP, Drop, Listing, SearchCriteria, Span
from .cursors import MOST_SHOWN
from .ribbon import parts_of_days
from .words import SearchQuestion, read_question

PAGE = 20
# With fewer people who know what was read, those of the next reading, of later days and of other lengths come too.
ENOUGH = 5
WEEK = timedelta(days=7)
# The first look is at so many more people than are wanted, since some have lost their first time, and where many share
# a key it says less. Each further one is at half as many more, up to a most.
SPARE, SPARE_IN_HOURS, MOST_LOOKED_AT = 3, 11, 256
# How many rows a statement reads from the index: in the first so many times those of a look. Nearly always the first
# look fills a page; later statements are larger so that a search which finds few people needs few round trips.
LOOKS_AT_FIRST, CHUNKS = 4, (480, 2400)

# What pages and mails show of a mentor, with how they helped: in one statement, since a search runs it every time.
_OFFER = ModelColumns(Offer, "offer", only=("uuid", "profile_id", "length", "format", "instant"))
_PROFILE = ModelColumns(MentorProfile, "profile", only=("person_id", "slug", "headline", "asks", "languages", "photo"))
_PERSON = ModelColumns(User, "person", only=("name", "timezone"))
CARDS = Prepared(
    f"""
SELECT {_OFFER.columns}, {_PROFILE.columns}, {_PERSON.columns}, {RECORD_COLUMNS}
FROM mentors_offer AS offer
JOIN mentors_mentorprofile AS profile ON profile.id = offer.profile_id
JOIN accounts_user AS person ON person.id = profile.person_id
{RECORD_TABLES}
WHERE offer.id = ANY(%(offers)s)
"""
)


@dataclass(frozen=True, slots=True)
class Match(FreeMentor):
    """A mentor on a page of results.

    `times` counts their starts in the times asked about; `free` are the parts of days for the ribbon (see
    `parts_of_days`). `writes`: they answer in writing too. `because`: names of the topics that brought them here;
    `about` is the slug of the first of them that was read or chosen, and not named, or empty. `is_ready`: they said
    that they are free now, and their first start lies in that time.
    """

    zone: str
    writes: bool
    times: int
    free: frozenset[tuple[int, int]]
    proof: TrackRecord
    because: tuple[str, ...] = ()
    about: str = ""
    is_ready: bool = False


@dataclass(frozen=True, slots=True)
class Results(Listing):
    """A page of mentors. `wish` is the one that found them, after giving up what `dropped` names.

    `following` is the wish for the next page, if there is one.
    """

    matches: list[Match]
    wish: SearchCriteria
    question: SearchQuestion
    dropped: tuple[Drop, ...] = ()
    following: SearchCriteria | None = None
    # How many were found before anything was given up, at most one more than a page.
    exact: int = 0

    @property
    def is_partly(self) -> bool:
        by_words = not self.question.topics and not self.question.reading.is_open
        return by_words and not self.wish.loose and (len(self.question.terms) > 1 or bool(self.question.kin))


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate who really has a time. `slots` are those of the first week with any, `later` lists those after it."""

    candidate: Candidate
    seen: Seen
    offer: Offered
    timetable: Timetable
    slots: Sequence[Slot]
    later: Iterator[Sequence[Slot]]

    @property
    def place(self) -> Place:
        return -self.candidate.near, self.slots[0].start, self.candidate.profile_id


@dataclass(slots=True)
class Finder:
    """One search for one reader at one moment.

    `mentee` is the reader if they have signed in, `without` are ids of people to leave out. `for_waitlist`: the reader
    is on the waiting list, so time that is reserved for it counts as free. `among` and `chosen`: as in `find_mentors`.
    """

    zone: str
    now: datetime
    mentee: User | None = None
    without: frozenset[int] = frozenset()
    for_waitlist: bool = False
    busy: tuple[Span, ...] = ()
    among: frozenset[int] | None = None
    chosen: int | None = None

    def find(self, wish: SearchCriteria, question: SearchQuestion, count: int) -> list[Found]:
        times = wish.times(zone=self.zone, now=self.now)
        if not times or wish.format == Format.WRITING:
            # Answers in writing need no time: `written_search` finds those.
            return []
        mentee, narrowed = self.mentee.pk if self.mentee else None, are_offers_narrowed(self.mentee)
        asked = IndexQuery(wish, question, times, self.now, mentee, self.without, narrowed, self.among)
        return find_best(count, self.candidate_batches(asked, count), partial(self.look_closely, asked))

    def candidate_batches(self, asked: IndexQuery, count: int) -> Iterator[Sequence[Candidate]]:
        size = count + (SPARE if keys_for(asked.times, asked.now).is_sharp else SPARE_IN_HOURS)
        after = None
        for limit in chain([LOOKS_AT_FIRST * size], CHUNKS, repeat(CHUNKS[-1])):
            candidates, busy, after = find_candidates(asked, limit=limit, enough=size, after=after)
            if candidates:
                self.busy = busy
            at = 0
            while at < len(candidates):
                yield candidates[at : at + size]
                at, size = at + size, min(size + size // 2, MOST_LOOKED_AT)
            if after is None:
                return

    def look_closely(self, asked: IndexQuery, batch: Sequence[Candidate]) -> list[Found]:
        """The candidates who really have a time that suits the reader.

        The slot engine decides, from rows read just now: the index only knows who may have one.
        """
        seen = look_at([candidate.profile_id for candidate in batch], asked)
        pairs = self.pair_rules([one.person_id for one in seen.values()])
        there = [(candidate, seen[candidate.profile_id]) for candidate in batch if candidate.profile_id in seen]
        looked = (
            self.look_at_one(candidate, one, asked, pairs.get(one.person_id, EVERYTHING) if pairs else None)
            for candidate, one in there
        )
        return [found for found in looked if found]

    def look_at_one(self, candidate: Candidate, seen: Seen, asked: IndexQuery, pair: PairRules | None) -> Found | None:
        """`pair`: what programmes say of the reader and this mentor; None for a reader who is in no programme."""
        offers, timetable = seen.offers, seen.timetable
        if self.for_waitlist:
            timetable = timetable.for_waitlist()
        if pair:
            offers = [offer for offer in offers if pair.allows(offer.length, offer.format)]
            timetable = timetable.for_pair(pair)
        if not offers:
            return None
        offer = usual_offer([offer for offer in offers if offer.is_of_kind] or offers)
        weeks = self.free_weeks(timetable, offer, asked.times, after=candidate.bound)
        slots = next(weeks, None)
        return Found(candidate, seen, offer, timetable, slots, weeks) if slots else None

    def pair_rules(self, people: Sequence[int]) -> dict[int, PairRules]:
        if self.mentee is None or not self.mentee.is_in_programmes:
            return {}
        return read_pair_rules(self.mentee, people, now=self.now, chosen=self.chosen)

    def free_weeks(
        self, timetable: Timetable, offer: Offered, times: Sequence[Span], *, after: datetime
    ) -> Iterator[Sequence[Slot]]:
        """The mentor's free slots in these times, week by week, without those that overlap the reader's own sessions.

        A mentor who is free soon then costs one short question to the slot engine. Weeks without any are left out.
        """
        asked = partial(timetable.slots, length=offer.length, step=offer.step, now=self.now)
        for first, last in split_weeks(max(times[0][0], after), times[-1][1]):
            theirs = asked(first=first, last=last)
            if self.busy:
                theirs = [slot for slot in theirs if not overlaps_busy(slot, self.busy)]
            if slots := slots_within(times, theirs):
                yield slots

    def matches(self, found: Sequence[Found], wish: SearchCriteria, question: SearchQuestion) -> list[Match]:
        shown = load_shown([one.offer.pk for one in found], now=self.now)
        topics = question.topics_searched(wider=wish.wider)
        return [self.match(one, *shown[one.offer.pk], topics) for one in found if one.offer.pk in shown]

    def match(self, found: Found, offer: Offer, proof: TrackRecord, topics: Sequence[TopicRead]) -> Match:
        brought = [topic for topic in topics if topic.pk in found.seen.topics]
        slots = [*found.slots, *chain.from_iterable(found.later)]
        return Match(
            profile=offer.profile,
            offer=offer,
            slots=slots[:3],
            zone=found.timetable.rules.zone,
            writes=found.seen.writes,
            times=len(slots),
            free=parts_of_days(slots, zone=self.zone, now=self.now),
            proof=proof,
            because=tuple(topic.name for topic in brought),
            about=next((topic.slug for topic in brought if topic.because != Because.NAMED), ""),
            is_ready=found.timetable.is_ready_at(slots[0].start),
        )


def find_mentors(
    wish: SearchCriteria,
    *,
    zone: str,
    now: datetime,
    mentee: User | None = None,
    without: frozenset[int] = frozenset(),
    count: int = PAGE,
    widen: bool = False,
    for_waitlist: bool = False,
    among: frozenset[int] | None = None,
    chosen: int | None = None,
) -> Results:
    """Mentors who can help and have a free time when it is wished for, soonest (or closest match) first.

    `zone` is the reader's IANA zone: days and evenings are theirs. Every listed slot can be booked at `now`, by
    `mentee` if one is given. Left out are mentors whom `mentee` never wants to meet again, and people whose ids are in
    `without`. `widen`: when few or none are found, look again with fewer conditions. `for_waitlist`: for a person on
    the waiting list, so time that is reserved for it counts as free. `among`: nobody but the people with these ids.
    `chosen`: the id of the programme that a session is to count for, with mentors with whom several are shared.
    """
    finder = Finder(zone, now, mentee, without, for_waitlist, among=among, chosen=chosen)
    question = question_of(wish)
    dropped: tuple[Drop, ...] = ()
    # One more than the page shows tells whether there is a next page.
    found = finder.find(wish, question, count + 1)
    exact = len(found)
    if widen and not wish.shown:
        add_or_widen = add_more if question.topics else widen_search
        found, wish, dropped = add_or_widen(finder, wish, question, found, count + 1)
    page = found[:count]
    return Results(
        finder.matches(page, wish, question),
        wish,
        question,
        dropped,
        next_page_criteria(wish, page) if len(found) > count else None,
        exact,
    )


Widened = tuple[list[Found], SearchCriteria, tuple[Drop, ...]]


def widen_search(
    finder: Finder, wish: SearchCriteria, question: SearchQuestion, found: list[Found], count: int
) -> Widened:
    """Where the words find nobody: the first wish that asks less and finds someone."""
    if found:
        return found, wish, ()
    for dropped, wider in wish.widened(is_open=question.reading.is_open):
        if found := finder.find(wider, question, count):
            return found, wider, dropped
    return [], wish, ()


def add_more(finder: Finder, wish: SearchCriteria, question: SearchQuestion, found: list[Found], count: int) -> Widened:
    """Where few know what was read: behind them others, of wishes that ask less and less, until there are enough."""
    last = wish
    brought: list[Drop] = []
    for dropped, wider in wish.widened(has_next=bool(question.next_topics)):
        if len(found) >= ENOUGH or (Drop.WORDS in dropped and found):
            break
        here = frozenset(one.candidate.profile_id for one in found)
        if more := finder.find(replace(wider, shown=here), question, count - len(found)):
            found, last = [*found, *more], wider
            brought.append(dropped[-1])
    return found, last, tuple(brought)


def next_page_criteria(wish: SearchCriteria, page: Sequence[Found]) -> SearchCriteria | None:
    """The wish for the next page; None when so many people have been shown that a more precise question helps more."""
    shown = wish.shown.union(one.candidate.profile_id for one in page)
    return replace(wish, shown=shown) if len(shown) <= MOST_SHOWN else None


def list_relaxations(
    wish: SearchCriteria,
    *,
    zone: str,
    now: datetime,
    mentee: User | None = None,
    without: frozenset[int] = frozenset(),
    among: frozenset[int] | None = None,
    chosen: int | None = None,
) -> list[tuple[str, SearchCriteria, int]]:
    """For a page without results: filters, the wish without each, and how many people that finds (at most `PAGE`).

    `among` and `chosen`, as in `find_mentors`, hold where the wish still names the programme.
    """
    everywhere = Finder(zone, now, mentee, without)
    within = replace(everywhere, among=among, chosen=chosen)
    rows = []
    for name, other in wish.relaxed():
        question, finder = question_of(other), within if other.programme else everywhere
        rows.append((name, other, len(finder.find(other.widest(), question, PAGE))))
    return sorted((row for row in rows if row[2]), key=lambda row: -row[2])


def question_of(wish: SearchCriteria) -> SearchQuestion:
    return read_question(wish.words, topic=wish.topic, typing=wish.typing, about=wish.about, unlike=wish.unlike)


# By the ids of offers: each with its mentor's profile and person, as far as a card shows them, and record.
def load_shown(offers: Sequence[int], *, now: datetime) -> dict[int, tuple[Offer, TrackRecord]]:
    if not offers:
        return {}
    with reading_connection().cursor() as cursor:
        CARDS.execute(cursor, {"offers": list(offers), "blind_until": now - BLIND_FOR})
        return dict(map(_take_card, cursor.fetchall()))


def _take_card(row: Sequence[Any]) -> tuple[int, tuple[Offer, TrackRecord]]:
    offer, row = _OFFER.read_row(row)
    offer.profile, row = _PROFILE.read_row(row)
    offer.profile.person, row = _PERSON.read_row(row)
    return offer.pk, (offer, TrackRecord(*row))


# The slots that start within one of the spans. Both must be in order, and no slot before or after all spans.
def slots_within(times: Sequence[Span], slots: Sequence[Slot]) -> Sequence[Slot]:
    if len(times) == 1:
        return slots
    # A slot is a tuple that begins with its start.
    ends = ((bisect_left(slots, (first,)), bisect_left(slots, (last,))) for first, last in times)
    return [slot for begin, until in ends for slot in slots[begin:until]]


def split_weeks(first: datetime, last: datetime) -> Iterator[Span]:
    while first < last:
        yield first, (first := min(last, first + WEEK))


def suggest_mentors(
    words: str, *, zone: str, now: datetime, mentee: User | None, without: MentorProfile, count: int
) -> Sequence[FreeMentor]:
    """Free mentors who could help with the same question; `sessions_app.questions.suggestions` calls it for a page."""
    wish = SearchCriteria(words=words, wider=True)
    find = partial(find_mentors, zone=zone, now=now, mentee=mentee, count=count, without=frozenset({without.person_id}))
    found = find(wish)
    if not found.question.topics:
        found = find(replace(wish, loose=True))
    return found.matches


def suggest_kind(question: str) -> str:
    """The kind of help that the words ask for; `sessions_app.questions.suggestions` calls it to fill in a brief."""
    return read_issue_type(question) or ""


def is_unmet(found: Results) -> bool:
    """Whether nobody knows about this, or it wasn't understood; no free times are another matter."""
    wish = found.wish
    if wish.format == Format.WRITING:  # no search for times finds those
        return False
    return not wish.shown and (not found.matches or not WORDS_GIVEN_UP.isdisjoint(found.dropped))
