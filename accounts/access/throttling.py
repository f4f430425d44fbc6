"""Limits how often a client may ask. One statement counts and answers, in Postgres, so it works while Redis is away."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from accounts.client_address import client_address
from accounts.models import RequestCount, User

# A row counts the requests of one window of time, which begins with the first of them. Two requests at once are both
# counted, since the second waits for the lock on the row.
COUNT = """
INSERT INTO accounts_requestcount AS counted (key, began_at, count) VALUES (%(key)s, %(now)s, 1)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN counted.began_at <= %(before)s THEN 1 ELSE LEAST(counted.count, 1000000) + 1 END,
    began_at = CASE WHEN counted.began_at <= %(before)s THEN EXCLUDED.began_at ELSE counted.began_at END
RETURNING count, began_at
"""
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` requests within `span`, for one person or one address."""

    name: str
    most: int
    span: timedelta


def take_within_rate(rate: Rate, who: str, *, now: datetime) -> timedelta | None:
    """Count one request. If that is one too many, returns how long to wait."""
    values: dict[str, Any] = {"key": f"{rate.name}:{who}", "now": now, "before": now - rate.span}
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        count, began_at = cursor.fetchone()
    return began_at + rate.span - now if count > rate.most else None


def take_request(request: HttpRequest, person: User | None, *, now: datetime) -> timedelta | None:
    """Count one request of the API: by person if we know them, else by the address that we trust."""
    if person is not None:
        return take_within_rate(Rate("person", settings.API_PERSON_A_MINUTE, MINUTE), str(person.pk), now=now)
    address = client_address(request)
    return take_within_rate(Rate("address", settings.API_ADDRESS_A_MINUTE, MINUTE), address, now=now)


def forget_counts(*, now: datetime) -> int:
    return RequestCount.objects.filter(began_at__lt=now - 2 * HOUR).delete()[0]
