"""Puts sessions into a calendar by CalDAV (RFC 4791), each as a file of its own, named by the session's UID.

A file is only written over as it was found, and a new one only where there is none (If-Match, If-None-Match): what a
worker sends that everyone took for dead changes nothing.
"""

import http.client
import re
from xml.sax.saxutils import escape

from calendars.fetching import Answer, FetchError, keep_mark
from calendars.sources.caldav import NAMESPACES, CalDavSecret, ask_for
from calendars.sources.contract import KnownEvent, WrittenEvent
from calendars.sources.multistatus import CALDAV, DAV, Resource
from calendars.sources.webdav import Account, StatusError, WebDavClient, join_address

ETAG = ask_for("d:getetag")
KIND = ask_for("d:resourcetype")
BY_UID = (
    f'<?xml version="1.0" encoding="utf-8"?><c:calendar-query {NAMESPACES}>'
    "<d:prop><d:getetag/><c:calendar-data/></d:prop>"
    '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:prop-filter name="UID">'
    '<c:text-match collation="i;octet">%s</c:text-match>'
    "</c:prop-filter></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
)
FOLD = re.compile(r"\r?\n[ \t]")
KEPT = {http.client.OK, http.client.CREATED, http.client.NO_CONTENT}
MISSING = {http.client.NOT_FOUND, http.client.GONE}
# By these servers refuse a new file also if its UID stands in another file already (RFC 4791, 5.3.2.1).
DISPUTED = {http.client.FORBIDDEN, http.client.CONFLICT}
# The longest name that we keep
LONGEST_NAME = 1000


class CalDavWriter:
    def __init__(self, secret: bytes) -> None:
        self._known = CalDavSecret.read(secret)

    def put_event(self, remote_id: str, event: WrittenEvent, known: KnownEvent | None) -> KnownEvent:
        client = self._client()
        name = known.remote_id if known and known.remote_id else _name_in(remote_id, event.uid)
        headers = {"Content-Type": "text/calendar; charset=utf-8"}
        if known is None:
            headers["If-None-Match"] = "*"
        elif known.etag:
            headers["If-Match"] = known.etag
        _url, answer = client.ask("PUT", self._address_of(name), headers, event.content)
        if answer.status in KEPT:
            # Without a mark the server keeps something else than what was sent.
            return KnownEvent(event.uid, name, keep_mark(answer.headers.get("ETag") or ""))
        if answer.status == http.client.PRECONDITION_FAILED:
            raise FetchError("changed")
        if known is None and answer.status in DISPUTED and self._find_by_uid(client, remote_id, event.uid):
            raise FetchError("changed")
        raise _error_of(answer)

    def find_event(self, remote_id: str, known: KnownEvent) -> KnownEvent | None:
        client = self._client()
        name = known.remote_id or _name_in(remote_id, known.uid)
        resource = self._look_at(client, name, ETAG)
        if resource is not None:
            return KnownEvent(known.uid, name, keep_mark(resource.text_of(f"{DAV}getetag")))
        if self._look_at(client, remote_id, KIND) is None:
            raise FetchError("calendar_gone")
        return None if known.remote_id else self._find_by_uid(client, remote_id, known.uid)

    def remove_event(self, remote_id: str, known: KnownEvent) -> None:
        name = known.remote_id
        if not name:
            found = self.find_event(remote_id, known)
            if found is None:
                return
            name = found.remote_id
        _url, answer = self._client().ask("DELETE", self._address_of(name), {})
        if answer.status not in KEPT | MISSING:
            raise _error_of(answer)

    # None if there is nothing.
    def _look_at(self, client: WebDavClient, name: str, asked: str) -> Resource | None:
        try:
            found = client.find_properties(self._address_of(name), asked).resources[:1]
        except StatusError as error:
            if error.status in MISSING:
                return None
            raise
        return next((one for one in found if one.status not in MISSING), None)

    def _find_by_uid(self, client: WebDavClient, remote_id: str, uid: str) -> KnownEvent | None:
        """In a file of any name: an invitation that was accepted there has the same UID.

        Servers also find UIDs of which this is a part (RFC 4791, 9.7.5).
        """
        found = client.report(self._address_of(remote_id), BY_UID % escape(uid))
        for one in found.resources:
            if len(one.href) <= LONGEST_NAME and _holds(one, uid):
                return KnownEvent(uid, one.href, keep_mark(one.text_of(f"{DAV}getetag")))
        return None

    def _client(self) -> WebDavClient:
        return WebDavClient(Account(self._known.address, self._known.user, self._known.password))

    def _address_of(self, name: str) -> str:
        return join_address(self._known.address, name)


def _name_in(remote_id: str, uid: str) -> str:
    return f"{remote_id.rstrip('/')}/{uid.partition('@')[0]}.ics"


# Whether it is of this UID, as its lines are once they are unfolded.
def _holds(resource: Resource, uid: str) -> bool:
    lines = FOLD.sub("", resource.text_of(f"{CALDAV}calendar-data")).splitlines()
    return any(line.upper().startswith("UID") and line.partition(":")[2].strip() == uid for line in lines)


def _error_of(answer: Answer) -> FetchError:
    match answer.status:
        case http.client.FORBIDDEN | http.client.METHOD_NOT_ALLOWED:
            return FetchError("read_only")
        case http.client.REQUEST_ENTITY_TOO_LARGE:
            return FetchError("too_large")
        case 404 | 409 | 410:
            return FetchError("calendar_gone")
    return StatusError(answer.status)
