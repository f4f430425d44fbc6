"""Two people who part don't meet at an event either, where a timetable that isn't running has them together."""

from datetime import datetime
from functools import partial

from django.db import transaction

from events.locks import lock_event
from events.models import Event, Registration
from trust.separations import Parting

from .publishing import part_timetable


def mend_after_parting(parting: Parting) -> None:
    """Not in the same transaction: acts of events lock the event first, and then its people."""
    mend = partial(mend_timetables, parting.one.pk, parting.other.pk, now=parting.now)
    transaction.on_commit(mend, robust=True)


def mend_timetables(one: int, other: int, *, now: datetime) -> int:
    coming = Registration.objects.who_are_in()
    events = Event.objects.upcoming(now).filter(pk__in=coming.filter(person=one).values("event"))
    both = events.filter(pk__in=coming.filter(person=other).values("event")).values_list("pk", flat=True)
    return sum(_mend(event, now=now) for event in list(both))


@transaction.atomic
def _mend(event: int, *, now: datetime) -> bool:
    return part_timetable(lock_event(event), now=now) is not None
