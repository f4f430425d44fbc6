"""Readings that processes share: read once for all, under no name, and gone without where Redis is."""

import json
import socket
from contextlib import closing

import pytest
from django.conf import settings
from redis import Redis

from search.reading.loading import ReaderInUse, load_found
from search.reading.shared import KEPT_SECONDS, SharedReadings
from search.understanding.understood import Because, ReadTopic, Understanding
from tests.search.conftest import forget_shared

WORDS = "they want to know what salary I expect, what do I say"
UNDERSTOOD = Understanding(
    topics=(ReadTopic("Negotiation", 0.8, Because.MEANING, "what may I ask for"),),
    others=(ReadTopic("Slides", 0.1, Because.NAMED),),
    issue_type="decision",
)


@pytest.fixture
def shared():
    forget_shared()
    return SharedReadings(settings.REDIS_URL)


def test_what_one_process_has_read_another_need_not_read(reading):
    first, second = ReaderInUse(), ReaderInUse()
    read = first.understand(WORDS, digest=reading.digest, typing=False)
    second.get(reading.digest).read = None  # it would fail

    assert second.understand(f" {WORDS}\n", digest=reading.digest, typing=False) == read
    assert read.topics


def test_a_reading_comes_back_as_it_was_for_the_same_words_and_reader_alone(shared):
    shared.put("my words", UNDERSTOOD, reader="one")

    assert shared.get("my words", reader="one") == UNDERSTOOD
    assert shared.get("my words", reader="two") is None
    assert shared.get("your words", reader="one") is None


@pytest.mark.parametrize(
    "told",
    [
        {"topics": [], "others": [], "of_a_later_release": 1},
        {"topics": []},
        {"topics": [{"name": "Negotiation", "weight": 0.8, "because": "a later reason"}], "others": []},
        [],
    ],
)
def test_reading_by_another_release_is_made_anew(shared, told):
    shared.put("my words", UNDERSTOOD, reader="one")
    with Redis.from_url(settings.REDIS_URL) as redis:
        [key] = redis.keys("reading:*")
        redis.set(key, json.dumps(told))

    assert shared.get("my words", reader="one") is None


def test_words_are_not_kept_as_typed_nor_for_long(shared):
    shared.put("my words", UNDERSTOOD, reader="one")

    with Redis.from_url(settings.REDIS_URL) as redis:
        [key] = redis.keys("reading:*")
        assert b"my words" not in key + redis.get(key)
        assert 0 < redis.ttl(key) <= KEPT_SECONDS


def test_nothing_is_shared_of_somebody_in_danger(shared):
    shared.put("my words", Understanding(is_crisis=True), reader="one")

    assert shared.get("my words", reader="one") is None


def test_a_redis_that_does_not_answer_is_asked_once_and_then_left_alone():
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        deaf.setblocking(False)
        readings = SharedReadings(f"redis://127.0.0.1:{deaf.getsockname()[1]}/0")

        assert readings.get("my words", reader="one") is None
        deaf.accept()[0].close()
        readings.put("my words", UNDERSTOOD, reader="one")
        assert readings.get("my words", reader="one") is None
        with pytest.raises(BlockingIOError):
            deaf.accept()


def test_a_process_that_lacks_an_encoder_shares_nothing_with_others(reading, monkeypatch):
    whole, lacking = ReaderInUse(), ReaderInUse()
    whole.understand(WORDS, digest=reading.digest, typing=False)
    monkeypatch.delitem(load_found().found, "e5")
    asked = []
    reader = lacking.get(reading.digest)
    monkeypatch.setattr(reader, "read", lambda words: asked.append(words) or UNDERSTOOD)

    assert lacking.understand(WORDS, digest=reading.digest, typing=False) == UNDERSTOOD
    assert asked == [WORDS]
