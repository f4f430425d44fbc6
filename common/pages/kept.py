"""What a visitor wants and has to sign in for first: their browser's session keeps it for an hour.

A session lasts for weeks, and the next person to sign in on that browser may be someone else.
"""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

KEPT_FOR = timedelta(hours=1)


def keep_in_session(request: HttpRequest, key: str, value: Any) -> None:
    request.session[key] = {"value": value, "at": timezone.now().isoformat()}


def find_kept(request: HttpRequest, key: str) -> Any:
    """The value that was kept under this key; None if there is none any more."""
    kept = request.session.get(key)
    if not isinstance(kept, dict) or kept.keys() != {"value", "at"}:
        return None
    return kept["value"] if datetime.fromisoformat(kept["at"]) > timezone.now() - KEPT_FOR else None


def take_kept(request: HttpRequest, key: str) -> Any:
    """The same, and it is kept no longer."""
    value = find_kept(request, key)
    request.session.pop(key, None)
    return value
