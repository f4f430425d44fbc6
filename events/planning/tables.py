"""The tables of an event, as its organisers name them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from events.errors import EventError
from events.locks import lock_event, touch_event
from events.models import Event, EventState, EventTable
from sessions_app.locks import atomic_act

from .plans import check_plannable


@dataclass(frozen=True, slots=True)
class TableInput:
    name: str
    has_screen: bool = False
    is_quiet: bool = False


@atomic_act
def set_tables(*, event: Event, tables: Sequence[TableInput], now: datetime) -> Event:
    """Replace the tables. Raises EventError `closed`, and `published` once people have been told where they sit."""
    event = lock_event(event)
    check_plannable(event, now)
    if event.state == EventState.SCHEDULED:
        words = _("People have been told where they sit. Move single meetings instead.")
        raise EventError("published", words)
    EventTable.objects.filter(event=event).delete()
    EventTable.objects.bulk_create(
        EventTable(event=event, number=number, name=one.name, has_screen=one.has_screen, is_quiet=one.is_quiet)
        for number, one in enumerate(tables, start=1)
    )
    touch_event(event)
    return event
