"""What the page of a person's calendars says about writing into them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from calendars.models import STANDING, ExportedEvent, ExternalCalendar
from calendars.wording import Failure, describe_writing_failure

from .choosing import can_be_chosen
from .forms import NOWHERE, WritingForm


@dataclass(frozen=True, slots=True)
class WritingPanel:
    """`chosen`: where sessions are put now. `standing`: how many that are ahead stand there."""

    form: WritingForm
    chosen: ExternalCalendar | None
    standing: int
    failure: Failure | None
    is_ill: bool

    @property
    def tone(self) -> str:
        return "danger" if self.is_ill else "warn"


def writing_panel_of(person: User, *, now: datetime, data: Any = None) -> WritingPanel | None:
    """None for a person none of whose calendars can be written into."""
    found = ExternalCalendar.objects.filter(connection__person=person).select_related("connection")
    calendars = [one for one in found if can_be_chosen(one)]
    chosen = next((one for one in calendars if one.connection.writes_to_id == one.pk), None)
    if not calendars:
        return None
    form = WritingForm(calendars, data, prefix="writing", initial={"calendar": chosen.pk if chosen else NOWHERE})
    if chosen is None:
        return WritingPanel(form, None, 0, None, False)
    connection = chosen.connection
    rows = ExportedEvent.objects.filter(person=person, calendar=chosen, state__in=STANDING)
    return WritingPanel(
        form,
        chosen,
        rows.filter(booking__during__endswith__gt=now).count(),
        describe_writing_failure(connection) if connection.write_failing_since else None,
        not connection.writes_well(now),
    )
