"""Limits on what is expensive, by person and by address. The counts are in the cache, which is a table of Postgres."""

import time
from datetime import UTC, datetime

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

from common.mail.addresses import canonical_address

from .models import User

LIMITS = {
    # A code of six digits allows three tries, so 30 codes a day give a guesser one chance in ten thousand.
    "code_mail": "3/m/key,10/h/key,30/d/key,20/m/ip,200/h/ip",
    # An app's code is one of three in a million, so sixty tries a day give a guesser one chance in five thousand.
    "second_step": "10/10m/key,60/d/key",
    # Each way to a provider and back asks it for something, while the visitor waits.
    "provider": "30/m/ip,300/h/ip",
    # Strangers can post these without having asked for anything, and checking a signature is work.
    "saml_answer": "20/m/ip",
    # Nobody guesses a signature; checking one is work.
    "passkey": "20/m/ip,200/h/ip",
    # Checking a file and encoding a picture again can take a second of a processor.
    "upload": "30/h/key,100/d/key",
    # Each has a worker ask an address that the person chose.
    "calendar": "20/h/key,50/d/key",
}
OWN = "accounts"


def take_code_mail(request: HttpRequest, email: str) -> datetime | None:
    """Count one code for this address, known or not. If that is one too many, returns when to try again."""
    return _take_attempt(request, "code_mail", canonical_address(email))


def take_second_step(request: HttpRequest, person: User) -> datetime | None:
    """Count one try of a second factor. If that is one too many, returns when to try again."""
    return _take_attempt(request, "second_step", str(person.pk))


def take_provider(request: HttpRequest) -> datetime | None:
    """Count one way to a provider, or back. If that is one too many, returns when to try again."""
    return _take_attempt(request, "provider", "")


def take_saml_answer(request: HttpRequest) -> datetime | None:
    """Count one answer that a browser brings. If that is one too many, returns when to try again."""
    return _take_attempt(request, "saml_answer", "")


def take_passkey(request: HttpRequest) -> datetime | None:
    """Count one sign-in by a passkey alone. If that is one too many, returns when to try again."""
    return _take_attempt(request, "passkey", "")


def take_upload(request: HttpRequest, person: User) -> datetime | None:
    """Count one file of this person. If that is one too many, returns when to try again."""
    return _take_attempt(request, "upload", str(person.pk))


def take_calendar(request: HttpRequest, person: User) -> datetime | None:
    """Count one calendar that this person connects. If that is one too many, returns when to try again."""
    return _take_attempt(request, "calendar", str(person.pk))


def _take_attempt(request: HttpRequest, action: str, key: str) -> datetime | None:
    if ratelimit.consume(request, app=OWN, action=action, config=LIMITS, key=key, limit_get=True):
        return None
    return _free_again(request, action, key)


def _free_again(request: HttpRequest, action: str, key: str) -> datetime:
    moments = [time.time() + 1]
    for rate in ratelimit.get_rates(app=OWN, action=action, config=LIMITS):
        taken = cache.get(ratelimit.get_cache_key(request, app=OWN, action=action, rate=rate, key=key), [])
        if len(taken) >= rate.amount:
            moments.append(taken[rate.amount - 1] + rate.duration)
    return datetime.fromtimestamp(max(moments), UTC)
