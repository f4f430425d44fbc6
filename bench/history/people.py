"""Mentors with offers, topics and hours, and mentees, in any number; `Crowd` says which rows they are."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress

from accounts.models import User
from mentors.models import MentorProfile, Offer, ProfileDraft, ProfileState, Topic
from sessions_app.models import AvailabilityWindow, Schedule

from .rows import continue_ids, insert_pairs, insert_rows, next_id, without_foreign_key_checks

TOPICS = 20


@dataclass(frozen=True, slots=True)
class Crowd:
    """Ids follow each other: the first mentor is `mentor + 1` with profile `profile + 1` and offer `offer + 1`.

    The first mentor and the first mentee have by far the longest histories.
    """

    mentors: int
    mentor: int
    profile: int
    offer: int

    @property
    def mentees(self) -> int:
        """Without the first, a number prime to that of the mentors, so that the same two people meet seldom."""
        return 2 * self.mentors + 2

    @property
    def mentee(self) -> int:
        return self.mentor + self.mentors


def fill_people(mentors: int, *, now: datetime) -> Crowd:
    crowd = Crowd(mentors, next_id(User), next_id(MentorProfile), next_id(Offer))
    topic = next_id(Topic)
    with without_foreign_key_checks():
        _fill_accounts(crowd, topic, now)
        _fill_profiles(crowd, topic, now)
        _fill_schedules(crowd, now)
    continue_ids(User, MentorProfile, Offer, Schedule, Topic)
    return crowd


def _fill_accounts(crowd: Crowd, topic: int, now: datetime) -> None:
    everybody, person = f"generate_series(1, {crowd.mentors + crowd.mentees}) AS n", f"{crowd.mentor} + n"
    insert_rows(
        Topic,
        f"generate_series(0, {TOPICS}) AS n",
        now=now,
        id=f"{topic} + n",
        name=f"'Subject ' || {topic} + n",
        slug=f"'subject-' || {topic} + n",
        parent_id=f"CASE WHEN n > 0 THEN {topic} END",
    )
    insert_rows(
        User,
        everybody,
        now=now,
        id=person,
        email=f"'person' || {person} || '@history.example'",
        name="'Person ' || n",
        timezone="'Europe/London'",
        password="'!'",  # noqa: S106 - nobody signs in with it
        date_joined=f"'{now.isoformat()}'::timestamptz - interval '6 years'",
    )
    insert_rows(
        EmailAddress,
        everybody,
        now=now,
        user_id=person,
        email=f"'person' || {person} || '@history.example'",
        verified="true",
        primary="true",
    )


def _fill_profiles(crowd: Crowd, topic: int, now: datetime) -> None:
    each, person = f"generate_series(1, {crowd.mentors}) AS n", f"{crowd.mentor} + n"
    words = {"headline": "'Head of work no ' || n", "how_i_work": "'By example'"}
    words |= {"asks": "ARRAY['How do I ask for more?', 'Should I stay?']", "languages": "ARRAY['en']"}
    profile = {"id": f"{crowd.profile} + n", "person_id": person, "slug": f"'person-' || {person}"}
    approved = {"state": f"'{ProfileState.APPROVED}'", "approved_at": f"'{now.isoformat()}'"}
    insert_rows(MentorProfile, each, now=now, **profile, **approved, **words)
    insert_rows(ProfileDraft, each, now=now, profile_id=f"{crowd.profile} + n", **words)
    for step in (1, 7):
        insert_pairs(
            MentorProfile.topics.through,
            "mentorprofile_id, topic_id",
            f"SELECT {crowd.profile} + n, {topic} + 1 + (n * {step}) % {TOPICS} FROM {each} ON CONFLICT DO NOTHING",
        )
    insert_rows(Offer, each, now=now, id=f"{crowd.offer} + n", profile_id=f"{crowd.profile} + n")
    continue_ids(Offer)
    insert_rows(
        Offer,
        f"generate_series(1, {crowd.mentors}, 10) AS n",
        now=now,
        profile_id=f"{crowd.profile} + n",
        format="'writing'",
    )


def _fill_schedules(crowd: Crowd, now: datetime) -> None:
    each = f"generate_series(1, {crowd.mentors}) AS n"
    schedule = next_id(Schedule)
    insert_rows(
        Schedule,
        each,
        now=now,
        id=f"{schedule} + n",
        profile_id=f"{crowd.profile} + n",
        timezone="'Europe/London'",
    )
    insert_rows(
        AvailabilityWindow,
        f"{each}, generate_series(1, 5) AS day",
        now=now,
        schedule_id=f"{schedule} + n",
        weekday="day",
        start="540",
        end="1020",
    )


def find_people(mentors: int) -> Crowd:
    """Those of a world that has nobody else."""
    first = MentorProfile.objects.order_by("pk")[0]
    offer = Offer.objects.filter(profile=first).order_by("pk")[0]
    return Crowd(mentors, first.person_id - 1, first.pk - 1, offer.pk - 1)
