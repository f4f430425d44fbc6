"""Clocks that change between now and a session, and the note about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from .times import clock_text, day_text, in_zone, offset_of
from .zones import city_of


@dataclass(frozen=True)
class ClockChange:
    zone: str
    at: datetime
    forward: bool


def clock_change(start: datetime, now: datetime, zone: str) -> ClockChange | None:
    """The last change of the zone's offset in `(now, start]`, if the offset at `start` differs from the one now."""
    then, present = offset_of(zone, start), offset_of(zone, now)
    if start <= now or then == present:
        return None
    late = start
    while late > now and offset_of(zone, late - timedelta(days=1)) == then:
        late -= timedelta(days=1)
    early = max(late - timedelta(days=1), now)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if offset_of(zone, middle) == then:
            late = middle
        else:
            early = middle
    return ClockChange(zone, late, forward=then > offset_of(zone, early))


def clock_change_note(
    start: datetime,
    now: datetime,
    viewer_zone: str,
    their_zone: str = "",
    their_name: str = "",
    hour12: bool = False,
) -> str:
    """A sentence about what a clock change before `start` means for both people; empty if no clock changes."""
    zones = dict.fromkeys(zone for zone in (viewer_zone, their_zone) if zone)
    changes = [change for zone in zones if (change := clock_change(start, now, zone))]
    if not changes:
        return ""
    sentences = [change_text(change, now) for change in changes]
    yours = clock_text(start, viewer_zone, hour12)
    if not their_zone or not their_name:
        sentences.append(_("Your session is after that, at {yours} your time.").format(yours=yours))
        return " ".join(sentences)
    theirs = clock_text(start, their_zone, hour12)
    expected = expected_clock(start, now, viewer_zone, their_zone, hour12)
    if expected == theirs:
        after = _("Your session is after that, so it’s {yours} for you and {theirs} for {name}.")
    else:
        after = _("Your session is after that, so it’s {yours} for you and {theirs} for {name}, not {expected}.")
    sentences.append(after.format(yours=yours, theirs=theirs, name=their_name, expected=expected))
    return " ".join(sentences)


def change_text(change: ClockChange, now: datetime) -> str:
    pattern = _("{city} clocks go forward on {day}.") if change.forward else _("{city} clocks go back on {day}.")
    return pattern.format(city=city_of(change.zone), day=day_text(change.at, change.zone, now))


def expected_clock(start: datetime, now: datetime, viewer_zone: str, their_zone: str, hour12: bool) -> str:
    """What the other person's clock would show if the difference between both zones stayed as it is now."""
    difference = offset_of(their_zone, now) - offset_of(viewer_zone, now)
    shift = difference - (offset_of(their_zone, start) - offset_of(viewer_zone, start))
    return clock_text(in_zone(start, their_zone) + shift, their_zone, hour12)
