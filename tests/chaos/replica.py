"""A standby that streams from the stand's PostgreSQL, and the real web server that reads visitors' pages from it."""

import json
import re
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import django

django.setup()

from local.postgres import NAME, Postgres  # noqa: E402 (after the setup)
from sessions_app.models import Booking  # noqa: E402
from tests.chaos.browser import Browser  # noqa: E402
from tests.chaos.scenario import in_scenario, report  # noqa: E402
from tests.chaos.stand import ROOT, Stand, wait_for  # noqa: E402
from tests.chaos.without_redis import Visit  # noqa: E402
from tests.chaos.world import World  # noqa: E402

# Each page that is read from it, with an address in the world of this scenario.
PAGES = {
    "home": "/",
    "mentor_list": "/mentors/?q=why",
    "mentor_detail": "/mentors/{mentor}/",
    "events": "/events/",
    "sitemap": "/sitemap.xml",
    "sitemap_section": "/sitemap-mentors.xml",
}
DOCTOR = """
import django, json
django.setup()
from operations.doctor.database import look_at_replica
print(json.dumps([finding.verdict.name.lower() for finding in look_at_replica()]))
"""
FELL_BACK = "the replica did not answer"


class Standby(Postgres):
    """Streams from `primary`; writes each statement into its log."""

    def __init__(self, primary: Postgres, home: Path, sockets: Path) -> None:
        super().__init__(home, sockets, primary.account)
        self.primary = primary
        for folder in (home, sockets):
            self.account.take_over(folder)

    def _initialise(self) -> None:
        self._tool("pg_basebackup", "-h", self.primary.sockets, "-U", NAME, "-D", self.data, "-R", "-c", "fast")
        with self.log_of_settings.open("a") as file:
            file.write("log_statement = 'all'\n")

    @property
    def log_of_settings(self) -> Path:
        return self.data / "postgresql.auto.conf"

    @cached_property
    def log(self) -> Path:
        return self.home / "postgres.log"

    def count_reads(self) -> int:
        """Statements of pages so far: all but our question how far behind it is."""
        told = re.findall(r"LOG:  statement: \s*\(?(SELECT|WITH|EXECUTE)\b(.*)", self.log.read_text(errors="replace"))
        return sum(rest.strip() not in ("CASE", "1") for _, rest in told)


class Case:
    def __init__(self, stand: Stand, env: dict[str, str]) -> None:
        self.stand, self.world = stand, World()
        self.standby = Standby(stand.postgres, stand.home / "standby", stand.home / "run" / "standby")
        self.world.mentor(0)
        self.standby.start()
        database = re.search(r"@/(\w+)", env["DATABASE_URL"])[1]
        url = f"postgresql://{NAME}@/{database}?host={quote(str(self.standby.sockets))}"
        self.env = env | {"DATABASE_REPLICA_URL": url}
        self.visit = Visit(stand, self.world, self.env, "reader")
        self.visitor = Browser(self.visit.browser.site)
        self.web_log = stand.logs / f"{self.visit.web}.log"

    def read_page(self, name: str) -> int:
        """How many statements of it reached the standby."""
        before = self.standby.count_reads()
        self.visitor.cookies.clear()
        self.visitor.get(PAGES[name].format(mentor=self.world.mentor(0).slug))
        return self.standby.count_reads() - before

    def read_signed_in(self) -> int:
        """Someone signs in, books and cancels, and opens the same pages: how many statements of these reached it."""
        self.visit.pay(2)
        before = self.standby.count_reads()
        for path in PAGES.values():
            self.visit.browser.get(path.format(mentor=self.world.mentor(0).slug))
        return self.standby.count_reads() - before

    def count_fallbacks(self) -> int:
        return self.web_log.read_text(errors="replace").count(FELL_BACK)

    def ask_doctor(self, **more: str) -> list[str]:
        """What the doctor says of the replica: a verdict for each finding."""
        command = [sys.executable, "-W", "ignore", "-c", DOCTOR]
        done = subprocess.run(command, cwd=ROOT, env=self.env | more, capture_output=True, text=True, check=True)
        verdicts: list[str] = json.loads(done.stdout)
        return verdicts


def main() -> None:
    with in_scenario() as (stand, env):
        case = Case(stand, env)
        try:
            wait_for(lambda: case.read_page("home"), "a page is read from the standby")
            reads = {name: case.read_page(name) for name in PAGES}
            signed_in = case.read_signed_in()
            fell_back = case.count_fallbacks()
            states = list(Booking.objects.values_list("state", flat=True))
            doctor = [case.ask_doctor(), case.ask_doctor(DATABASE_REPLICA_URL=env["DATABASE_URL"])]
            case.standby.stop()
            doctor.append(case.ask_doctor())
            for name in PAGES:
                case.read_page(name)
            case.standby.start()
            wait_for(lambda: case.read_page("home"), "pages are read from the standby again")
            report(reads=reads, signed_in=signed_in, fell_back=fell_back, states=states, doctor=doctor)
        finally:
            case.standby.stop()


if __name__ == "__main__":
    main()
