"""Two people who part while an evening runs: they meet in none of the rounds to come, and not where they sit now."""

from datetime import datetime
from functools import partial

from django.db import transaction

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


# Returns at how many they would have met
def part_at_evenings(one: int, other: int, *, now: datetime) -> int:
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
    planned = Pairing.objects.filter(pk__in=find_meetings(event, one, other), outcome=Outcome.PLANNED)
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


def find_meetings(event: Event, one: int, other: int) -> list[int]:
    """The planned ones of these two people. Where they would only sit beside each other in a pod, those of one of them:
    always the same one, so that it doesn't tell who wanted to part."""
    first, second = sorted((one, other))
    planned = Pairing.objects.filter(event=event, is_apart=False, outcome=Outcome.PLANNED)
    rows = planned.values_list("pk", "round", "one__person", "other__person")
    # By round and partner, whom one of them meets
    met: dict[int, dict[tuple[int | None, int], int]] = {first: {}, second: {}}
    for pk, place, low, high in rows:
        for person, partner in ((low, high), (high, low)):
            if person in met:
                met[person][place, partner] = pk
    together = [pk for (_place, partner), pk in met[first].items() if partner == second]
    return together + [pk for key, pk in met[second].items() if key in met[first]]
