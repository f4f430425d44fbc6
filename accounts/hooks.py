"""Hooks for the apps above: they append functions that run after a sign-in or after a change of a person."""

from collections.abc import Callable

from django.http import HttpRequest

from .models import User

AfterSignIn = Callable[[HttpRequest, User], str | None]

after_sign_in: list[AfterSignIn] = []

# Each is called with the ids of people whose name has changed, or whose account is active again.
after_person_change: list[Callable[..., None]] = []


def run_after_sign_in(request: HttpRequest, user: User) -> str | None:
    """Run every hook in order; the first address that one returns is where the person goes next."""
    addresses = [hook(request, user) for hook in after_sign_in]
    return next((address for address in addresses if address), None)


def announce_person(person: User) -> None:
    for listener in after_person_change:
        listener(person.pk)
