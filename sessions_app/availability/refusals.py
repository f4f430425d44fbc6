"""The slot engine's refusals in words, for the person who wants to book."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.times import DAY_MINUTES, minutes_text
from mentors.models import MentorProfile, Offer
from sessions_app.errors import UnavailableTimeError

from .pair_rules import OPENS
from .slots import Rules
from .timetable import Timetable

# Lazy: only the one that is needed is translated.
WORDS = {
    "past": _("This time has passed. Choose another time."),
    "notice": _("That’s too soon: %(mentor)s has to be booked at least %(notice)s ahead. Choose a later time."),
    "horizon": _("%(mentor)s can’t be booked that far ahead yet. Choose an earlier day."),
    "outside_windows": _("%(mentor)s isn’t free at this time. Choose another time."),
    "off_grid": _("Sessions with %(mentor)s don’t start at this minute. Choose one of the times shown."),
    "time_off": _("%(mentor)s is away that day. Choose another day."),
    "paused": _("%(mentor)s is taking a break. Choose a later day."),
    "taken": _("This time has just been taken. Choose another time."),
    "set_aside": _(
        "This time has just come free, and people on the waiting list are asked first. Choose "
        "another time, or look again in a few minutes."
    ),
    "buffer": _("This time is too close to another session of %(mentor)s. Choose another time."),
    "busy_elsewhere": _("%(mentor)s has something else at this time. Choose another time."),
    "day_cap": _("%(mentor)s can’t take any more sessions that day. Choose another day."),
    "week_cap": _("%(mentor)s can’t take any more sessions that week. Choose another week."),
    "kept_for_first": _(
        "Until %(opens)s this time is kept for members without a session in your programme lately. Choose another time,"
        " or look again then."
    ),
    "own_overlap": _("You already have a session or an event at this time. Choose another time, or change that one."),
}


def refuse_start(
    offer: Offer,
    timetable: Timetable | None,
    *,
    start: datetime,
    length: int,
    now: datetime,
    own: Iterable[Sequence[datetime]],
    zone: ZoneInfo | None = None,
) -> None:
    """Raise what the engine has against this start, if it has anything; `own` are the mentee's spans elsewhere.

    `zone`: in which moments are told, the mentee's.
    """
    profile = offer.profile
    if timetable is None:
        words = gettext("%(mentor)s hasn’t set any times yet. Look for someone else who can help.")
        raise UnavailableTimeError("outside_windows", words % {"mentor": profile.first_name})
    spans = [(first, last) for first, last in own]
    if refusal := timetable.why_not(start=start, length=length, step=offer.step, now=now, own=spans):
        words = explain_refusal(refusal.code, profile, timetable.rules, start=start, zone=zone)
        raise UnavailableTimeError(refusal.code, words, earliest=refusal.earliest)


def explain_refusal(
    code: str,
    profile: MentorProfile,
    rules: Rules | None = None,
    *,
    start: datetime | None = None,
    zone: ZoneInfo | None = None,
) -> str:
    """One sentence for a refusal code; the page adds the earliest time where there is one.

    `rules` are needed for `notice` only, `start` and the reader's `zone` for `kept_for_first`.
    """
    said = {"mentor": profile.first_name}
    if start and code == "kept_for_first":
        said["opens"] = date_format(localtime(start - OPENS, zone), "j F, H:i")
    if rules and code == "notice":
        said["notice"] = notice_words(rules.notice)
    return WORDS[code] % said


def notice_words(minutes: int) -> str:
    """240 → “4 hours”; in days from 48 hours on."""
    return minutes_text(minutes, days_from=2 * DAY_MINUTES)
