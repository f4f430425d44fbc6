"""The whole invented world: people, mentors, sessions, and what will be told about those to come."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.text import slugify

from accounts.models import User
from common.statements import analyze_tables
from mentors.hooks import announce_change
from mentors.models import MentorProfile, ProfileState, Topic
from notifications.services import Due, schedule_notices
from sessions_app.booking.notices.due import booking_notices
from sessions_app.models import Booking, BookingState
from sessions_app.models.states import OPEN

from .accounts import PASSWORD, Cast, invent_cast
from .cohorts import CohortWriter, KnownMentor
from .conversation import write_conversation
from .data import demo_words, topic_leaves, topic_roots
from .events import EventWriter
from .in_writing import write_in_writing
from .mentors import MentorPlan, invent_mentor
from .people import DOMAIN, People, Person
from .portraits.upload import PortraitWriter
from .programmes import MENTORS, PLANS, write_programmes
from .quotes import note_agreements, publish_quotes
from .sessions import BusyMentee, Diary, SessionPlan, invent_sessions
from .story import write_story
from .words import write_words
from .writing import MentorWriter, PeopleWriter
from .writing_sessions import SessionWriter

# In a small world nearly all mentors have sessions; in a large one only some, which is enough to look at.
EVERYBODY, A_FEW = 0.85, 0.05
MANY = 2000
NOTICES_AT_ONCE = 500
# All are here since before the programmes began, and there are so many mentees at least, for both.
LONGEST_HERE, FEWEST_MENTEES = 70, 68
# Mentors of the programmes have hours that aren't far from those of northern Europe.
NEAR_HOURS = 3
# Of so many mentors one has had a session in the last days whose question may be shown.
SHARED_EVERY = 4
# Of whom the mentors of the programmes are chosen, however many there are
MOST_KNOWN = 5 * MENTORS * len(PLANS)
APPLICANT_STATES = (
    ProfileState.SUBMITTED,
    ProfileState.NEEDS_CHANGES,
    ProfileState.SUBMITTED,
    ProfileState.DRAFT,
)


@dataclass(slots=True)
class Seeder:
    mentors: int
    days: int
    now: datetime
    # False: the well-known password of the demo doesn't work
    with_password: bool = True
    portraits: int = 0

    def run(self) -> Counter[str]:
        """Write everything in one transaction and count it. The same arguments on the same day give the same world."""
        today = datetime.combine(self.now.date(), time(), tzinfo=UTC)
        rng = Random(f"a world of {self.mentors} mentors over {self.days} days on {today:%Y-%m-%d}")
        with transaction.atomic():
            counts = World(rng, self, today).write()
        announce_change(*MentorProfile.objects.public().values_list("pk", flat=True))
        analyze_tables()
        return counts


class World:
    def __init__(self, rng: Random, wanted: Seeder, today: datetime) -> None:
        self.rng, self.wanted, self.today = rng, wanted, today
        taken = set(MentorProfile.objects.values_list("slug", flat=True))
        self.people = People(rng, today, taken)
        self.cast: Cast = invent_cast(self.people, today)
        self.writer = PeopleWriter(rng, make_password(PASSWORD if wanted.with_password else None))
        self.sessions = SessionWriter(rng, today)
        self.counts: Counter[str] = Counter()
        # Those of whom the programmes' mentors are chosen
        self.known: dict[int, KnownMentor] = {}

    def write(self) -> Counter[str]:
        maria, *_colleagues = (self.writer.write(person) for person in (self.cast.maria, *self.cast.colleagues))
        portraits = PortraitWriter(self.wanted.portraits)
        mentors = MentorWriter(self.rng, self.writer, write_topics(), maria, portraits, self.today)
        sam = BusyMentee(self.writer.write(self.cast.sam))
        wanted = max(FEWEST_MENTEES, self.wanted.mentors // 2)
        seats = [BusyMentee(self.writer.write(self._invent_mentee())) for _mentee in range(wanted)]
        for mentor in self._invent_mentors():
            ids = mentors.write(mentor)
            self.counts["mentors"] += 1
            diary = Diary(self.rng, mentor, seats, self.today, self.wanted.now)
            if len(self.known) < MOST_KNOWN:
                self.known[ids.person] = KnownMentor(mentor, ids, diary)
            for session in self._plan_diary(diary, sam):
                self.sessions.write(session, mentor, ids)
                self.counts["past sessions" if session.slot.start < self.today else "sessions ahead"] += 1
        for applicant in self._invent_applicants():
            mentors.write(applicant)
            self.counts["applicants"] += 1
        for person in self.cast.managers:
            self.writer.write(person)
        for table in (*self.writer.tables, *mentors.tables, *self.sessions.tables):
            table.flush()
        self._write_programmes(seats)
        self.counts["people"] = User.objects.filter(email__endswith=f"@{DOMAIN}").count()
        self.counts["notifications"] = write_notices(self.wanted.now)
        write_conversation(self.wanted.now)
        write_in_writing()
        self.counts["quotes"] = publish_quotes(self.wanted.now)
        self.counts["consents"] = note_agreements()
        write_story(self.wanted.now, self.rng)
        self.counts["events"] = EventWriter(self.wanted.now, self.rng).write()
        return self.counts

    def _write_programmes(self, seats: list[BusyMentee]) -> None:
        """With what came of them. Their mentors are those with hours like theirs, first those who are asked first."""
        strangers = {
            pk: mentor.plan
            for pk, mentor in self.known.items()
            if mentor.plan not in (self.cast.priya, self.cast.tomas)
        }
        chosen = sorted(strangers, key=lambda pk: (self._is_far(strangers[pk]), is_always_instant(strangers[pk])))
        cohorts = write_programmes(self.wanted.now, mentors=chosen, mentees=[seat.person for seat in seats])
        mentees = {seat.person: seat for seat in seats}
        writer = CohortWriter(self.rng, self.sessions, self.known, mentees, self.wanted.now)
        for cohort in cohorts:
            self.counts["past sessions"] += writer.write(cohort)
            write_words(cohort, self.wanted.now)
        for table in self.sessions.tables:
            table.flush()
        self.counts["programmes"] = len(cohorts)

    def _is_far(self, mentor: MentorPlan) -> bool:
        noon = self.today + timedelta(hours=12)
        return abs(noon.astimezone(ZoneInfo(mentor.person.zone)).hour - 13) > NEAR_HOURS

    def _invent_mentee(self) -> Person:
        here = max(self.wanted.days, LONGEST_HERE)
        return self.people.invent_person(days_ago=(here + 12, here + 200))

    def _invent_mentors(self) -> Iterator[MentorPlan]:
        """The two that everyone knows, then the others; of the first fifty, one has sent changed words."""
        yield from (self.cast.priya, self.cast.tomas)[: self.wanted.mentors]
        here = max(self.wanted.days, LONGEST_HERE)
        joined = (here + 25, here + 400)
        for number in range(2, self.wanted.mentors):
            mentor = invent_mentor(self.rng, self.people.invent_person(days_ago=joined), self.today.date())
            yield replace(mentor, submitted_at=self.today - timedelta(hours=30)) if number == 7 else mentor

    def _plan_diary(self, diary: Diary, sam: BusyMentee) -> list[SessionPlan]:
        mentor, days = diary.mentor, self.wanted.days
        if mentor is self.cast.priya:
            diary.add_past(20, seat=sam, offer=0, state=BookingState.COMPLETED, until=15)
            asked = "How do I ask for the level, not just the raise?"
            diary.change_last(question=asked, mentee_answers=True, mentor_answers=True)
            diary.add_past(9, seat=sam, offer=1, state=BookingState.CANCELLED)
            diary.add_upcoming(5, seat=sam, offer=1, soonest=True)
        elif mentor is self.cast.tomas:
            diary.add_past(6, seat=sam, offer=0, state=BookingState.COMPLETED)
            asked = "They matched my offer. What happens to me in six months?"
            diary.change_last(question=asked, mentee_answers=False)
            diary.add_upcoming(days, offer=0, soonest=True)
        if mentor in (self.cast.priya, self.cast.tomas):
            for _session in range(9):
                diary.add_past(days, state=BookingState.COMPLETED)
        elif self.rng.random() > (EVERYBODY if self.wanted.mentors <= MANY else A_FEW):
            return []
        elif self.counts["mentors"] % SHARED_EVERY == 0:
            diary.add_shared()
        return invent_sessions(diary, days)

    def _invent_applicants(self) -> Iterator[MentorPlan]:
        """Jonas, and some more who wait for staff, were asked for changes or haven't sent anything yet."""
        yield self.cast.jonas
        for number in range(min(40, max(5, self.wanted.mentors // 15))):
            yield self._invent_applicant(APPLICANT_STATES[number % len(APPLICANT_STATES)])

    def _invent_applicant(self, state: ProfileState) -> MentorPlan:
        person = self.people.invent_person(days_ago=(1, 3))
        plan = replace(
            invent_mentor(self.rng, person, self.today.date()), state=state, approved_at=None, paused_until=None
        )
        if state == ProfileState.DRAFT:
            return plan
        sent = person.joined + timedelta(hours=self.rng.randint(1, 20))
        if state == ProfileState.SUBMITTED:
            return replace(plan, submitted_at=sent)
        point, sentence = self.rng.choice(list(demo_words()["changes"].items()))
        return replace(plan, submitted_at=sent, changes_at=sent + timedelta(hours=3), changes={point: sentence})


def is_always_instant(mentor: MentorPlan) -> bool:
    return all(offer.instant for offer in mentor.offers)


def write_topics() -> dict[str, int]:
    """The demo's topics by name, with those that staff have made already left as they are."""
    ids: dict[str, int] = {}
    for position, root in enumerate(topic_roots()):
        parent, _made = Topic.objects.get_or_create(name=root, defaults={"slug": slugify(root), "position": position})
        for leaf in (leaf for leaf in topic_leaves() if leaf.root == root):
            topic, _made = Topic.objects.get_or_create(
                name=leaf.name,
                defaults={"slug": slugify(leaf.name), "parent": parent, "synonyms": list(leaf.synonyms)},
            )
            ids[leaf.name] = topic.pk
    return ids


def write_notices(now: datetime) -> int:
    """What will be told about sessions to come; nothing about what has happened, since nobody was there."""
    ahead = Booking.objects.filter(
        mentor__email__endswith=f"@{DOMAIN}",
        state__in=OPEN,
        during__endswith__gt=now,
    )
    dues = [due for booking in ahead.order_by("pk").iterator() for due in _notices_of(booking) if due.due_at > now]
    for first in range(0, len(dues), NOTICES_AT_ONCE):
        schedule_notices(*dues[first : first + NOTICES_AT_ONCE], now=now)
    return len(dues)


def _notices_of(booking: Booking) -> list[Due]:
    if booking.state == BookingState.REQUESTED:
        return booking_notices(booking, event="requested", by=None, now=booking.created_at)
    return booking_notices(booking, event="confirmed", by=None, now=booking.confirmed_at or booking.created_at)
