"""One request to a service of calendars, at an address from the settings: how long its answer may be and take."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from calendars.fetching import FetchError
from common.later import LaterModule

if TYPE_CHECKING:
    import requests
else:
    requests = LaterModule("requests")

# Seconds until a part of an answer comes, and until the whole is there
PART_WITHIN, WHOLE_WITHIN = 5, 10
LARGEST_ANSWER = 4 * 1024 * 1024
LONGEST_WAIT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """`body` is empty where it isn't an object. `wait`: for how long the service asks us to leave it alone."""

    status: int
    body: Mapping[str, Any]
    wait: timedelta | None = None

    @property
    def is_well(self) -> bool:
        return 200 <= self.status < 300


def ask_service(method: str, address: str, *, within: float = WHOLE_WITHIN, **options: Any) -> ServiceAnswer:
    """Follows no redirects, and logs nothing. Raises FetchError `unreachable`, `too_slow`, `too_large`."""
    end = time.monotonic() + min(within, WHOLE_WITHIN)
    content = bytearray()
    try:
        with requests.request(
            method, address, timeout=PART_WITHIN, allow_redirects=False, stream=True, **options
        ) as response:
            for part in response.iter_content(64 * 1024):
                content += part
                if len(content) > LARGEST_ANSWER:
                    raise FetchError("too_large")
                if time.monotonic() > end:
                    raise FetchError("too_slow")
            status, wait = response.status_code, read_wait(response.headers.get("Retry-After", ""))
    except requests.Timeout:
        raise FetchError("too_slow") from None
    except requests.RequestException:
        raise FetchError("unreachable") from None
    return ServiceAnswer(status, _read_object(bytes(content)), wait)


def read_wait(text: str) -> timedelta | None:
    # A number of seconds, or a moment
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(moment - datetime.now(UTC), timedelta()), LONGEST_WAIT)


def _read_object(content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def read_object(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def list_objects(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = body.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def read_text(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else ""
