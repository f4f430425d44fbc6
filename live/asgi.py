"""The server that open pages listen to (`python -m live`). It knows no people and no tables.

A page brings its ticket, is told at once whether hints arrive here, and then each part of it that has something new.
Addresses hold tickets, so none is logged.
"""

import asyncio
import contextlib
import logging
import os
import resource
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from secrets import randbelow

from django.conf import settings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .listening import pass_on_hints
from .open_pages import OVER, OpenPage, OpenPages
from .tickets import Ticket, TicketError, read_ticket

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")
logging.getLogger("uvicorn.access").disabled = True

MOST_OF_ONE_PERSON = 50
# Milliseconds after which a browser tries again by itself, drawn for each page, so that not all come at once
RETRY_FROM, RETRY_TO = 1000, 5000
# In development the page has another origin. What lets it listen is the ticket alone: no cookie is asked for.
FROM_ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

refuse = partial(PlainTextResponse, headers=FROM_ANYWHERE)


class HintStream(Response):
    """Goes on until the page leaves or its ticket is over."""

    media_type = "text/event-stream"

    def __init__(self, ticket: Ticket, pages: OpenPages) -> None:
        # nginx passes each line on at once.
        super().__init__(headers=FROM_ANYWHERE | {"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self.ticket, self.pages = ticket, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        retry = RETRY_FROM + randbelow(RETRY_TO - RETRY_FROM)
        await send({"type": "http.response.body", "body": f"retry: {retry}\n\n".encode(), "more_body": True})
        page = OpenPage(self.ticket, send)
        self.pages.add(page)
        try:
            async with asyncio.timeout((self.ticket.ends - datetime.now(UTC)).total_seconds()):
                while (await receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            page.tell(OVER)
            await page.finish()
            await send({"type": "http.response.body", "body": b""})
        finally:
            self.pages.remove(page)


async def listen(request: Request) -> Response:
    """`GET /live/?t=<ticket>`"""
    pages: OpenPages = request.app.state.pages
    if request.method != "GET":
        return refuse("A page listens by GET.", 405)
    try:
        ticket = read_ticket(request.query_params.get("t", ""), now=datetime.now(UTC))
    except TicketError:
        return refuse("This ticket opens nothing. Load the page again.", 403)
    if not pages.has_room_for(ticket):
        return refuse("Too many pages of one person are open.", 429)
    return HintStream(ticket, pages)


async def show_health(request: Request) -> Response:
    """Whether hints arrive. Pages that listen while they don't ask by themselves."""
    is_deaf = request.app.state.pages.is_deaf
    return refuse("Redis is away" if is_deaf else "ok", 503 if is_deaf else 200)


@contextlib.asynccontextmanager
async def run(server: Starlette) -> AsyncIterator[None]:
    allow_many_connections()
    server.state.pages = OpenPages(MOST_OF_ONE_PERSON)
    passing = asyncio.create_task(pass_on_hints(server.state.pages, settings.REDIS_URL))
    yield
    passing.cancel()


def allow_many_connections() -> None:
    """Each open page takes a file of the process; usually it may have more than the 1024 that it starts with."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


app = Starlette(routes=[Route("/live/", listen), Route("/live/healthz", show_health)], lifespan=run)
