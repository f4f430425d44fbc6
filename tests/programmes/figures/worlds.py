"""Random programmes and what happened in them, and their figures counted the long way: row by row, person by person."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import User
from mentors.models import Offer
from programmes.models import Membership, MembershipState, Programme, Source
from search.figures.periods import Period
from search.indexing import write_profiles
from sessions_app.availability.slots import list_slots
from sessions_app.availability.timetable import load_timetable
from sessions_app.models import Booking, BookingState, Brief, Engagement, Feedback, FollowUp, WaitlistEntry
from tests.conftest import NOW, make_mentor, make_person

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REACH = 20
STATES = [state for state in BookingState if state != BookingState.HELD]
# Questions that found nobody; each names its topic.
TOPICS = ("", "slides", "salary", "visa", "thesis")
ZONES = ("Europe/London", "Asia/Kolkata", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland")
RESOLUTIONS = ("yes", "yes", "partly", "no", "other")
OUTCOMES = ("", "left", "booked", "answered", "over")


class World:
    """Two programmes, `mine` and `other`, which share some people; made by writing rows, so that anything may be."""

    def __init__(self, rng: Random, mine: Programme, other: Programme, *, asking: int = 14) -> None:
        self.rng, self.mine, self.other = rng, mine, other
        for programme in (mine, other):
            programme.made_at = NOW - REACH * 7 * DAY
            programme.save()
        self.mentors = [make_mentor(make_person(f"m{n}@x.test", f"Mentor {n}")).person for n in range(2)]
        self.mentees = [make_person(f"p{n}@x.test", f"Person {n}") for n in range(asking)]
        self.offers = {offer.profile.person_id: offer for offer in Offer.objects.select_related("profile")}
        for person in (*self.mentors, *self.mentees):
            for programme, share in ((mine, 0.85), (other, 0.3)):
                if rng.random() < share:
                    self.add_member(person, programme)
        for person in self.mentees:
            for _number in range(rng.randint(0, 4)):
                self.add_question(person)
            if rng.random() < 0.6:
                self.add_wait(person)

    def add_mentors(self, number: int) -> None:
        """Mentors with all kinds of weeks, most of them members; some never have a free time, or aren’t shown."""
        rng = self.rng
        for n in range(number):
            zone, week = rng.choice(ZONES), []
            for day in rng.sample(range(1, 8), rng.choice([0, 2, 3, 5])):
                start = rng.choice([0, 480, 607, 1020, 1200])
                week.append((day, start, min(1440, start + rng.choice([30, 120, 240, 1440]))))
            rules = {"horizon_days": rng.choice([30, 60]), "notice": rng.choice([0, 240, 2880])}
            profile = make_mentor(make_person(f"more{n}@x.test", f"More {n}", zone), windows=week, **rules)
            if rng.random() < 0.3:
                profile.schedule.time_off.create(first=NOW.date() - DAY, last=NOW.date() + rng.choice((3, 70)) * DAY)
            if rng.random() < 0.2:
                profile.paused_until = NOW.date() + rng.choice((3, 70)) * DAY
            if rng.random() < 0.1:
                profile.state = "suspended"
            profile.save()
            write_profiles([profile.pk])
            self.mentors.append(profile.person)
            if rng.random() < 0.9:
                self.add_member(profile.person, self.mine)

    def moment(self, since: datetime = NOW - REACH * 7 * DAY) -> datetime:
        return since + self.rng.random() * (NOW - since)

    def add_member(self, person: User, programme: Programme) -> None:
        state = self.rng.choice([MembershipState.LIVE] * 5 + list(MembershipState))
        joined = NOW - self.rng.choice((2, 8, 30)) * 7 * DAY
        is_inside = state in (MembershipState.LIVE, MembershipState.ASKED)
        Membership.objects.create(
            programme=programme,
            person=person,
            gives=person in self.mentors,
            asks=person in self.mentees or self.rng.random() < 0.5,
            source=Source.LINK,
            state=state,
            joined_at=joined,
            ended_at=None if is_inside else self.moment(joined),
        )

    def add_question(self, person: User) -> Brief:
        brief = Brief.objects.create(author=person, question="How do I ask for the level?")
        asked = self.moment()
        Brief.objects.filter(pk=brief.pk).update(created_at=asked)
        for mentor in self.rng.sample(self.mentors, self.rng.choice((1, 1, 2))):
            engagement = Engagement.objects.create(mentee=person, mentor=mentor, brief=brief, closed_at=NOW)
            for _number in range(self.rng.choice((0, 1, 1, 2))):
                self.add_booking(engagement, asked)
        return brief

    def add_booking(self, engagement: Engagement, asked: datetime) -> None:
        rng = self.rng
        state = rng.choice([BookingState.COMPLETED] * 8 + STATES)
        made = asked + rng.random() * DAY
        start = made + rng.random() * 30 * DAY
        booking = Booking.objects.create(
            engagement=engagement,
            offer=self.offers[engagement.mentor_id],
            mentor=engagement.mentor,
            mentee=engagement.mentee,
            programme=rng.choice((self.mine, self.mine, self.other, None)),
            during=DateTimeTZRange(start, start + rng.choice((15, 25, 45)) * timedelta(minutes=1)),
            format="video",
            state=state,
            created_at=made,
            confirmed_at=made + HOUR if state in (BookingState.CONFIRMED, BookingState.COMPLETED) else None,
            expires_at=made + DAY,
        )
        if rng.random() < 0.7:
            said, at = rng.choice(RESOLUTIONS), start + rng.random() * 5 * DAY
            row = {"booking": booking, "author": engagement.mentee, "role": "mentee", "resolution": said}
            Feedback.objects.create(**row, created_at=at)
        if rng.random() < 0.4:
            said, at = rng.choice(RESOLUTIONS), start + rng.random() * 20 * DAY
            FollowUp.objects.create(booking=booking, step="three", question="solved", answer=said, answered_at=at)

    def add_wait(self, person: User) -> None:
        since, outcome = self.moment(), self.rng.choice(OUTCOMES)
        briefs = list(person.briefs.filter(asked_for=None)) if self.rng.random() < 0.3 else []
        WaitlistEntry.objects.create(
            person=person,
            words=f"{self.rng.choice(TOPICS)} What do I do, no {self.rng.getrandbits(40)}?".strip(),
            since=since,
            until=since + 30 * DAY,
            ended_at=self.moment(since) if outcome else None,
            ended=outcome,
            brief=briefs[0] if briefs else None,
        )


def looked_for_mentors_in(person: User, at: datetime) -> set[int]:
    found = set()
    for row in Membership.objects.filter(person=person):
        was_in = row.state not in (MembershipState.ASKED, MembershipState.DECLINED)
        if was_in and row.asks and row.joined_at <= at and not (row.ended_at and row.ended_at <= at):
            found.add(row.programme_id)
    return found


def slow_questions(programme: Programme, period: Period) -> list[tuple[int, str, int, bool]]:
    """Person, how far, seconds, whether helped: of each question."""
    found, now = [], period.seen_at
    counted = set()
    for brief in Brief.objects.all():
        mine = []
        for engagement in brief.engagements.all():
            mine += [
                one for one in engagement.bookings.all() if one.programme_id == programme.pk and one.created_at < now
            ]
        if mine and period.since <= brief.created_at < period.until:
            counted.add(brief.pk)
            found.append(slow_question(brief, mine, now))
    for entry, waited, is_helped in slow_waits(programme, period, counted):
        found.append((entry.person_id, "met" if is_helped else "asked", waited, is_helped))
    return sorted(found)


def slow_waits(programme: Programme, period: Period, counted: set[int]) -> Iterator[tuple[WaitlistEntry, int, bool]]:
    """Those who waited for anyone, with seconds, and whether they were helped. `counted`: briefs that came further."""
    for entry in WaitlistEntry.objects.all():
        if not period.since <= entry.since < period.until or entry.brief_id in counted:
            continue
        if looked_for_mentors_in(entry.person, entry.since) != {programme.pk}:
            continue
        ended = entry.ended_at if entry.ended_at and entry.ended_at < period.seen_at else None
        if ended and entry.ended == "booked":
            continue
        waited = round(((ended or period.seen_at) - entry.since).total_seconds())
        yield entry, waited, bool(ended) and entry.ended == "answered"


def slow_unmet(programme: Programme, period: Period) -> dict[str, list[tuple[int, int]]]:
    """For each topic, person and seconds of each question that found nobody."""
    booked = {one.engagement.brief_id for one in Booking.objects.filter(programme=programme)}
    asked = {
        brief.pk
        for brief in Brief.objects.filter(pk__in=booked)
        if period.since <= brief.created_at < period.until and first_asked(brief, programme) < period.seen_at
    }
    found: dict[str, list[tuple[int, int]]] = {}
    for entry, waited, is_helped in slow_waits(programme, period, asked):
        if not is_helped:
            word = entry.words.split()[0]
            found.setdefault(word if word in TOPICS else "", []).append((entry.person_id, waited))
    return found


def first_asked(brief: Brief, programme: Programme) -> datetime:
    return min(one.created_at for one in Booking.objects.filter(engagement__brief=brief, programme=programme))


def slow_time(questions: list[tuple[int, str, int, bool]], share: Fraction) -> tuple[int, bool]:
    """The seconds after which this share was helped, and whether it is only known to be more.

    At each moment at which someone was helped, of those who hadn't been and hadn't stopped waiting, these are left.
    """
    left = Fraction(1)
    for moment in sorted({waited for _person, _far, waited, is_helped in questions if is_helped}):
        at_risk = sum(1 for one in questions if one[2] >= moment)
        helped = sum(1 for one in questions if one[2] == moment and one[3])
        left *= 1 - Fraction(helped, at_risk)
        if left <= 1 - share:
            return moment, False
    return max(one[2] for one in questions), True


def slow_mentors(programme: Programme) -> Iterator[Membership]:
    """Members who mentor, as a search would show them."""
    for row in Membership.objects.filter(programme=programme, gives=True, state=MembershipState.LIVE):
        profile = getattr(row.person, "mentor_profile", None)
        if row.person.is_active and profile and profile.state == "approved" and profile.resting_since is None:
            yield row


def slow_with_times(programme: Programme, now: datetime) -> set[int]:
    """Mentors with a free time in four weeks, for any of their offers."""
    found = set()
    for row in slow_mentors(programme):
        timetable = load_timetable(row.person.mentor_profile, now=now)
        for offer in Offer.objects.filter(profile=row.person.mentor_profile):
            asked = {"length": offer.length, "now": now, "first": now, "last": now + 28 * DAY}
            if timetable and list_slots(timetable.rules, timetable.taken, **asked):
                found.add(row.person_id)
    return found


def slow_hours(programme: Programme, now: datetime) -> dict[int, set[tuple[int, int]]]:
    """For each mentor, the hours of this week that one of their minutes falls into, by the programme's clock."""
    monday = now.date() - now.weekday() * DAY
    found: dict[int, set[tuple[int, int]]] = {}
    for row in slow_mentors(programme):
        schedule, hours = row.person.mentor_profile.schedule, set()
        for window in schedule.windows.all():
            for minute in range(window.start, window.end):
                wall = datetime.combine(monday + (window.weekday - 1) * DAY, time(minute // 60, minute % 60))
                there = wall.replace(tzinfo=ZoneInfo(schedule.timezone)).astimezone(ZoneInfo(programme.timezone))
                hours.add((there.weekday(), there.hour))
        found[row.person_id] = hours
    return found


def slow_question(brief: Brief, mine: list[Booking], now: datetime) -> tuple[int, str, int, bool]:
    met = sorted(one.start for one in mine if one.state == "completed" and one.start < now)
    answers = []
    for booking in mine:
        answers += [(one.created_at, one.resolution) for one in booking.feedback.all() if one.role == "mentee"]
        answers += [(one.answered_at, one.answer) for one in booking.follow_ups.all()]
    answers = sorted(one for one in answers if one[0] < now)
    if not met:
        far = "booked" if any(one.confirmed_at and one.confirmed_at < now for one in mine) else "requested"
        return brief.author_id, far, max(0, round((now - brief.created_at).total_seconds())), False
    far = "met"
    if answers:
        far = "solved" if answers[-1][1] == "yes" else "answered"
    return brief.author_id, far, max(0, round((met[0] - brief.created_at).total_seconds())), True


def slow_time_given(programme: Programme, period: Period) -> tuple[Counter, int, set[int]]:
    """Sessions by weekday and hour whatever became of them, minutes of those that took place, and whose these were."""
    asked: Counter = Counter()
    minutes, people = 0, set()
    for booking in Booking.objects.all():
        if booking.programme_id != programme.pk or not period.since <= booking.start < period.until:
            continue
        if booking.created_at >= period.seen_at:
            continue
        asked[booking.start.astimezone(ZoneInfo(programme.timezone)).strftime("%w %H")] += 1
        if booking.state == "completed":
            minutes += round((booking.end - booking.start).total_seconds() / 60)
            people.add(booking.mentee_id)
    return asked, minutes, people
