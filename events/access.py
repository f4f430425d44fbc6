"""Who may open which event. What a person may not see is a 404, like what doesn't exist."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import User

from .models import Event, Registration


def get_event(slug: str, person: User | None) -> Event:
    return get_object_or_404(Event.objects.visible_to(person), slug=slug)


def get_led_event(slug: str, person: User) -> Event:
    """One that this person may plan and publish."""
    return get_object_or_404(Event.objects.led_by(person), slug=slug)


def get_run_event(slug: str, person: User) -> Event:
    """One whose desk this person may use."""
    return get_object_or_404(Event.objects.run_by(person).distinct(), slug=slug)


def registration_of(event: Event, person: User | None) -> Registration | None:
    if person is None:
        return None
    return Registration.objects.filter(event=event, person=person).select_related("event").first()


def get_own_registration(event: Event, person: User) -> Registration:
    return get_object_or_404(Registration.objects.select_related("event", "person"), event=event, person=person)


def get_registration_at(slug: str, person: User) -> Registration:
    """This person's own at the event of this address, in one statement."""
    events = Event.objects.visible_to(person)
    known = Registration.objects.select_related("event")
    registration = get_object_or_404(known, event__in=events, event__slug=slug, person=person)
    registration.person = person
    return registration


def get_registration(uuid: UUID, event: Event) -> Registration:
    """For the team: one of their event's."""
    return get_object_or_404(Registration.objects.select_related("event", "person"), uuid=uuid, event=event)
