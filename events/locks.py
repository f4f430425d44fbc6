"""Locks on an event. Whoever needs an event and people locks the event first, then the people."""

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from .errors import stale_error
from .models import Event, Registration


def lock_event(event: Event | int) -> Event:
    """The event as it is now; others who act on it wait."""
    pk = event if isinstance(event, int) else event.pk
    return Event.objects.select_for_update(of=("self",)).get(pk=pk)


def check_event_seen(event: Event, seen: str | None) -> None:
    """Raises EventError `stale` if the event has changed since a person saw it. Call it under the lock."""
    if seen is not None and seen != str(event.version):
        raise stale_error(_("This event has changed since you opened the page. Check it, then try again."))


def check_registration_seen(registration: Registration, seen: str | None) -> None:
    """The same of a registration."""
    if seen is not None and seen != str(registration.version):
        raise stale_error(_("Your registration has changed since you looked at it. Check it, then try again."))


def touch_event(event: Event, **changes: object) -> None:
    """Write these fields of a locked event, whose version grows."""
    Event.objects.filter(pk=event.pk).update(version=F("version") + 1, **changes)
    event.refresh_from_db()


def touch_registration(registration: Registration, **changes: object) -> None:
    """Write these fields of a registration whose event is locked; its version grows."""
    Registration.objects.filter(pk=registration.pk).update(version=F("version") + 1, **changes)
    registration.refresh_from_db()


def is_called(event: Event) -> bool:
    """Whether people know their table of the first round: from then on nobody's partner is planned anew."""
    return event.rounds.filter(called_at__isnull=False).exists()


def has_started(event: Event, now: datetime) -> bool:
    return event.start <= now
