import socket
import time
from uuid import UUID

import pytest
from django.db import transaction
from redis import Redis

from live import hints
from live.hints import name_channel, read_hint, tell_pages
from live.streams import Part, StreamKind, name_stream
from tests.redis_connections import end_connections

THREAD = name_stream(StreamKind.THREAD, UUID("0b6c1c9e-58a8-4d3a-9e0e-3d1c8a4c7f11"))
OTHER = name_stream(StreamKind.PERSON, UUID("7d8b8a0e-0c92-4c55-8a59-5d1f6f7c2e22"))
REFUSING = "redis://127.0.0.1:1/0"

pytestmark = pytest.mark.django_db(transaction=True)


def test_pages_are_told_once_the_act_is_committed(heard):
    with transaction.atomic():
        tell_pages(Part.MESSAGES, THREAD, OTHER)
        assert heard.is_silent()

    assert heard.next() == ("messages", [THREAD, OTHER])


def test_nobody_is_told_of_what_was_rolled_back(heard):
    with transaction.atomic():
        tell_pages(Part.MESSAGES, THREAD)
        transaction.set_rollback(True)

    assert heard.is_silent()


def test_without_a_live_server_nothing_is_published(heard, settings):
    settings.LIVE_URL = ""

    tell_pages(Part.MESSAGES, THREAD)

    assert heard.is_silent()


def test_without_streams_nothing_is_published(heard):
    tell_pages(Part.INBOX)

    assert heard.is_silent()


def test_act_succeeds_while_redis_is_away(settings, caplog):
    settings.REDIS_URL = REFUSING

    for _ in range(3):
        tell_pages(Part.MESSAGES, THREAD)

    assert (hints._lost, len(caplog.records)) == (3, 1)


def test_while_redis_says_nothing_one_act_waits_and_the_next_ones_do_not(settings):
    with socket.create_server(("127.0.0.1", 0), backlog=8) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.thread_time()
        for _ in range(20):
            tell_pages(Part.MESSAGES, THREAD)
        silent.setblocking(False)
        silent.accept()[0].close()

        assert time.thread_time() - began < 1
        with pytest.raises(BlockingIOError):
            silent.accept()


def test_lost_hints_are_counted_and_said_once_redis_is_back(heard, settings, caplog, monkeypatch):
    url, settings.REDIS_URL = settings.REDIS_URL, REFUSING
    tell_pages(Part.MESSAGES, THREAD)
    settings.REDIS_URL = url
    monkeypatch.setattr(hints, "_quiet_until", 0.0)

    tell_pages(Part.INBOX, OTHER)

    assert heard.next() == ("inbox", [OTHER])
    assert hints._lost == 0
    assert THREAD not in caplog.text


def test_connection_that_redis_has_closed_loses_no_hint(heard, settings):
    tell_pages(Part.MESSAGES, THREAD)
    heard.next()
    end_connections(Redis.from_url(settings.REDIS_URL))

    tell_pages(Part.INBOX, OTHER)

    assert heard.next() == ("inbox", [OTHER])


def test_databases_of_one_redis_have_channels_of_their_own():
    urls = ["redis://host:6379/0", "redis://host:6379/3", "unix:///run/redis?db=4", "redis://host"]

    assert [name_channel(url) for url in urls] == ["live:0", "live:3", "live:4", "live:0"]


@pytest.mark.parametrize("text", ["", "staff", "<script>", f"{THREAD} messages", " messages"])
def test_what_is_no_hint_names_no_part(text):
    assert read_hint(text) == ("", [])
