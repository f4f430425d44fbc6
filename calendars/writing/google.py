"""Puts sessions into a calendar of Google, each with an id that we choose: sending one twice does no harm."""

import http.client
from base64 import b32hexencode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from calendars.fetching import FetchError, keep_mark
from calendars.sources.asking import ServiceAnswer, read_text
from calendars.sources.contract import KnownEvent, WrittenEvent
from calendars.sources.service import Service

from .answers import MISSING, write_error_of

FIELDS = {"fields": "id,etag,status"}


class GoogleWriter:
    def __init__(self, service: Service) -> None:
        self.service = service

    @property
    def secret(self) -> bytes:
        return self.service.tokens.as_secret()

    def put_event(self, remote_id: str, event: WrittenEvent, known: KnownEvent | None) -> KnownEvent:
        number, body = id_of(event.uid), _write_body(event)
        if known is not None:
            answer = self._update(remote_id, number, body, known.etag)
            if answer.status not in MISSING:
                return _known_from(event.uid, number, answer)
        answer = self._send("POST", self._events_of(remote_id), json={"id": number, **body})
        if answer.status == http.client.CONFLICT:
            # One that was deleted keeps its id, and can be brought back. One that stands there is not ours to replace.
            if self.find_event(remote_id, KnownEvent(event.uid)):
                raise FetchError("changed")
            answer = self._update(remote_id, number, body, "")
        if answer.status in MISSING:
            raise FetchError("calendar_gone")
        return _known_from(event.uid, number, answer)

    def find_event(self, remote_id: str, known: KnownEvent) -> KnownEvent | None:
        number = known.remote_id or id_of(known.uid)
        answer = self._send("GET", self._event_of(remote_id, number))
        if answer.status in MISSING:
            self._check_calendar(remote_id)
            return None
        if answer.is_well and read_text(answer.body, "status") == "cancelled":
            return None
        return _known_from(known.uid, number, answer)

    def remove_event(self, remote_id: str, known: KnownEvent) -> None:
        answer = self._send("DELETE", self._event_of(remote_id, known.remote_id or id_of(known.uid)))
        if not answer.is_well and answer.status not in MISSING:
            raise write_error_of(answer)

    def _update(self, remote_id: str, number: str, body: Mapping[str, Any], etag: str) -> ServiceAnswer:
        headers = {"If-Match": etag} if etag else {}
        return self._send("PUT", self._event_of(remote_id, number), json=body, headers=headers)

    def _check_calendar(self, remote_id: str) -> None:
        api = self.service.provider.api
        address = f"{api}/users/me/calendarList/{quote(remote_id, safe='')}"
        if self._send("GET", address).status in MISSING:
            raise FetchError("calendar_gone")

    def _send(self, method: str, address: str, **options: Any) -> ServiceAnswer:
        return self.service.send(method, address, params=FIELDS, **options)

    def _events_of(self, remote_id: str) -> str:
        return f"{self.service.provider.api}/calendars/{quote(remote_id, safe='')}/events"

    def _event_of(self, remote_id: str, number: str) -> str:
        return f"{self._events_of(remote_id)}/{quote(number, safe='')}"


def id_of(uid: str) -> str:
    """Ids of Google have the digits of base32hex (RFC 4648), in small letters."""
    return b32hexencode(UUID(uid.partition("@")[0]).bytes).decode().rstrip("=").lower()


def _write_body(event: WrittenEvent) -> dict[str, Any]:
    return {
        "summary": event.title,
        "description": event.description,
        "location": event.url,
        "start": {"dateTime": event.start.isoformat()},
        "end": {"dateTime": event.end.isoformat()},
        "status": "confirmed",
        "transparency": "opaque",
    }


def _known_from(uid: str, number: str, answer: ServiceAnswer) -> KnownEvent:
    if not answer.is_well:
        raise write_error_of(answer)
    return KnownEvent(uid, number, keep_mark(read_text(answer.body, "etag")))
