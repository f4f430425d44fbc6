"""Real servers and real workers for chaos: a PostgreSQL and a Redis of its own, in a folder of its own.

`Stand` starts, breaks and mends them; whoever opens one closes it, and everything that was started has ended.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg2

from local.account import Account, ServerError
from local.ports import free_port
from local.postgres import Postgres
from local.valkey import Valkey
from tests.stopping import stop_process

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0


def wait_for(condition: Callable[[], object], what: str, *, seconds: float = PATIENCE) -> None:
    """Patience is no part of any verdict: it only says when to give up waiting."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"gave up waiting until {what}")
        time.sleep(0.05)


class Stand:
    """`home` may be shared by several stands, one after the other: the servers are started by whoever needs them."""

    def __init__(self, home: Path) -> None:
        account = Account()
        self.home, self.logs = home, home / "logs"
        services, sockets = home / "services", home / "run"
        for folder in (services, sockets):
            account.take_over(folder)
        self.logs.mkdir(exist_ok=True)
        self.postgres = Postgres(services, sockets, account)
        self.redis = Valkey(services, sockets, account)
        self.mail_port = free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.commands: dict[str, tuple[list[str], dict[str, str]]] = {}
        self.former: set[int] = set()
        self.redis_pid = 0

    def environment(self, database: str, number: int = 0) -> dict[str, str]:
        """`number` is that of the Redis database, so that several scenarios can run side by side."""
        redis = self.redis.url.replace("db=0", f"db={number}")
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
            "SECRET_KEY": "chaos-" * 12,
            "DATA_DIR": str(self.home / "data"),
            "DATABASE_URL": self.postgres.url.replace("@/mentoring?", f"@/{database}?"),
            "REDIS_URL": redis,
            "CELERY_BROKER_URL": redis.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host="),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "TESTING": "1",
            "DEBUG": "0",
        }

    # Servers

    def start_servers(self) -> None:
        self.postgres.start()
        self.start_redis()

    def start_redis(self) -> None:
        self.redis.start()
        answer = self.redis._ask("INFO server") or b""
        self.redis_pid = int(re.search(rb"process_id:(\d+)", answer)[1])

    def stop_servers(self) -> None:
        """The data is thrown away, so nothing has to be written down for it."""
        self.redis.stop()
        self.postgres._tool("pg_ctl", "-D", self.postgres.data, "-w", "-m", "immediate", "stop")

    def connect(self, database: str) -> "psycopg2.extensions.connection":
        connection = psycopg2.connect(self.environment(database)["DATABASE_URL"])
        connection.autocommit = True
        return connection

    def make_database(self, name: str, template: str = "template0") -> None:
        with contextlib.closing(self.connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")

    def crash_postgres(self) -> None:
        """kill -9 for the postmaster; its children end by themselves."""
        pid = int((self.postgres.data / "postmaster.pid").read_text().split()[0])
        children = psutil.Process(pid).children()
        os.kill(pid, signal.SIGKILL)
        psutil.wait_procs(children, timeout=10)

    def mend_postgres(self) -> None:
        def started() -> bool:
            with contextlib.suppress(ServerError):
                self.postgres.start()
                return True
            return False

        wait_for(started, "PostgreSQL is back")

    def kill_redis(self) -> None:
        os.kill(self.redis_pid, signal.SIGKILL)

    def halt_redis(self) -> None:
        """It takes connections, and says nothing."""
        stop_process(self.redis_pid)

    def wipe_redis(self) -> None:
        self.redis._ask("FLUSHALL")

    # Processes

    def start(self, name: str, command: list[str], env: dict[str, str]) -> None:
        """Python with these arguments, and the code that `PYTHONPATH` leads to."""
        self.commands[name] = (command, env)
        with open(self.logs / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *command],
                cwd=env["PYTHONPATH"],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_worker(self, name: str, env: dict[str, str], *, app: str = "mentoring", children: int = 2) -> None:
        options = ["--without-mingle", "--without-gossip", "--loglevel", "WARNING"]
        pool = ["--concurrency", str(children), "-n", f"{name}@%h"]
        self.start(name, ["-m", "celery", "-A", app, "worker", *pool, *options], env)

    def start_beat(self, name: str, env: dict[str, str]) -> None:
        options = ["--scheduler", "celery.beat:Scheduler", "--pidfile=", "--loglevel", "WARNING"]
        self.start(name, ["-m", "celery", "-A", "mentoring", "beat", *options], env)

    def workers(self) -> list[int]:
        """Every process of every worker, killed parents' orphans included."""
        groups = {process.pid for process in list(self.processes.values())} | self.former  # the sink asks beside us
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(ProcessLookupError, psutil.Error):
                if os.getsid(process.pid) in groups and self._is_ours(process):
                    found.append(process.pid)
        return found

    def _is_ours(self, process: psutil.Process) -> bool:
        """By our folder in its environment: numbers of processes that have ended are given to others."""
        return process.environ().get("DATA_DIR") == str(self.home / "data")

    def keep_alive(self) -> None:
        """What a supervisor does: whatever has ended is started again."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.former.add(process.pid)
                self.start(name, *self.commands[name])

    def replace(self, name: str) -> None:
        """A rolling restart of one process: asked to end, waited for, started anew."""
        process = self.processes[name]
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        self.end(name)
        self.start(name, *self.commands[name])

    def of(self, name: str) -> list[int]:
        """A worker and its children."""
        pid = self.processes[name].pid
        return [process for process in self.workers() if os.getsid(process) == pid]

    def end(self, name: str) -> None:
        process = self.processes.pop(name)
        self.former.add(process.pid)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end_all(self) -> None:
        for name in list(self.processes):
            self.end(name)
        self._kill(self.workers())

    def end_strays(self) -> None:
        """What a scenario left behind that was itself killed."""
        strays = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if self._is_ours(process):
                    strays.append(process.pid)
        self._kill(strays)

    def _kill(self, pids: list[int]) -> None:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def tails(self) -> str:
        """The last words of everybody, for whoever has to find out what went wrong."""
        return "\n".join(
            f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}" for log in self.logs.glob("*.log")
        )


@contextlib.contextmanager
def open_stand() -> Iterator[Stand]:
    """A stand in a folder that goes away with it."""
    home = Path(tempfile.mkdtemp(prefix="mentoring-chaos-"))
    home.chmod(0o755)  # the account of the servers passes through
    stand = Stand(home)
    try:
        stand.start_servers()
        yield stand
    finally:
        stand.end_all()
        stand.end_strays()
        stand.stop_servers()
        shutil.rmtree(home, ignore_errors=True)
