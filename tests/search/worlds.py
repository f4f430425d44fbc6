"""Random worlds of mentors, what happens in them, and who is free: the long way, mentor by mentor and slot by slot."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from common.zones import zone_names
from mentors.errors import ProfileError
from mentors.models import MentorProfile, Offer, Topic
from mentors.saved import save_mentor
from mentors.services import bring_back_offer, pause_profile, put_away_offer, resume_profile, save_offer
from search.criteria import DAYS_AHEAD, DAYS_LATER, Order, SearchCriteria, When
from search.indexing import refresh_stale_rows
from sessions_app.availability.busy_times import replace_busy_times
from sessions_app.availability.schedule import (
    ScheduleError,
    ScheduleRules,
    remove_override,
    remove_time_off,
    save_week,
    set_override,
    set_time_off,
)
from sessions_app.availability.slots import Rules, Slot, Taken, list_slots
from sessions_app.booking.book import book_session
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.clock import complete_ended, expire_overdue
from sessions_app.booking.holds import hold_slot
from sessions_app.booking.requests import decline_booking
from sessions_app.errors import SessionError
from sessions_app.models import Booking, BusySpan, Occupancy, ReservedTime, Schedule, WaitlistEntry
from sessions_app.models.states import OCCUPYING, OVER
from sessions_app.questions.brief_input import BriefInput
from sessions_app.waiting.acts import wait_for_help, wait_for_mentor
from sessions_app.waiting.handing_out import hand_out_freed_time
from tests.conftest import make_mentor, make_person
from trust.separations import apart_from

ZONES = (
    "Europe/London",
    "Asia/Kolkata",
    "America/New_York",
    "Pacific/Auckland",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
)
WORDS = ("offer", "salary", "reorg", "slides", "thesis", "visa", "interview", "deadline")
LANGUAGES = ("en", "de", "ta")


class World:
    def __init__(self, rng: Random, now: datetime, mentors: int) -> None:
        self.rng, self.now = rng, now
        root = Topic.objects.create(name=f"Root {rng.random()}", slug=f"root-{rng.getrandbits(40)}")
        self.topics = [
            Topic.objects.create(name=f"Topic {n} {root.pk}", slug=f"{root.slug}-{n}", parent=root) for n in range(3)
        ]
        self.everywhere = sorted(zone_names())
        self.mentees = [self.person(f"mentee{n}") for n in range(6)]
        self.profiles = [self.mentor(n) for n in range(mentors)]
        for mentee in self.mentees:
            for profile in rng.sample(self.profiles, len(self.profiles) // 2):
                save_mentor(profile=profile, person=mentee, now=now)

    def person(self, name: str) -> User:
        zone = self.rng.choice(ZONES if self.rng.random() < 0.7 else self.everywhere)
        return make_person(f"{name}-{self.rng.getrandbits(40)}@example.org", name.title(), zone)

    def mentor(self, number: int) -> MentorProfile:
        rng = self.rng
        profile = make_mentor(
            self.person(f"mentor{number}x{rng.getrandbits(30)}"),
            windows=self.week(),
            length=rng.choice([15, 20, 25, 30, 45]),
            instant=rng.random() < 0.7,
            asks=tuple(" ".join(rng.sample(WORDS, 2)) for _ in range(3)),
            **self.rules(),
        )
        profile.languages = rng.sample(LANGUAGES, rng.randint(1, 2))
        profile.save()
        profile.topics.set(rng.sample(self.topics, rng.randint(0, 2)))
        if rng.random() < 0.5:
            more = Offer(profile=profile, length=rng.choice([15, 45]), format=rng.choice(["chat", "phone"]))
            more.step = rng.choice([None, 7, 60])
            save_offer(profile=profile, offer=more, topics=rng.sample(self.topics, 1))
        else:
            save_offer(profile=profile, offer=profile.offers.get(), topics=[])
        return profile

    def week(self) -> list[tuple[int, int, int]]:
        rng, week = self.rng, []
        for day in rng.sample(range(1, 8), rng.choice([0, 2, 5, 7])):
            at = rng.choice([0, 0, 480, 607, 1020, 1200])
            week.append((day, at, min(1440, at + rng.choice([30, 120, 240, 1440]))))
        return week

    def rules(self) -> dict:
        rng = self.rng
        return {
            "buffer": rng.choice([0, 5, 15]),
            "notice": rng.choice([0, 30, 240, 2880]),
            "horizon_days": rng.choice([1, 7, 30, 120]),
            "max_per_day": rng.choice([None, None, 1, 2]),
            "max_per_week": rng.choice([None, None, 1, 3]),
        }

    def wish(self) -> SearchCriteria:
        rng = self.rng
        first = self.now.date() + timedelta(days=rng.randint(-2, 20)) if rng.random() < 0.2 else None
        last = self.now.date() + timedelta(days=rng.randint(0, 40)) if rng.random() < 0.2 else None
        return SearchCriteria(
            words=" ".join(rng.sample(WORDS, rng.randint(1, 4))) if rng.random() < 0.4 else "",
            when=rng.choice([When.ANY, When.ANY, *When]),
            first=first,
            last=last if not (first and last and last < first) else None,
            hours=rng.choice([None, None, None, 1, 30]),
            lengths=tuple(sorted(rng.sample([15, 20, 25, 30, 45], rng.randint(1, 3)))) if rng.random() < 0.3 else (),
            topic=rng.choice(self.topics).slug if rng.random() < 0.2 else "",
            language=rng.choice(LANGUAGES) if rng.random() < 0.2 else "",
            format=rng.choice(["video", "chat"]) if rng.random() < 0.2 else "",
            instant=rng.random() < 0.2,
            saved=rng.random() < 0.1,
            later=rng.random() < 0.4,
            loose=rng.random() < 0.5,
            order=Order.SOONEST if rng.random() < 0.8 else Order.MATCH,
        )

    def reader(self) -> tuple[User | None, str]:
        mentee = self.rng.choice([None, *self.mentees, self.rng.choice(self.profiles).person])
        return mentee, self.rng.choice(ZONES if self.rng.random() < 0.5 else self.everywhere)

    def happen(self) -> None:
        """Something does, by way of the services; what they refuse does not."""
        acts = (
            self.book,
            self.book,
            self.book,
            self.hold,
            self.end,
            self.end,
            self.reschedule,
            self.change_time,
            self.change_offer,
            self.wait,
            self.look_elsewhere,
        )
        with suppress(SessionError, ScheduleError, ProfileError), transaction.atomic():
            self.rng.choice(acts)()
        if self.rng.random() < 0.3:
            self.now += timedelta(minutes=self.rng.choice([1, 11, 20, 240, 1500]))
        if self.rng.random() < 0.2:
            expire_overdue(now=self.now)
            complete_ended(now=self.now)
        if self.rng.random() < 0.1:
            hand_out_freed_time(now=self.now)
        if self.rng.random() < 0.3:
            refresh_stale_rows(now=self.now, limit=self.rng.choice([2, 500]))

    def some_slot(self) -> tuple[Offer, Slot] | None:
        offer = self.rng.choice(list(self.rng.choice(self.profiles).offers.active()))
        slots = free_slots(offer, self.now)
        return (offer, self.rng.choice(slots[:10])) if slots else None

    def book(self) -> None:
        if found := self.some_slot():
            offer, slot = found
            mentee = self.rng.choice([*self.mentees, self.rng.choice(self.profiles).person])
            book_session(offer=offer, start=slot.start, brief=BriefInput(question="?"), mentee=mentee, now=self.now)

    def hold(self) -> None:
        if found := self.some_slot():
            offer, slot = found
            hold_slot(offer=offer, start=slot.start, brief=BriefInput(question="?"), held_for="v", now=self.now)

    def end(self) -> None:
        booking = self.some_booking()
        if booking and booking.state == "confirmed":
            cancel_booking(booking=booking, by=booking.mentee, reason="ill", now=self.now)
        elif booking and booking.state == "requested":
            decline_booking(booking=booking, by=booking.mentor, reason="", now=self.now)

    def reschedule(self) -> None:
        booking = self.some_booking()
        if booking and (slots := free_slots(booking.offer, self.now)):
            move_booking(booking=booking, start=self.rng.choice(slots[:20]).start, by=booking.mentor, now=self.now)

    def wait(self) -> None:
        person, profile = self.rng.choice(self.mentees), self.rng.choice(self.profiles)
        if self.rng.random() < 0.5:
            wait_for_help(words=self.rng.choice(WORDS), filters="", person=person, now=self.now)
        else:
            wait_for_mentor(profile=profile, words="", known=[], person=person, now=self.now)

    def look_elsewhere(self) -> None:
        """A calendar of the mentor's says something else than before."""
        rng, person = self.rng, self.rng.choice(self.profiles).person
        starts = [self.now + timedelta(minutes=rng.randint(-300, 20000)) for _ in range(rng.choice([0, 3, 12]))]
        spans = [(start, start + timedelta(minutes=rng.choice([7, 30, 90, 1440]))) for start in starts]
        replace_busy_times(person=person, calendar=person.pk, spans=spans, now=self.now)

    def some_booking(self) -> Booking | None:
        bookings = list(Booking.objects.filter(state__in=OCCUPYING).order_by("pk"))
        return self.rng.choice(bookings) if bookings else None

    def change_time(self) -> None:
        rng = self.rng
        profile = rng.choice(self.profiles)
        schedule, by, day = profile.schedule, profile.person, self.now.date() + timedelta(days=rng.randint(0, 9))
        act = rng.choice(["week", "override", "time off", "pause", "open"])
        if act == "week":
            rules = ScheduleRules(timezone=schedule.timezone, move_notice=0, cancel_notice=0, **self.rules())
            save_week(profile=profile, rules=rules, windows=self.week(), by=by, now=self.now)
        elif act == "override":
            spans = ((rng.choice([0, 600]), rng.choice([700, 1440])),) if rng.random() < 0.7 else ()
            set_override(profile=profile, day=day, spans=spans, by=by, now=self.now)
        elif act == "time off":
            set_time_off(profile=profile, first=day, last=day + timedelta(days=2), by=by, now=self.now)
        elif act == "pause":
            pause_profile(profile=profile, until=day + timedelta(days=3), by=by, now=self.now)
        else:
            for override in list(schedule.overrides.all()):
                remove_override(profile=profile, override=override, by=by, now=self.now)
            for away in list(schedule.time_off.all()):
                remove_time_off(profile=profile, time_off=away, by=by, now=self.now)
            resume_profile(profile=profile, by=by, now=self.now)

    def change_offer(self) -> None:
        profile = self.rng.choice(self.profiles)
        offer = self.rng.choice(list(profile.offers.all()))
        (put_away_offer if offer.is_active else bring_back_offer)(profile=profile, offer=offer)


