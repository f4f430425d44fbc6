"""The engine's refusals in words: what stands in the way, fit for the person who wants to book."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentors.models import MentorProfile, Offer

from .availability import Rules
from .errors import BookingError
from .timetable import Timetable


def refuse(
    offer: Offer,
    timetable: Timetable | None,
    *,
    start: datetime,
    length: int,
    now: datetime,
    own: Iterable[Sequence[datetime]],
) -> None:
    """Raise what the engine has against this start, if it has anything; `own` are the mentee's spans elsewhere."""
    profile = offer.profile
    if timetable is None:
        raise BookingError("outside_windows", _("%(mentor)s has no times yet.") % {"mentor": profile.first_name})
    spans = [(first, last) for first, last in own]
    if refusal := timetable.why_not(start=start, length=length, step=offer.step, now=now, own=spans):
        raise BookingError(refusal.code, explain(refusal.code, profile, timetable.rules), earliest=refusal.earliest)


def explain(code: str, profile: MentorProfile, rules: Rules) -> str:
    """One sentence for a refusal code; the page adds the earliest time where there is one."""
    mentor = {"mentor": profile.first_name}
    words = {
        "past": _("This time has passed. Choose another time."),
        "notice": _("%(mentor)s needs %(notice)s’ notice.") % {**mentor, "notice": notice_words(rules.notice)},
        "horizon": _("%(mentor)s cannot be booked that far ahead yet.") % mentor,
        "outside_windows": _("%(mentor)s is not free at this time. Choose another time.") % mentor,
        "off_grid": _("Sessions with %(mentor)s do not start at this minute. Choose one of the times shown.") % mentor,
        "time_off": _("%(mentor)s is away on this day. Choose another day.") % mentor,
        "paused": _("%(mentor)s is taking a break. Choose a later day.") % mentor,
        "taken": _("This time has just been taken. Choose another time."),
        "set_aside": _(
            "This time has just come free, and people who wait in line are asked first. Choose another time, or look"
            " again in a few minutes."
        ),
        "buffer": _("This time is too close to another session of %(mentor)s. Choose another time.") % mentor,
        "day_cap": _("%(mentor)s has no more sessions that day. Choose another day.") % mentor,
        "week_cap": _("%(mentor)s has no more sessions that week. Choose another week.") % mentor,
        "own_overlap": _("You already have a session at this time. Choose another time or move that one."),
    }
    return words[code]


def notice_words(minutes: int) -> str:
    """240 → “4 hours”; whole days from 48 hours on."""
    if minutes % 1440 == 0 and minutes >= 2880:
        return ngettext("%(count)d day", "%(count)d days", minutes // 1440) % {"count": minutes // 1440}
    if minutes % 60 == 0:
        return ngettext("%(count)d hour", "%(count)d hours", minutes // 60) % {"count": minutes // 60}
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
