"""Addresses whose server said that nobody is there. Nothing more is sent to them until their owner proves them."""

from datetime import datetime
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from common.mail.addresses import canonical_address

from .models import BouncedAddress

BY_A_MAILED_SECRET = {"code", "password_reset"}


def mark_bouncing(person: User, email: str, answer: str, at: datetime) -> None:
    for address in EmailAddress.objects.filter(user=person, email=canonical_address(email)):
        BouncedAddress.objects.get_or_create(address=address, defaults={"answer": answer, "bounced_at": at})


def has_bouncing_address(person: User) -> bool:
    return BouncedAddress.objects.filter(address__user=person, address__email=person.email).exists()


def trust_again(person: User) -> None:
    """This person's address works: they say so, or staff who asked them."""
    BouncedAddress.objects.filter(address__user=person).delete()


def trust_people_again(people: QuerySet[Any]) -> None:
    """The same for many people; `people` is a query of their ids."""
    BouncedAddress.objects.filter(address__user__in=people).delete()


def trust_after_a_code(request: HttpRequest, user: User) -> None:
    """Called after signing in: a person who typed a code that was mailed to them can be reached."""
    if any(record["method"] in BY_A_MAILED_SECRET for record in get_authentication_records(request, user)):
        trust_again(user)
