"""What the web server's workers begin with."""

import gc
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp

import pytest
from django.conf import settings
from django.db import connection

from mentoring import gunicorn, metrics_directory
from mentoring.metrics_directory import PREFIX
from search.reading import loading
from tests.search.small_reader import store_reader, train_small


@pytest.mark.django_db(transaction=True)
def test_workers_branch_off_a_process_that_can_read_and_holds_no_connection(monkeypatch):
    """What is loaded before stays in memory once for all; a connection to the database can't be shared."""
    monkeypatch.setattr(loading, "IN_USE", loading.ReaderInUse())
    stored = store_reader(train_small())

    gunicorn.when_ready(None)

    frozen = gc.get_freeze_count()
    gc.unfreeze()
    assert gunicorn.preload_app
    assert frozen > 0
    assert (loading.IN_USE._digest, connection.connection) == (stored.digest, None)


APP = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.url_scheme"].encode()]
"""


def ask_server(place: Path, names: Sequence[str], request: bytes) -> bytes:
    """What Gunicorn answers, with those of our settings that have these names, until it leaves the connection."""
    (place / "plain.py").write_text(APP)
    path = place / "socket"
    said = {name: getattr(gunicorn, name) for name in names}
    (place / "conf.py").write_text("\n".join(f"{name} = {value!r}" for name, value in said.items()))
    command = [sys.executable, "-m", "gunicorn", "--config", "conf.py", "plain:app", "--bind", f"unix:{path}"]
    server = subprocess.Popen(command, cwd=place, stderr=subprocess.DEVNULL)
    try:
        with closing(socket.socket(socket.AF_UNIX)) as asking:
            wait_until(lambda: path.exists() and asking.connect_ex(str(path)) == 0)
            asking.sendall(request)
            return b"".join(iter(lambda: asking.recv(1024), b""))
    finally:
        server.terminate()
        server.wait(30)


def test_only_num_proxies_says_which_proxy_is_believed(tmp_path):
    """Gunicorn by itself believes any program on this machine, so that a forgotten NUM_PROXIES would go unseen."""
    answer = ask_server(
        tmp_path,
        ("forwarded_allow_ips", "secure_scheme_headers"),
        b"GET / HTTP/1.0\r\nX-Forwarded-Proto: https\r\n\r\n",
    )

    assert answer.endswith(b"\r\n\r\nhttp")


def test_a_connection_is_left_after_each_answer_so_that_no_worker_owns_it(tmp_path):
    """Those that a proxy keeps would all be one worker's, while another has nothing to do (decision 75)."""
    names = ("worker_class", "keepalive", "workers", "threads")
    answer = ask_server(tmp_path, names, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")

    assert b"\r\nConnection: close\r\n" in answer


LEAVES = """
from mentoring.gunicorn import leave_slowly
def when_ready(server):
    leave_slowly(server)
"""
SAYS_IT = """
from mentoring.leaving import is_leaving
def app(environ, start_response):
    start_response("200 OK", [])
    return [str(is_leaving()).encode()]
"""


@pytest.mark.parametrize(("seconds", "signals"), [("0", 1), ("0.1", 1), ("3600", 2)])
def test_it_ends_by_itself_some_time_after_it_was_asked_or_when_it_is_asked_again(seconds, signals, tmp_path):
    (tmp_path / "saying.py").write_text(SAYS_IT)
    (tmp_path / "conf.py").write_text(LEAVES)
    path = tmp_path / "socket"
    command = [sys.executable, "-m", "gunicorn", "--config", "conf.py", "saying:app", "--bind", f"unix:{path}"]
    env = os.environ | {"WEB_LEAVES_AFTER": seconds, "PYTHONPATH": str(settings.BASE_DIR)}
    env["DJANGO_SETTINGS_MODULE"] = "mentoring.settings"

    with subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.DEVNULL) as server:
        try:
            wait_until(lambda: ask(path) == b"False")
            server.terminate()
            if signals == 2:
                wait_until(lambda: ask(path) == b"True")
                assert server.poll() is None
                server.terminate()
            ended = server.wait(120)
        finally:
            server.kill()

    assert ended == 0


COUNTS = """
from mentoring.metrics_directory import make_directory
workers = 2
raw_env = [f"PROMETHEUS_MULTIPROC_DIR={make_directory()}"]
"""
SAYS_WHERE = """
import os
def app(environ, start_response):
    start_response("200 OK", [])
    return [os.environ["PROMETHEUS_MULTIPROC_DIR"].encode()]
"""


def test_what_workers_count_goes_with_the_server_and_what_a_killed_one_leaves_with_the_next(tmp_path):
    (tmp_path / "where.py").write_text(SAYS_WHERE)
    (tmp_path / "conf.py").write_text(COUNTS)
    path, counts = tmp_path / "socket", tmp_path / "counts"
    counts.mkdir()
    command = [sys.executable, "-m", "gunicorn", "--config", "conf.py", "where:app", "--bind", f"unix:{path}"]
    env = os.environ | {"PYTHONPATH": str(settings.BASE_DIR), "TMPDIR": str(counts)}

    def run(number: int) -> set[Path]:
        """The directories while it serves. It is ended by this signal."""
        path.unlink(missing_ok=True)
        with subprocess.Popen(
            command, cwd=tmp_path, env=env, stderr=subprocess.DEVNULL, start_new_session=True
        ) as server:
            try:
                wait_until(lambda: path.exists() and ask(path))
                while_it_runs = {one for one in counts.iterdir() if one.name.startswith(PREFIX)}
                assert Path(ask(path).decode()) in while_it_runs
                # Its workers too, as when a machine is short of memory
                os.killpg(server.pid, number)
                server.wait(30)
            finally:
                server.kill()
        return while_it_runs

    killed = run(signal.SIGKILL)
    assert [one.exists() for one in killed] == [True]
    ended = run(signal.SIGTERM)
    assert (len(ended), ended & killed) == (1, set())
    assert [one for one in counts.iterdir() if one.name.startswith(PREFIX)] == []


def test_a_directory_in_use_stays(monkeypatch, tmp_path):
    monkeypatch.setattr(metrics_directory, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(metrics_directory, "mkdtemp", lambda prefix: mkdtemp(prefix=prefix, dir=tmp_path))
    (tmp_path / f"{PREFIX}without-a-mark").mkdir()

    made = [metrics_directory.make_directory() for _time in range(2)]

    assert all(Path(path, metrics_directory.MARK).exists() for path in made)
    assert len(list(tmp_path.iterdir())) == 3


def ask(path: Path) -> bytes:
    with closing(socket.socket(socket.AF_UNIX)) as asking:
        if asking.connect_ex(str(path)):
            return b""
        asking.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return b"".join(iter(lambda: asking.recv(1024), b"")).rpartition(b"\r\n\r\n")[2]


def wait_until(is_there: Callable[[], bool]) -> None:
    for _attempt in range(600):
        if is_there():
            return
        time.sleep(0.05)
    pytest.fail("it did not start")
