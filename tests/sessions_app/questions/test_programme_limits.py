"""Rules of programmes against a slow reading of them; what is listed is accepted, and nothing else is."""

import os
from collections import Counter
from datetime import timedelta
from functools import cached_property
from math import ceil
from random import Random
from threading import Thread
from zlib import crc32
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from programmes.models import Membership, Programme, ProgrammeState
from programmes.pairs import mentors_shut_to
from search.criteria import SearchCriteria
from search.finding import find_mentors
from search.indexing import rebuild_index
from sessions_app.availability.slot_picker import busy_times
from sessions_app.availability.slots import Slot, overlaps_busy
from sessions_app.availability.timetable import load_timetable, load_timetable_for
from sessions_app.booking.book import book_session
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.holds import claim_hold, hold_slot
from sessions_app.booking.other_times import pick_other_times
from sessions_app.errors import SessionError
from sessions_app.models import Booking
from sessions_app.models.states import OPEN, OPEN_OR_OVER
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.limits import why_not_book
from tests.conftest import NOW, make_mentor, make_person
from tests.sessions_app.helpers.programmes import let_in, make_programme

WORLDS, STEPS = int(os.environ.get("WORLDS", "5")), 8
EVERY_DAY = [(day, 600, 800) for day in range(1, 8)]
SAID = BriefInput(question="How do I say no?")
FIVE_DAYS, DAYS_28, DAYS_90, LENGTH = (timedelta(days) for days in (5, 28, 90, 25 / 1440))


def mentor(number):
    person = make_person(f"mentor{number}@example.org", f"Mentor {number}")
    rules = {"buffer": 0, "notice": 0, "move_notice": 0, "horizon_days": 30}
    return make_mentor(person, windows=EVERY_DAY, length=25, instant=True, **rules)


def free_starts(profile, mentee, *, now):
    timetable, last = load_timetable_for(mentee, profile, now=now), now + FIVE_DAYS
    if not timetable.pair.allows(25, "video"):
        return []
    slots = timetable.slots(length=25, now=now, first=now, last=last)
    return [slot.start for slot in slots if not overlaps_busy(slot, busy_times(mentee, now=now))]


def all_free(profile, *, now, days=28):
    """What the engine leaves to every person."""
    slots = load_timetable(profile, now=now).slots(length=25, now=now, first=now, last=now + timedelta(days=days))
    return [slot.start for slot in slots]


def monday(start):
    local = start.astimezone(ZoneInfo("Europe/London")).date()
    return local - timedelta(days=local.weekday())


def book(profile, mentee, *, now, programme=None):
    """At their first common time; a mentor whose times this person doesn't see is asked for the first hour."""
    starts = free_starts(profile, mentee, now=now)
    start = starts[0] if starts else now + timedelta(hours=1)
    offer = profile.offers.get()
    return book_session(offer=offer, start=start, brief=SAID, mentee=mentee, now=now, programme=programme)


