"""CalDAV servers that others wrote, as processes of this machine: Radicale and xandikos.

Radicale asks for a password; xandikos knows one person, and leaves passwords to what stands in front of it.
"""

import http.client
import shutil
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from local.ports import free_port

USER, PASSWORD = "anna", "s3cr3t-app-password"
MADE, KEPT, GONE = 201, (201, 204), (200, 204)
ABOUT = """<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:a="http://apple.com/ns/ical/">
<d:set><d:prop><d:displayname>{name}</d:displayname><a:calendar-color>#FF8800FF</a:calendar-color>{more}</d:prop>
</d:set></c:mkcalendar>"""
ONLY_TASKS = '<c:supported-calendar-component-set><c:comp name="VTODO"/></c:supported-calendar-component-set>'


@dataclass
class DavServer:
    """`home` is where its person's calendars are."""

    folder: Path
    port: int = field(default_factory=free_port)
    password: str = PASSWORD
    process: subprocess.Popen | None = None
    home = "/"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", *self.command()]
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        for _ in range(300):
            with suppress(OSError):
                self.ask("OPTIONS", "/")
                return
            assert self.process.poll() is None, "the calendar server has ended"
            time.sleep(0.1)
        raise AssertionError("the calendar server does not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def restart(self, password: str = "") -> None:
        self.stop()
        self.password = password or self.password
        self.start()

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
        """Status and ETag."""
        login = b64encode(f"{USER}:{self.password}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        connection.request(method, path, body.encode(), {"Authorization": f"Basic {login}", **named})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, answer.getheader("ETag", "")

    def make_calendar(self, path: str, *, name: str = "", more: str = "") -> str:
        path = f"{self.home}{path}/"
        said = ABOUT.format(name=name or path, more=more)
        assert self.ask("MKCALENDAR", path, said, Content_Type="application/xml")[0] == MADE
        return path

    def put(self, calendar: str, name: str, content: str) -> None:
        assert self.ask("PUT", f"{calendar}{name}.ics", content, Content_Type="text/calendar")[0] in KEPT

    def remove(self, path: str) -> None:
        assert self.ask("DELETE", path)[0] in GONE

    def clear(self) -> None:
        """Everything is removed by the server's back, while it doesn't run."""
        self.stop()
        shutil.rmtree(self.folder / "store", ignore_errors=True)
        self.password = PASSWORD
        self.start()


class Radicale(DavServer):
    home = f"/{USER}/"

    def command(self) -> list[str]:
        (self.folder / "users").write_text(f"{USER}:{self.password}\n")
        options = {
            "config": "",
            "server-hosts": f"127.0.0.1:{self.port}",
            "auth-type": "htpasswd",
            "auth-htpasswd-encryption": "plain",
            "auth-htpasswd-filename": str(self.folder / "users"),
            "auth-delay": "0",
            "storage-filesystem-folder": str(self.folder / "store"),
            "logging-level": "warning",
        }
        return ["radicale", *(f"--{name}={value}" for name, value in options.items())]


class Xandikos(DavServer):
    home = f"/{USER}/calendars/"

    def command(self) -> list[str]:
        where = ["--directory", str(self.folder / "store"), "--listen-address", "127.0.0.1", "--port", str(self.port)]
        return ["xandikos", "serve", *where, "--autocreate", f"--current-user-principal=/{USER}/"]


SERVERS = {"radicale": Radicale, "xandikos": Xandikos}


def write_event(start: str, *, uid: str = "1", lasts: str = "PT1H", more: str = "", others: str = "") -> str:
    event = (
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\nDTSTART{start}\r\nDURATION:{lasts}\r\n"
        f"SUMMARY:Secret plans\r\n{more}END:VEVENT\r\n"
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{event}{others}END:VCALENDAR\r\n"


def write_exception(replaced: str, start: str, *, uid: str = "1", lasts: str = "PT1H", more: str = "") -> str:
    return (
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\nRECURRENCE-ID:{replaced}\r\n"
        f"DTSTART:{start}\r\nDURATION:{lasts}\r\nSUMMARY:Other plans\r\n{more}END:VEVENT\r\n"
    )
