"""Puts sessions into a calendar of Outlook or Microsoft 365, each with a mark of ours by which it is found again."""

import http.client
from typing import Any
from urllib.parse import quote

from calendars.fetching import FetchError, keep_mark
from calendars.sources.asking import ServiceAnswer, list_objects, read_text
from calendars.sources.contract import KnownEvent, WrittenEvent
from calendars.sources.service import Service, error_of

from .answers import MISSING, write_error_of

# Else an event would get another id when it is moved to another calendar.
HEADERS = {"Prefer": 'IdType="ImmutableId"'}
FIELDS = {"$select": "id,isCancelled"}
# Under which name, in a namespace of ours, an event carries the UID of its session
MARK = "String {6a6ae1a5-7d0c-4f0e-9d0b-3d1a0f7b1c52} Name sessionUid"
LONGEST_ID = 1000


class MicrosoftWriter:
    def __init__(self, service: Service) -> None:
        self.service = service

    @property
    def secret(self) -> bytes:
        return self.service.tokens.as_secret()

    def put_event(self, remote_id: str, event: WrittenEvent, known: KnownEvent | None) -> KnownEvent:
        body = _write_body(event)
        if known is not None:
            number = known.remote_id or self._find_number(remote_id, event.uid)
            if number:
                headers = {"If-Match": known.etag} if known.etag else {}
                answer = self._send("PATCH", self._event_of(number), json=body, headers=headers)
                if answer.status not in MISSING:
                    return _known_from(event.uid, answer)
        elif self._find_number(remote_id, event.uid):
            raise FetchError("changed")
        mark = {"singleValueExtendedProperties": [{"id": MARK, "value": event.uid}]}
        # With the same mark of the transaction, a request that is repeated makes no second event.
        transaction = f"{event.uid}:{event.sequence}" if known else event.uid
        answer = self._send("POST", self._events_of(remote_id), json={**body, **mark, "transactionId": transaction})
        if answer.status == http.client.CONFLICT:
            raise FetchError("changed")
        if answer.status in MISSING:
            raise FetchError("calendar_gone")
        return _known_from(event.uid, answer)

    def find_event(self, remote_id: str, known: KnownEvent) -> KnownEvent | None:
        number = known.remote_id or self._find_number(remote_id, known.uid)
        if not number:
            return None
        answer = self._send("GET", self._event_of(number), params=FIELDS)
        if answer.status in MISSING:
            self._check_calendar(remote_id)
            return None
        return _known_from(known.uid, answer)

    def remove_event(self, remote_id: str, known: KnownEvent) -> None:
        number = known.remote_id or self._find_number(remote_id, known.uid)
        if not number:
            return
        answer = self._send("DELETE", self._event_of(number))
        if not answer.is_well and answer.status not in MISSING:
            raise write_error_of(answer)

    def _find_number(self, remote_id: str, uid: str) -> str:
        # By our mark; empty if there is none
        wanted = uid.replace("'", "''")
        asked = {
            "$filter": f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARK}' and ep/value eq '{wanted}')",
            "$select": "id",
            "$top": "1",
        }
        answer = self._send("GET", self._events_of(remote_id), params=asked)
        if answer.status in MISSING:
            raise FetchError("calendar_gone")
        if not answer.is_well:
            raise error_of(answer)
        return next((read_text(one, "id") for one in list_objects(answer.body, "value")), "")

    def _check_calendar(self, remote_id: str) -> None:
        address = f"{self.service.provider.api}/me/calendars/{quote(remote_id, safe='')}"
        if self._send("GET", address, params={"$select": "id"}).status in MISSING:
            raise FetchError("calendar_gone")

    def _send(self, method: str, address: str, **options: Any) -> ServiceAnswer:
        headers = {**HEADERS, **options.pop("headers", {})}
        return self.service.send(method, address, headers=headers, **options)

    def _events_of(self, remote_id: str) -> str:
        return f"{self.service.provider.api}/me/calendars/{quote(remote_id, safe='')}/events"

    def _event_of(self, number: str) -> str:
        return f"{self.service.provider.api}/me/events/{quote(number, safe='')}"


def _write_body(event: WrittenEvent) -> dict[str, Any]:
    return {
        "subject": event.title,
        "body": {"contentType": "text", "content": event.description},
        "location": {"displayName": event.url},
        "start": {"dateTime": f"{event.start:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"},
        "end": {"dateTime": f"{event.end:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"},
        "showAs": "busy",
    }


def _known_from(uid: str, answer: ServiceAnswer) -> KnownEvent:
    if not answer.is_well:
        raise write_error_of(answer)
    number = read_text(answer.body, "id")
    if not 0 < len(number) <= LONGEST_ID:
        raise FetchError("broken")
    return KnownEvent(uid, number, keep_mark(read_text(answer.body, "@odata.etag")))
