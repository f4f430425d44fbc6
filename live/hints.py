"""Hints to open pages that there is something new, published in Redis, where the live servers hear them.

A hint may be lost: pages also ask by themselves, though seldom while they listen.
"""

import logging
import time
from functools import cache, partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from common.later import LaterModule

from .streams import Part, name_person_stream

if TYPE_CHECKING:
    import redis
else:
    redis = LaterModule("redis")

logger = logging.getLogger(__name__)

# A request waits so many seconds to find out that Redis is away; for a while the next ones don't try. The while is
# short: pages that listen again ask once more after it (live.js).
PATIENCE = 0.2
PAUSE = 2
CHANNEL = "live"
_PARTS = frozenset(map(str, Part))

_quiet_until = 0.0
_lost = 0


def tell_pages(part: Part, *streams: str) -> None:
    """Tell the open pages that listen to these streams to ask for this part, once the transaction is committed.

    Costs nothing without a live server (`LIVE_URL`).
    """
    if settings.LIVE_URL and streams:
        transaction.on_commit(partial(_publish, part, streams), robust=True)


def tell_people(part: Part, *people: int) -> None:
    """The same for the pages of these people (their ids), whose streams aren't named where nobody hears of it."""
    if settings.LIVE_URL:
        tell_pages(part, *{name_person_stream(person) for person in people})


def name_channel(redis_url: str) -> str:
    # Databases of one Redis share their channels, unlike their keys.
    return f"{CHANNEL}:{_connect(redis_url).get_connection_kwargs().get('db') or 0}"


def write_hint(part: Part, streams: tuple[str, ...]) -> str:
    return " ".join([part, *streams])


def read_hint(text: str) -> tuple[str, list[str]]:
    """The part, and the streams. What isn't a hint of ours names no part of a page, and nobody is told."""
    part, *streams = text.split(" ")
    return (part, streams) if part in _PARTS else ("", [])


def _publish(part: Part, streams: tuple[str, ...]) -> None:
    global _quiet_until, _lost
    if time.monotonic() < _quiet_until:
        _lost += 1
        return
    try:
        _connect(settings.REDIS_URL).publish(name_channel(settings.REDIS_URL), write_hint(part, streams))
    except Exception as error:  # whatever is wrong with Redis, the act has succeeded
        if not _lost:
            logger.warning("no hints to open pages for now: %s", error)
        _lost += 1
        _quiet_until = time.monotonic() + PAUSE
        return
    if _lost:
        logger.warning("hints reach open pages again; %s were lost", _lost)
        _lost = 0


@cache
def _connect(url: str) -> "redis.Redis":
    """Keeps its connections, since opening one takes long. One that Redis has closed is opened again at once."""
    again = redis.retry.Retry(redis.backoff.NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
    return redis.Redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry=again)
