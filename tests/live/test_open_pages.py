import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from live import open_pages
from live.open_pages import OpenPage, OpenPages
from live.streams import Part, StreamKind, name_stream
from live.tickets import Ticket

THREAD = name_stream(StreamKind.THREAD, UUID("0b6c1c9e-58a8-4d3a-9e0e-3d1c8a4c7f11"))
TICKET = Ticket(frozenset({THREAD}), None, datetime.max.replace(tzinfo=UTC))


def run_alone(work: Coroutine[None, None, Any]) -> Any:
    """In a thread of its own: where a test before this one used a browser, its loop still runs in the main thread."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


class Line:
    """A connection: `written` is what went out; while it is `held`, a write doesn't end."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.free = asyncio.Event()
        self.free.set()

    async def send(self, message) -> None:
        self.written += message["body"].decode().replace("data: ", "").split()
        await self.free.wait()


def test_slow_page_is_told_each_word_once_however_much_happens():
    async def tell_much() -> list[str]:
        line = Line()
        page = OpenPage(TICKET, line.send)
        line.free.clear()
        page.tell("messages")
        await asyncio.sleep(0)
        for _ in range(1000):
            page.tell("inbox")
            page.tell("messages")
        line.free.set()
        await page.finish()
        page.close()
        return line.written

    assert run_alone(tell_much()) == ["messages", "inbox", "messages"]


def test_what_was_said_last_holds():
    async def change_often() -> list[str]:
        pages, line = OpenPages(9), Line()
        page = OpenPage(TICKET, line.send)
        pages.add(page)
        for is_deaf in (False, True, False, True):
            pages.set_deaf(is_deaf)
        await page.finish()
        pages.remove(page)
        return line.written

    assert run_alone(change_often())[-1] == "deaf"


def test_page_that_hears_nothing_is_told_that_the_line_stands(monkeypatch):
    monkeypatch.setattr(open_pages, "ALIVE_EVERY", 0.01)

    async def wait_for_two() -> list[str]:
        line = Line()
        page = OpenPage(TICKET, line.send)
        while len(line.written) < 2:
            await asyncio.sleep(0.01)
        page.close()
        return line.written[:2]

    assert run_alone(wait_for_two()) == ["alive", "alive"]


def test_nothing_is_kept_of_a_page_that_left():
    async def come_and_go() -> tuple[list[str], int, bool]:
        pages, line = OpenPages(1), Line()
        page = OpenPage(TICKET, line.send)
        pages.add(page)
        await page.finish()
        was_full = not pages.has_room_for(TICKET)
        pages.remove(page)
        pages.tell(Part.MESSAGES, [THREAD])
        await asyncio.sleep(0)
        return line.written, len(pages), was_full and pages.has_room_for(TICKET)

    assert run_alone(come_and_go()) == (["deaf"], 0, True)
