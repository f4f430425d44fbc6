"""What time does after an event: everyone who met someone, or was at office hours, is asked how it was."""

from datetime import datetime

from events.locks import lock_event, touch_event
from events.models import Answer, Event, EventState, Outcome, Pairing, Registration
from events.registering.notices import REGISTRATION, REMINDER_KINDS, STILL_COMING
from notifications.inbox import forget_lines
from sessions_app.locks import atomic_act
from sessions_app.models.stuck import ClockAct
from sessions_app.stuck_rows import act_on_each

from .answers import mutual_meetings
from .notices import ask_people, tell_again


def ask_after_events(*, now: datetime) -> int:
    """For all events that are over and where nobody was asked. Returns how many there were."""
    over = Event.objects.filter(state=EventState.OVER, asked_at=None).order_by("pk")
    return act_on_each(ClockAct.EVENT_ASK, over, lambda event: ask_after_event(event=event, now=now), now=now)


@atomic_act
def ask_after_event(*, event: Event, now: datetime) -> bool:
    """Ask for answers, and open those that were given already: who both said yes hear so."""
    event = lock_event(event)
    if event.state != EventState.OVER or event.asked_at:
        return False
    met: set[int] = set()
    for pair in Pairing.objects.filter(event=event, outcome=Outcome.HELD).values_list("one", "other"):
        met.update(pair)
    inside = list(Registration.objects.who_are_in().filter(event=event).order_by("pk"))
    people = [one for one in inside if one.pk in met] if event.has_rounds else inside
    forget_lines(
        subject_type=REGISTRATION,
        subjects=[one.pk for one in inside],
        kinds=[*REMINDER_KINDS.values(), STILL_COMING],
        people=[one.person_id for one in inside],
        until=event.closed_at,
    )
    # From the first meeting on people can say how it was, and some have.
    said = Answer.objects.filter(registration__in=people, useful__isnull=False).values_list("registration", flat=True)
    have_said = set(said)
    ask_people(event, [one for one in people if one.pk not in have_said], now=now)
    tell_again(event, people, mutual_meetings(event), by=None, now=now)
    touch_event(event, asked_at=now)
    return True
