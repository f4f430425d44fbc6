"""The open pages of one live server, and what waits to be written to each."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from .tickets import Ticket

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# What a page is told besides the parts that have news (live.js).
LISTENING, DEAF, ALIVE, OVER = "listening", "deaf", "alive", "over"
# Seconds after which a page that was told nothing is told that the line still stands
ALIVE_EVERY = 25


class OpenPage:
    """One page that listens.

    What waits for a slow page is a set of words, at most one of each, so it can't grow; a page that was told ten times
    asks once.
    """

    def __init__(self, ticket: Ticket, send: Send) -> None:
        self.ticket = ticket
        self._send = send
        self._waiting: dict[str, None] = {}
        self._writing: asyncio.Task[None] | None = None
        self._alive = asyncio.get_running_loop().call_later(ALIVE_EVERY, self._tell_alive)

    def tell(self, word: str) -> None:
        # The last of them comes last: deaf, then listening, then deaf again leaves a deaf page.
        self._waiting.pop(word, None)
        self._waiting[word] = None
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())

    async def finish(self) -> None:
        """Write what waits."""
        if self._writing:
            await self._writing

    def close(self) -> None:
        self._alive.cancel()
        if self._writing:
            self._writing.cancel()

    def _tell_alive(self) -> None:
        self._alive = asyncio.get_running_loop().call_later(ALIVE_EVERY, self._tell_alive)
        self.tell(ALIVE)

    async def _write(self) -> None:
        try:
            while self._waiting:
                body = "".join(f"data: {word}\n\n" for word in self._waiting)
                self._waiting.clear()
                await self._send({"type": "http.response.body", "body": body.encode(), "more_body": True})
        finally:
            self._writing = None


class OpenPages:
    """All of them, by the streams that they hear. While Redis is away none hears anything, and each is told so."""

    def __init__(self, most_of_one: int) -> None:
        self.is_deaf = True
        self._most_of_one = most_of_one
        self._pages: set[OpenPage] = set()
        self._by_stream: defaultdict[str, set[OpenPage]] = defaultdict(set)
        self._of_one: Counter[object] = Counter()

    def __len__(self) -> int:
        return len(self._pages)

    def has_room_for(self, ticket: Ticket) -> bool:
        """Nobody may take all connections, with however many windows."""
        return self._of_one[_owner_of(ticket)] < self._most_of_one

    def add(self, page: OpenPage) -> None:
        self._pages.add(page)
        self._of_one[_owner_of(page.ticket)] += 1
        for stream in page.ticket.streams:
            self._by_stream[stream].add(page)
        page.tell(self._state)

    def remove(self, page: OpenPage) -> None:
        page.close()
        self._pages.discard(page)
        owner = _owner_of(page.ticket)
        self._of_one[owner] -= 1
        if not self._of_one[owner]:
            del self._of_one[owner]
        for stream in page.ticket.streams:
            self._by_stream[stream].discard(page)
            if not self._by_stream[stream]:
                del self._by_stream[stream]

    def tell(self, word: str, streams: Iterable[str]) -> None:
        for page in {page for stream in streams for page in self._by_stream.get(stream, ())}:
            page.tell(word)

    def set_deaf(self, is_deaf: bool) -> None:
        if is_deaf == self.is_deaf:
            return
        self.is_deaf = is_deaf
        for page in self._pages:
            page.tell(self._state)

    @property
    def _state(self) -> str:
        return DEAF if self.is_deaf else LISTENING


def _owner_of(ticket: Ticket) -> object:
    # Visitors share theirs by what they look at and until when, which is one drawing of one page.
    return ticket.person or (ticket.streams, ticket.ends)
