"""Fetches a calendar from its secret address, through the guard of the webhooks: public addresses only, at every hop.

Nothing here is logged: whoever has the address can read the calendar.
"""

import http.client
import threading
import time
import zlib
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

from django.conf import settings

from notifications.webhooks.addresses import BadAddressError, Target, UnknownHostError, find_target
from notifications.webhooks.sending import PinnedConnection

MOST_SECONDS = 10
MOST_BYTES = 10 * 1024 * 1024
MOST_HOPS = 5
PIECE = 64 * 1024
REDIRECTS = {301, 302, 303, 307, 308}
# What the owner of the address has to mend. Others, as 403 and 429, are also said to those who ask too often.
GONE = {401, 404, 410}


class FetchError(Exception):
    """`code` is one of: address, unreachable, refused, broken, redirects, too_large, too_slow."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Fetched:
    """`content` is None if nothing has changed since `etag` and `modified`, as the server gave them before."""

    content: bytes | None
    etag: str = ""
    modified: str = ""


def fetch_calendar(url: str, *, etag: str = "", modified: str = "") -> Fetched:
    """Raises FetchError."""
    end = time.monotonic() + MOST_SECONDS
    headers = {
        "Accept": "text/calendar, */*;q=0.1",
        "Accept-Encoding": "gzip",
        "User-Agent": f"{settings.SITE_NAME.encode('ascii', 'ignore').decode()}-calendars",
    }
    headers |= {name: said for name, said in (("If-None-Match", etag), ("If-Modified-Since", modified)) if said}
    url = as_https(url)
    for _hop in range(MOST_HOPS):
        try:
            target = find_target(url)
        except BadAddressError:
            raise FetchError("address") from None
        except UnknownHostError:
            raise FetchError("unreachable") from None
        answer = _ask(target, headers, end)
        if isinstance(answer, Fetched):
            return answer
        url = _next_url(url, answer)
    raise FetchError("redirects")


def as_https(url: str) -> str:
    """Calendars call the same address `webcal://` where a click should open a program."""
    scheme, separator, rest = url.strip().partition("://")
    return f"https://{rest}" if separator and scheme.lower() in ("webcal", "webcals") else url.strip()


def _next_url(url: str, location: str) -> str:
    try:
        return urldefrag(urljoin(url, location)).url
    except ValueError:
        raise FetchError("broken") from None


def _ask(target: Target, headers: dict[str, str], end: float) -> Fetched | str:
    """One request: what was fetched, or where we are sent."""
    left = end - time.monotonic()
    if left <= 0:
        raise FetchError("too_slow")
    connection = PinnedConnection(target)
    connection.connect_within = min(connection.connect_within, left)
    # A socket's own time-out starts again with every byte.
    watch = threading.Timer(left, connection.give_up)
    watch.start()
    try:
        connection.request("GET", target.path, headers={"Host": target.named, **headers})
        with connection.getresponse() as response:
            if response.status in REDIRECTS:
                return response.getheader("Location") or ""
            if response.status == http.client.NOT_MODIFIED:
                return Fetched(None)
            if response.status != http.client.OK:
                raise FetchError("refused" if response.status in GONE else "broken")
            content = _read_content(response)
    except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
        slow = connection.gave_up or isinstance(error, TimeoutError)
        raise FetchError("too_slow" if slow else "unreachable") from None
    finally:
        watch.cancel()
        connection.close()
    if connection.gave_up:
        raise FetchError("too_slow")
    return Fetched(content, response.getheader("ETag") or "", response.getheader("Last-Modified") or "")


def _read_content(response: http.client.HTTPResponse) -> bytes:
    """At most so many bytes, whether they travel compressed or not. Raises FetchError `too_large`."""
    encoding = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise FetchError("broken")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding != "identity" else None
    content = bytearray()
    # `read1` gives what is there: `read` waits until it has all it was asked for, however long that takes.
    while piece := response.read1(PIECE):
        content += unpack.decompress(piece, MOST_BYTES + 1 - len(content)) if unpack else piece
        if len(content) > MOST_BYTES:
            raise FetchError("too_large")
    if response.length or (unpack and not unpack.eof):
        raise FetchError("unreachable")
    return bytes(content)
