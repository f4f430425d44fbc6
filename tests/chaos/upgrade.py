"""An upgrade, with processes of the release before and of this one at one database. Started by `scenario.launch`.

The database is as the release before left it; people use that. Then web and worker of this release are started too
early; then it is migrated while the old web server goes on; then both releases' web servers and the old worker serve
the same person. That is all of what docs/deployment.md allows, and the mistake that it warns of.
"""

import json
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import django

django.setup()

from django.db import connection  # noqa: E402 (after the setup)
from django.db.migrations.executor import MigrationExecutor  # noqa: E402
from django.utils import timezone  # noqa: E402

from notifications.models import Notification  # noqa: E402
from sessions_app.models import Booking  # noqa: E402
from tests.chaos.acts import settled  # noqa: E402
from tests.chaos.browser import Browser  # noqa: E402
from tests.chaos.release_before import last_migrations, unpack_release  # noqa: E402
from tests.chaos.scenario import PATIENCE, in_scenario, report  # noqa: E402
from tests.chaos.sink import Sink, listen  # noqa: E402
from tests.chaos.stand import ROOT, Stand, free_port, wait_for  # noqa: E402
from tests.chaos.verdict import judge, open_journal  # noqa: E402
from tests.chaos.world import World, new_person, quarter  # noqa: E402

BOOKINGS = 4
TRIED = "SELECT count(*) FROM notifications_notification WHERE state = 'pending' AND attempts > 0 AND last_error <> ''"


class Release:
    """The processes of one release, whose code is in `folder`."""

    def __init__(self, name: str, stand: Stand, env: dict[str, str], folder: Path) -> None:
        self.name, self.stand, self.folder = name, stand, folder
        self.site = f"http://127.0.0.1:{free_port()}"
        self.env = env | {"PYTHONPATH": str(folder), "SITE_URL": self.site}

    def start_web(self) -> None:
        gunicorn = ["-m", "gunicorn", "mentoring.wsgi", "--bind", self.site.removeprefix("http://"), "--threads", "4"]
        self.stand.start(f"{self.name}-web", gunicorn, self.env)

    def start_worker(self) -> None:
        self.stand.start_worker(f"{self.name}-worker", self.env, children=1)

    def end_worker(self) -> None:
        process = self.stand.processes[f"{self.name}-worker"]
        process.terminate()
        process.wait(PATIENCE)
        self.stand.end(f"{self.name}-worker")

    def ask_ready(self) -> tuple[int, str]:
        """The status of its answer, and what it says of migrations."""
        try:
            with urlopen(f"{self.site}/healthz/ready", timeout=PATIENCE) as answer:  # noqa: S310 - our own address
                return answer.status, json.load(answer)["migrations"]
        except HTTPError as error:
            with error:
                return error.code, json.load(error)["migrations"]
        except OSError:
            return 0, ""


