from collections.abc import Iterator

import pytest
from redis import Redis

from live import hints


@pytest.fixture(autouse=True)
def fresh_hints(monkeypatch, settings) -> None:
    """There is a live server, and no test's broken Redis is held against the next one."""
    settings.LIVE_URL = "/live/"
    monkeypatch.setattr(hints, "_quiet_until", 0.0)
    monkeypatch.setattr(hints, "_lost", 0)


@pytest.fixture
def heard(settings) -> Iterator["Heard"]:
    """What a live server would hear from here on."""
    with Redis.from_url(settings.REDIS_URL) as redis, redis.pubsub() as subscription:
        subscription.subscribe(hints.name_channel(settings.REDIS_URL))
        subscription.get_message(timeout=5)
        yield Heard(subscription)


class Heard:
    def __init__(self, subscription) -> None:
        self.subscription = subscription

    def next(self) -> tuple[str, list[str]]:
        message = self.subscription.get_message(timeout=5)
        return hints.read_hint(message["data"].decode())

    def is_silent(self) -> bool:
        """A hint is with Redis before the act that gives it is over."""
        return self.subscription.get_message(timeout=0.05) is None
