"""What the page of a person's calendars says about writing into them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from calendars.models import STANDING, Connection, ConnectionState, ExportedEvent, ExternalCalendar
from calendars.sources.opening import may_write
from calendars.sources.providers import list_calendar_providers
from calendars.wording import Failure, describe_writing_failure

from .choosing import can_be_chosen
from .forms import NOWHERE, WritingForm


@dataclass(frozen=True, slots=True)
class WritingPanel:
    """`chosen`: where sessions are put now. `standing`: how many that are ahead stand there. `askable`: accounts that
    allow reading only. `form`: None while there is nothing to choose.
    """

    form: WritingForm | None
    chosen: ExternalCalendar | None
    standing: int
    failure: Failure | None
    is_ill: bool
    askable: list[Connection]

    @property
    def tone(self) -> str:
        return "danger" if self.is_ill else "warn"


def writing_panel_of(person: User, *, now: datetime, data: Any = None) -> WritingPanel | None:
    """None for a person none of whose calendars can be written into, nor could if they allowed it."""
    found = ExternalCalendar.objects.filter(connection__person=person).select_related("connection")
    calendars = [one for one in found if can_be_chosen(one)]
    chosen = next((one for one in calendars if one.connection.writes_to_id == one.pk), None)
    askable = list_askable(person)
    if not calendars:
        return WritingPanel(None, None, 0, None, False, askable) if askable else None
    form = WritingForm(calendars, data, prefix="writing", initial={"calendar": chosen.pk if chosen else NOWHERE})
    if chosen is None:
        return WritingPanel(form, None, 0, None, False, askable)
    connection = chosen.connection
    rows = ExportedEvent.objects.filter(person=person, calendar=chosen, state__in=STANDING)
    return WritingPanel(
        form,
        chosen,
        rows.filter(booking__during__endswith__gt=now).count(),
        describe_writing_failure(connection) if connection.write_failing_since else None,
        not connection.writes_well(now),
        askable,
    )


def list_askable(person: User) -> list[Connection]:
    """Accounts whose service would ask the person to allow that sessions are put there."""
    offered = [provider.slug for provider in list_calendar_providers()]
    agreed = Connection.objects.filter(person=person, kind__in=offered, ending_at=None)
    return [one for one in agreed.exclude(state=ConnectionState.PROPOSED) if not may_write(one)]
