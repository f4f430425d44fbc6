"""Hooks for the apps above: they append functions that run after a sign-in or after a change of a person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from .models import User

AfterSignIn = Callable[[HttpRequest, User], str | None]

after_sign_in: list[AfterSignIn] = []

# Each answers with the address of the page on which this person's work begins, or None if it knows of none.
start_pages: list[Callable[[User], str | None]] = []

# Each is called with the ids of people whose name has changed, or whose account was closed or is active again.
after_person_change: list[Callable[..., None]] = []


# Each is called with a person who has another time zone now, and the moment.
after_zone_change: list[Callable[[User, datetime], None]] = []


# Each is called with the person whose role has ended, which role it was, and when.
after_role_end: list[Callable[..., None]] = []


# Each answers with what it wants to know of a provider's accounts: the names of claims, and of each the values that
# make a difference.
claims_wanted: list[Callable[[str], Mapping[str, frozenset[str]]]] = []

# Each is called after a sign-in with an account elsewhere, with its provider and what that said of the claims above.
after_claims: list[Callable[[HttpRequest, User, str, Mapping[str, Sequence[str]]], None]] = []


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the site, outside of which a token that is made for it opens nothing.

    `name`: for the person who makes one. `is_open`: they can make one now; false while their role there sleeps.
    """

    key: str
    name: str
    is_open: bool


# Each lists the areas of this person.
token_areas: list[Callable[[User], Sequence[Area]]] = []


def areas_of(person: User) -> list[Area]:
    return [area for list_areas in token_areas for area in list_areas(person)]


def run_after_sign_in(request: HttpRequest, user: User) -> str | None:
    """Run every hook in order; the first address that one returns is where the person goes next."""
    addresses = [hook(request, user) for hook in after_sign_in]
    return next((address for address in addresses if address), None)


def run_after_claims(request: HttpRequest, user: User, provider: str, said: Mapping[str, Sequence[str]]) -> None:
    for hook in after_claims:
        hook(request, user, provider, said)


def start_page_of(user: User) -> str:
    """Where a person arrives who signed in without coming from any page: the last page that was entered counts."""
    addresses = [start_page(user) for start_page in reversed(start_pages)]
    return next((address for address in addresses if address), reverse("home"))


def announce_person(person: User) -> None:
    for listener in after_person_change:
        listener(person.pk)


def announce_zone(person: User) -> None:
    now = timezone.now()
    for listener in after_zone_change:
        listener(person, now)
