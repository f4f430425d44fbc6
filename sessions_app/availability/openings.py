"""Announces that a mentor may have more free time than before.

The workers that serve the waiting list are woken; apps above this one add listeners of their own when they load.
"""

from collections.abc import Callable

from .worker_hints import wake_when_committed

on_time_opened: list[Callable[..., None]] = []


def announce_opened(*people: int | None) -> None:
    """Tell every listener that these people, if they are mentors, may have time that was not free before.

    Called inside the transaction of every change of a schedule, and of every booking that releases its time, so that
    what listeners write is committed or rolled back together with it.
    """
    wake_when_committed()
    for listener in on_time_opened:
        listener(*(person for person in people if person is not None))
