"""What a person says about the calendar into which their sessions are put."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from calendars.errors import CalendarError
from calendars.models import Connection, ConnectionState, ExportedEvent, ExternalCalendar
from calendars.notices import withdraw_unwritten

from .queue import enter_person, wake_when_committed
from .writers import can_write

# What failed was about another calendar, or is tried once more.
WELL = {"write_failing_since": None, "write_failure": "", "write_failures": 0, "write_retry_at": None}


@transaction.atomic
def choose_calendar(*, calendar: ExternalCalendar, now: datetime) -> None:
    """Put the person's sessions ahead into this calendar, and take them out of another. Raises CalendarError
    `not_writable`.
    """
    person = _locked(calendar.connection.person)
    row = ExternalCalendar.objects.select_related("connection").filter(pk=calendar.pk).first()
    if row is None or not can_be_chosen(row):
        said = _("Nothing can be written into this calendar. Choose another one")
        raise CalendarError("not_writable", said, field="calendar")
    if row.connection.writes_to_id == row.pk:
        return
    _stop(person, now)
    Connection.objects.filter(pk=row.connection_id).update(writes_to=row, writes_since=now, **WELL)
    enter_person(person, now)


@transaction.atomic
def stop_writing(*, person: User, now: datetime) -> None:
    """Sessions ahead are taken out of the calendar that was chosen."""
    _locked(person)
    _stop(person, now)


def can_be_chosen(calendar: ExternalCalendar) -> bool:
    connection = calendar.connection
    is_there = calendar.is_writable and not calendar.is_gone
    is_agreed = connection.state != ConnectionState.PROPOSED and connection.ending_at is None
    return is_there and is_agreed and can_write(connection)


def _stop(person: User, now: datetime) -> None:
    chosen = Connection.objects.select_for_update(of=("self",)).filter(person=person, writes_to__isnull=False)
    for connection in chosen:
        connection.writes_to = connection.writes_since = None
        connection.write_version += 1
        connection.save(update_fields=["writes_to", "writes_since", "write_version"])
        withdraw_unwritten(connection)
    ExportedEvent.objects.filter(person=person).update(next_at=now, attempts=0)
    wake_when_committed()


def _locked(person: User) -> User:
    User.objects.locked(person.pk)
    return person
