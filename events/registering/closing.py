"""Who has no account any more, or is suspended, gives back their places at events to come."""

from datetime import datetime

from accounts.models import User
from events.errors import EventError
from events.models import Registration
from events.models.states import AHEAD, NOT_ENDED

from .acts import cancel_registration


# A place at an event whose first round is called stays: partners were promised by then
def end_places(person: User, *, now: datetime) -> None:
    standing = Registration.objects.filter(person=person, state__in=NOT_ENDED, event__state__in=AHEAD)
    for registration in standing.order_by("event", "pk"):
        try:
            cancel_registration(registration=registration, by=person, now=now)
        except EventError:
            continue
