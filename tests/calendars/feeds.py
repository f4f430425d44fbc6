"""A calendar that can be changed, behind an address, and what reads it."""

from dataclasses import dataclass, field
from datetime import timedelta

from calendars.connecting import connect_address, count_connection
from calendars.looking import read_due
from tests.calendars.servers import say
from tests.conftest import NOW

HOUR = timedelta(hours=1)


def write_calendar(*starts, name="Work", length=HOUR, extra=""):
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}@example.org\r\nDTSTART:{start:%Y%m%dT%H%M%SZ}\r\n"
        f"DTEND:{start + length:%Y%m%dT%H%M%SZ}\r\nSUMMARY:Secret plans\r\n{extra}END:VEVENT\r\n"
        for number, start in enumerate(starts)
    )
    return f"BEGIN:VCALENDAR\r\nX-WR-CALNAME:{name}\r\n{events}END:VCALENDAR\r\n".encode()


@dataclass
class Feed:
    """`status` and `content` are what it answers from now on; with `etag` it also says that nothing has changed."""

    url: str = ""
    content: bytes = b""
    status: int = 200
    etag: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)

    def answer(self, handler) -> None:
        self.asked.append(dict(handler.headers))
        if self.etag and handler.headers.get("If-None-Match") == self.etag:
            say(handler, 304)
        else:
            say(handler, self.status, self.content, **({"ETag": self.etag} if self.etag else {}))


def read_now(now=NOW):
    """What a worker does with all that is due. Returns how many there were."""
    return read_due(lambda: now)


def connect(person, feed, *, counts=True, now=NOW):
    """As a person does: connect, see what was read, let it count."""
    connection = connect_address(person=person, address=feed.url, now=now)
    read_now(now)
    if counts:
        count_connection(connection=connection, now=now)
        read_now(now)
    connection.refresh_from_db()
    return connection
