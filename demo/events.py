"""Events of the invented world, made by the product's own acts: one of each kind and state that people come across."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import User
from events.afterwards.answers import AnswerInput, answer, held_pairs
from events.afterwards.clock import ask_after_event
from events.afterwards.goals import agree_to_witness, set_goal, witnesses_of
from events.live.presence import check_in
from events.live.running import close_event, start_evening
from events.models import Event, EventKind, EventMode, Registration, Shape, Side, WishKind
from events.planning.plans import ask_plan
from events.planning.publishing import publish_plan
from events.planning.solving import solve_plan
from events.planning.wishes import others_of, set_wishes
from events.registering.acts import register
from events.registering.inputs import RegistrationInput
from events.registering.inviting import invite_mentors
from events.registering.managing import EventInput, create_event, open_event
from mentors.models import MentorProfile, Topic
from notifications.models import Notification
from sessions_app.availability.commitments import is_promised
from trust.separations import are_apart

from .people import DOMAIN

STOCKHOLM = "Europe/Stockholm"
EVENING = Shape(rounds=6, minutes=10, change=2, break_after=3, break_minutes=10)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ABOUT = (
    "Six short rounds, each with someone who has been where you are. Bring one question: your mentors see it before "
    "they meet you."
)
QUESTIONS = (
    "How do I explain a gap in my CV?",
    "Is a portfolio worth the weekend it takes?",
    "Two offers, one week: how do I choose?",
    "How do I say what I want to earn?",
    "My talk is next month and I freeze. What helps?",
    "I lead a team for the first time. What do I do on day one?",
    "Should I stay another year or leave now?",
    "How do I get my first customer to answer?",
    "What do I cut from a five-page cover letter?",
    "How do I disagree with my manager in a meeting?",
)
OTHERS = f"@{DOMAIN}"
# An evening that is over, and what people wrote down after it.
WEEKS_AGO = timedelta(weeks=3)
TAKEAWAYS = (
    "Ask for the range before saying a number.",
    "Send the draft on Friday, finished or not.",
    "One page, three projects, no adjectives.",
    "Write down what only I can decide.",
    "Call two people who have done it.",
)
GOALS = (
    "asked for the next level, with numbers",
    "sent six applications that I’d answer myself",
    "given the talk once, to ten people",
    "handed over one thing I like doing",
    "spoken with five people who do the job I want",
)


class EventWriter:
    def __init__(self, now: datetime, rng: Random) -> None:
        self.now, self.rng = now, rng
        self.maria = User.objects.get(email=f"maria@{DOMAIN}")
        self.sam = User.objects.get(email=f"sam@{DOMAIN}")

    def write(self) -> int:
        """All of them. Returns how many."""
        events = [self.write_open(), self.write_planned(), self.write_office_hours()]
        events.append(PastWriter(self.now - WEEKS_AGO, self.rng).write_past())
        # Nobody is mailed about what was before the world began.
        Notification.objects.filter(recipient__email__endswith=OTHERS, due_at__lte=self.now).delete()
        return len(events)

    def evening(self, days: int) -> datetime:
        """Six in the evening in Stockholm, so many days from now."""
        day = (self.now + days * DAY).astimezone(ZoneInfo(STOCKHOLM)).date()
        return datetime.combine(day, time(18), ZoneInfo(STOCKHOLM)).astimezone(UTC)

    def make(
        self, title: str, start: datetime, *, mentees: int, mentors: int, closes: timedelta, shape: Shape = EVENING
    ) -> Event:
        said = EventInput(
            kind=EventKind.SPEED,
            title=title,
            about=ABOUT,
            start=start,
            timezone=STOCKHOLM,
            mode=EventMode.ON_SITE,
            place="Kulturhuset, Sergels torg 3, Stockholm",
            access="Step-free from Sergelgatan, a lift to every floor, a quiet room next door.",
            registration_until=start - closes,
            wishes_until=start - closes,
            places={Side.MENTEE: mentees, Side.MENTOR: mentors},
            rounds_count=shape.rounds,
            round_minutes=shape.minutes,
            change_minutes=shape.change,
            break_after=shape.break_after,
            break_minutes=shape.break_minutes,
        )
        return open_event(event=create_event(said=said, by=self.maria), now=self.now)

    def publish(self, event: Event) -> None:
        plan = ask_plan(event=event, by=self.maria, now=self.now)
        solve_plan(plan.pk, now=self.now)
        plan.refresh_from_db()
        publish_plan(plan=plan, now=self.now)

    def write_open(self) -> Event:
        """Sam has a place, Priya mentors, and Tomás is invited."""
        event = self.make("Speed mentoring: first jobs", self.evening(9), mentees=24, mentors=10, closes=DAY)
        named = {name: MentorProfile.objects.get(person__email=f"{name}@{DOMAIN}") for name in ("priya", "tomas")}
        self.come(event, self.sam, Side.MENTEE)
        self.come(event, named["priya"].person, Side.MENTOR)
        invite_mentors(event=event, profiles=[named["tomas"]], now=self.now)
        self.fill(event, mentees=11, mentors=4)
        return event

    def write_planned(self) -> Event:
        """The next evening there is, with a timetable that is published."""
        start = self.evening(0)
        if start < self.now + 2 * HOUR:
            start = self.evening(1)
        event = self.make("Speed mentoring: asking for more", start, mentees=24, mentors=10, closes=HOUR)
        self.come(event, self.sam, Side.MENTEE)
        self.fill(event, mentees=24, mentors=10)
        self.wish(event)
        self.publish(event)
        return event

    def write_office_hours(self) -> Event:
        """Priya's, with more people than places."""
        host = User.objects.get(email=f"priya@{DOMAIN}")
        start = self.free_time(host)
        said = EventInput(
            kind=EventKind.OFFICE_HOURS,
            title="Office hours with Priya: pay and level",
            about="Bring a question about pay, level or an offer. I take one after the other; listening is fine too.",
            start=start,
            timezone=host.zone_name,
            mode=EventMode.ONLINE,
            registration_until=start - HOUR,
            places={Side.MENTEE: 6},
            minutes=45,
        )
        event = open_event(event=create_event(said=said, by=self.maria, host=host), now=self.now)
        self.fill(event, mentees=8, mentors=0)
        return event

    def free_time(self, person: User) -> datetime:
        """The first evening, seen from Bengaluru, at which this person has nothing else."""
        for days in range(4, 30):
            start = self.evening(days).replace(hour=14, minute=30)
            if not is_promised(person, DateTimeTZRange(start, start + HOUR, "[)"), now=self.now):
                return start
        raise LookupError(person)

    def fill(self, event: Event, *, mentees: int, mentors: int) -> None:
        """Let invented people come who have nothing else then, up to so many on each side."""
        people = User.objects.filter(email__endswith=OTHERS, roles=[]).exclude(registrations__event=event)
        for count, side, known in (
            (mentors, Side.MENTOR, people.filter(mentor_profile__in=MentorProfile.objects.seen_by(None))),
            (mentees, Side.MENTEE, people.filter(mentor_profile=None)),
        ):
            there = event.registrations.filter(side=side).exclude(state="invited").count()
            for person in self.who_is_free(known, event):
                if there >= count:
                    break
                self.come(event, person, side)
                there += 1

    def who_is_free(self, people: Iterable[User], event: Event) -> Iterator[User]:
        found = sorted(people, key=lambda person: person.email)
        self.rng.shuffle(found)
        return (person for person in found if self.can_come(person, event))

    def can_come(self, person: User, event: Event) -> bool:
        """Whether they have nothing else then, and aren't kept apart from the event's host."""
        is_apart = event.host_id is not None and are_apart(event.host_id, person.pk, now=self.now)
        return not is_apart and not is_promised(person, event.during, now=self.now)

    def come(self, event: Event, person: User, side: str) -> Registration | None:
        if is_promised(person, event.during, now=self.now):
            return None
        profile = getattr(person, "mentor_profile", None)
        topics = list(Topic.objects.exclude(parent=None).order_by("pk"))
        said = RegistrationInput(
            board_name=person.display_name,
            question=self.rng.choice(QUESTIONS) if side == Side.MENTEE else "",
            topics=list(profile.topics.all()) if profile else self.rng.sample(topics, 3),
            languages=list(profile.languages) if profile else ["en"],
        )
        return register(event=event, person=person, side=side, said=said, now=self.now)

    def wish(self, event: Event) -> None:
        """One in two mentees names someone they must meet, and two they would like to."""
        for registration in event.registrations.filter(side=Side.MENTEE).order_by("pk")[::2]:
            others = others_of(registration)
            chosen = self.rng.sample(others, min(len(others), 3))
            kinds = (WishKind.MUST, WishKind.LIKE, WishKind.LIKE)
            wishes = {one.pk: kind for one, kind in zip(chosen, kinds, strict=False)}
            set_wishes(registration=registration, wishes=wishes, now=self.now)


