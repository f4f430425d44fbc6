"""What a service that is told of errors learns: which and where, and nothing of people."""

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import brotli
import pytest
from django.conf import settings

from tests import failing

FAILS = "import django; django.setup(); from tests import failing; failing.{act}()"


class Service(ThreadingHTTPServer):
    """Takes envelopes, as Sentry does."""

    def __init__(self) -> None:
        self.envelopes: list[str] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def dsn(self) -> str:
        return f"http://key@127.0.0.1:{self.server_port}/1"

    def events(self) -> list[dict[str, Any]]:
        """An envelope is a line about itself, then for each thing in it a line about that and the thing."""
        lines = [envelope.splitlines() for envelope in self.envelopes]
        return [
            json.loads(thing)
            for _about, *things in lines
            for head, thing in zip(things[::2], things[1::2], strict=True)
            if json.loads(head)["type"] == "event"
        ]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress}[self.headers["Content-Encoding"]]
        self.server.envelopes.append(unpack(body).decode())
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def run(*command: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "mentoring.settings"} | variables
    return subprocess.run(
        [sys.executable, *command], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False
    )


@pytest.mark.django_db(transaction=True)
def test_an_error_in_a_view_is_told_once_without_anything_of_people(service):
    done = run("-c", FAILS.format(act="open_page"), SENTRY_DSN=service.dsn)

    assert done.returncode == 0, done.stderr
    status, request = done.stdout.split()
    [event] = service.events()
    [error] = event["exception"]["values"]
    assert (status, error["type"], error["stacktrace"]["frames"][-1]["function"]) == ("500", "ValueError", "fail")
    assert event["tags"] == {"request": request, "route": "fails"}
    assert [secret for secret in failing.SECRETS if secret in "".join(service.envelopes)] == []


def test_an_error_in_a_task_is_told_once_without_anything_of_people(service):
    done = run("-c", FAILS.format(act="run_task"), SENTRY_DSN=service.dsn)

    assert done.returncode == 0, done.stderr
    [event] = service.events()
    [error] = event["exception"]["values"]
    assert (error["type"], event["tags"]) == ("ValueError", {"task": "tests.fails"})
    assert [secret for secret in failing.SECRETS if secret in "".join(service.envelopes)] == []


LOADED = "import sys, django; django.setup(); print('sentry_sdk' in sys.modules)"


def test_it_is_loaded_only_where_it_is_used(service):
    assert run("-c", LOADED, SENTRY_DSN="").stdout.split() == ["False"]
    assert run("-c", LOADED, SENTRY_DSN=service.dsn).stdout.split() == ["True"]
    assert service.envelopes == []


@pytest.mark.parametrize(
    ("before", "dsn", "word"),
    [
        (
            "import sys; sys.modules['sentry_sdk'] = None;",
            "https://key@errors.example.org/1",
            "requirements-sentry.txt",
        ),
        ("", "errors.example.org", "SENTRY_DSN must be"),
    ],
    ids=["not installed", "no address"],
)
def test_nothing_starts_that_could_not_tell(before, dsn, word):
    done = run("-c", before + LOADED, SENTRY_DSN=dsn)

    assert (done.returncode, word in done.stderr.splitlines()[-1]) == (1, True)
