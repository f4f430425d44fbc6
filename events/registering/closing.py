"""Who has no account any more, or is suspended, gives back their places at events to come."""

from datetime import datetime

from django.utils import timezone

from accounts.models import User
from events.errors import EventError
from events.models import Registration
from events.models.states import AHEAD, NOT_ENDED

from .acts import cancel_registration


def give_up_places(*people: int) -> None:
    """For `accounts.hooks`, which names people of whom something has changed: of accounts that were closed."""
    now = timezone.now()
    for person in User.objects.filter(pk__in=people, is_active=False).order_by("pk"):
        end_places(person, now=now)


# An event that runs stays as it is: the desk sees who isn't there
def end_places(person: User, *, now: datetime) -> None:
    standing = Registration.objects.filter(person=person, state__in=NOT_ENDED, event__state__in=AHEAD)
    for registration in standing.order_by("event", "pk"):
        try:
            cancel_registration(registration=registration, by=person, now=now)
        except EventError:
            continue
