"""Asks calendars' servers, through the guard of the webhooks: public addresses only, at every hop.

Nothing here is logged: anyone who has the address can read the calendar.
"""

import http.client
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import Message
from urllib.parse import urldefrag, urljoin

from django.conf import settings

from notifications.webhooks.addresses import BadAddressError, Target, UnknownHostError, find_target
from notifications.webhooks.sending import PinnedConnection

MOST_SECONDS = 10
MOST_BYTES = 10 * 1024 * 1024
MOST_HOPS = 5
PIECE = 64 * 1024
REDIRECTS = {301, 302, 303, 307, 308}
# Answers with something in them: a calendar, or what WebDAV says of several things at once.
WITH_CONTENT = {http.client.OK, http.client.MULTI_STATUS}
# What the owner of the address has to mend. Others, as 403 and 429, are also said to those who ask too often.
GONE = {401, 404, 410}
LONGEST_MARK = 500


class FetchError(Exception):
    """`code` is one of those that calendars/wording.py has words for.

    `wait`: for how long the server asks to be left alone.
    """

    def __init__(self, code: str, wait: timedelta | None = None) -> None:
        super().__init__(code)
        self.code, self.wait = code, wait


@dataclass(frozen=True, slots=True)
class Fetched:
    """`content` is None if nothing has changed since `etag` and `modified`, as the server gave them before."""

    content: bytes | None
    etag: str = ""
    modified: str = ""


@dataclass(slots=True)
class Budget:
    """What is left of the time and the bytes that a reading may take, over all its requests."""

    end: float = field(default_factory=lambda: time.monotonic() + MOST_SECONDS)
    bytes_left: int = field(default_factory=lambda: MOST_BYTES)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    content: bytes = b""

    @property
    def is_redirect(self) -> bool:
        return self.status in REDIRECTS


def fetch_calendar(url: str, *, etag: str = "", modified: str = "") -> Fetched:
    """Raises FetchError."""
    budget = Budget()
    headers = {"Accept": "text/calendar, */*;q=0.1"}
    headers |= {name: said for name, said in (("If-None-Match", etag), ("If-Modified-Since", modified)) if said}
    url = as_https(url)
    for _hop in range(MOST_HOPS):
        answer = ask_server(url, headers=headers, budget=budget)
        if answer.is_redirect:
            url = next_url(url, answer)
        elif answer.status == http.client.NOT_MODIFIED:
            return Fetched(None)
        elif answer.status == http.client.OK:
            said = answer.headers
            marks = (keep_mark(said.get(name) or "") for name in ("ETag", "Last-Modified"))
            return Fetched(answer.content, *marks)
        else:
            raise FetchError("refused" if answer.status in GONE else "broken")
    raise FetchError("redirects")


def keep_mark(mark: str) -> str:
    """The mark of a server that goes back to it in a header: as it is, or empty if a row or a header can't hold it.

    Without a mark we overwrite an entry whatever has changed in it, and read the whole calendar again.
    """
    return mark if len(mark) <= LONGEST_MARK and mark.isascii() and mark.isprintable() else ""


def as_https(url: str) -> str:
    """Calendars call the same address `webcal://` where a click should open a program."""
    scheme, separator, rest = url.strip().partition("://")
    return f"https://{rest}" if separator and scheme.lower() in ("webcal", "webcals") else url.strip()


def next_url(url: str, answer: Answer) -> str:
    """Where a redirect leads. Raises FetchError `broken`."""
    try:
        return urldefrag(urljoin(url, answer.headers.get("Location") or "")).url
    except ValueError:
        raise FetchError("broken") from None


def ask_server(
    url: str, *, headers: Mapping[str, str], budget: Budget, method: str = "GET", body: bytes | None = None
) -> Answer:
    """One request, which follows no redirect. Raises FetchError address, unreachable, broken, too_large, too_slow."""
    try:
        target = find_target(url)
    except BadAddressError:
        raise FetchError("address") from None
    except UnknownHostError:
        raise FetchError("unreachable") from None
    left = budget.end - time.monotonic()
    if left <= 0:
        raise FetchError("too_slow")
    connection = PinnedConnection(target)
    connection.connect_within = min(connection.connect_within, left)
    # A socket's own time-out starts again with every byte.
    watch = threading.Timer(left, connection.give_up)
    watch.start()
    try:
        connection.request(method, target.path, body=body, headers=_all_headers(target, headers))
        with connection.getresponse() as response:
            content = _read_content(response, budget) if response.status in WITH_CONTENT else b""
    except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
        slow = connection.gave_up or isinstance(error, TimeoutError)
        raise FetchError("too_slow" if slow else "unreachable") from None
    finally:
        watch.cancel()
        connection.close()
    if connection.gave_up:
        raise FetchError("too_slow")
    return Answer(response.status, response.headers, content)


def _all_headers(target: Target, headers: Mapping[str, str]) -> dict[str, str]:
    return {
        "Host": target.named,
        "Accept-Encoding": "gzip",
        "User-Agent": f"{settings.SITE_NAME.encode('ascii', 'ignore').decode()}-calendars",
        **headers,
    }


# At most so many bytes, whether they travel compressed or not. Raises FetchError `too_large`.
def _read_content(response: http.client.HTTPResponse, budget: Budget) -> bytes:
    encoding = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise FetchError("broken")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding != "identity" else None
    content = bytearray()
    # `read1` gives what is there: `read` waits until it has all it was asked for, however long that takes.
    while piece := response.read1(PIECE):
        content += unpack.decompress(piece, budget.bytes_left + 1 - len(content)) if unpack else piece
        if len(content) > budget.bytes_left:
            raise FetchError("too_large")
    if response.length or (unpack and not unpack.eof):
        raise FetchError("unreachable")
    budget.bytes_left -= len(content)
    return bytes(content)
