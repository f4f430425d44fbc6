"""Two people who part while an evening runs: they meet in none of the rounds to come, and not where they sit now."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from events.locks import is_called, lock_event, touch_event
from events.models import Chair, Event, Outcome, Pairing, Registration
from events.models.states import RUNS
from trust.separations import Parting

from .evening import read_evening
from .partners import is_free
from .seating import drop_pairs, fill_rounds
from .stamping import stamp


def mend_evenings_after_parting(parting: Parting) -> None:
    """Before the first call the timetable is mended (`planning.parting`); in a transaction of its own, as there."""
    mend = partial(part_at_evenings, parting.one.pk, parting.other.pk, now=parting.now)
    transaction.on_commit(mend, robust=True)


def part_at_evenings(one: int, other: int, *, now: datetime) -> int:
    """Returns at how many they would have met."""
    coming = Registration.objects.who_are_in()
    events = Event.objects.filter(state__in=RUNS, pk__in=coming.filter(person=one).values("event"))
    both = events.filter(pk__in=coming.filter(person=other).values("event")).order_by("pk")
    return sum(_part_at(event, one, other, now=now) for event in list(both.values_list("pk", flat=True)))


@transaction.atomic
def _part_at(pk: int, one: int, other: int, *, now: datetime) -> bool:
    event = lock_event(pk)
    if not is_called(event):
        return False
    evening = stamp(read_evening(event, now))
    both_ways = Q(one__person=one, other__person=other) | Q(one__person=other, other__person=one)
    planned = Pairing.objects.filter(both_ways, event=event, is_apart=False, outcome=Outcome.PLANNED)
    seated = list(planned.filter(round__called_at__isnull=False).select_related("one", "other", "round"))
    for pairing in seated:
        Pairing.objects.filter(pk=pairing.pk).update(outcome=Outcome.DROPPED)
        for registration in (pairing.one, pairing.other):
            # Who has a pod keeps the table for the others.
            if pairing.round and is_free(registration, pairing.round):
                Chair.objects.filter(round=pairing.round, registration=registration).delete()
    dropped = drop_pairs(planned, evening.uncalled)
    if dropped:
        fill_rounds(evening, evening.uncalled)
    if seated or dropped:
        touch_event(evening.event)
    return bool(seated or dropped)