def timetable_of(profile: MentorProfile, now: datetime) -> tuple[Rules, list[Taken]]:
    """Row by row through the models: what `timetable.py` reads in one statement."""
    schedule = Schedule.objects.get(profile=profile)
    rules = Rules(
        zone=schedule.timezone,
        windows=tuple((window.weekday, window.start, window.end) for window in schedule.windows.all()),
        overrides={override.date: override.spans for override in schedule.overrides.all()},
        time_off=tuple((away.first, away.last) for away in schedule.time_off.all()),
        buffer=schedule.buffer,
        notice=schedule.notice,
        horizon_days=schedule.horizon_days,
        max_per_day=schedule.max_per_day,
        max_per_week=schedule.max_per_week,
        paused_until=MentorProfile.objects.get(pk=profile.pk).paused_until,
    )
    mine = Occupancy.objects.in_force(now).filter(person=profile.person_id).select_related("booking")
    taken = [
        Taken(
            occupancy.during.lower,
            occupancy.during.upper,
            counts_as_given=occupancy.booking.mentor_id == profile.person_id and occupancy.booking.state != "held",
        )
        for occupancy in mine
    ]
    given = Booking.objects.filter(mentor=profile.person_id, state__in=OVER)
    taken += [Taken(done.start, done.end, blocks_time=False) for done in given]
    elsewhere = BusySpan.objects.filter(person=profile.person_id)
    taken += [Taken(span.during.lower, span.during.upper, counts_as_given=False) for span in elsewhere]
    return rules, taken + list(set_aside(profile, now))


