"""A mentor says that they are free now, or that they aren't any more."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from mentors.models import MentorProfile, Offer
from sessions_app.errors import SessionError
from sessions_app.models import Schedule

from .openings import announce_opened
from .ready import span_from
from .schedule import changing_schedule, local_today

# For how many minutes they may say so
CHOICES = (30, 60, 90, 120)


def why_not_ready(profile: MentorProfile, schedule: Schedule, *, now: datetime) -> SessionError | None:
    """Why nobody could book this mentor right now, for pages and services."""
    if not profile.is_public or profile.is_resting:
        return SessionError("closed", _("People can’t find you at present, so nobody could book you."))
    if profile.is_paused(local_today(schedule, now)):
        return SessionError("paused", _("You’re taking a break. End it in your availability first."))
    if not Offer.objects.bookable().filter(profile=profile, instant=True).exists():
        words = _("You confirm each request to your offers. Let people book one straight away first, in your offers.")
        return SessionError("asks_first", words)
    return None


def get_ready(*, profile: MentorProfile, minutes: int, by: User, now: datetime) -> datetime:
    """Open the next `minutes` for sessions that are booked at once, until five minutes before. Returns the end.

    People who wait for help are offered this time first. Said again, it begins again from now. Raises ScheduleError,
    and SessionError `bad_length`, `closed`, `paused`, `asks_first`.
    """
    if minutes not in CHOICES:
        raise SessionError("bad_length", _("Choose one of the buttons."))
    with changing_schedule(profile, by, now=now) as schedule:
        profile = MentorProfile.objects.get(pk=profile.pk)
        if refusal := why_not_ready(profile, schedule, now=now):
            raise refusal
        schedule.ready_from, schedule.ready_until = span_from(now, minutes)
        schedule.save(update_fields=["ready_from", "ready_until"])
        announce_opened(profile.person_id)
    ends: datetime = schedule.ready_until
    return ends


def end_ready(*, profile: MentorProfile, by: User, now: datetime) -> None:
    """What is booked stays. Twice does no harm. Raises ScheduleError."""
    with changing_schedule(profile, by, now=now) as schedule:
        schedule.ready_from = schedule.ready_until = None
        schedule.save(update_fields=["ready_from", "ready_until"])
