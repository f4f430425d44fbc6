"""From a wish to mentors who can be booked: everything a page of results shows, behind `find_mentors`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import connection
from django.db.models import Count, FloatField, Prefetch, Q, QuerySet, Value
from django.db.models.expressions import Combinable

from accounts.models import User
from mentors.models import MentorProfile, Offer, Topic

from .availability import Slot
from .models import Feedback
from .picking import busy_times, overlaps
from .proof import Proof, proof_of
from .timetable import Timetable, load_timetables
from .wishes import Order, Wish

PAGE = 20
# Bounded, so that a popular word stays quick; the search index of a later issue lifts it.
CANDIDATES = 300
# Those who match less than this share of the best match are left out: soonest among the relevant.
WELL = 0.3
USUAL_LENGTH = 25


@dataclass(frozen=True, slots=True)
class Match:
    """A mentor on a page of results; `slots` are the next starts, `times` counts those in the days asked about."""

    profile: MentorProfile
    offer: Offer
    zone: str
    slots: Sequence[Slot]
    times: int
    free: frozenset[tuple[int, int]]
    proof: Proof


@dataclass(frozen=True, slots=True)
class Results:
    matches: list[Match]
    total: int
    lexemes: tuple[str, ...]
    topics: list[Topic]

    @property
    def pages(self) -> int:
        return -(-self.total // PAGE)


@dataclass(frozen=True, slots=True)
class Candidate:
    profile: MentorProfile
    offer: Offer
    timetable: Timetable
    slots: list[Slot]


def find_mentors(wish: Wish, *, zone: str, now: datetime, mentee: User | None = None) -> Results:
    """Mentors who can help and have a free time in the days asked about, soonest (or closest match) first.

    `zone` is the reader's: days and evenings are theirs. What is listed can be booked at `now`, by `mentee` if one is
    given: whom they never want to meet again they don't meet here.
    """
    lexemes = lexemes_of(wish.words)
    topics = topics_in(wish.words)
    profiles = relevant(wish, lexemes, topics, now=now, mentee=mentee)
    candidates = with_times(profiles, wish, zone=zone, now=now, busy=busy_times(mentee, now=now))
    if wish.order == Order.SOONEST:
        candidates.sort(key=lambda candidate: (candidate.slots[0].start, candidate.profile.pk))
    page = candidates[(wish.page - 1) * PAGE : wish.page * PAGE]
    proofs = proof_of([candidate.profile.person_id for candidate in page], now=now)
    matches = [
        Match(
            profile=candidate.profile,
            offer=candidate.offer,
            zone=candidate.timetable.rules.zone,
            slots=candidate.slots[:3],
            times=len(candidate.slots),
            free=parts_of_days(candidate.slots, zone=zone, now=now),
            proof=proofs[candidate.profile.person_id],
        )
        for candidate in page
    ]
    return Results(matches, total=len(candidates), lexemes=lexemes, topics=topics)


def relaxations(wish: Wish, *, zone: str, now: datetime, mentee: User | None = None) -> list[tuple[str, Wish, int]]:
    """For an empty page: which filter to drop, and how many people that brings, the most first."""
    found = [
        (name, other, find_mentors(other, zone=zone, now=now, mentee=mentee).total) for name, other in wish.relaxed()
    ]
    return sorted((row for row in found if row[2]), key=lambda row: -row[2])


def lexemes_of(words: str) -> tuple[str, ...]:
    """The words that carry meaning, as Postgres stems them; none for a text of stop words or signs only."""
    if not words.strip():
        return ()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(to_tsvector('english', %s))", [words])
        return tuple(cursor.fetchone()[0])


def topics_in(words: str) -> list[Topic]:
    """Topics whose name or a synonym stands in the text: "salary talk" finds Negotiation."""
    if not words.strip():
        return []
    phrases = """EXISTS (SELECT FROM unnest(mentors_topic.synonyms || mentors_topic.name::text) AS phrase
                 WHERE to_tsvector('english', %s) @@ phraseto_tsquery('english', phrase))"""
    return list(Topic.objects.active().extra(where=[phrases], params=[words]))  # noqa: S610 - a constant with a parameter


def relevant(
    wish: Wish, lexemes: Sequence[str], topics: Sequence[Topic], *, now: datetime, mentee: User | None = None
) -> list[MentorProfile]:
    """Public mentors who fit the words and filters, best match first, at most `CANDIDATES`."""
    offers = Offer.objects.filter(suitable(wish)).order_by("position", "length", "pk")
    profiles = (
        MentorProfile.objects.bookable((now + timedelta(days=wish.days)).date())
        .filter(pk__in=offers.values("profile"))
        .select_related("person")
        .prefetch_related(Prefetch("offers", queryset=offers, to_attr="suiting"))
    )
    if mentee:
        profiles = profiles.exclude(person=mentee).exclude(
            person__in=Feedback.objects.not_again(mentee).values("booking__mentor")
        )
    if wish.topic:
        profiles = profiles.filter(Q(topics__slug=wish.topic) | Q(topics__parent__slug=wish.topic)).distinct()
    if wish.language:
        profiles = profiles.filter(languages__contains=[wish.language])
    scored = by_words(profiles, lexemes, topics)
    if not lexemes and not topics:
        return list(scored[:CANDIDATES])
    found = list(scored.filter(score__gt=0)[:CANDIDATES])
    return [profile for profile in found if profile.score >= WELL * found[0].score]


def suitable(wish: Wish) -> Q:
    fits = Q(is_active=True)
    if wish.lengths:
        fits &= Q(length__in=wish.lengths)
    if wish.format:
        fits &= Q(format=wish.format)
    if wish.instant:
        fits &= Q(instant=True)
    return fits


def by_words(profiles: QuerySet, lexemes: Sequence[str], topics: Sequence[Topic]) -> QuerySet:
    """Scored by topics in the text and by words of the profile, the closest first."""
    score: Value | Combinable = Value(0.0, output_field=FloatField())
    if lexemes:
        any_word = " | ".join("'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'" for lexeme in lexemes)
        vector = (
            SearchVector("asks", weight="A", config="english")
            + SearchVector("headline", weight="B", config="english")
            + SearchVector("how_i_work", weight="D", config="english")
        )
        score = SearchRank(vector, SearchQuery(any_word, search_type="raw", config="simple")) + score
    if topics:
        score = score + Count("topics", filter=Q(topics__in=topics) | Q(topics__parent__in=topics), distinct=True) * 0.6
    return profiles.annotate(score=score).order_by("-score", "pk")


def with_times(
    profiles: Iterable[MentorProfile],
    wish: Wish,
    *,
    zone: str,
    now: datetime,
    busy: Sequence[tuple[datetime, datetime]] = (),
) -> list[Candidate]:
    """Those who have a time of the kind wished for that is not `busy`, with all of them in the days asked about."""
    people = list(profiles)
    timetables = load_timetables(people, now=now)
    reader, last = ZoneInfo(zone), now + timedelta(days=wish.days)
    today = now.astimezone(reader).date()
    found = []
    for profile in people:
        if (timetable := timetables.get(profile.pk)) is None:
            continue
        offer = usual_offer(profile.suiting)  # type: ignore[attr-defined]
        slots = timetable.slots(length=offer.length, step=offer.step, now=now, first=now, last=last)
        slots = [slot for slot in slots if wish.suits(slot.start, reader, today) and not overlaps(slot, busy)]
        if slots:
            found.append(Candidate(profile, offer, timetable, slots))
    return found


def usual_offer(offers: Sequence[Offer]) -> Offer:
    """The one a page opens with: nearest to the usual length."""
    return min(offers, key=lambda offer: (abs(offer.length - USUAL_LENGTH), offer.position, offer.pk))


def parts_of_days(slots: Iterable[Slot], *, zone: str, now: datetime) -> frozenset[tuple[int, int]]:
    """The pairs (days from today, 0 morning | 1 afternoon | 2 evening) of the next seven days that hold a start."""
    reader = ZoneInfo(zone)
    today = now.astimezone(reader).date()
    parts = set()
    for slot in slots:
        local = slot.start.astimezone(reader)
        if (days := (local.date() - today).days) < 7:
            parts.add((days, 0 if local.hour < 12 else 1 if local.hour < 17 else 2))
    return frozenset(parts)
