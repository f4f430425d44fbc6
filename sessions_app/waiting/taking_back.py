"""Lets go of times that are held for people and that their mentors have taken back: nobody can have these any more.

Until then they would take the time of both, and the person would be offered nothing else.
"""

import time
from datetime import datetime
from functools import partial

from django.db import transaction

from notifications.hints import wake_worker
from sessions_app.booking.holds import give_up_hold
from sessions_app.locks import atomic_act, lock_people
from sessions_app.models import BookingState, HeldTime
from sessions_app.models.stuck import ClockAct
from sessions_app.models.waiting import HeldTimeAnswer, HeldTimeQuerySet
from sessions_app.stuck_rows import Guard

from .acts import record_answer, why_taken_back

TASK, SECONDS = "sessions_app.tasks.release_taken_back", 15


def release_taken_back(*, now: datetime, seconds: float = SECONDS) -> int:
    """Returns how many. Those that there is no time to look at are looked at in a later run."""
    guard, end, count = Guard(ClockAct.NOTE_LAPSED, now=now), time.monotonic() + seconds, 0
    for pk in list(guard.without_stuck(_held(now)).order_by("?").values_list("pk", flat=True)):
        if time.monotonic() > end:
            break
        with guard.over(pk):
            count += _release_if_taken_back(pk, now=now)
    return count


def release_soon(*mentors: int) -> None:
    """These mentors have changed their times: a worker looks at what is held of them. It may fail."""
    transaction.on_commit(partial(_wake_worker, mentors), robust=True)


@atomic_act
def _release_if_taken_back(pk: int, *, now: datetime) -> bool:
    held = _held(now).filter(pk=pk).first()
    if held is None or not why_taken_back(held, now=now):
        return False
    lock_people(held.booking.mentor_id, held.person_id)
    held = _held(now).filter(pk=pk).first()
    if held is None or not why_taken_back(held, now=now):
        return False
    # No answer that they owed. It isn't reserved for others in line either: they can't have it.
    record_answer(held, HeldTimeAnswer.LAPSED, by=None, now=now)
    return give_up_hold(held.booking, now=now, reserve=False)


def _held(now: datetime) -> HeldTimeQuerySet:
    held = HeldTime.objects.open().filter(until__gt=now, booking__state=BookingState.HELD)
    return held.select_related("waiting", "person", "booking__engagement", "booking__offer__profile__person")


def _wake_worker(mentors: tuple[int, ...]) -> None:
    if HeldTime.objects.open().filter(booking__mentor__in=mentors).exists():
        wake_worker(TASK)
