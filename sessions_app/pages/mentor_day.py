"""What a mentor's day holds: the next session, requests to answer, today's sessions, and one fact worth knowing."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from common.times import in_zone
from mentors.models import MentorProfile, Offer
from mentors.resting import is_asked
from sessions_app.availability.free_now import why_not_ready
from sessions_app.availability.preview import COUNTED_WITHIN, Preview, preview_of, starts_of, timetable_for
from sessions_app.availability.schedule import local_today
from sessions_app.availability.timetable import Timetable
from sessions_app.availability.wording import date_text
from sessions_app.booking.book import request_deadline
from sessions_app.models import Booking, Route, Schedule, WrittenQuestion
from sessions_app.models.states import AGREED_OR_MISSED

# More time to answer can be taken once, so it is only offered if it gains at least this much.
WORTH_ASKING = timedelta(hours=1)


class Nudge(NamedTuple):
    """A fact, and where to do something about it."""

    code: str
    fact: str
    link: str
    href: str


@dataclass(frozen=True, slots=True)
class MentorDay:
    """`next` is under way or ahead, whenever; `sessions` are all of today in the reader's zone, finished ones too.

    `can_be_ready`: they can say that they are free now.
    """

    next: Booking | None
    requests: list[Booking]
    written: list[WrittenQuestion]
    asked: list[Route]
    sessions: list[Booking]
    next_free: datetime | None
    can_be_ready: bool
    ready_until: datetime | None
    nudge: Nudge | None

    @property
    def others(self) -> list[Booking]:
        return [booking for booking in self.sessions if booking != self.next]

    @property
    def is_empty(self) -> bool:
        return not (self.requests or self.written or self.asked or self.sessions)


def mentor_day(profile: MentorProfile, *, zone: str, now: datetime) -> MentorDay:
    mine = Booking.objects.filter(mentor=profile.person_id).with_people()
    waiting = mine.requested().filter(expires_at__gt=now).order_by("expires_at", "during")
    schedule = Schedule.objects.filter(profile=profile).first()
    timetable = timetable_for(profile, schedule, now=now) if schedule else None
    preview = preview_of(profile, timetable, now=now) if timetable else None
    can_be_ready = schedule is not None and why_not_ready(profile, schedule, now=now) is None
    return MentorDay(
        next=mine.upcoming(now).first(),
        requests=list(waiting),
        written=list(WrittenQuestion.objects.open(now).filter(mentor=profile.person_id).with_people()),
        asked=list(Route.objects.unanswered(now).filter(mentor=profile.person_id).select_related("waiting__person")),
        sessions=_sessions_today(profile, zone=zone, now=now),
        next_free=preview.soonest if preview else None,
        can_be_ready=can_be_ready,
        # The stored time outlives a pause, and offers that are archived meanwhile; nobody can book them then.
        ready_until=timetable.ready_until if timetable and can_be_ready else None,
        nudge=_find_nudge(profile, schedule, timetable, preview, now=now),
    )


def later_deadline(booking: Booking, *, now: datetime) -> datetime | None:
    """The deadline of a request if its mentor took more time; None if that gains nothing or was done already."""
    until = request_deadline(booking.offer, booking.start, now=now)
    gains = booking.expires_at is not None and until - booking.expires_at >= WORTH_ASKING
    return until if gains and not booking.extended else None


def _sessions_today(profile: MentorProfile, *, zone: str, now: datetime) -> list[Booking]:
    # The reader's day in UTC lies within a day and a half of now; the dates themselves decide.
    near = timedelta(hours=36)
    today = in_zone(now, zone).date()
    sessions = Booking.objects.filter(
        mentor=profile.person_id,
        state__in=AGREED_OR_MISSED,
        during__startswith__gt=now - near,
        during__startswith__lt=now + near,
    )
    return [
        booking for booking in sessions.with_people().order_by("during") if in_zone(booking.start, zone).date() == today
    ]


def _is_away(offer: Offer, timetable: Timetable, *, now: datetime, until: datetime) -> bool:
    """Whether time off, or dates without hours, are all that leaves no free times until then."""
    rules = timetable.rules
    dates = {day: spans for day, spans in rules.overrides.items() if spans}
    if not rules.time_off and len(dates) == len(rules.overrides):
        return False
    back = replace(timetable, rules=replace(rules, overrides=dates, time_off=()))
    return bool(starts_of(offer, back, now=now, until=until))


def _find_nudge(
    profile: MentorProfile,
    schedule: Schedule | None,
    timetable: Timetable | None,
    preview: Preview | None,
    *,
    now: datetime,
) -> Nudge | None:
    """The first thing that keeps people from booking this mentor, or None."""
    times = reverse("mentor_availability")
    if schedule is None or timetable is None or preview is None:
        return Nudge(
            "no_schedule", _("You haven’t set any times yet, so nobody can book you."), _("Set your times"), times
        )
    if profile.is_resting:
        fact = _("Your profile is out of search, and nobody can book you.")
        return Nudge("resting", fact, _("I’m back"), reverse("still_here"))
    is_switched_off = profile.offers.exclude(put_away_at=None).exists()
    if preview.offer is None and is_switched_off:
        fact = _("Two requests ran out, so we’ve switched off your offers, and nobody can book you.")
        return Nudge("offers_off", fact, _("Bring your offers back"), reverse("still_here"))
    if preview.offer is None:
        fact = _("You don’t offer any length yet, so nobody can book you.")
        return Nudge("no_offer", fact, _("Add an offer"), reverse("mentor_offers"))
    if is_asked(profile):
        fact = _("You have no free times, and we haven’t heard from you for a while.")
        return Nudge("quiet", fact, _("Are you still here?"), reverse("still_here"))
    if is_switched_off:
        fact = _("Two requests ran out, so we’ve switched off the offers that wait for your answer.")
        return Nudge("asking_off", fact, _("Bring your offers back"), reverse("still_here"))
    if profile.paused_until is not None and profile.is_paused(local_today(schedule, now)):
        back = date_text(profile.paused_until, now)
        fact = _("You’re away until %s. Nobody can book a day before that.") % back
        return Nudge("away", fact, _("Change your return date"), times)
    if preview.soonest is None:
        if _is_away(preview.offer, timetable, now=now, until=now + timetable.last_bookable):
            fact = _("You have no free times, because you’ve taken time off.")
            return Nudge("time_off", fact, _("See your time off"), times)
        return Nudge("no_times", _("You have no free times."), _("Change your times"), times)
    if preview.count == 0 and not _is_away(preview.offer, timetable, now=now, until=now + COUNTED_WITHIN):
        return Nudge("no_times_soon", _("You have no free times in the next 7 days."), _("Change your times"), times)
    return None