def set_aside(profile: MentorProfile, now: datetime) -> Iterator[Taken]:
    """What came free while somebody waited, and was not given out yet."""
    for row in ReservedTime.objects.filter(person=profile.person_id, until__gt=now):
        yield Taken(row.during.lower, row.during.upper, counts_as_given=row.counts_as_given)
    line = (
        WaitlistEntry.objects.askable(now).filter(Q(mentor=profile) | Q(mentor=None)).exclude(person=profile.person_id)
    )
    since = now - settings.RESERVED_FOR
    overdue = Booking.objects.overdue(now).filter(occupancies__person=profile.person_id, expires_at__gt=since)
    for booking in overdue:
        if line.filter(since__lte=booking.expires_at).exists():
            counts_as_given = booking.mentor_id == profile.person_id and booking.state != "held"
            yield Taken(booking.start, booking.end, counts_as_given=counts_as_given)


def free_slots(offer: Offer, now: datetime, days: int = DAYS_LATER) -> list[Slot]:
    rules, taken = timetable_of(offer.profile, now)
    last = now + timedelta(days=days)
    return list_slots(rules, taken, length=offer.length, step=offer.step, now=now, first=now, last=last)


def suits(wish: SearchCriteria, start: datetime, zone: str, now: datetime) -> bool:
    """By the reader's clock, start by start."""
    reader = ZoneInfo(zone)
    local, today = start.astimezone(reader), now.astimezone(reader).date()
    kinds = {
        When.ANY: True,
        When.TODAY: local.date() == today,
        When.TOMORROW: local.date() == today + timedelta(days=1),
        When.EVENING: 17 <= local.hour < 23,
        When.WEEKEND: local.isoweekday() >= 6,
    }
    in_time = start < now + timedelta(days=reach(wish, today))
    in_hours = wish.hours is None or start < now + timedelta(hours=wish.hours)
    after = wish.first is None or local.date() >= wish.first
    before = wish.last is None or local.date() <= wish.last
    return kinds[wish.when] and in_time and in_hours and after and before


