"""A calendar that keeps changing, its readers killed, stopped and without a database: what is busy is never half.

Each version of the calendar has its events at another minute, so that what stands in the database says from which
version it comes.
"""

import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import django
import psycopg2

django.setup()

from django.utils import timezone  # noqa: E402

from calendars.connecting import connect_address, count_connection  # noqa: E402
from calendars.models import Connection  # noqa: E402
from sessions_app.models import BusySpan  # noqa: E402
from tests.calendars.feeds import Feed, write_calendar  # noqa: E402
from tests.calendars.servers import Server, say  # noqa: E402
from tests.chaos.scenario import PATIENCE, in_scenario, report, until  # noqa: E402
from tests.chaos.stand import Stand, wait_for  # noqa: E402
from tests.chaos.world import new_person, whatever_happens  # noqa: E402
from tests.serving import serving  # noqa: E402
from tests.stopping import let_go_on, stop_processes  # noqa: E402

EVENTS, LENGTH = 300, timedelta(minutes=20)
TOMORROW = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def starts_of(version: int) -> list[datetime]:
    return [TOMORROW + timedelta(hours=hour, minutes=version) for hour in range(EVENTS)]


class Watch:
    """Looks all the time at what is busy. `seen`: versions in their order; `torn`: what was part of one, or of two."""

    def __init__(self, stand: Stand, database: str) -> None:
        self.stand, self.database = stand, database
        self.seen: list[int] = []
        self.torn: list[dict[int, int]] = []
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self) -> None:
        while not self.is_over.wait(0.01):
            try:
                with closing(self.stand.connect(self.database)) as connection, connection.cursor() as cursor:
                    while not self.is_over.wait(0.01):
                        cursor.execute(
                            "SELECT extract(minute FROM lower(during))::int, count(*)"
                            " FROM sessions_app_busyspan GROUP BY 1"
                        )
                        self.note(dict(cursor.fetchall()))
            except psycopg2.Error:
                continue  # the database is away

    def note(self, found: dict[int, int]) -> None:
        if len(found) > 1 or set(found.values()) - {EVENTS}:
            self.torn.append(found)
        for version in found:
            if self.seen[-1:] != [version]:
                self.seen.append(version)


def stands(version: int) -> bool:
    found = whatever_happens(lambda: [row.during.lower for row in BusySpan.objects.order_by("during")])
    return found == starts_of(version)


def main() -> None:
    feed, holds, waits, goes_on = Feed(), threading.Event(), threading.Event(), threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        """What it was when it was asked for, however long that takes to arrive."""
        content = feed.content
        if holds.is_set():
            waits.set()
            goes_on.wait(PATIENCE)
        say(handler, 200, content)

    with in_scenario() as (stand, env), serving(server := Server(answer)):
        pause, paused = stand.home / "pause", stand.home / "paused"
        for file in (pause, paused):
            file.unlink(missing_ok=True)
        feed.url = f"{server.url}/basic.ics"

        def show(version: int) -> None:
            feed.content = write_calendar(*starts_of(version), length=LENGTH)

        def catch_a_reader_at(version: int) -> None:
            """The new version is written by one of them, and not committed."""
            paused.unlink(missing_ok=True)
            pause.touch()
            show(version)
            until(stand, paused.exists, "a reader has written all and committed nothing")

        def go_on_to(version: int) -> None:
            pause.unlink()
            until(stand, lambda: stands(version), f"version {version} is what is busy")

        show(0)
        made = connect_address(person=new_person("reader"), address=feed.url, now=timezone.now())
        mine = {"PAUSE": str(pause), "PAUSED": str(paused)}
        for name in "ab":
            stand.start(f"calendars-{name}", ["-m", "tests.chaos.calendar_reader"], env | mine)
        until(stand, lambda: Connection.objects.filter(pk=made.pk, synced_at__isnull=False).exists(), "it was read")
        count_connection(connection=made, now=timezone.now())
        until(stand, lambda: stands(0), "what it says is busy")
        watch = Watch(stand, env["DATABASE_URL"].partition("@/")[2].partition("?")[0])
        watch.thread.start()
        wait_for(lambda: watch.seen, "the watch sees it")

        done = []
        catch_a_reader_at(1)
        for name in "ab":
            stand.end(f"calendars-{name}")
        done.append(("killed", stands(0)))
        for name in "ab":
            stand.start(f"calendars-{name}", ["-m", "tests.chaos.calendar_reader"], env | mine)
        go_on_to(1)

        catch_a_reader_at(2)
        stand.crash_postgres()
        stand.mend_postgres()
        done.append(("crashed", stands(1)))
        go_on_to(2)

        # Stopped while it waits for the calendar, it comes back after another has read a newer one.
        holds.set()
        wait_for(waits.is_set, "a reader has asked and waits for the answer")
        stopped = stand.workers()
        stop_processes(stopped)
        show(3)
        holds.clear()
        goes_on.set()
        stand.start("calendars-c", ["-m", "tests.chaos.calendar_reader"], env | mine)
        until(stand, lambda: stands(3), "another one reads what is new")
        let_go_on(stopped)
        show(4)
        until(stand, lambda: stands(4), "they go on reading")
        wait_for(lambda: watch.seen[-1:] == [4], "the watch sees it, too")

        watch.is_over.set()
        watch.thread.join()
        report(done=done, seen=watch.seen, torn=watch.torn[:5])


if __name__ == "__main__":
    main()
