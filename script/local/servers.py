"""PostgreSQL and Redis for a machine that has only Python, started for whoever needs them.

    with Servers(data_dir) as urls:      # {"DATABASE_URL": …, "REDIS_URL": …}
        ...

Several commands may enter at once: the first starts the servers, the last one out stops them. The count is a shared
lock on a file, so the kernel forgets a user that was killed. A server whose address is set already is left to others.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

from local.account import Account, ServerError
from local.postgres import Postgres
from local.valkey import Valkey

LONGEST_FOLDER = 80  # the address of a socket has 104 bytes on macOS, 108 on Linux, with the file's name


class Servers:
    def __init__(self, data_dir: Path) -> None:
        self.urls = {name: url for name in ("DATABASE_URL", "REDIS_URL") if (url := os.environ.get(name))}
        self.missing = {"DATABASE_URL", "REDIS_URL"} - set(self.urls)
        self.users: int | None = None
        if self.missing:
            self._locate(data_dir)

    def __enter__(self) -> dict[str, str]:
        self.start()
        return self.urls

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start what is missing, or join those who use it already."""
        if not self.missing:
            return
        with self._alone():
            self.users = self._open("users.lock")
            fcntl.flock(self.users, fcntl.LOCK_SH)
            for name, server in self.servers.items():
                server.start()
                self.urls[name] = server.url

    def stop(self) -> None:
        """Leave; the last one out stops the servers."""
        if self.users is None:
            return
        with self._alone():
            try:
                fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                leaving, self.users = self.users, None
            for server in reversed(self.servers.values()):
                server.stop()
            os.close(leaving)

    def _locate(self, data_dir: Path) -> None:
        account = Account()
        self.home = _services_home(data_dir, account)
        sockets = self.home / "run"
        if len(str(sockets)) > LONGEST_FOLDER:
            tag = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
            sockets = Path(tempfile.gettempdir()) / f"mentoring-{tag}"
        for folder in (self.home, sockets):
            account.take_over(folder)
        self.servers: dict[str, Postgres | Valkey] = {}
        if "DATABASE_URL" in self.missing:
            self.servers["DATABASE_URL"] = Postgres(self.home, sockets, account)
        if "REDIS_URL" in self.missing:
            self.servers["REDIS_URL"] = Valkey(self.home, sockets, account)

    def _open(self, name: str) -> int:
        return os.open(self.home / name, os.O_RDWR | os.O_CREAT, 0o600)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        descriptor = self._open("mutex.lock")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _services_home(data_dir: Path, account: Account) -> Path:
    """<data_dir>/services; for an account that can't get there, a link to a place outside."""
    home = data_dir / "services"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not home.is_symlink() and not home.exists() and not account.can_reach(data_dir):
            home.symlink_to(Path("/var/lib") / f"mentoring-{secrets.token_hex(6)}")
    except PermissionError as error:
        raise ServerError(f"{data_dir} can't be written. Choose another place: DATA_DIR=/some/where") from error
    return home.readlink() if home.is_symlink() else home
