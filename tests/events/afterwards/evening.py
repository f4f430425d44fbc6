"""An evening that has taken place, with who met whom."""

from events.models import Event, EventState, Outcome, Pairing, Registration, Round
from tests.events.making import EVENING

CLOSED = EVENING.replace(hour=19)


def meet(one: Registration, other: Registration, number: int = 1, outcome: str = Outcome.HELD, **fields) -> Pairing:
    """The two have a meeting in a round with this number."""
    event = Event.objects.get(pk=one.event_id)
    span = list(event.shape.spans(event.start))[number - 1]
    where, _is_new = Round.objects.get_or_create(
        event=event, number=number, defaults={"during": Event.span(span[0], span[1] - span[0])}
    )
    first, second = sorted((one, other), key=lambda it: it.pk)
    return Pairing.objects.create(event=event, one=first, other=second, round=where, outcome=outcome, **fields)


def close(event: Event) -> Event:
    Event.objects.filter(pk=event.pk).update(state=EventState.OVER, ended_at=CLOSED)
    event.refresh_from_db()
    return event
