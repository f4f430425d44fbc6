"""What the clock made due becomes rows: rounds are called, meetings held, an event that nobody closed is closed.

Every act does this first, and so does a task; pages compute what the clock shows, so a late task changes nothing.
"""

from datetime import datetime, timedelta

from events.locks import touch_event
from events.models import Event, EventState, Outcome, Pairing, Round
from events.models.states import RUNS
from events.registering.webhooks import EventNews, announce
from sessions_app.locks import atomic_act
from sessions_app.models.stuck import ClockAct
from sessions_app.stuck_rows import act_on_each

from .clock import Phase, find_due_calls
from .evening import Evening, Standing, read_evening, spans_of, standings_of
from .seating import drop_pairs, fill_rounds

# After the last round, if the desk forgets to.
CLOSES_AFTER = timedelta(hours=1)
# After the planned end of an event whose clock nobody started, as one that is run from paper.
CLOSES_UNSTARTED_AFTER = timedelta(hours=12)


def stamp(evening: Evening) -> Evening:
    """Write for a locked event what is due by now. Returns the evening as it is then."""
    if not is_due(evening):
        return evening
    moment = evening.clock.moment
    due = find_due_calls(spans_of(evening.rounds), moment=moment, change=evening.change) if evening.is_live else []
    for place in evening.rounds:
        if place.number in due:
            freeze_round(evening, place)
    held = Pairing.objects.filter(round__in=ended_rounds(evening), outcome=Outcome.PLANNED)
    held.update(outcome=Outcome.HELD)
    if closes_at(evening) <= evening.now:
        write_end(evening)
    touch_event(evening.event)
    return read_evening(evening.event, evening.now)


def is_clock_due(evening: Evening) -> bool:
    """Whether a round has to be called, or the event closed: what pages can't compute. Asks no database."""
    if evening.event.state not in RUNS:
        return False
    spans = spans_of(evening.rounds)
    calls = find_due_calls(spans, moment=evening.clock.moment, change=evening.change) if evening.is_live else []
    return bool(calls) or closes_at(evening) <= evening.now


def is_due(evening: Evening) -> bool:
    """This, or meetings have been held that aren't known to be."""
    if is_clock_due(evening):
        return True
    ended = ended_rounds(evening) if evening.is_live else []
    return bool(ended) and Pairing.objects.filter(round__in=ended, outcome=Outcome.PLANNED).exists()


def ended_rounds(evening: Evening) -> list[Round]:
    return [one for one in evening.rounds if one.called_at and one.end <= evening.clock.moment]


def closes_at(evening: Evening) -> datetime:
    event = evening.event
    if not evening.is_live:
        return event.end + CLOSES_UNSTARTED_AFTER
    last = max((one.end for one in evening.rounds if not one.is_skipped), default=event.end)
    return last + CLOSES_AFTER if evening.clock.phase == Phase.OVER else evening.now + CLOSES_AFTER


def freeze_round(evening: Evening, place: Round) -> None:
    """Call a round: only people who are here count, holes are filled, and from now on nobody is moved in it."""
    here = [key for key, standing in standings_of(evening.event).items() if standing == Standing.HERE]
    absent = Pairing.objects.filter(event=evening.event).exclude(one__in=here, other__in=here)
    drop_pairs(absent, [place])
    fill_rounds(evening, [place])
    place.called_at = evening.now
    place.save(update_fields=["called_at"])


def write_end(evening: Evening) -> None:
    """What was never called doesn't take place; what runs was held."""
    planned = Pairing.objects.filter(event=evening.event, outcome=Outcome.PLANNED)
    planned.filter(round__called_at=None).update(outcome=Outcome.DROPPED)
    planned.update(outcome=Outcome.HELD)
    touch_event(evening.event, state=EventState.OVER, ended_at=evening.now, paused_at=None)
    held = Pairing.objects.filter(event=evening.event, outcome=Outcome.HELD).count()
    announce(evening.event, EventNews.CLOSED, now=evening.now, held=held)


@atomic_act
def stamp_due(*, event: Event, now: datetime, wait: bool = True) -> Event:
    """For tasks, and for pages that find something due: pages don't `wait` for others who act on it just now."""
    locks = Event.objects.select_for_update(of=("self",), skip_locked=not wait)
    locked = locks.filter(pk=event.pk).first()
    return stamp(read_evening(locked, now)).event if locked else event


def run_evenings(*, now: datetime) -> int:
    """Stamp every event that runs. Returns how many had something due."""
    begun = Event.objects.filter(state__in=RUNS, during__startswith__lte=now + timedelta(hours=1)).order_by("pk")

    def stamp_one(event: Event) -> bool:
        return stamp_due(event=event, now=now).version != event.version

    return act_on_each(ClockAct.EVENT_CLOCK, begun, stamp_one, now=now)
