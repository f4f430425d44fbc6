"""What people and the desk do in an evening, in few words."""

from datetime import datetime, timedelta

import pytest

from events.errors import EventError
from events.live import running
from events.live.evening import read_evening
from events.live.presence import check_in
from events.models import Event, Pairing, Registration
from tests.events.making import EVENING, MadeEvening

MINUTE = timedelta(minutes=1)


def refused(act) -> str:
    with pytest.raises(EventError) as error:
        act()
    return error.value.code


def arrive(*registrations: Registration, at: datetime = EVENING) -> None:
    for one in registrations:
        check_in(registration=one, by=one.person, now=at)


def started(evening: MadeEvening, *, without: tuple[Registration, ...] = ()) -> Event:
    arrive(*(one for one in evening.people if one not in without))
    return running.start_evening(event=evening.event, now=EVENING)


def pairs(number: int, *outcomes: str) -> set[tuple[str, str]]:
    """Whom each mentee meets in this round."""
    rows = Pairing.objects.filter(round__number=number, outcome__in=outcomes or ["planned", "held"])
    return {(one.one.board_name, one.other.board_name) for one in rows}


def clock(event: Event, now: datetime) -> tuple[str, int | None, int | None]:
    event.refresh_from_db()
    shown = read_evening(event, now).clock
    return shown.phase, shown.current, shown.next
