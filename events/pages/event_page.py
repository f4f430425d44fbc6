"""What the public page of one event shows to its reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from events.locks import is_called
from events.models import Event, EventKind, EventState, Helper, Presence, PresenceKind, Registration, Side
from events.models.events import HelperRole
from events.models.states import DONE, OUT, RUNS, UNSCHEDULED
from events.registering.notices import ASKED_BEFORE
from events.registering.office_hours import is_call_over
from events.registering.places import PlaceCount, count_places
from events.registering.questions import ordered_questions
from events.registering.waiting import can_take_place
from mentors.models import MentorProfile

MOST_NAMED = 60


@dataclass(frozen=True, slots=True)
class NamedMentor:
    name: str
    headline: str
    slug: str
    photo: str
    person: User


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """`count`: how many others have it too; `is_mine_too`: whether the reader said so."""

    question: Registration
    count: int
    is_own: bool
    is_mine_too: bool
    can_say: bool


@dataclass(frozen=True)
class EventPage:
    event: Event
    reader: User | None
    registration: Registration | None
    now: datetime

    @cached_property
    def counts(self) -> dict[str, PlaceCount]:
        return count_places(self.event, self.now)

    @cached_property
    def role(self) -> str:
        """The reader's part in the team: `lead`, `desk`, or nothing."""
        if self.reader is None:
            return ""
        if may(self.reader, Power.EVENTS):
            return str(HelperRole.LEAD)
        found = Helper.objects.filter(event=self.event, person=self.reader).values_list("role", flat=True).first()
        return found or ""

    @property
    def is_led(self) -> bool:
        return self.role == HelperRole.LEAD

    @property
    def is_draft(self) -> bool:
        return self.event.state == EventState.DRAFT

    @property
    def is_cancelled(self) -> bool:
        return self.event.state == EventState.CANCELLED

    @property
    def is_over(self) -> bool:
        return self.event.state in DONE

    @property
    def is_past(self) -> bool:
        """Whether nobody can come any more, so that nothing is said of places."""
        return self.is_over or self.is_cancelled

    @property
    def has_day(self) -> bool:
        """Whether a timetable stands, so that there are pages for the day."""
        return self.event.state in RUNS

    @property
    def is_open(self) -> bool:
        return self.event.takes_registrations(self.now)

    @property
    def can_change(self) -> bool:
        """Whether what was said in a registration can still be changed."""
        return self.event.takes_changes(self.now)

    # Registration was closed before its time
    @property
    def can_reopen(self) -> bool:
        return self.event.state == EventState.CLOSED and self.now < self.event.registration_until

    @cached_property
    def is_settled(self) -> bool:
        """People know their table of the first round: none of them is taken off, and the event isn't changed."""
        return not self.can_change or is_called(self.event)

    @property
    def can_confirm(self) -> bool:
        """Whether they haven't said that they come, or only before they were asked."""
        asked_at, registration = self.event.start - ASKED_BEFORE, self.registration
        if registration is None or registration.confirmed_at is None:
            # Who registers after that has just said so.
            return registration is None or registration.registered_at < asked_at
        return registration.confirmed_at < asked_at <= self.now

    @property
    def stage(self) -> str:
        """What stands between the reader and the event, for the page and its tests."""
        if self.is_cancelled or self.is_draft:
            return self.event.state
        if self.registration is None or self.registration.state in OUT:
            return "can_register" if self.is_open else "closed"
        if self.registration.is_asked(self.now):
            return "asked"
        return str(self.registration.state)

    @property
    def has_plan(self) -> bool:
        """Whether there is anything to plan: not for office hours, nor before registration opens."""
        return self.event.has_rounds and self.event.is_ahead

    @property
    def has_timetable(self) -> bool:
        return self.event.has_rounds and self.event.state in RUNS

    @property
    def takes_wishes(self) -> bool:
        return self.event.takes_wishes(self.now)

    @property
    def is_mentor(self) -> bool:
        return self.registration is not None and self.registration.side == Side.MENTOR

    @property
    def may_register(self) -> bool:
        return self.stage == "can_register"

    @property
    def has_free_place(self) -> bool:
        """On the waiting list: whether a place is there for the first to take it."""
        return self.registration is not None and can_take_place(self.registration, self.counts, now=self.now)

    @property
    def places(self) -> Sequence[PlaceCount]:
        return list(self.counts.values())

    @property
    def can_mentor(self) -> bool:
        """Whether the reader could take part as a mentor."""
        if self.reader is None or Side.MENTOR not in self.event.sides:
            return False
        return MentorProfile.objects.public().filter(person=self.reader).exists()

    @property
    def is_host(self) -> bool:
        return self.reader is not None and self.event.host_id == self.reader.pk

    @property
    def is_in(self) -> bool:
        return self.registration is not None and self.registration.is_in

    @property
    def is_office_hours(self) -> bool:
        return self.event.kind == EventKind.OFFICE_HOURS

    @property
    def has_call(self) -> bool:
        """Whether the reader meets the others under the one address of office hours."""
        return self.is_office_hours and not is_call_over(self.event, self.now) and (self.is_in or self.is_host)

    @property
    def sees_questions(self) -> bool:
        return self.is_office_hours and self.event.is_public and (self.is_in or self.is_led)

    @cached_property
    def questions(self) -> list[QuestionRow]:
        own = self.registration
        agreed = set(own.agrees_with.values_list("question", flat=True)) if own else set()
        can_say = self.is_in and self.event.state in UNSCHEDULED and self.now < self.event.end
        return [
            QuestionRow(one, count, own is not None and own.pk == one.pk, one.pk in agreed, can_say)
            for one, count in ordered_questions(self.event)
        ]

    @cached_property
    def mentors(self) -> list[NamedMentor]:
        """Those who are in and agreed to be named; afterwards only who came, if a desk checked people in."""
        known = Registration.objects.who_are_in().filter(event=self.event, side=Side.MENTOR, is_named=True)
        if self.is_past:
            came = Presence.objects.filter(registration__event=self.event, kind=PresenceKind.IN)
            known = known.filter(pk__in=came.values("registration")) if came.exists() else known
        profiles = (
            MentorProfile.objects.seen_by(self.reader).filter(person__registrations__in=known).select_related("person")
        )
        return [
            NamedMentor(
                profile.name,
                profile.headline,
                profile.slug,
                profile.thumbnail_url,
                profile.person,
            )
            for profile in profiles.order_by("person__name")[:MOST_NAMED]
        ]

    @property
    def spans(self) -> list[tuple[int, datetime, datetime]]:
        """The rounds by number, with their start and end."""
        if not self.event.has_rounds:
            return []
        return [(number, *span) for number, span in enumerate(self.event.shape.spans(self.event.start), start=1)]
