"""The live server as a process of its own, asked over HTTP."""

import contextlib
import signal
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.signing import Signer
from django.utils import timezone
from redis import Redis

from live.hints import name_channel, write_hint
from live.streams import Part, StreamKind, disguise, name_person_stream, name_stream
from live.tickets import VALID_FOR, issue_ticket
from tests.live.running import LiveServer, OwnRedis
from tests.stopping import let_go_on, stop_process

THREAD = name_stream(StreamKind.THREAD, UUID("0b6c1c9e-58a8-4d3a-9e0e-3d1c8a4c7f11"))
OTHER = name_stream(StreamKind.EVENT, UUID("7d8b8a0e-0c92-4c55-8a59-5d1f6f7c2e22"))


@pytest.fixture(scope="module")
def redis(tmp_path_factory) -> Iterator[OwnRedis]:
    with OwnRedis(tmp_path_factory.mktemp("redis")) as own:
        yield own


@pytest.fixture(scope="module")
def server(redis, tmp_path_factory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("live"), redis.url) as running:
        yield running


def publish(redis: OwnRedis, part: str, *streams: str) -> None:
    with Redis.from_url(redis.url) as client:
        client.publish(name_channel(redis.url), write_hint(part, streams))


def test_page_is_told_of_its_streams_only(server, redis):
    with server.listen(THREAD) as page, server.listen(OTHER) as other:
        assert (page.hear(), other.hear()) == ("listening", "listening")
        publish(redis, Part.MESSAGES, THREAD)
        publish(redis, Part.EVENT, OTHER)

        assert (page.hear(), other.hear()) == ("messages", "event")


def test_page_that_hears_two_streams_of_one_hint_is_told_once(server, redis):
    with server.listen(THREAD, OTHER) as page:
        page.hear()
        publish(redis, Part.MESSAGES, THREAD, OTHER)
        publish(redis, Part.EVENT, OTHER)

        assert (page.hear(), page.hear()) == ("messages", "event")


def test_what_is_no_hint_reaches_no_page(server, redis):
    with server.listen(THREAD) as page:
        page.hear()
        publish(redis, "over", THREAD)
        publish(redis, "x\n\ndata: listening", THREAD)
        publish(redis, Part.MESSAGES, THREAD)

        assert page.hear() == "messages"


def test_answer_is_a_stream_that_nothing_keeps_back_or_keeps(server):
    with server.listen(THREAD) as page:
        headers = page.answer.headers

        assert headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-store", "no")
        assert (headers["Access-Control-Allow-Origin"], headers["Set-Cookie"]) == ("*", None)


def forge(streams: list[str], person: UUID | None = None) -> str:
    end = int((timezone.now() + VALID_FOR).timestamp())
    return Signer(salt="live.tickets").sign_object([end, str(person or ""), *streams])


@pytest.mark.parametrize(
    "make_ticket",
    [
        pytest.param(lambda: "", id="none"),
        pytest.param(lambda: "a:b", id="made up"),
        pytest.param(lambda: issue_ticket([THREAD], person=None, now=timezone.now())[:-2], id="changed"),
        pytest.param(lambda: issue_ticket([THREAD], person=None, now=timezone.now() - VALID_FOR), id="over"),
        pytest.param(lambda: forge([name_person_stream(1)], disguise(2)), id="of another person"),
        pytest.param(lambda: forge(["staff-0b6c1c9e-58a8-4d3a-9e0e-3d1c8a4c7f11"]), id="for no such kind"),
    ],
)
def test_ticket_that_opens_nothing_is_refused(server, make_ticket):
    assert server.ask(f"/live/?t={make_ticket()}")[0] == 403


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
def test_pages_listen_by_get_only(server, method):
    ticket = issue_ticket([THREAD], person=None, now=timezone.now())

    assert server.ask(f"/live/?t={ticket}", method)[0] == 405


def test_stream_ends_with_its_ticket(server):
    ending = issue_ticket([THREAD], person=None, now=timezone.now() - VALID_FOR + timedelta(seconds=3))

    with server.listen(ticket=ending) as page:
        assert (page.hear(), page.hear(), page.hear()) == ("listening", "over", "")


def test_one_person_has_so_many_pages_and_no_more(server):
    ticket = issue_ticket([THREAD], person=disguise(7), now=timezone.now())
    with contextlib.ExitStack() as open_pages:
        pages = [open_pages.enter_context(server.listen(ticket=ticket)) for _ in range(50)]
        words = {page.hear() for page in pages}
        one_more = open_pages.enter_context(server.listen(ticket=ticket))
        of_another = open_pages.enter_context(server.listen(THREAD, person=disguise(8)))

    assert (words, one_more.answer.status, of_another.answer.status) == ({"listening"}, 429, 200)


def test_pages_are_told_while_redis_is_away_and_hear_again_once_it_is_back(server, redis):
    with server.listen(THREAD) as page:
        page.hear()
        redis.end(signal.SIGKILL)
        away = (page.hear(), server.ask("/live/healthz")[0])
        redis.start()
        back = page.hear()
        publish(redis, Part.MESSAGES, THREAD)

        assert (away, back, page.hear()) == (("deaf", 503), "listening", "messages")


def test_page_that_comes_while_redis_is_away_is_told_so(server, redis):
    with server.listen(THREAD) as earlier:
        earlier.hear()
        redis.end(signal.SIGKILL)
        earlier.hear()
        with server.listen(THREAD) as page:
            first = page.hear()
            redis.start()

            assert (first, page.hear()) == ("deaf", "listening")


def test_redis_that_says_nothing_counts_as_away(server, redis):
    with server.listen(THREAD) as page:
        page.hear()
        stop_process(redis.process.pid)
        silent = page.hear()
        let_go_on([redis.process.pid])

        assert (silent, page.hear()) == ("deaf", "listening")


def test_server_stops_although_pages_are_open(redis, tmp_path):
    with LiveServer(tmp_path, redis.url) as running, running.listen(THREAD) as page:
        page.hear()
        running.end()

        assert page.hear() == ""


def test_server_writes_no_ticket_stream_or_person_in_its_log(redis, tmp_path):
    person = disguise(9)
    own = name_person_stream(9)
    ticket = issue_ticket([THREAD, own], person=person, now=timezone.now())
    with LiveServer(tmp_path, redis.url) as running, running.listen(ticket=ticket) as page:
        page.hear()
        publish(redis, Part.MESSAGES, THREAD)
        page.hear()
        running.ask(f"/live/?t={ticket}x")
        redis.end(signal.SIGKILL)
        page.hear()
        redis.start()
        page.hear()
        running.end()
    said = running.log.read_text()

    assert "no hints from Redis" in said
    assert [secret for secret in (ticket, ticket[:20], THREAD, own, str(person), "?t=") if secret in said] == []
