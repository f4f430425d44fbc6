"""What time does to events: registration closes, kept places lapse, office hours that nobody registered for are
cancelled, who still waits at the start hears so, and an event that never had a timetable is over at its end."""

from datetime import datetime

from django.db.models import Q

from events.locks import lock_event, touch_event
from events.models import Event, EventKind, EventState, RegistrationState
from events.models.events import EventQuerySet
from events.models.states import UNSCHEDULED, UNSETTLED
from sessions_app.locks import atomic_act
from sessions_app.models.stuck import ClockAct
from sessions_app.stuck_rows import act_on_each

from .managing import close_registration, end_all
from .notices import News
from .office_hours import due_hours, settle_hours
from .waiting import lapse_offers, look_again, who_could_be_admitted
from .webhooks import EventNews, announce


def run_registrations(*, now: datetime) -> int:
    """All that is due now. Returns how many events it was done for; calling it twice does no harm."""
    kept = Event.objects.filter(registrations__answer_by__lte=now, registrations__state=RegistrationState.WAITING)
    with_rounds = ~Q(kind=EventKind.OFFICE_HOURS)
    ending = Event.objects.filter(
        Q(state=EventState.OPEN, registration_until__lte=now)
        | Q(with_rounds, state__in=UNSCHEDULED, during__endswith__lte=now)
    )
    begun = Event.objects.filter(registrations__state__in=UNSETTLED, during__startswith__lte=now)
    return (
        act_on_each(ClockAct.EVENT_PLACES, _each(kept), lambda event: lapse_offers(event=event, now=now) > 0, now=now)
        + act_on_each(
            ClockAct.EVENT_PLACES,
            who_could_be_admitted(now),
            lambda event: look_again(event=event, now=now),
            now=now,
        )
        + act_on_each(ClockAct.EVENT_HOURS, due_hours(now), lambda event: settle_hours(event=event, now=now), now=now)
        + act_on_each(ClockAct.EVENT_CLOSE, _each(ending), lambda event: _close_one(event, now=now), now=now)
        + act_on_each(ClockAct.EVENT_WAITING, _each(begun), lambda event: end_waiting(event=event, now=now), now=now)
    )


def _each(events: EventQuerySet) -> EventQuerySet:
    return events.order_by("pk").distinct()


def _close_one(event: Event, *, now: datetime) -> bool:
    close_registration(event=event, now=now)
    end_unplanned(event=event, now=now)
    return True


@atomic_act
def end_unplanned(*, event: Event, now: datetime) -> bool:
    """Nobody published a timetable, and by its end nothing can be done for it any more. Those with one end by their
    own clock, and office hours by `settle_hours`."""
    event = lock_event(event)
    if not event.has_rounds or event.state not in UNSCHEDULED or event.end > now:
        return False
    touch_event(event, state=EventState.OVER, ended_at=event.end)
    announce(event, EventNews.CLOSED, now=now, held=0)
    return True


@atomic_act
def end_waiting(*, event: Event, now: datetime) -> bool:
    """The event has begun: nobody waits or is invited any more."""
    event = lock_event(event)
    if event.start > now:
        return False
    end_all(event, RegistrationState.OVER, news=News.NO_PLACE, only=RegistrationState.WAITING, now=now)
    # A mentor who didn't answer hears nothing more.
    end_all(event, RegistrationState.OVER, news=None, only=RegistrationState.INVITED, now=now)
    touch_event(event)
    return True