class Slow:
    """The table of rules, read row by row. `chosen`: the programme that the mentee wants it to count for."""

    def __init__(self, mentee, person, now, chosen=None) -> None:
        self.mentee, self.person, self.now, self.chosen = mentee, person, now, chosen
        self.mine = self.programmes_of(mentee, "asks") if mentee else set()
        self.theirs = self.programmes_of(person, "gives")
        both = self.mine & self.theirs
        units = {row.programme: row.unit.lower() for row in Membership.objects.filter(person=mentee)} if mentee else {}
        for row in Membership.objects.filter(person=person, programme__in=both):
            if row.programme.units_apart and row.unit and row.unit.lower() == units[row.programme]:
                both.remove(row.programme)
        self.shared, self.is_of_one_unit = both, not both and bool(self.mine & self.theirs)

    def programmes_of(self, person, side) -> set[Programme]:
        rows = Membership.objects.filter(person=person, state="live").select_related("programme")
        return {row.programme for row in rows if getattr(row, side) and self.runs(row.programme)}

    def runs(self, programme) -> bool:
        return programme.stage_at(self.now) in ("open", "closed")

    @property
    def is_shut(self) -> bool:
        inside = any(not one.members_book_outside for one in self.mine)
        outside = inside or any(not one.others_book_ours for one in self.theirs)
        return not self.shared and (self.is_of_one_unit or outside or self.is_hidden)

    @property
    def is_hidden(self) -> bool:
        """Whether a programme runs makes no difference to who sees its mentors."""
        gives = Membership.objects.filter(person=self.person, state="live", gives=True).select_related("programme")
        is_in = {row.programme_id for row in Membership.objects.filter(person=self.mentee, state="live")}
        seen = [one.programme.directory == "public" or one.shown_outside or one.programme_id in is_in for one in gives]
        return bool(seen) and not any(seen)

    @property
    def programme(self) -> Programme | None:
        if len(self.shared) == 1:
            return next(iter(self.shared))
        return self.chosen if self.chosen in self.shared else None

    @cached_property
    def share(self) -> int:
        had = Booking.objects.filter(mentee=self.mentee, state="completed", during__endswith__gt=self.now - DAYS_90)
        return max((one.first_share or 0 for one in self.shared if had.filter(programme=one).exists()), default=0)

    def is_kept(self, start, free) -> bool:
        """Of the mentor's free starts in a week, those far enough ahead, a share goes to first-timers."""
        if not self.share:
            return False
        week = [other for other in free if monday(other) == monday(start) and other - self.now > timedelta(hours=48)]
        drawn = sorted(week, key=lambda other: (crc32(str(int(other.timestamp()) // 60).encode()), other))
        return start in drawn[: ceil(len(week) * self.share / 100)]

    @cached_property
    def given(self) -> tuple[int | None, Counter]:
        """The most minutes in a week, and those given by their Mondays."""
        counted = Booking.objects.filter(mentor=self.person, programme=self.programme, state__in=OPEN_OR_OVER)
        weeks = Counter()
        for row in counted:
            weeks[monday(row.start)] += row.length
        return Membership.objects.get(person=self.person, programme=self.programme).minutes_a_week, weeks

    def is_week_full(self, start) -> bool:
        if self.programme is None:
            return False
        most, weeks = self.given
        return most is not None and weeks[monday(start)] + 25 > most

    @property
    def has_other_sessions(self) -> bool:
        one = self.programme
        return bool(one) and (25 not in (one.lengths or [25]) or "video" not in (one.formats or ["video"]))

    @property
    def code(self) -> str | None:
        if self.is_shut:
            return "unit" if self.is_of_one_unit else "programme"
        if one := self.programme:
            counted = list(Booking.objects.filter(mentee=self.mentee, programme=one))
            open_with = {row.mentor_id for row in counted if row.state in OPEN and row.end > self.now}
            if one.most_open is not None and len(open_with) >= one.most_open:
                return "too_many_open"
            lately = [row for row in counted if row.state in OPEN_OR_OVER and row.created_at > self.now - DAYS_28]
            if one.most_sessions is not None and len(lately) >= one.most_sessions:
                return "quota"
        return None

    def time_code(self, start, free) -> str | None:
        if self.is_week_full(start):
            return "week_cap"
        return "kept_for_first" if self.is_kept(start, free) else None

    def code_of(self, start, free) -> str | None:
        other = "not_shared" if self.chosen not in (None, self.programme) else None
        return self.code or ("session_kind" if self.has_other_sessions else self.time_code(start, free) or other)


def random_world(rng):
    programmes = [
        make_programme(
            number,
            members_book_outside=rng.random() < 0.7,
            others_book_ours=rng.random() < 0.6,
            most_sessions=rng.choice([None, 1, 2]),
            most_open=rng.choice([None, 1, 2]),
            units_apart=rng.random() < 0.3,
            lengths=rng.choice([None, None, None, [25, 45], [45]]),
            formats=rng.choice([None, None, None, ["video"], ["phone", "chat"]]),
            first_share=rng.choice([None, 25, 50]),
            directory=rng.choice(["public", "public", "members"]),
            state=rng.choice([*ProgrammeState, *4 * [ProgrammeState.OPEN], ProgrammeState.CLOSED]),
            first_day=NOW.date() - timedelta(days=9),
            last_day=rng.choice([None, None, NOW.date() - timedelta(days=1), NOW.date(), NOW.date() + timedelta(9)]),
            timezone=rng.choice(["Europe/London", "Pacific/Auckland", "America/Los_Angeles"]),
        )
        for number in range(2)
    ]
    profiles = [mentor(number) for number in range(4)]
    mentees = [make_person(f"mentee{number}@example.org", f"Mentee {number}") for number in range(2)]
    for person in (*mentees, *(profile.person for profile in profiles)):
        for programme in rng.sample(programmes, rng.choice([0, 1, 1, 1, 2])):
            sides = (person in mentees or rng.random() < 0.3, person not in mentees or rng.random() < 0.3)
            ended = {"state": "left", "ended_at": NOW} if rng.random() < 0.15 else {}
            unit = rng.choice(["", "Sales", "SALES", "Legal"])
            more = {"unit": unit, "minutes_a_week": rng.choice([None, 25, 60]), "shown_outside": rng.random() < 0.2}
            let_in(person, programme, asks=sides[0], gives=sides[1], **more, **ended)
    return profiles, mentees


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(WORLDS))
def test_rules_are_those_of_a_slow_reading_and_what_is_listed_is_accepted(seed, settings):
    settings.MAX_OPEN_BOOKINGS = 9
    rng, now = Random(seed), NOW
    profiles, mentees = random_world(rng)
    rebuild_index(now=now)
    codes = Counter()
    for _step in range(STEPS):
        for mentee in rng.sample((None, *mentees), 2):
            reader = mentee and type(mentee).objects.get(pk=mentee.pk)
            expected = {profile.pk: Slow(reader, profile.person, now) for profile in profiles}
            shut = {profile.person_id for profile in profiles if expected[profile.pk].is_shut}
            found = find_mentors(SearchCriteria(), zone="Europe/London", now=now, mentee=reader)
            listed = {match.profile.person_id for match in found.matches}

            people = {profile.person_id for profile in profiles}
            others = {profile.person_id for profile in profiles if expected[profile.pk].has_other_sessions}
            assert mentors_shut_to(reader, people, now=now) == shut
            assert listed == people - shut - others
            for profile in profiles:
                profile.person.refresh_from_db()
                slow, free = expected[profile.pk], all_free(profile, now=now)
                timetable = load_timetable_for(reader, profile, now=now)
                assert bool(timetable.rules.windows) != (profile.person_id in shut)
                left = [] if slow.has_other_sessions or slow.is_shut else [s for s in free if s < now + FIVE_DAYS]
                busy = busy_times(reader, now=now)
                own = [s for s in left if not overlaps_busy(Slot(s, s + LENGTH), busy)]
                assert free_starts(profile, reader, now=now) == [s for s in own if slow.time_code(s, free) is None]
        mentee, profile = rng.choice(mentees), rng.choice(profiles)
        slow = Slow(mentee, profile.person, now)
        ahead = Booking.objects.filter(mentee=mentee, mentor=profile.person, state__in=OPEN)
        together = any(one.end > now for one in ahead)
        refusal = why_not_book(mentee, profile, now=now)
        assert (refusal.code if refusal else None) == ("already_together" if together else slow.code)
        shared = sorted(slow.shared, key=str)
        chosen = rng.choice([None, None, *shared, *shared, rng.choice(Programme.objects.order_by("pk"))])
        slow, free = Slow(mentee, profile.person, now, chosen), all_free(profile, now=now)
        busy = busy_times(mentee, now=now)
        start = rng.choice([start for start in free if not overlaps_busy(Slot(start, start + LENGTH), busy)])
        said = {"offer": profile.offers.get(), "start": start, "brief": SAID, "mentee": mentee, "programme": chosen}
        code = "already_together" if together else slow.code_of(start, free)
        if code is None:
            made = book_session(**said, now=now)
            assert made.programme == slow.programme
            if rng.random() < 0.3:
                cancel_booking(booking=made, by=mentee, reason="ill", now=now)
        else:
            with pytest.raises(SessionError) as raised:
                book_session(**said, now=now)
            assert raised.value.code == code
            if code in ("week_cap", "kept_for_first") and (earliest := raised.value.earliest):
                assert slow.time_code(earliest, all_free(profile, now=now, days=60)) is None
        codes[code or "booked"] += 1
        Booking.objects.filter(state="confirmed", during__endswith__lt=now).update(state="completed")
        now += timedelta(days=rng.choice([0, 0, 2, 7]))
    assert sum(codes.values()) == STEPS


@pytest.mark.django_db
def test_a_booking_keeps_its_programme(bob):
    programme, other, profile = make_programme(1), make_programme(2), mentor(1)
    theirs = let_in(bob, programme, asks=True)
    let_in(profile.person, programme, gives=True)
    made = book(profile, bob, now=NOW)
    theirs.state, theirs.ended_at = "left", NOW
    theirs.save()

    made.refresh_from_db()
    assert made.programme == programme
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=made.pk).update(programme=other)


@pytest.mark.django_db
def test_a_session_that_stands_can_still_be_moved(bob):
    """Its pair is kept apart by a rule that came later."""
    profile, programme = mentor(1), make_programme(1)
    let_in(profile.person, programme, gives=True)
    made = book(profile, bob, now=NOW)
    programme.others_book_ours = False
    programme.save()

    picker = pick_other_times(made, zone=None, now=NOW)
    start = picker.next_free(NOW, 3)[-1].start
    move_booking(booking=made, start=start, by=bob, now=NOW)

    made.refresh_from_db()
    assert made.start == start
    assert why_not_book(make_person("new@example.org", "Nia New"), profile, now=NOW).code == "programme"


@pytest.mark.django_db
def test_a_visitor_is_one_of_the_others_until_they_sign_in(bob):
    programme, profile = make_programme(1), mentor(1)
    let_in(bob, programme, asks=True)
    let_in(profile.person, programme, gives=True)
    start, later, *_rest = free_starts(profile, None, now=NOW)
    offer = profile.offers.get()

    held = hold_slot(offer=offer, start=start, brief=SAID, held_for="a", now=NOW)
    assert held.programme is None
    assert claim_hold(booking=held, mentee=bob, now=NOW).programme == programme

    programme.others_book_ours = False
    programme.save()
    with pytest.raises(SessionError) as raised:
        hold_slot(offer=offer, start=later, brief=SAID, held_for="b", now=NOW)
    assert raised.value.code == "programme"


@pytest.mark.django_db
def test_the_day_that_a_used_up_quota_names_is_one_at_which_it_works(bob):
    programme, profiles = make_programme(1, most_sessions=1), [mentor(1), mentor(2)]
    let_in(bob, programme, asks=True)
    for profile in profiles:
        let_in(profile.person, programme, gives=True)
    book(profiles[0], bob, now=NOW)

    assert why_not_book(bob, profiles[1], now=NOW + DAYS_28 - timedelta(minutes=1)).code == "quota"
    assert book(profiles[1], bob, now=NOW + DAYS_28).programme == programme


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rule", ["most_sessions", "most_open"])
def test_two_bookings_at_once_never_pass_a_limit(rule, bob):
    programme, profiles = make_programme(1, **{rule: 1}), [mentor(number) for number in range(4)]
    let_in(bob, programme, asks=True)
    for profile in profiles:
        let_in(profile.person, programme, gives=True)
    outcomes, starts = Counter(), free_starts(profiles[0], bob, now=NOW)

    def race(number, profile):
        try:
            start = starts[2 * number]
            book_session(offer=profile.offers.get(), start=start, brief=SAID, mentee=bob, now=NOW)
            outcomes["booked"] += 1
        except SessionError as error:
            outcomes[error.code] += 1
        finally:
            connection.close()

    threads = [Thread(target=race, args=given) for given in enumerate(profiles)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == {"booked": 1, {"most_sessions": "quota", "most_open": "too_many_open"}[rule]: 3}
