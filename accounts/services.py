"""Acts on people and their accounts: create one, change its name, its clock or its time zone."""

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from common.mail.addresses import canonical_address

from .hooks import announce_person, announce_zone
from .models import HourCycle, Theme, User
from .viewing import browser_hour12, cookie_zone


@transaction.atomic
def create_person(
    *,
    email: str,
    name: str,
    timezone: str,
    hour12: bool = False,
    password: str | None = None,
    verified: bool = True,
) -> User:
    """A person who can sign in by code at once, and by password where one is given.

    `hour12`: they read a clock of twelve hours, until they choose another.
    Raises ValidationError for a name, zone or address that forms would refuse, IntegrityError for an address in use.
    """
    hour_cycle = HourCycle.H12 if hour12 else HourCycle.H24
    user = User(email=canonical_address(email), name=name, timezone=timezone, hour_cycle=hour_cycle)
    user.set_password(password)
    user.clean_fields()
    user.save(force_insert=True)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=verified)
    return user


def name_person(user: User, *, name: str) -> None:
    user.name = name
    user.clean_fields(exclude=["password", "timezone"])
    user.save(update_fields=["name"])
    announce_person(user)


@transaction.atomic
def remember_zone(request: HttpRequest, user: User) -> None:
    """A person without a zone gets their browser's, and its clock, when they sign in."""
    zone = cookie_zone(request)
    if zone and not user.timezone:
        user.timezone = zone
        if browser_hour12(request):
            user.hour_cycle = HourCycle.H12
        user.save(update_fields=["timezone", "hour_cycle"])
        announce_zone(user)


@transaction.atomic
def choose_zone(user: User, zone: str) -> None:
    is_new = user.timezone != zone
    user.timezone = zone
    user.clean_fields(exclude=["password"])
    user.save(update_fields=["timezone"])
    if is_new:
        announce_zone(user)


def choose_theme(user: User, theme: Theme) -> None:
    user.theme = theme
    user.save(update_fields=["theme"])


@transaction.atomic
def change_person(user: User, *, name: str, hour_cycle: str, timezone: str, language: str | None = None) -> None:
    """Change a person's settings. `language` stays as it is if none is given.

    Raises ValidationError for what forms would refuse, and for an empty name: others are told of this person.
    """
    if user.name and not name:
        raise ValidationError({"name": gettext("Enter your name")}, code="required")
    is_elsewhere = user.timezone != timezone
    user.name, user.hour_cycle, user.timezone = name, hour_cycle, timezone
    user.language = language or user.language
    user.clean_fields(exclude=["password"])
    user.save(update_fields=["name", "hour_cycle", "timezone", "language"])
    announce_person(user)
    if is_elsewhere:
        announce_zone(user)