class Upgrade:
    def __init__(self, stand: Stand, env: dict[str, str], sink: Sink) -> None:
        self.stand, self.sink, self.world = stand, sink, World()
        self.old = Release("old", stand, env, unpack_release(stand.home / "release-before"))
        self.new = Release("new", stand, env, ROOT)
        self.mentee = new_person("mentee").email
        # Read now, while the tables are this release's: someone has one session with a mentor at a time.
        mentors = [self.world.mentor(number) for number in range(BOOKINGS)]
        self.offers = [(mentor.slug, str(mentor.offers.get(instant=True).uuid)) for mentor in mentors]
        self.begin = quarter(timezone.now() + timedelta(days=2))
        self.browser = Browser(self.old.site)
        self.mails = 0

    def go_back(self) -> int:
        """Let the database be as the release before left it; how many migrations that takes away."""
        there = last_migrations(self.old.folder)
        executor = MigrationExecutor(connection)
        ours = set(last_migrations(ROOT))
        before = len(executor.loader.applied_migrations)
        executor.migrate([(app, there.get(app)) for app in sorted(ours)])
        executor.loader.build_graph()
        connection.close()
        return before - len(executor.loader.applied_migrations)

    def migrate(self) -> None:
        """As the guide says: by the release that comes."""
        command = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--noinput", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=self.new.env, check=True, timeout=PATIENCE)

    def look_around(self) -> None:
        profiles = [f"/mentors/{mentor}/" for mentor, _offer in self.offers]
        for path in ("/", "/sessions/", "/settings/", profiles[0]):
            self.browser.get(path)
        found = self.browser.get("/mentors/?q=why")
        if not all(profile in found for profile in profiles):
            raise AssertionError("the search doesn't find all mentors")

    def book(self, number: int) -> str:
        start = self.begin + timedelta(minutes=30 * number)
        return self.browser.book(*self.offers[number], start, f"upgrade-{number}")

    def cancel(self, uuid: str) -> None:
        booking = Booking.objects.get(uuid=uuid)
        self.browser.cancel(uuid, booking.version, uuid)
        booking.refresh_from_db()
        self.world.expect(booking, "cancelled", due=timezone.now())

    def wait_for_mails(self, more: int = 2) -> None:
        """Both people have heard of it."""
        self.mails += more
        wait_for(lambda: len(self.sink.accepted) >= self.mails, f"{self.mails} mails are here", seconds=PATIENCE)

    def ask(self, question: str) -> int:
        """In words of SQL, which no release's tables are needed for."""
        with closing(self.stand.connect(connection.settings_dict["NAME"])) as other, other.cursor() as cursor:
            cursor.execute(question)
            return int(cursor.fetchone()[0])

    def run(self) -> dict[str, object]:
        taken_away = self.go_back()
        self.old.start_web()
        self.old.start_worker()
        wait_for(lambda: self.old.ask_ready()[0] == 200, "the old web server is ready", seconds=PATIENCE)
        self.browser.sign_in(self.mentee)
        self.look_around()
        booked = [self.book(0)]
        self.wait_for_mails()

        self.new.start_web()
        self.new.start_worker()
        self.old.end_worker()
        booked.append(self.book(1))
        wait_for(lambda: self.new.ask_ready()[0], "the new web server answers", seconds=PATIENCE)
        too_early = self.new.ask_ready()
        wait_for(lambda: self.ask(TRIED) == 2, "the new worker has tried in vain", seconds=PATIENCE)
        self.migrate()
        self.wait_for_mails()
        ready = [release.ask_ready() for release in (self.old, self.new)]

        self.new.end_worker()
        self.old.start_worker()
        self.look_around()
        booked.append(self.book(2))
        self.wait_for_mails()
        self.cancel(booked[0])
        self.wait_for_mails()
        self.browser.move_to(self.new.site)
        self.look_around()
        self.cancel(booked[1])
        self.wait_for_mails()
        booked.append(self.book(3))
        self.wait_for_mails()
        self.browser.move_to(self.old.site)
        self.cancel(booked[3])
        self.wait_for_mails()
        wait_for(settled, "nothing is due", seconds=PATIENCE)
        for booking in Booking.objects.filter(uuid__in=booked):
            keys = [Notification.key("booked", "booking", booking.pk, 0, person) for person in booking.participants]
            self.world.expected |= dict.fromkeys(keys, booking.created_at)
        return {"taken_away": taken_away, "too_early": too_early, "ready": ready, "booked": len(set(booked))}


def main() -> None:
    with in_scenario() as (stand, env):
        open_journal()
        sink = Sink(stand.workers)
        server = listen(sink, stand.mail_port)
        upgrade = Upgrade(stand, env, sink)
        found = upgrade.run()
        server.stop()
        states = list(Booking.objects.order_by("pk").values_list("state", flat=True))
        report(**found, states=states, verdict=judge(upgrade.world, sink.accepted).as_dict())


if __name__ == "__main__":
    main()