class PastWriter(EventWriter):
    """Writes an event as it went some weeks ago: `now` is the day on which it was planned."""

    def write_past(self) -> Event:
        """Two didn't come; most said how it was, and some set a goal, of which a mentor is the witness."""
        event = self.make("Speed mentoring: the first year", self.evening(3), mentees=18, mentors=8, closes=HOUR)
        self.come(event, self.sam, Side.MENTEE)
        self.fill(event, mentees=18, mentors=8)
        self.wish(event)
        self.publish(event)
        self.run(event)
        event.refresh_from_db()
        people = list(event.registrations.who_are_in().select_related("event", "person").order_by("pk"))
        ask_after_event(event=event, now=event.closed_at)
        for registration in people:
            self.say(registration)
        for number, registration in enumerate(one for one in people if one.side == Side.MENTEE):
            if number < len(GOALS):
                self.aim(registration, GOALS[number])
        return event

    def run(self, event: Event) -> None:
        coming = list(event.registrations.who_are_in().select_related("event", "person").order_by("pk"))
        # Sam, who comes first, is there.
        for registration in coming[:-2]:
            check_in(registration=registration, by=self.maria, now=event.start)
        start_evening(event=event, now=event.start)
        close_event(event=event, now=event.end)

    def say(self, registration: Registration) -> None:
        """Most of what they met they found useful; of half they want more."""
        said = {
            pair.pk: AnswerInput(
                useful=self.rng.choice((2, 3, 3, 4, 4)),
                again=self.rng.random() < 0.6,
                takeaway=self.rng.choice(TAKEAWAYS) if registration.side == Side.MENTEE else "",
            )
            for pair in held_pairs(registration)
            if self.rng.random() < 0.8
        }
        answer(registration=registration, said=said, now=registration.event.closed_at + HOUR)

    def aim(self, registration: Registration, text: str) -> None:
        witness = next(iter(witnesses_of(registration)), None)
        moment = registration.event.closed_at + HOUR
        goal = set_goal(registration=registration, text=text, witness=witness, now=moment)
        if witness:
            agree_to_witness(goal=goal, witness=witness, now=moment)
