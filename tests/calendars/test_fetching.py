"""Fetching from real servers on this machine that behave in every way."""

import gzip
import threading
from datetime import timedelta

import pytest

from calendars import fetching
from calendars.fetching import Fetched, FetchError, fetch_calendar
from calendars.reading.busy import read_busy_times
from calendars.reading.entries import Reader
from calendars.reading.errors import ReadingError
from tests.calendars.servers import BODY, say
from tests.conftest import NOW


def refused(url, **kwargs):
    with pytest.raises(FetchError) as error:
        fetch_calendar(url, **kwargs)
    return error.value.code


def test_a_calendar_comes_with_its_marks(serve):
    server = serve(lambda handler: say(handler, body=BODY, ETag='"1"', Last_Modified="Thu, 26 Nov 2026 10:00:00 GMT"))

    assert fetch_calendar(server.url) == Fetched(BODY, '"1"', "Thu, 26 Nov 2026 10:00:00 GMT")


def test_marks_are_sent_back_and_nothing_new_is_nothing(serve):
    server = serve(lambda handler: say(handler, 304))

    assert fetch_calendar(server.url, etag='"1"', modified="yesterday").content is None
    assert server.asked[0][1]["If-None-Match"] == '"1"'
    assert server.asked[0][1]["If-Modified-Since"] == "yesterday"


def test_compressed_content_is_unpacked(serve):
    server = serve(lambda handler: say(handler, body=gzip.compress(BODY), Content_Encoding="gzip"))

    assert fetch_calendar(server.url).content == BODY


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "refused"), (404, "refused"), (410, "refused"), (403, "broken"), (500, "broken"), (204, "broken")],
)
def test_answers_that_are_none(serve, status, code):
    assert refused(serve(lambda handler: say(handler, status)).url) == code


def test_bombs_end_when_they_are_large(serve):
    zeros = gzip.compress(bytes(64 * 1024 * 1024))
    server = serve(lambda handler: say(handler, body=zeros, Content_Encoding="gzip"))

    assert refused(server.url) == "too_large"


def test_plain_content_may_not_be_larger_either(serve, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BYTES", 1000)
    server = serve(lambda handler: say(handler, body=bytes(1001)))

    assert refused(server.url) == "too_large"


def test_a_feed_that_never_ends_is_left(serve, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_SECONDS", 1)

    left = threading.Event()

    def drip(handler):
        say(handler)
        while not handler.server.is_over.wait(0.05):
            try:
                handler.wfile.write(b"x")
            except OSError:
                left.set()
                return

    assert refused(serve(drip).url) == "too_slow"
    assert left.wait(30)


def test_half_an_answer_is_none(serve):
    plain = serve(lambda handler: say(handler, body=BODY, Content_Length=str(len(BODY) + 1)))
    packed = serve(lambda handler: say(handler, body=gzip.compress(BODY)[:-4], Content_Encoding="gzip"))

    assert [refused(plain.url), refused(packed.url)] == ["unreachable", "unreachable"]


def test_compression_of_another_kind_is_not_read(serve):
    assert refused(serve(lambda handler: say(handler, body=BODY, Content_Encoding="br")).url) == "broken"


def test_a_page_instead_of_a_calendar_is_fetched_and_cannot_be_read(serve):
    page = b"<!doctype html><title>Sign in</title>"
    content = fetch_calendar(serve(lambda handler: say(handler, body=page)).url).content

    with pytest.raises(ReadingError) as error:
        read_busy_times(content, Reader("UTC"), first=NOW, last=NOW + timedelta(days=1))

    assert error.value.code == "not_a_calendar"


@pytest.mark.parametrize("location", ["https://[", "http://[::1"])
def test_a_redirect_that_makes_no_sense(serve, location):
    assert refused(serve(lambda handler: say(handler, 302, Location=location)).url) == "broken"


def test_redirects_are_followed(serve):
    def answer(handler):
        if handler.path == "/there?x=1":
            say(handler, body=BODY)
        else:
            say(handler, 302, Location="/there?x=1")

    assert fetch_calendar(serve(answer).url).content == BODY


def test_redirects_in_a_circle_end(serve):
    server = serve(lambda handler: say(handler, 302, Location="/"))

    assert refused(server.url) == "redirects"
    assert len(server.asked) == 5


def test_the_time_is_for_all_hops_together(serve, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_SECONDS", 1)

    def send_on_slowly(handler):
        handler.server.is_over.wait(0.4)
        say(handler, 302, Location="/")

    assert refused(serve(send_on_slowly).url) == "too_slow"


def test_every_hop_is_checked(serve, settings):
    """The rule comes into force while the first server answers, and sends us to an address of this machine."""
    inner = serve(lambda handler: say(handler, body=BODY))

    def send_inside(handler):
        settings.WEBHOOKS_TO_LOCAL_ADDRESSES = False
        say(handler, 302, Location=inner.url.replace("http", "https"))

    assert refused(serve(send_inside).url) == "address"
    assert inner.asked == []


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "https://localhost/", "http://example.org/",
     "https://169.254.169.254/", "https://[::ffff:127.0.0.1]/", "file:///etc/passwd", "https://a:b@example.org/",
     "https://example.org:22/", "webcal://127.0.0.1/x.ics", "nothing", ""],
)  # fmt: skip
def test_only_public_addresses_are_asked(url):
    assert refused(url) == "address"


def test_nobody_there(serve):
    server = serve(lambda handler: None)
    url = server.url
    server.shutdown()
    server.server_close()

    assert refused(url) == "unreachable"


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("webcal://example.org/a.ics", "https://example.org/a.ics"),
        ("WEBCALS://example.org/a.ics", "https://example.org/a.ics"),
        (" https://example.org/a.ics ", "https://example.org/a.ics"),
    ],
)
def test_webcal_means_https(given, asked):
    assert fetching.as_https(given) == asked
