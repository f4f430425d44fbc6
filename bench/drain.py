"""How many mails leave in a second: `python -m bench.drain` from the root; prints a table.

Real Celery workers with 1, 2 and 4 processes, a PostgreSQL and a Redis of their own, and a mail server that takes 0,
0.3 and 1 s to answer each message. `linear` is the rate over that of one process times the number of processes: 1.00 is
as good as it gets, and it falls when the processors, the database or the mail server are full. The mails are real ones
about one booking. What is measured is the time from the first mail that the server takes to the last.
"""

import argparse
import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
from django.db import connection

from tests.chaos.scenario import TEMPLATE, prepare
from tests.chaos.stand import Stand, open_stand, wait_for
from tests.smtp import SinkController

DATABASE = "bench_drain"
PROCESSES = (1, 2, 4)
DELAYS = (0.0, 0.3, 1.0)
# Mails for each process, so that each measurement takes about as long: more when they leave faster.
MAILS = {0.0: 300, 0.3: 60, 1.0: 20}
COLUMNS = ("SMTP answers after", "processes", "mails", "seconds", "mails/s", "linear", "connections", "cores busy")
PATIENCE = 300.0

FILL = """
INSERT INTO notifications_notification (dedupe_key, kind, recipient_id, subject_type, subject_id, subject_version,
    created_at, due_at, send_before, next_try_at, state, reason, attempts, message_id, date, last_error)
SELECT 'drain:' || clock_timestamp() || ':' || number, 'booked', %(person)s, 'booking', %(booking)s, %(version)s,
    now(), now(), now() + interval '1 day', now(), 'pending', '', 0,
    '<' || gen_random_uuid() || '@bench.test>', now(), ''
FROM generate_series(1, %(count)s) AS number
"""


def busy_seconds() -> float:
    """How long all cores together have worked since the machine started, in seconds."""
    user, nice, system, _idle, _waiting, *interrupts = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    return sum(map(int, (user, nice, system, *interrupts))) / os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """Keeps nothing; notes when it took each message."""

    delay: float = 0.0
    taken: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    connections: list[object] = field(default_factory=list)

    def say_go_ahead(self, envelope: Any) -> str:
        return ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.delay)
        self.taken.append(time.monotonic())
        self.busy.append(busy_seconds())
        return "250 Kept"


@contextmanager
def listening(server: Server, port: int) -> Iterator[None]:
    controller = SinkController(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def one_booking() -> dict[str, object]:
    """A booking that the mails are about; its own notifications are taken away."""
    from notifications.models import Notification
    from tests.chaos.world import World

    booking = World().book("reader")
    Notification.objects.all().delete()
    return {"person": booking.mentor_id, "booking": booking.pk, "version": booking.version}


def measure(stand: Stand, env: dict[str, str], about: dict[str, object], processes: int, delay: float) -> list[str]:
    server = Server(delay)
    count = MAILS[delay] * processes
    with listening(server, stand.mail_port):
        server.connections.clear()
        stand.start_worker("a", env, children=processes)
        wait_for(lambda: loops(stand) >= processes, "all processes look into the outbox", seconds=PATIENCE)
        fill(stand, about | {"count": count})
        wait_for(lambda: len(server.taken) >= count, "all mails have left", seconds=PATIENCE)
        wait_for(lambda: left(stand) == 0, "all mails are written down", seconds=PATIENCE)
        stand.end("a")
    seconds = server.taken[-1] - server.taken[0]
    cores = f"{(server.busy[-1] - server.busy[0]) / seconds:.1f} of {os.cpu_count()}"
    return [str(count), f"{seconds:.1f}", f"{(count - 1) / seconds:.1f}", str(len(server.connections)), cores]


def asked(stand: Stand, question: str, values: dict[str, object] | None = None) -> int:
    connection = stand.connect(DATABASE)
    try:
        with connection.cursor() as cursor:
            cursor.execute(question, values)
            return int(cursor.fetchone()[0]) if cursor.description else cursor.rowcount
    finally:
        connection.close()


def loops(stand: Stand) -> int:
    """Each process's loop has a connection of its own, which last asked for a due row."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %(name)s AND query LIKE '%%lease_token%%RETURNING%%'"
    return asked(stand, query, {"name": DATABASE})


def left(stand: Stand) -> int:
    return asked(stand, "SELECT count(*) FROM notifications_notification WHERE state <> 'sent'")


def fill(stand: Stand, values: dict[str, object]) -> None:
    asked(stand, FILL, values)


def line(words: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(words)} |"


def run(stand: Stand, show: Callable[[str], None]) -> None:
    stand.make_database(DATABASE, TEMPLATE)
    env = stand.environment(DATABASE)
    os.environ.update(env)

    django.setup()
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # or it tells every word of every conversation
    about = one_booking()

    connection.close()
    for delay in DELAYS:
        alone = 0.0
        for processes in PROCESSES:
            count, seconds, rate, connections, cores = measure(stand, env, about, processes, delay)
            alone = alone or float(rate)
            linear = f"{float(rate) / (alone * processes):.2f}"
            show(line([f"{delay} s", str(processes), count, seconds, rate, linear, connections, cores]))


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    with open_stand() as stand:
        prepare(stand)
        print(line(COLUMNS))
        print(line(["---"] * len(COLUMNS)), flush=True)
        run(stand, lambda text: print(text, flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
