"""A person with a browser without JavaScript at one site: opens pages, signs in, books and cancels by its forms."""

import time
from collections.abc import Callable
from datetime import datetime
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

PASSWORD = "secret-pass-1"  # of everyone that tests make


class Browser:
    """Notes how long each answer took, and where the last one came from."""

    def __init__(self, site: str) -> None:
        self.site, self.cookies, self.address = site, CookieJar(), ""
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))
        self.took: dict[str, float] = {}

    def get(self, path: str) -> str:
        return self._timed(f"GET {path}", lambda: self.opener.open(self.site + path, timeout=60))

    def post(self, path: str, name: str, **fields: str) -> str:
        token = next(cookie.value for cookie in self.cookies if cookie.name == "csrf")
        body = urlencode(fields | {"csrfmiddlewaretoken": token or ""}).encode()
        request = Request(self.site + path, body)  # noqa: S310 - the address is our own
        return self._timed(name, lambda: self.opener.open(request, timeout=60))

    def move_to(self, site: str) -> None:
        """Go on at another server of the same site, with the same cookies."""
        self.site = site

    def is_answered(self) -> bool:
        try:
            return bool(self.get("/how-it-works/"))
        except OSError:
            return False

    def sign_in(self, email: str) -> None:
        self.get("/sign-in/password/")
        self.post("/sign-in/password/", "sign in", login=email, password=PASSWORD)

    def book(self, mentor: str, offer: str, start: datetime, key: str) -> str:
        """Returns the identifier of the session whose page follows. `mentor`: as in the address of their page."""
        fields = {"start": f"{start:%Y-%m-%dT%H:%MZ}", "offer": offer, "key": key}
        self.post(f"/mentors/{mentor}/book/", f"book {key}", question="Does it hold?", **fields)
        empty, sessions, uuid, *_rest = self.address.removeprefix(self.site).split("/")
        if (empty, sessions) != ("", "sessions"):
            raise AssertionError(f"not booked, but at {self.address}")
        return uuid

    def cancel(self, uuid: str, version: int, name: str) -> None:
        self.post(f"/sessions/{uuid}/cancel/", f"cancel {name}", reason="Solved", seen=str(version))

    def _timed(self, name: str, ask: Callable[[], HTTPResponse]) -> str:
        began = time.monotonic()
        try:
            with ask() as answer:
                text, self.address = answer.read().decode(), answer.url
        except HTTPError as error:
            # Where the page says what is wrong; the name last, since only the ends of logs are shown.
            page = error.read().decode().partition("<main")[2]
            raise AssertionError(f"{page[:1200]}\n{name}: {error.code}") from error
        self.took[name] = round(time.monotonic() - began, 3)
        return text
