"""What came of the demo's programmes: sessions that count for them, and questions for which nobody was found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sessions_app.availability.slots import Slot
from sessions_app.models import BookingState, WaitlistEntry
from sessions_app.models.states import CALLED_OFF
from sessions_app.models.waiting import WaitlistOutcome

from .data import fill_template, topic_leaves
from .mentors import MentorPlan
from .programmes import Cohort
from .sessions import BusyMentee, Diary
from .writing import MentorIds, new_uuid
from .writing_sessions import SessionWriter

DAY = timedelta(days=1)
DAYS = 56
# How the sessions of one programme end; of a small one, the first after shuffling.
ENDINGS = (
    *[BookingState.COMPLETED] * 64,
    *[BookingState.DECLINED] * 5,
    *[BookingState.EXPIRED] * 4,
    *[BookingState.WITHDRAWN] * 2,
    *[BookingState.CANCELLED] * 9,
    *[BookingState.MENTEE_NO_SHOW] * 4,
    *[BookingState.MENTOR_NO_SHOW] * 2,
)
OF_ONE_MENTOR = 5
# When most people of a programme have time: weekdays from Monday as 0, and hours
LIKED_DAYS, LIKED_HOURS, LIKED = (1, 2, 3), (12, 13, 14, 18, 19, 20), 0.75
WAITS = timedelta(days=28)
# Until the waiting ended: nothing of it is news any more.
SETTLED = 3 * DAY


@dataclass(frozen=True, slots=True)
class KnownMentor:
    """A mentor who has been written, and the diary that their further sessions have to fit into."""

    plan: MentorPlan
    ids: MentorIds
    diary: Diary

    def offers_for(self, state: BookingState) -> list[int]:
        """The numbers of the offers whose sessions can end so: only requests are declined, withdrawn or run out."""
        is_request = state in CALLED_OFF and state != BookingState.CANCELLED
        return [number for number, offer in enumerate(self.plan.offers) if not (is_request and offer.instant)]


class CohortWriter:
    def __init__(
        self,
        rng: Random,
        sessions: SessionWriter,
        mentors: Mapping[int, KnownMentor],
        mentees: Mapping[int, BusyMentee],
        now: datetime,
    ) -> None:
        self.rng, self.sessions, self.now = rng, sessions, now
        self.mentors, self.mentees = mentors, mentees

    def write(self, cohort: Cohort) -> int:
        """Returns how many sessions were written."""
        mentors = [self.mentors[pk] for pk in cohort.mentors]
        for mentor in mentors:
            mentor.diary.seats = [self.mentees[pk] for pk in cohort.mentees]
        endings = self.rng.sample(ENDINGS, min(len(ENDINGS), OF_ONE_MENTOR * len(mentors)))
        count = sum(self._write_session(cohort, mentors, number, state) for number, state in enumerate(endings))
        WaitlistEntry.objects.bulk_create(self._invent_unmet(cohort))
        return count

    def _write_session(self, cohort: Cohort, mentors: Sequence[KnownMentor], number: int, state: BookingState) -> int:
        able = [mentor for mentor in mentors if mentor.offers_for(state)]
        if not able:
            return 0
        mentor = able[number % len(able)]
        diary, before = mentor.diary, len(mentor.diary.sessions)
        suits = liked_by(cohort) if self.rng.random() < LIKED else None
        diary.add_past(DAYS, offer=self.rng.choice(mentor.offers_for(state)), state=state, suits=suits)
        for session in diary.sessions[before:]:
            self.sessions.write(session, mentor.plan, mentor.ids, programme=cohort.programme.pk)
        return len(diary.sessions) - before

    def _invent_unmet(self, cohort: Cohort) -> list[WaitlistEntry]:
        """Each is over: its person gave up after some days, or waited until the end."""
        rng, leaves = self.rng, {leaf.name: leaf for leaf in topic_leaves()}
        rows = []
        for topic, people in cohort.plan.unmet:
            for person in rng.sample(cohort.mentees, min(people, len(cohort.mentees))):
                since = self.now - DAY * rng.uniform(SETTLED.days + 10, DAYS)
                is_over = since + WAITS < self.now - SETTLED and rng.random() < 0.5
                rows.append(
                    WaitlistEntry(
                        uuid=new_uuid(rng),
                        person_id=person,
                        words=fill_template(rng, rng.choice(leaves[topic].asks)),
                        since=since,
                        until=since + WAITS,
                        ended_at=since + (WAITS if is_over else DAY * rng.uniform(1, 10)),
                        ended=WaitlistOutcome.OVER if is_over else WaitlistOutcome.LEFT,
                    )
                )
        return rows


def liked_by(cohort: Cohort) -> Callable[[Slot], bool]:
    zone = ZoneInfo(cohort.plan.zone)

    def is_liked(slot: Slot) -> bool:
        local = slot.start.astimezone(zone)
        return local.weekday() in LIKED_DAYS and local.hour in LIKED_HOURS

    return is_liked
