"""People and mentors into rows."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from random import Random

from allauth.account.models import EmailAddress

from accounts.models import StaffRole, User
from mentors.models import Decision, MentorProfile, Offer, ProfileDecision, ProfileDraft, ProfileState
from sessions_app.models import AvailabilityWindow, DateOverride, Schedule, TimeOff

from .copying import Table
from .mentors import MentorPlan
from .people import Person
from .portraits.upload import PortraitWriter

Words = tuple[str, tuple[str, ...], str, tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class MentorIds:
    person: int
    offers: tuple[int, ...]


def new_uuid(rng: Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)


class PeopleWriter:
    def __init__(self, rng: Random, password: str) -> None:
        self.rng = rng
        self.password = password
        self.users = Table(
            User, "uuid email name timezone language hour_cycle is_active is_staff is_superuser password date_joined"
        )
        self.addresses = Table(EmailAddress, "user_id email verified primary")
        # A trigger copies them to their person.
        self.roles = Table(StaffRole, "person_id role at")

    def write(self, person: Person) -> int:
        pk = self.users.add(
            new_uuid(self.rng),
            person.email,
            person.name,
            person.zone,
            "en",
            person.hour_cycle,
            True,
            False,
            False,
            self.password,
            person.joined,
        )
        self.addresses.add(pk, person.email, True, True)
        for role in person.roles:
            self.roles.add(pk, role, person.joined)
        return pk

    @property
    def tables(self) -> tuple[Table, ...]:
        return self.users, self.addresses, self.roles


class MentorWriter:
    """`staff` is the id of the person who decided about the profiles; `topics` are the topics' ids by name.

    `today` is when mentors were last heard of: the clock lets those rest who have been quiet for long.
    """

    def __init__(
        self,
        rng: Random,
        people: PeopleWriter,
        topics: dict[str, int],
        staff: int,
        portraits: PortraitWriter,
        today: datetime,
    ) -> None:
        self.rng = rng
        self.people = people
        self.topics = topics
        self.staff = staff
        self.portraits = portraits
        self.today = today
        words = "headline asks how_i_work languages photo"
        self.profiles = Table(
            MentorProfile, f"person_id slug state {words} paused_until approved_at created_at seen_at version"
        )
        self.drafts = Table(ProfileDraft, f"profile_id {words} submitted_at updated_at")
        self.profile_topics = Table(MentorProfile.topics.through, "mentorprofile_id topic_id")
        self.draft_topics = Table(ProfileDraft.topics.through, "profiledraft_id topic_id")
        self.offers = Table(Offer, "uuid profile_id title length format instant issue_types questions position")
        self.decisions = Table(ProfileDecision, "profile_id by_id decision version reason points at")
        self.schedules = Table(Schedule, "profile_id timezone buffer notice horizon_days max_per_day max_per_week")
        self.windows = Table(AvailabilityWindow, "schedule_id weekday start end")
        self.overrides = Table(DateOverride, "schedule_id date minutes")
        self.time_off = Table(TimeOff, "schedule_id first last")

    def write(self, mentor: MentorPlan) -> MentorIds:
        person = self.people.write(mentor.person)
        live = mentor.state == ProfileState.APPROVED
        decisions = self._list_decisions(person, mentor)
        words = self._words_of(mentor)
        profile = self.profiles.add(
            person,
            mentor.person.slug,
            mentor.state,
            *(words if live else ("", [], "", [], "")),
            mentor.paused_until,
            mentor.approved_at,
            mentor.person.joined,
            self.today if live else None,
            len(decisions),
        )
        for version, (by, decision, at, points) in enumerate(decisions, start=1):
            self.decisions.add(profile, by, decision, version, "", points, at)
        if live:
            for topic in mentor.topics:
                self.profile_topics.add(profile, self.topics[topic.name])
        if not live or mentor.submitted_at:
            self._write_draft(profile, mentor, words)
        self._write_schedule(profile, mentor)
        return MentorIds(person, self._write_offers(profile, mentor))

    def _words_of(self, mentor: MentorPlan) -> Words:
        photo = self.portraits.write(mentor.person)
        return mentor.headline, mentor.asks, mentor.how_i_work, mentor.person.languages, photo

    def _write_draft(self, profile: int, mentor: MentorPlan, words: Words) -> None:
        """The draft: a public profile's has other words about how they work."""
        headline, asks, how_i_work, languages, photo = words
        if mentor.state == ProfileState.APPROVED:
            how_i_work = f"{how_i_work} I’m happy to speak slowly if English isn’t your first language."
        draft = self.drafts.add(
            profile,
            headline,
            asks,
            how_i_work,
            languages,
            photo,
            None if mentor.changes_at else mentor.submitted_at,
            mentor.submitted_at or mentor.person.joined,
        )
        for topic in mentor.topics:
            self.draft_topics.add(draft, self.topics[topic.name])

    def _list_decisions(self, person: int, mentor: MentorPlan) -> list[tuple[int, Decision, datetime, dict[str, str]]]:
        """For each version of the profile: who decided, what, when, and what staff asked for."""
        decisions: list[tuple[int, Decision, datetime, dict[str, str]]] = []
        if mentor.approved_at:
            decisions.append((person, Decision.SUBMITTED, mentor.person.joined, {}))
            decisions.append((self.staff, Decision.APPROVED, mentor.approved_at, {}))
        if mentor.submitted_at:
            decisions.append((person, Decision.SUBMITTED, mentor.submitted_at, {}))
        if mentor.changes_at:
            decisions.append((self.staff, Decision.CHANGES, mentor.changes_at, mentor.changes))
        return decisions

    def _write_schedule(self, profile: int, mentor: MentorPlan) -> None:
        plan = mentor.schedule
        schedule = self.schedules.add(
            profile, plan.zone, plan.buffer, plan.notice, plan.horizon_days, plan.max_per_day, plan.max_per_week
        )
        for window in plan.windows:
            self.windows.add(schedule, *window)
        for day, spans in plan.overrides.items():
            self.overrides.add(schedule, day, [minute for span in spans for minute in span])
        for first, last in plan.time_off:
            self.time_off.add(schedule, first, last)

    def _write_offers(self, profile: int, mentor: MentorPlan) -> tuple[int, ...]:
        return tuple(
            self.offers.add(
                new_uuid(self.rng),
                profile,
                offer.title,
                offer.length,
                offer.format,
                offer.instant,
                offer.issue_types,
                offer.questions,
                position,
            )
            for position, offer in enumerate(mentor.offers)
        )

    @property
    def tables(self) -> tuple[Table, ...]:
        return (
            self.profiles,
            self.drafts,
            self.profile_topics,
            self.draft_topics,
            self.offers,
            self.decisions,
            self.schedules,
            self.windows,
            self.overrides,
            self.time_off,
        )
