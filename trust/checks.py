"""Whether there are enough people who decide cases. Asks the database, so it runs with `check --database`."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.db import DatabaseError

from accounts.models import User
from accounts.rules.roles import Power

FEWEST = 2


def check_deciders(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    if not databases or (count := count_deciders()) is None or count >= FEWEST:
        return []
    words = f"{count} of {FEWEST} people may decide cases and appeals: nothing above a note can be decided."
    hint = "Make another person a moderator or an owner, under Roles on the staff pages."
    return [Warning(words, hint=hint, id="trust.W001")]


def check_on_call(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    if not databases or not settings.SAFETY_ON_CALL or count_deciders() is None:
        return []
    readers = set(User.objects.who_may(Power.MODERATE).values_list("email", flat=True))
    unknown = [address for address in settings.SAFETY_ON_CALL if address.lower() not in readers]
    words = "SAFETY_ON_CALL names {}, which isn’t the address of a moderator’s account."
    return [Warning(words.format(address), id="trust.W002") for address in unknown]


def count_deciders() -> int | None:
    """None where there are no tables yet."""
    try:
        return User.objects.who_may(Power.APPEALS).count()
    except DatabaseError:
        return None
