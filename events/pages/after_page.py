"""What a person sees after an event: their meetings, who wants to talk again, and whose goal they are asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from events.afterwards.answers import held_pairs, mutual_meetings, takes_answers
from events.afterwards.goals import goal_of, is_due, may_have_goal, takes_goals
from events.models import Answer, Event, EventKind, Goal, Pairing, Registration, Side
from mentors.models import MentorProfile
from sessions_app.questions.addresses import mentor_address


@dataclass(frozen=True, slots=True)
class MutualWish:
    """Another who wants to talk again too. `book_url`: where the reader can book them."""

    partner: Registration
    book_url: str
    contact: str


@dataclass(frozen=True, slots=True)
class WitnessedGoal:
    """Another's goal, of which the reader is asked to be the witness, or is."""

    goal: Goal
    is_due: bool


@dataclass(frozen=True)
class AfterPage:
    event: Event
    registration: Registration
    now: datetime

    @cached_property
    def pairs(self) -> list[Pairing]:
        return held_pairs(self.registration)

    @cached_property
    def answers(self) -> dict[int, Answer]:
        return {one.pairing_id: one for one in Answer.objects.filter(registration=self.registration)}

    @property
    def finds_mentors(self) -> bool:
        return MentorProfile.objects.found_by(self.registration.person).exists()

    @property
    def is_mentor(self) -> bool:
        return self.registration.side == Side.MENTOR

    @property
    def is_open(self) -> bool:
        return takes_answers(self.event, self.now)

    @property
    def has_page(self) -> bool:
        """Whether there is anything to see yet."""
        return self.event.is_over or self.is_open

    @cached_property
    def mutual(self) -> list[MutualWish]:
        known = mutual_meetings(self.event, self.pairs).get(self.registration.pk, [])
        partners = [pair.partner_of(self.registration) for pair in self.pairs if pair.pk in known]
        addresses = self._addresses(partners)
        shares = self.event.kind == EventKind.NETWORKING
        return [MutualWish(one, addresses.get(one.person_id, ""), one.contact if shares else "") for one in partners]

    def _addresses(self, partners: Sequence[Registration]) -> dict[int, str]:
        """Where those can be booked who came as mentors, or as guests who are mentors too: with the reader's question,
        so that they needn't type it again."""
        if self.is_mentor:
            return {}
        live = MentorProfile.objects.seen_by(self.registration.person).filter(
            person__in=[one.person_id for one in partners]
        )
        return {
            person: mentor_address(slug, words=self.registration.question, book=True)
            for person, slug in live.values_list("person", "slug")
        }

    @cached_property
    def goal(self) -> Goal | None:
        return goal_of(self.registration)

    @cached_property
    def host_url(self) -> str:
        """Where the host of office hours can be booked, with the reader's question."""
        seen = MentorProfile.objects.seen_by(self.registration.person)
        profile = seen.filter(person=self.event.host_id).first()
        return mentor_address(profile.slug, words=self.registration.question, book=True) if profile else ""

    @property
    def can_set_goal(self) -> bool:
        return self.event.has_rounds and may_have_goal(self.registration) and takes_goals(self.event, self.now)

    @property
    def has_goal_page(self) -> bool:
        return self.can_set_goal or self.goal is not None

    @property
    def asks_how_it_went(self) -> bool:
        return self.goal is not None and is_due(self.goal, self.registration, self.now)

    @cached_property
    def witnessed(self) -> list[WitnessedGoal]:
        goals = Goal.objects.with_people().filter(witness=self.registration).order_by("pk")
        return [WitnessedGoal(goal, is_due(goal, self.registration, self.now)) for goal in goals]
