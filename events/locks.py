"""Locks on an event. An act that needs an event and people locks the event first, then the people."""

from collections.abc import Collection

from django.db.models import F
from django.utils.translation import gettext as _

from live.hints import tell_pages
from live.streams import Part
from sessions_app.locks import lock_people

from .errors import stale_error
from .models import Event, Registration
from .models.states import RUNS


def lock_event(event: Event | int) -> Event:
    """The event as it is now; others who act on it wait."""
    pk = event if isinstance(event, int) else event.pk
    return Event.objects.select_for_update(of=("self",)).get(pk=pk)


def lock_registration(registration: Registration) -> Registration:
    """As it is now, with its event and its person, both of whom are locked."""
    event = lock_event(registration.event_id)
    lock_people(registration.person_id)
    fresh = Registration.objects.select_related("person").get(pk=registration.pk)
    fresh.event = event
    return fresh


def check_event_seen(event: Event, seen: str | None) -> None:
    """Raises EventError `stale` if the event has changed since a person saw it. Call it under the lock."""
    if seen is not None and seen != str(event.version):
        raise stale_error(_("This event has changed since you opened the page. Check it, then try again."))


def check_registration_seen(registration: Registration, seen: str | None) -> None:
    """The same of a registration."""
    if seen is not None and seen != str(registration.version):
        raise stale_error(_("Your registration has changed since you looked at it. Check it, then try again."))


def touch_event(event: Event, **changes: object) -> None:
    """Write these fields of a locked event, whose version grows. The pages that are open are told."""
    tell_pages(Part.EVENT, event.stream)
    Event.objects.filter(pk=event.pk).update(version=F("version") + 1, **changes)
    event.refresh_from_db()


def touch_registration(registration: Registration, **changes: object) -> None:
    """Write these fields of a registration whose event is locked; its version grows."""
    Registration.objects.filter(pk=registration.pk).update(version=F("version") + 1, **changes)
    registration.refresh_from_db()


def touch_registrations(registrations: Collection[Registration], **changes: object) -> None:
    """The same of several, by one statement."""
    pks = [registration.pk for registration in registrations]
    Registration.objects.filter(pk__in=pks).update(version=F("version") + 1, **changes)
    for registration in registrations:
        registration.version += 1
        for name, value in changes.items():
            setattr(registration, name, value)


def is_called(event: Event) -> bool:
    """Whether people know their table of the first round: from then on nobody's partner is planned again."""
    return event.state in RUNS and event.rounds.filter(called_at__isnull=False).exists()
