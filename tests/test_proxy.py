"""Behind Debian's Caddy with our Caddyfile and a certificate of its own, in front of the site and a live server."""

import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from accounts.client_address import client_address
from mentoring import request_log
from tests.caddy import Proxy, run_proxy

pytestmark = [pytest.mark.proxy, pytest.mark.django_db(transaction=True)]
MEGABYTE = 1024 * 1024
# The proxy asks this every second whether the site is well.
PROBE = "/healthz/live"


@pytest.fixture
def told() -> Iterator[ThreadingHTTPServer]:
    """In place of the live server: one line at once, the next when the test has read it."""
    go_on = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(b"data: first\n\n")
            self.wfile.flush()
            go_on.wait(30)
            self.wfile.write(b"data: second\n\n")

        def do_POST(self) -> None:
            """Reads all that was promised, as an upload would be."""
            promised = int(self.headers["Content-Length"])
            got = len(self.rfile.read(promised))
            self.send_response(200 if got == promised else 400)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.go_on = go_on
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    go_on.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def proxy(live_server, told, settings, tmp_path) -> Iterator[Proxy]:
    settings.NUM_PROXIES, settings.ALLOWED_HOSTS = 1, ["localhost"]
    settings.SECURE_SSL_REDIRECT, settings.SECURE_PROXY_SSL_HEADER = True, ("HTTP_X_FORWARDED_PROTO", "https")
    upstreams = {"web": live_server.url.removeprefix("http://"), "live": f"127.0.0.1:{told.server_port}"}
    with run_proxy(tmp_path, **upstreams) as proxy:
        yield proxy


@pytest.fixture
def requests_seen(monkeypatch) -> list[tuple[str, str, bool]]:
    """The address, the id and whether it came by HTTPS, as the site sees each request but the proxy's own."""
    seen = []

    def note(request, _status, _seconds) -> None:
        if request.path != PROBE:
            seen.append((client_address(request), request_log.known_id(request), request.is_secure()))

    monkeypatch.setattr(request_log, "note_request", note)
    return seen


def test_pages_come_by_https_and_nobody_can_pretend_to_be_another(proxy, requests_seen):
    forged = {"X_Forwarded_For": "192.0.2.7", "X_Forwarded_Proto": "http", "X_Request_ID": "forged-by-a-client"}
    status, headers = proxy.ask("GET", "/contact/", **forged)

    [(address, request_id, is_secure)] = requests_seen
    assert (status, is_secure) == (200, True)
    assert address in ("127.0.0.1", "::")
    assert request_id not in ("", "forged-by-a-client")
    assert headers["x-request-id"] == request_id


@pytest.mark.parametrize(("size", "passes"), [(11 * MEGABYTE, True), (13 * MEGABYTE, False)])
def test_what_is_too_large_for_any_form_is_cut_off(size, passes, proxy):
    assert (proxy.ask("POST", "/live/", b"x" * size)[0] == 200) == passes


def test_hints_of_the_live_server_come_at_once(proxy, told):
    with closing(proxy.connect()) as connection:
        connection.request("GET", "/live/?t=ticket")
        answer = connection.getresponse()
        first = answer.readline()
        told.go_on.set()
        rest = answer.read()

    assert (answer.status, first, rest) == (200, b"data: first\n", b"\ndata: second\n\n")
