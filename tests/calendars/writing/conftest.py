from datetime import timedelta

import pytest

from calendars.models import Connection, ConnectionKind, ConnectionState, ExternalCalendar
from calendars.sources.opening import seal_secret
from calendars.writing import writers
from calendars.writing.choosing import choose_calendar
from calendars.writing.working import write_due
from tests.calendars.writing.shelf import Shelf
from tests.conftest import NOW

HOUR = timedelta(hours=1)


@pytest.fixture
def ask_first(offer):
    offer.instant = False
    offer.save()
    return offer


@pytest.fixture
def shelf(monkeypatch) -> Shelf:
    """What stands behind every connection that can be written to."""
    found = Shelf()
    monkeypatch.setitem(writers.WRITERS, ConnectionKind.CALDAV, lambda _connection: found)
    return found


def connect_account(person, *names, now=NOW) -> list[ExternalCalendar]:
    """An account elsewhere with a calendar of each name, which the person has agreed to."""
    made = Connection.objects.create(
        person=person,
        kind=ConnectionKind.CALDAV,
        host="calendars.example.org",
        secret=seal_secret(b"{}"),
        fingerprint=f"{person.pk}-{'-'.join(names)}",
        state=ConnectionState.ACTIVE,
        created_at=now,
        asked_at=now,
        next_at=now + timedelta(days=365),
    )
    return [
        ExternalCalendar.objects.create(connection=made, remote_id=f"/{name}/", name=name, is_writable=True)
        for name in names
    ]


@pytest.fixture
def diary(alice, shelf) -> ExternalCalendar:
    """alice's, into which her sessions are put."""
    [calendar] = connect_account(alice, "diary")
    choose_calendar(calendar=calendar, now=NOW)
    return calendar


def work(now=NOW) -> int:
    """What workers do with all that is due. Returns how many steps that took."""
    return write_due(lambda: now)


def uid_of(booking) -> str:
    return f"{booking.uuid}@localhost"