def reach(wish: SearchCriteria, today: date) -> int:
    if wish.last or wish.first:
        last = wish.last or wish.first + timedelta(days=DAYS_AHEAD)
        return max(0, min(DAYS_LATER, (last - today).days + 1))
    return DAYS_LATER if wish.later else DAYS_AHEAD


def matched(wish: SearchCriteria, profile: MentorProfile) -> tuple[bool, int]:
    """Whether a mentor's words match well, and how closely; the words of these worlds are their own stems."""
    words = wish.words.split()
    asked = {word for ask in profile.asks for word in ask.split()}
    there = {word for one in MentorProfile.objects.public() for ask in one.asks for word in ask.split()}
    known = [word for word in words if word in there]
    hits = sum(word in asked for word in known)
    needed = 1 if wish.loose else -(-2 * len(known) // 3)
    return not words or (bool(known) and hits >= needed), 2 * hits


def brute_force(
    wish: SearchCriteria, zone: str, now: datetime, mentee: User | None
) -> list[tuple[int, list[datetime]]]:
    """Everybody, in order, each with their next three starts."""
    never = apart_from(mentee, now=now) if mentee else set()
    busy = [row.during for row in Occupancy.objects.in_force(now).filter(person=mentee)] if mentee else []
    rows = []
    for profile in MentorProfile.objects.public().order_by("pk"):
        if mentee and (profile.person_id == mentee.pk or profile.person_id in never):
            continue
        if mentee and wish.saved and not mentee.saved_mentors.filter(profile=profile).exists():
            continue
        is_match, near = matched(wish, profile)
        offers = [offer for offer in profile.offers.active() if fits(wish, offer)]
        if not is_match or not offers or not has(wish, profile):
            continue
        offer = min(offers, key=lambda one: (abs(one.length - 25), one.position, one.pk))
        free = [
            slot.start
            for slot in free_slots(offer, now)
            if suits(wish, slot.start, zone, now)
            and not any(span.lower < slot.end and slot.start < span.upper for span in busy)
        ]
        if free:
            rows.append((-near if wish.order == Order.MATCH else 0, free[0], profile.pk, free[:3]))
    return [(pk, free) for _, _, pk, free in sorted(rows)]


def fits(wish: SearchCriteria, offer: Offer) -> bool:
    return (
        (not wish.lengths or offer.length in wish.lengths)
        and (not wish.format or offer.format == wish.format)
        and (offer.instant or not wish.instant)
    )


def has(wish: SearchCriteria, profile: MentorProfile) -> bool:
    slugs = set(profile.topics.values_list("slug", flat=True))
    slugs |= set(profile.offers.active().values_list("topics__slug", flat=True))
    return (not wish.topic or wish.topic in slugs) and (not wish.language or wish.language in profile.languages)
