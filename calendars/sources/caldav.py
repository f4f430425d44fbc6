"""Reads the calendars of an account by CalDAV (RFC 4791, and RFC 6764 for where to begin).

A reading asks for one mark of a calendar first, by which its server says whether anything has changed: its
sync-token (RFC 6578), else its ctag, else the ETags of what is in the window. Only if that mark is another than last
time, or none, the window is read, all of it: so what is known can't drift from what the calendar says.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from calendars.fetching import FetchError
from calendars.reading.busy import read_objects
from calendars.reading.entries import Reader

from .contract import Outcome, RemoteCalendar
from .multistatus import APPLE, CALDAV, DAV, SERVER, Resource
from .webdav import Account, Found, StatusError, WebDavClient, join_address, may_have_password

WELL_KNOWN = "/.well-known/caldav"
MOST_HOMES, MOST_CALENDARS, LONGEST_ID = 5, 50, 1000
NAMESPACES = (
    'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/" '
    'xmlns:a="http://apple.com/ns/ical/"'
)
# Servers compare dates of whole days with the window in a zone of their own choice.
SLACK = timedelta(days=2)
# At a first question these say that the server has trouble. Others say that it isn't there, or no such server.
MAY_PASS = {408, 425, 429, 500, 502, 503, 504, 507}
# Where an account's calendars were may not be where they are.
MOVED = {403, 404, 405, 409, 410}
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
# What lets one put events into a calendar (RFC 3744): `bind` is for new ones, and the others include it.
WRITING = (f"{DAV}all", f"{DAV}write", f"{DAV}bind")


def ask_for(*names: str) -> str:
    wanted = "".join(f"<{name}/>" for name in names)
    return f'<?xml version="1.0" encoding="utf-8"?><d:propfind {NAMESPACES}><d:prop>{wanted}</d:prop></d:propfind>'


ABOUT_ACCOUNT = ask_for(
    "d:current-user-principal", "d:resourcetype", "c:calendar-home-set", "c:calendar-user-address-set"
)
ABOUT_CALENDARS = ask_for(
    "d:resourcetype",
    "d:displayname",
    "d:current-user-privilege-set",
    "c:supported-calendar-component-set",
    "a:calendar-color",
)
MARKS = ask_for("d:sync-token", "s:getctag")
QUERY = (
    f'<?xml version="1.0" encoding="utf-8"?><c:calendar-query {NAMESPACES}><d:prop>%s</d:prop>'
    '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">'
    '<c:time-range start="%s" end="%s"/></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>'
)


@dataclass(slots=True)
class CalDavSecret:
    """What is kept, encrypted: what the person gave, and what we found out by it.

    `homes`: where the account's calendars are. `addresses`: of the person, at which they are invited.
    """

    address: str
    user: str
    password: str = field(repr=False)
    homes: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, content: bytes) -> Self:
        return cls(**json.loads(content))

    def write(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    def client(self) -> WebDavClient:
        return WebDavClient(Account(self.address, self.user, self.password))


class CalDavSource:
    def __init__(self, secret: bytes) -> None:
        self._known = CalDavSecret.read(secret)

    @property
    def secret(self) -> bytes:
        return self._known.write()

    def list_calendars(self) -> list[RemoteCalendar]:
        """Raises FetchError: also `not_caldav`, `no_calendars`, `elsewhere`."""
        client = self._known.client()
        found = self._list_known(client) or self._discover(client)
        if not found:
            raise FetchError("no_calendars")
        return found[:MOST_CALENDARS]

    def read_calendar(
        self, remote_id: str, cursor: dict[str, Any], reader: Reader, *, first: datetime, last: datetime
    ) -> Outcome:
        client, url = self._known.client(), join_address(self._known.address, remote_id)
        window = [f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" for moment in (first - SLACK, last + SLACK)]
        # The mark comes first: what changes between the two questions then changes the next mark.
        mark = _mark_of(client, url, window)
        if mark and cursor.get("mark") == mark:
            return Outcome(None, cursor)
        asked = QUERY % ("<d:getetag/><c:calendar-data/>", *window)
        reader = replace(reader, addresses=reader.addresses | frozenset(self._known.addresses))
        contents = _contents_of(client.report(url, asked).resources)
        return Outcome(read_objects(contents, reader, first=first, last=last), {"mark": mark} if mark else {})

    def _list_known(self, client: WebDavClient) -> list[RemoteCalendar]:
        try:
            return self._calendars_at(client, self._known.homes)
        except StatusError as error:
            if error.status not in MOVED:
                raise
        return []

    def _discover(self, client: WebDavClient) -> list[RemoteCalendar]:
        failures, is_account = list[FetchError](), False
        for url in _starting_points(self._known.address):
            try:
                if found := self._begin_at(client, url):
                    return found
                is_account = True
            except FetchError as error:
                if not _may_be_elsewhere(error):
                    raise
                failures.append(error)
        if is_account:
            return []
        raise _most_telling(failures)

    # What the account has, which may be none. Raises FetchError where there is no account.
    def _begin_at(self, client: WebDavClient, url: str) -> list[RemoteCalendar]:
        found = client.find_properties(url, ABOUT_ACCOUNT)
        asked = _first(found)
        if asked.has_inside(f"{DAV}current-user-principal", f"{DAV}unauthenticated"):
            raise FetchError("refused")
        given = [found.url] if asked.has_inside(f"{DAV}resourcetype", f"{CALDAV}calendar") else []
        for href in asked.hrefs_of(f"{DAV}current-user-principal")[:1]:
            found = client.find_properties(found.address_of(href), ABOUT_ACCOUNT)
            asked = _first(found)
        homes = [found.address_of(href) for href in asked.hrefs_of(f"{CALDAV}calendar-home-set")[:MOST_HOMES]]
        # One may be given that is another's; and servers without accounts have calendars at the address itself.
        homes += given
        calendars = self._calendars_at(client, homes or [found.url])
        if not calendars and not homes:
            raise FetchError("broken")
        self._known.homes = homes or [found.url]
        self._known.addresses = sorted(_addresses_in(asked, self._known.user))
        return calendars

    def _calendars_at(self, client: WebDavClient, homes: Iterable[str]) -> list[RemoteCalendar]:
        calendars = dict[str, RemoteCalendar]()
        for home in homes:
            found = client.find_properties(home, ABOUT_CALENDARS, depth=1)
            for resource in found.resources:
                if _holds_events(resource):
                    url = found.address_of(resource.href)
                    one = _describe(resource, _shorten(url, self._known.address))
                    if len(one.remote_id) <= LONGEST_ID and may_have_password(self._known.address, url):
                        calendars.setdefault(one.remote_id, one)
        return list(calendars.values())


# Of a host alone, what RFC 6764 says comes first; of a whole address, that address.
def _starting_points(address: str) -> list[str]:
    known = join_address(address, WELL_KNOWN)
    return [known, address] if address.rstrip("/").count("/") == 2 else [address, known]


def _first(found: Found) -> Resource:
    return found.resources[0] if found.resources else Resource("", 404)


def _may_be_elsewhere(error: FetchError) -> bool:
    return isinstance(error, StatusError) or error.code in ("broken", "elsewhere", "redirects")


def _most_telling(failures: list[FetchError]) -> FetchError:
    for error in failures:
        if error.code in ("refused", "elsewhere"):
            return error
    for error in failures:
        if isinstance(error, StatusError) and error.status in MAY_PASS:
            return error
    return FetchError("not_caldav")


def _holds_events(resource: Resource) -> bool:
    kinds = resource.properties.get(f"{CALDAV}supported-calendar-component-set")
    return resource.has_inside(f"{DAV}resourcetype", f"{CALDAV}calendar") and (
        # Without it, all kinds are allowed (RFC 4791, 5.2.3).
        kinds is None or any((one.get("name") or "").upper() == "VEVENT" for one in kinds)
    )


def _describe(resource: Resource, remote_id: str) -> RemoteCalendar:
    # Some write the opacity behind the colour: #rrggbbaa.
    colour = COLOUR.match(resource.text_of(f"{APPLE}calendar-color"))
    return RemoteCalendar(
        remote_id=remote_id,
        name=resource.text_of(f"{DAV}displayname"),
        colour=colour[0].lower() if colour else "",
        is_writable=resource.has_inside(f"{DAV}current-user-privilege-set", *WRITING),
    )


# Without the host, if it is that of the address.
def _shorten(url: str, address: str) -> str:
    host = join_address(address, "/")
    return f"/{url.removeprefix(host)}" if url.startswith(host) else url


def _addresses_in(principal: Resource, user: str) -> set[str]:
    hrefs = principal.hrefs_of(f"{CALDAV}calendar-user-address-set")
    found = {href[len("mailto:") :].lower() for href in hrefs if href.lower().startswith("mailto:")}
    return (found | {user.lower()} if "@" in user else found) - {""}


def _mark_of(client: WebDavClient, url: str, window: Iterable[str]) -> str:
    for resource in client.find_properties(url, MARKS).resources[:1]:
        for name in (f"{DAV}sync-token", f"{SERVER}getctag"):
            if said := resource.text_of(name):
                return _digest([name, said])
    found = client.report(url, QUERY % ("<d:getetag/>", *window)).resources
    tags = sorted(f"{one.href} {one.text_of(f'{DAV}getetag')}" for one in found)
    return _digest(tags) if all(one.text_of(f"{DAV}getetag") for one in found) else ""


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


# Raises FetchError `broken`, if any of them couldn't be read: half a calendar would free the other half.
def _contents_of(resources: Iterable[Resource]) -> list[bytes]:
    contents = []
    for one in resources:
        if text := one.text_of(f"{CALDAV}calendar-data"):
            contents.append(text.encode())
        elif one.is_there:
            raise FetchError("broken")
    return contents
