"""What is kept of calendars that people connect."""

from django.utils.translation import gettext_lazy as _

from accounts.privacy.registry import Table, fact, hidden, mine

from .models import Connection, ExportedEvent, ExternalCalendar

OPENS = "opens the calendar, so it is never shown again"

TABLES: tuple[Table, ...] = (
    Table(
        ExternalCalendar,
        {
            "name": mine(),
            "treats_all_day": fact(),
            "remote_id": hidden("what the calendar's server calls it"),
            "colour": fact("a colour"),
            "cursor": hidden("a mark of the calendar's server"),
            "guessed": mine(),
        },
        people=("connection__person",),
        part="calendars",
        heading=_("Calendars you connected"),
        hidden=("connection",),
        is_deleted=True,
    ),
    Table(
        Connection,
        {
            "kind": fact(),
            "host": mine(),
            "secret": hidden(OPENS),
            "fingerprint": hidden(OPENS),
            "state": fact(),
            "failure": fact(),
            "write_failure": fact(),
        },
        people=("person",),
        part="calendar-connections",
        heading=_("How your calendars are read"),
        hidden=("version", "lease_until", "next_at", "write_retry_at", "write_version"),
        is_deleted=True,
    ),
    Table(
        ExportedEvent,
        {
            "state": fact(),
            "remote_id": hidden("the name of a file on the calendar's server"),
            "etag": hidden("a mark of the calendar's server"),
        },
        people=("person",),
        part="calendar-sessions",
        heading=_("Sessions put into your calendar"),
        hidden=("lease_until", "lease_token", "next_at", "attempts"),
        is_deleted=True,
    ),
)
