"""What a press on a clock's button would do to the rest of the evening, shown before it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from events.live import clock
from events.live.evening import Evening, Standing, spans_of, standings_of
from events.live.running import MINUTE
from events.models import Registration
from sessions_app.models import Occupancy

# Nobody knows how long a pause will be: people with something else within this time are named.
LONG_PAUSE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class PressEffect:
    """`ends`: when the last round ends then; for a pause, if it is a long one. `people` have a session or another event
    before that, and would have been done in time without this press.
    """

    act: str
    ends: datetime
    people: Sequence[str]


def find_effect(evening: Evening, act: str) -> PressEffect | None:
    """Nothing for acts that delay nothing, or when no clock goes."""
    before = last_end(spans_of(evening.rounds))
    if not evening.clock.counts_down or before is None:
        return None
    after = last_end(spans_after(evening, act))
    return PressEffect(act, after, names_of_busy(evening, before, after)) if after else None


def spans_after(evening: Evening, act: str) -> Sequence[clock.Span]:
    spans, moment = spans_of(evening.rounds), evening.clock.moment
    if act == "pause":
        return clock.delay(spans, at=moment, by=LONG_PAUSE)
    if act == "minute":
        return clock.delay(spans, at=moment, by=MINUTE)
    return clock.end_now(spans, at=moment) if act == "end" else []


def last_end(spans: Sequence[clock.Span]) -> datetime | None:
    return max((span.end for span in spans if not span.is_skipped), default=None)


def names_of_busy(evening: Evening, begin: datetime, end: datetime) -> list[str]:
    """Who of the people that haven't gone has something else that begins in this time, by when it begins."""
    gone = [key for key, standing in standings_of(evening.event).items() if standing == Standing.GONE]
    known = Registration.objects.who_are_in().filter(event=evening.event).exclude(pk__in=gone)
    names = dict(known.values_list("person", "board_name"))
    begin = max(begin, evening.event.end)
    busy = Occupancy.objects.in_force(evening.now).filter(
        person__in=names, during__startswith__gte=begin, during__startswith__lt=end
    )
    return list(dict.fromkeys(names[key] for key in busy.order_by("during", "pk").values_list("person", flat=True)))
