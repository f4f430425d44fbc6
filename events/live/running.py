"""What the desk does with the clock. Each act locks the event, does what is due, and acts only on what was seen."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from events.errors import EventError, stale_error
from events.locks import lock_event, touch_event
from events.models import Event, EventState, Pairing, Round
from events.models.states import RUNS
from sessions_app.locks import atomic_act

from . import clock
from .clock import Phase, Span
from .evening import Evening, Standing, read_evening, spans_of, standings_of
from .presence import doors_open_at
from .seating import drop_pairs, fill_rounds
from .stamping import freeze_round, stamp, write_end

MINUTE = timedelta(minutes=1)
SHORTEST = timedelta(seconds=1)


def begin_act(event: Event, *, seen: str | None, now: datetime) -> Evening:
    """Raises EventError: `closed`, or `stale` if the clock shows another phase than the person saw.

    They may have seen it before what is due was written, which changes the event's version but not the phase.
    """
    evening = read_evening(lock_event(event), now)
    before = evening.mark
    evening = stamp(evening)
    if evening.event.state not in RUNS:
        raise EventError("closed", _("The timetable of this event isn’t published, or the event is over."))
    if seen is not None and seen not in (before, evening.mark):
        raise stale_error(_("The evening has moved on since you opened the page. Look again, then decide."))
    return evening


@atomic_act
def call_round(*, event: Event, now: datetime, seen: str | None = None) -> Event:
    """Call the first round, or the next one before the clock does: everyone sees their table, and it stays.

    Raises EventError: `closed`, `stale`, `not_yet`, `nobody_here`, `no_round`.
    """
    evening = begin_act(event, seen=seen, now=now)
    call_next(evening)
    touch_event(evening.event)
    return evening.event


def call_next(evening: Evening) -> None:
    if evening.now < doors_open_at(evening.event):
        raise EventError("not_yet", _("The first round can be called from an hour before the start."))
    place = evening.next
    if place is None:
        raise EventError("no_round", _("There’s no round after this one. Close the event when people have left."))
    if place.called_at:
        return
    if Standing.HERE not in standings_of(evening.event).values():
        raise EventError("nobody_here", _("Nobody is checked in yet. Check people in first, then call the round."))
    freeze_round(evening, place)


@atomic_act
def start_evening(*, event: Event, now: datetime, seen: str | None = None) -> Event:
    """Begin the first round now; all rounds move with it. Raises EventError as `call_round`, and `started`."""
    evening = begin_act(event, seen=seen, now=now)
    if evening.is_live:
        raise EventError("started", _("The first round has begun already. Look at the clock."))
    call_next(evening)
    move_rounds(evening, clock.start_first(spans_of(evening.rounds), at=now))
    touch_event(evening.event, state=EventState.LIVE, paused_at=None)
    return evening.event


@atomic_act
def end_now(*, event: Event, now: datetime, seen: str | None = None) -> Event:
    """End the round that runs; in between, begin the next one. Raises EventError `closed`, `stale`, `not_running`."""
    evening = begin_live_act(event, seen=seen, now=now)
    moment = evening.clock.moment
    if evening.current:
        moment = max(moment, evening.current.start + SHORTEST)
    else:
        call_next(evening)
    move_rounds(evening, clock.end_now(spans_of(evening.rounds), at=moment))
    touch_event(evening.event)
    return stamp(read_evening(evening.event, now)).event


@atomic_act
def pause(*, event: Event, now: datetime, seen: str | None = None) -> Event:
    """Stop the clock for everyone. Raises EventError `closed`, `stale`, `not_running`."""
    evening = begin_live_act(event, seen=seen, now=now)
    touch_event(evening.event, paused_at=now)
    return evening.event


@atomic_act
def resume(*, event: Event, now: datetime, seen: str | None = None) -> Event:
    """Let the clock go on: everything later moves by the time that it stood. Raises EventError `closed`, `stale`,
    `not_running`."""
    evening = begin_act(event, seen=seen, now=now)
    paused_at = evening.event.paused_at
    if paused_at is None:
        raise EventError("not_running", _("The clock isn’t paused."))
    move_rounds(evening, clock.delay(spans_of(evening.rounds), at=paused_at, by=max(now - paused_at, clock.NOTHING)))
    touch_event(evening.event, paused_at=None)
    return evening.event


@atomic_act
def add_minute(*, event: Event, now: datetime, seen: str | None = None) -> Event:
    """One minute more for what runs now; everything later moves. Raises EventError `closed`, `stale`, `not_running`."""
    evening = begin_live_act(event, seen=seen, now=now)
    move_rounds(evening, clock.delay(spans_of(evening.rounds), at=evening.clock.moment, by=MINUTE))
    touch_event(evening.event)
    return evening.event


def begin_live_act(event: Event, *, seen: str | None, now: datetime) -> Evening:
    evening = begin_act(event, seen=seen, now=now)
    if not evening.is_live:
        raise EventError("not_running", _("The first round hasn’t begun. Start it first."))
    if evening.event.paused_at:
        raise EventError("not_running", _("The clock is paused. Resume it first."))
    if evening.clock.phase == Phase.OVER:
        raise EventError("not_running", _("All rounds are over. Close the event when people have left."))
    return evening


@atomic_act
def skip_round(*, event: Event, number: int, now: datetime, seen: str | None = None) -> Event:
    """Leave out a round that isn't called: later ones move up, and its pairs are seated later where that is possible.

    Raises EventError: `closed`, `stale`, `no_round`, `called`, `last_round`.
    """
    evening = begin_act(event, seen=seen, now=now)
    place = evening.by_number.get(number)
    if place is None or place.is_skipped:
        raise EventError("no_round", _("That round isn’t there any more. Look again."))
    if place.called_at:
        raise EventError(
            "called", _("Round %(number)d is called, so it takes place. Skip a later one.") % {"number": number}
        )
    if len(evening.rounds) - sum(one.is_skipped for one in evening.rounds) == 1:
        raise EventError("last_round", _("This is the only round that’s left. Cancel the event instead."))
    move_rounds(evening, clock.skip(spans_of(evening.rounds), number))
    drop_pairs(Pairing.objects.filter(event=evening.event), [place])
    evening = read_evening(evening.event, now)
    fill_rounds(evening, evening.uncalled)
    touch_event(evening.event)
    return evening.event


@atomic_act
def say_to_all(*, event: Event, words: str, now: datetime) -> Event:
    """One line on every page and board; an empty one takes it away, and the last one stands.

    Raises EventError `closed`.
    """
    evening = begin_act(event, seen=None, now=now)
    touch_event(evening.event, message=words)
    return evening.event


@atomic_act
def close_event(*, event: Event, now: datetime, seen: str | None = None) -> Event:
    """The event is over. Raises EventError `closed`, `stale`, `not_running`."""
    evening = begin_act(event, seen=seen, now=now)
    if not evening.is_live:
        raise EventError("not_running", _("The first round hasn’t begun. Start it first, or cancel the event."))
    write_end(evening)
    return evening.event


def move_rounds(evening: Evening, spans: Sequence[Span]) -> None:
    """Write when the rounds are now; the constraint that they don't overlap waits for the last of them."""
    changed = []
    for span in spans:
        place = evening.by_number[span.number]
        if (place.start, place.end, place.is_skipped) != (span.start, span.end, span.is_skipped):
            place.during, place.is_skipped = DateTimeTZRange(span.start, span.end, "[)"), span.is_skipped
            changed.append(place)
    Round.objects.bulk_update(changed, ["during", "is_skipped"])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS rounds_do_not_overlap IMMEDIATE")
        cursor.execute("SET CONSTRAINTS rounds_do_not_overlap DEFERRED")
