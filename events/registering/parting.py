"""Who parts from the host of office hours has no place there any more, nor a turn on the waiting list."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from events.errors import EventError
from events.models import Registration
from events.models.registrations import RegistrationQuerySet
from events.models.states import STANDING, UNSCHEDULED
from trust.separations import Parting

from .acts import cancel_registration


def leave_hours_after_parting(parting: Parting) -> None:
    """Not in the same transaction: acts of events lock the event first, and then its people."""
    if parting.ends_everything:
        leave = partial(leave_hours, parting.one, parting.other, now=parting.now)
        transaction.on_commit(leave, robust=True)


def leave_hours(one: User, other: User, *, now: datetime) -> None:
    for registration in places_between(one, other, now).select_related("person"):
        try:
            cancel_registration(registration=registration, by=registration.person, now=now)
        except EventError:
            continue


# What would end, for the page that asks before
def list_places(one: User, other: User, now: datetime) -> list[str]:
    words = _("The place at “%(title)s”")
    return [words % {"title": place.event.title} for place in places_between(one, other, now).select_related("event")]


# Of one of the two, at office hours of the other that aren't over
def places_between(one: User, other: User, now: datetime) -> RegistrationQuerySet:
    both_ways = Q(person=one, event__host=other) | Q(person=other, event__host=one)
    ahead = Q(state__in=STANDING, event__state__in=UNSCHEDULED, event__during__endswith__gt=now)
    return Registration.objects.filter(both_ways, ahead).order_by("event", "pk")
