"""A stand-in for Google and Microsoft on this machine: consent, tokens, and the parts of their calendars that we read.

Written after their documentation. It misbehaves where a test tells it to.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlencode, urlsplit

from tests.serving import serving

CLIENT, SECRET = "quarterhour", "a secret of both"
ACCOUNT = "ada@example.com"
DAY = timedelta(days=1)
LONGEST_RANGE = 90 * DAY


@dataclass
class Answer:
    """What is sent back instead of the usual, once or always. `path` is a part of the address."""

    path: str
    status: int
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1


class StandInService:
    """`calendars`: id → name. `busy`: id → what Google calls busy. `events`: id → events as Graph writes them."""

    def __init__(self, slug: str) -> None:
        self.slug, self.account = slug, ACCOUNT
        self.calendars = {ACCOUNT: "Ada", "team@group.example.com": "Team"}
        self.busy: dict[str, list[tuple[datetime, datetime]]] = {}
        self.broken: dict[str, str] = {}
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.written: dict[str, dict[str, Any]] = {}
        self.page_size = 100
        self.consent = "granted"
        self.granted: str | None = None
        self.rotates = slug == "microsoft"
        self.answers: list[Answer] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.refresh, self.access = set[str](), set[str]()
        self.given = 0
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.answer(self, b"")

            def do_POST(self) -> None:
                service.answer(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def do_PUT(self) -> None:
                self.do_POST()

            def do_PATCH(self) -> None:
                self.do_POST()

            def do_DELETE(self) -> None:
                self.do_POST()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def setting(self, **more: str) -> str:
        addresses = {name: f"{self.url}/{name}" for name in ("authorize", "token", "api")}
        return json.dumps([{"id": self.slug, "client_id": CLIENT, "secret": SECRET, **addresses, **more}])

    def asked_of(self, part: str) -> list[tuple[str, str, dict[str, str], bytes]]:
        return [one for one in self.asked if part in one[1]]

    # What it answers

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        parts = urlsplit(handler.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if parts.path == "/authorize":
            self.show_consent(handler, query)
            return
        self.asked.append((handler.command, handler.path, dict(handler.headers), body))
        for one in self.answers:
            if one.path in handler.path and one.times:
                one.times -= 1
                self.send(handler, one.status, one.body, one.headers)
                return
        if parts.path == "/token":
            self.send(handler, *self.give_tokens(body))
        elif handler.headers.get("Authorization", "").removeprefix("Bearer ") not in self.access:
            self.send(handler, 401, {"error": {"code": 401, "message": "Invalid Credentials"}})
        else:
            path = parts.path.removeprefix("/api")
            written = self.write(handler.command, path, query, body, handler.headers.get("If-Match", ""))
            self.send(handler, *(written or self.read(path, query, body)))

    def send(
        self, handler: BaseHTTPRequestHandler, status: int, found: Any, headers: dict[str, str] | None = None
    ) -> None:
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    # Consent and tokens

    def show_consent(self, handler: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        """A page with one link, as a person would see it."""
        page = f'<!doctype html><title>Consent</title><a id="allow" href="{self.way_back(query)}">Allow</a>'
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.end_headers()
        handler.wfile.write(page.replace("&", "&amp;").encode())

    def way_back(self, asked: dict[str, str]) -> str:
        """The person has answered here: where their browser is sent, with a code or an error."""
        if self.consent != "granted":
            return f"{asked['redirect_uri']}?{urlencode({'error': self.consent, 'state': asked['state']})}"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def give_tokens(self, body: bytes) -> tuple[int, Any]:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if [form.get("client_id"), form.get("client_secret")] != [CLIENT, SECRET]:
            return 401, {"error": "invalid_client"}
        if form.get("grant_type") == "refresh_token":
            return self.renew(form.get("refresh_token", ""))
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri") or not self.fits(asked, form):
            return 400, {"error": "invalid_grant"}
        return 200, {**self.make_access(), "refresh_token": self.make_refresh(), "scope": self.scopes_of(asked)}

    def renew(self, refresh: str) -> tuple[int, Any]:
        if refresh not in self.refresh:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        if not self.rotates:
            return 200, self.make_access()
        self.refresh.remove(refresh)
        return 200, {**self.make_access(), "refresh_token": self.make_refresh()}

    def fits(self, asked: dict[str, str], form: dict[str, str]) -> bool:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return (asked.get("code_challenge_method"), asked.get("code_challenge")) == ("S256", challenge)

    def scopes_of(self, asked: dict[str, str]) -> str:
        if self.granted is not None:
            return self.granted
        return " ".join(one for one in asked["scope"].split() if one != "offline_access")

    def make_access(self) -> dict[str, Any]:
        self.given += 1
        self.access.add(f"access-{self.given}")
        return {"access_token": f"access-{self.given}", "token_type": "Bearer", "expires_in": 3599}

    def make_refresh(self) -> str:
        self.given += 1
        self.refresh.add(f"refresh-{self.given}")
        return f"refresh-{self.given}"

    def revoke(self) -> None:
        self.refresh.clear()
        self.access.clear()

    # Events that we write: id → what is kept, with the calendar that it stands in

    def write(self, method: str, path: str, query: dict[str, str], body: bytes, etag: str) -> tuple[int, Any] | None:
        """None if it is no address of such events."""
        parts = [unquote(part) for part in path.strip("/").split("/")]
        kept = json.loads(body) if body else {}
        match parts:
            case ["calendars", calendar, "events"] | ["me", "calendars", calendar, "events"]:
                if calendar not in self.calendars:
                    return 404, {"error": {"code": 404}}
                return self.add_event(calendar, kept) if method == "POST" else self.find_marked(calendar, query)
            case ["calendars", _, "events", number] | ["me", "events", number]:
                return self.change_event(method, number, kept, etag)
            case ["users", "me", "calendarList", calendar] | ["me", "calendars", calendar] if calendar != "primary":
                return (200, {"id": calendar}) if calendar in self.calendars else (404, {"error": {"code": 404}})
        return None

    def add_event(self, calendar: str, kept: dict[str, Any]) -> tuple[int, Any]:
        same = [one for one in self.written.values() if one.get("transactionId", "") == kept.get("transactionId")]
        number = kept.get("id") or f"AAMk/{len(self.written)}="
        if number in self.written or same:
            return 409, {"error": {"code": 409, "errors": [{"reason": "duplicate"}]}}
        return 201, self.keep_event(number, {**kept, "id": number, "calendar": calendar})

    def keep_event(self, number: str, kept: dict[str, Any]) -> dict[str, Any]:
        self.given += 1
        self.written[number] = {**kept, "etag": f'"{self.given}"', "@odata.etag": f'W/"{self.given}"'}
        return self.written[number]

    def find_marked(self, calendar: str, query: dict[str, str]) -> tuple[int, Any]:
        wanted = query["$filter"].partition("ep/value eq '")[2].removesuffix("')")
        found = [
            one
            for one in self.written.values()
            if one["calendar"] == calendar and one["singleValueExtendedProperties"][0]["value"] == wanted
        ]
        return 200, {"value": found}

    def change_event(self, method: str, number: str, kept: dict[str, Any], etag: str) -> tuple[int, Any]:
        """What is deleted at Google stays, as cancelled."""
        found = self.written.get(number)
        if found is None or (method == "DELETE" and found.get("status") == "cancelled"):
            return 404 if found is None else 410, {"error": {"code": 404}}
        if etag and etag not in (found["etag"], found["@odata.etag"]):
            return 412, {"error": {"code": 412}}
        if method == "DELETE" and self.slug == "google":
            self.keep_event(number, {**found, "status": "cancelled"})
        elif method == "DELETE":
            del self.written[number]
        elif method != "GET":
            return 200, self.keep_event(number, {**found, **kept})
        return (204, b"") if method == "DELETE" else (200, found)

    # Calendars

    def read(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any]:
        if self.slug == "google":
            return self.read_google(path, query, body)
        return self.read_microsoft(path, query)

    def read_google(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any]:
        if path == "/users/me/calendarList/primary":
            return 200, {"id": self.account}
        if path == "/users/me/calendarList":
            items = [
                {
                    "id": remote_id,
                    "summary": name,
                    "backgroundColor": "#9fe1e7",
                    "accessRole": "owner" if remote_id == self.account else "reader",
                    **({"primary": True} if remote_id == self.account else {}),
                }
                for remote_id, name in self.calendars.items()
            ]
            start = int(query.get("pageToken", 0))
            end = start + self.page_size
            more = {"nextPageToken": str(end)} if end < len(items) else {}
            return 200, {"kind": "calendar#calendarList", "items": items[start:end], **more}
        if path == "/freeBusy":
            return self.say_free_busy(json.loads(body))
        return 404, {"error": {"code": 404, "errors": [{"reason": "notFound"}]}}

    def say_free_busy(self, asked: dict[str, Any]) -> tuple[int, Any]:
        first, last = (datetime.fromisoformat(asked[name]) for name in ("timeMin", "timeMax"))
        if last - first > LONGEST_RANGE:
            return 400, {"error": {"code": 400, "errors": [{"reason": "timeRangeTooLong"}]}}
        if len(asked["items"]) > 50:
            return 400, {"error": {"code": 400, "errors": [{"reason": "tooManyCalendarsRequested"}]}}
        return 200, {
            "kind": "calendar#freeBusy",
            "calendars": {one["id"]: self.busy_of(one["id"], first, last) for one in asked["items"]},
        }

    def busy_of(self, remote_id: str, first: datetime, last: datetime) -> dict[str, Any]:
        if remote_id in self.broken or remote_id not in self.calendars:
            reason = self.broken.get(remote_id, "notFound")
            return {"errors": [{"domain": "global", "reason": reason}], "busy": []}
        found = [(start, end) for start, end in self.busy.get(remote_id, []) if start < last and first < end]
        return {"busy": [{"start": write_moment(start), "end": write_moment(end)} for start, end in sorted(found)]}

    def read_microsoft(self, path: str, query: dict[str, str]) -> tuple[int, Any]:
        if path == "/me/calendar":
            return 200, {"id": self.account, "owner": {"name": "Ada Ames", "address": self.account}}
        if path == "/me/calendars":
            items = [
                {
                    "id": remote_id,
                    "name": name,
                    "hexColor": "",
                    "canEdit": True,
                    "isDefaultCalendar": remote_id == self.account,
                }
                for remote_id, name in self.calendars.items()
            ]
            return self.page_of(items, "/me/calendars", query)
        remote_id = unquote(path.removeprefix("/me/calendars/").removesuffix("/calendarView"))
        if remote_id in self.broken or remote_id not in self.calendars:
            return 404, {"error": {"code": self.broken.get(remote_id, "ErrorItemNotFound"), "message": ""}}
        return self.page_of(self.events.get(remote_id, []), f"/me/calendars/{quote(remote_id)}/calendarView", query)

    def page_of(self, items: list[dict[str, Any]], path: str, query: dict[str, str]) -> tuple[int, Any]:
        start = int(query.get("$skip", 0))
        end = start + min(self.page_size, int(query.get("$top", 10)))
        more = {}
        if end < len(items):
            more["@odata.nextLink"] = f"{self.url}/api{path}?{urlencode({**query, '$skip': str(end)})}"
        return 200, {"value": items[start:end], **more}


def write_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def graph_event(start: datetime, end: datetime, **more: Any) -> dict[str, Any]:
    """As Graph writes one where UTC was asked for."""
    moments = {
        name: {"dateTime": f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"}
        for name, moment in (("start", start), ("end", end))
    }
    return {
        "showAs": "busy",
        "isAllDay": False,
        "isCancelled": False,
        "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
        "iCalUId": "040000008200E00074C5B7101A82E008",
        **moments,
        **more,
    }


@contextmanager
def serving_calendars(slug: str) -> Iterator[StandInService]:
    service = StandInService(slug)
    with serving(service.server):
        yield service
