"""Readings of the last minutes that all processes share, so that a question is read once and not by each of them.

A question is looked at several times: with a filter, sorted otherwise, its next page. Redis keeps a reading for as long
as that takes, under a hash of the words. Without Redis each process reads for itself.
"""

import hashlib
import json
import logging
import time
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from common.later import LaterModule
from search.understanding.understood import Because, ReadTopic, Understanding

if TYPE_CHECKING:
    import redis
else:
    redis = LaterModule("redis")

logger = logging.getLogger(__name__)

KEPT_SECONDS = 600
# A busy Redis may take a while, and reading as long; a page shall not wait for longer.
LONGEST_WAIT = 0.1
# After a failure nothing is asked for so long: searches shall not all wait for a Redis that is gone.
SILENT_SECONDS = 30


class SharedReadings:
    """One process has one of these; its threads share it. `reader` says what reads: another one reads otherwise."""

    def __init__(self, url: str) -> None:
        once = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
        self._redis = redis.Redis.from_url(
            url, socket_timeout=LONGEST_WAIT, socket_connect_timeout=LONGEST_WAIT, retry=once
        )
        self._silent_until = 0.0

    def get(self, words: str, *, reader: str) -> Understanding | None:
        if time.monotonic() < self._silent_until:
            return None
        try:
            stored = self._redis.get(_key(words, reader))
        except redis.RedisError as error:
            self._fall_silent(error)
            return None
        try:
            return _parse(stored) if stored else None
        except (ValueError, TypeError, KeyError):
            # Another release of this software, which runs beside this one for a while, keeps other facts.
            return None

    def put(self, words: str, understanding: Understanding, *, reader: str) -> None:
        """Keep a reading for a while, but nothing from someone who may be in danger."""
        if understanding.is_crisis or time.monotonic() < self._silent_until:
            return
        try:
            self._redis.set(_key(words, reader), json.dumps(asdict(understanding)), ex=KEPT_SECONDS)
        except redis.RedisError as error:
            self._fall_silent(error)

    def _fall_silent(self, error: Exception) -> None:
        self._silent_until = time.monotonic() + SILENT_SECONDS
        logger.warning("readings of questions are not shared for %d seconds: %s", SILENT_SECONDS, error)


@cache
def connect_shared() -> SharedReadings:
    return SharedReadings(settings.REDIS_URL)


def _key(words: str, reader: str) -> str:
    return "reading:" + hashlib.sha256("\0".join((reader, words)).encode("utf-8", "replace")).hexdigest()


def _parse(stored: bytes | str) -> Understanding:
    told = json.loads(stored)
    topics, others = (
        tuple(ReadTopic(**{**read, "because": Because(read["because"])}) for read in told.pop(name))
        for name in ("topics", "others")
    )
    return Understanding(topics, others, **told)
