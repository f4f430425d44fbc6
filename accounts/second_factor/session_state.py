"""What a session shows of its second factor. Whether its person has one somewhere doesn't count."""

import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from accounts.models import User

OPTIONAL = "optional"
# Key of the session: when a page was asked for last while the role was awake; noted once a minute at most
SEEN, NOTED_EVERY = "staff_seen_at", 60


def last_second_step(request: HttpRequest, person: User) -> float | None:
    """When this session used a second factor last, in seconds since 1970; None if it never did."""
    records: list[dict[str, Any]] = get_authentication_records(request, person)
    moments = [record["at"] for record in records if record.get("method") == "mfa"]
    return moments[-1] if moments else None


def does_role_sleep(request: HttpRequest, person: User) -> bool:
    """A role is awake where the session used a second factor: for some hours, and while it isn't left alone."""
    if settings.STAFF_SECOND_FACTOR == OPTIONAL:
        return False
    proven_at, now = last_second_step(request, person), time.time()
    if proven_at is None or now - proven_at > settings.STAFF_SESSION_LENGTH.total_seconds():
        return True
    seen_at = max(proven_at, request.session.get(SEEN, 0))
    if now - seen_at > settings.STAFF_IDLE.total_seconds():
        return True
    if now - seen_at > NOTED_EVERY:
        request.session[SEEN] = now
    return False
