"""One subscription of Redis for all open pages of a live server."""

import asyncio
import logging
from typing import NoReturn

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from .hints import name_channel, read_hint
from .open_pages import OpenPages

logger = logging.getLogger(__name__)

# After so many seconds of silence Redis is asked whether it is still there; after as many more it counts as away.
PATIENCE = 2.0
TRIES_AFTER = 0.5


async def pass_on_hints(pages: OpenPages, url: str) -> NoReturn:
    """Tell pages what Redis says, for ever. Whenever Redis is lost they are told that they hear nothing."""
    while True:
        try:
            await _listen(pages, url)
        except Exception as error:  # whatever is wrong with it, pages must not believe that they hear
            if not pages.is_deaf:
                logger.warning("no hints from Redis: %s", error)
            pages.set_deaf(True)
        await asyncio.sleep(TRIES_AFTER)


async def _listen(pages: OpenPages, url: str) -> NoReturn:
    redis = Redis.from_url(
        url,
        socket_connect_timeout=PATIENCE,
        socket_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )
    async with redis, redis.pubsub() as subscription:
        await subscription.subscribe(name_channel(url))
        while True:
            kind, text = await _next_message(subscription)
            if kind == "subscribe":
                pages.set_deaf(False)
            elif kind == "message":
                part, streams = read_hint(text)
                if part:
                    pages.tell(part, streams)


async def _next_message(subscription: PubSub) -> tuple[str, str]:
    if message := await subscription.get_message(timeout=PATIENCE):
        return message["type"], str(message["data"])
    await subscription.ping()
    if message := await subscription.get_message(timeout=PATIENCE):
        return message["type"], str(message["data"])
    raise RedisConnectionError("it says nothing")
