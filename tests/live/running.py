"""A live server as it is deployed, a Redis of its own that can fail, and a listener in the place of a page."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from redis import Redis

from live.tickets import issue_ticket
from local.ports import HOST, free_port
from local.valkey import find_server
from tests.chaos.stand import wait_for

ROOT = Path(settings.BASE_DIR)
PATIENCE = 20


class Program:
    """One process that tests start, stop, hold and kill. `log` is what it wrote."""

    def __init__(self, command: list[str], log: Path, env: dict[str, str]) -> None:
        self.command, self.log, self.env = command, log, env
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_problem: object) -> None:
        self.close()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=os.environ | self.env, stdout=log, stderr=subprocess.STDOUT
            )

    def end(self, how: int = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.end(signal.SIGKILL)


class OwnRedis(Program):
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://{HOST}:{self.port}/0"
        command = [str(find_server()), "--bind", HOST, "--port", str(self.port), "--save", "", "--dir", str(folder)]
        super().__init__(command, folder / "redis.log", {})

    def start(self) -> None:
        super().start()
        wait_for(self._answers, "Redis answers", seconds=PATIENCE)

    def _answers(self) -> bool:
        with contextlib.suppress(Exception), Redis.from_url(self.url) as redis:
            return redis.ping()
        return False


class LiveServer(Program):
    """`redis_url`: where it listens; the Redis of the tests if not given."""

    def __init__(self, folder: Path, redis_url: str = "") -> None:
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}/live/"
        command = [sys.executable, "-m", "live", "--port", str(self.port)]
        super().__init__(command, folder / "live.log", {"REDIS_URL": redis_url or settings.REDIS_URL})

    def start(self) -> None:
        super().start()
        wait_for(self.is_healthy, "the live server hears Redis", seconds=PATIENCE)

    def is_healthy(self) -> bool:
        try:
            return self.ask("/live/healthz")[0] == 200
        except OSError:
            return False

    def ask(self, path: str, method: str = "GET") -> tuple[int, str]:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    @contextlib.contextmanager
    def listen(self, *streams: str, person=None, ticket: str = "") -> Iterator["Listener"]:
        with Listener(self.url, ticket or issue_ticket(streams, person=person, now=timezone.now())) as listener:
            yield listener


class Listener:
    def __init__(self, url: str, ticket: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
        self._connection.request("GET", f"{urlsplit(url).path}?t={ticket}")
        self.answer = self._connection.getresponse()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        # The answer has a hold of the connection too.
        self.answer.close()
        self._connection.close()

    def hear(self) -> str:
        """The next word; empty once the server has ended the answer."""
        for line in self.answer:
            if line.startswith(b"data: "):
                return line.decode().removeprefix("data: ").strip()
        return ""
