"""An account that staff close gives back its places at events to come."""

from django.utils import timezone

from accounts.models import User
from events.errors import EventError
from events.models import Registration
from events.models.states import AHEAD, NOT_ENDED

from .acts import cancel_registration


def give_up_places(*people: int) -> None:
    """For `accounts.hooks`, which names people of whom something has changed. An event that runs stays as it is: the
    desk sees who isn't there."""
    now = timezone.now()
    left = Registration.objects.filter(
        person__in=User.objects.filter(pk__in=people, is_active=False), state__in=NOT_ENDED, event__state__in=AHEAD
    )
    for registration in left.select_related("person").order_by("event", "pk"):
        try:
            cancel_registration(registration=registration, by=registration.person, now=now)
        except EventError:
            continue
