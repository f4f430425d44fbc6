"""Behind Debian's Caddy with our Caddyfile and a certificate of its own, in front of the site and a live server."""

import os
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings as live_settings

from accounts.client_address import client_address
from local.places import find_proxy
from mentoring import request_log

pytestmark = [pytest.mark.proxy, pytest.mark.django_db(transaction=True)]
CADDYFILE = Path(live_settings.BASE_DIR) / "deploy" / "Caddyfile"
# For the test only: no port of root's, and no certificate among this machine's.
AROUND = "{{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n\tlocal_certs\n}}\nimport {file}\n"
MEGABYTE = 1024 * 1024


class Proxy:
    def __init__(self, port: int) -> None:
        self.port = port
        self.context = ssl.create_default_context()
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE

    def connect(self) -> HTTPSConnection:
        return HTTPSConnection("localhost", self.port, timeout=30, context=self.context)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str]]:
        with closing(self.connect()) as connection:
            connection.request(method, path, body, headers={name.replace("_", "-"): headers[name] for name in headers})
            answer = connection.getresponse()
            answer.read()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}


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
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = tmp_path / "Caddyfile"
    file.write_text(AROUND.format(file=CADDYFILE))
    environment = {
        **os.environ,
        "SITE_ADDRESS": f"https://localhost:{port}",
        "WEB_UPSTREAM": live_server.url.removeprefix("http://"),
        "LIVE_UPSTREAM": f"127.0.0.1:{told.server_port}",
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    command = [str(find_proxy()), "run", "--config", str(file), "--adapter", "caddyfile"]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_for(port, process, tmp_path / "log")
            yield Proxy(port)
        finally:
            process.terminate()
            process.wait(30)


def wait_for(port: int, process: subprocess.Popen, log: Path) -> None:
    """Until it has made its certificate."""
    for _attempt in range(600):
        if process.poll() is not None:
            break
        try:
            with closing(Proxy(port).connect()) as tried:
                tried.connect()
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"Caddy did not start: {log.read_text()}")


@pytest.fixture
def requests_seen(monkeypatch) -> list[tuple[str, str, bool]]:
    """The address, the id and whether it came by HTTPS, as the site sees each request."""
    seen = []

    def note(request, _status, _seconds) -> None:
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
