"""What a person who waits reads about the mentors who are asked for them. They don't learn who these are."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from sessions_app.models import Route, RouteKind, WaitlistEntry
from sessions_app.questions.limits import why_not_book_anyone

from .advancing import writers_begin


@dataclass(frozen=True, slots=True)
class Ways:
    """`asked`: how many mentors were asked for a time so far, of `most`; `until`: when the one asked now answers by.

    `thread`: the open question in writing. `begins`: when someone will be asked in writing, if nobody was yet.
    `stopped`: why nobody is asked now, as the person can change it.
    """

    asked: int
    most: int
    until: datetime | None
    thread: Route | None
    begins: datetime | None
    stopped: str


def ways_of(waiting: WaitlistEntry, *, now: datetime) -> Ways | None:
    """None where no mentors are asked."""
    if not waiting.asks_others:
        return None
    routes = list(waiting.routes.select_related("written__engagement__mentor").order_by("opened_at"))
    requests = [route for route in routes if route.kind == RouteKind.REQUEST]
    written = [route for route in routes if route.kind == RouteKind.WRITING]
    open_request = next((route for route in requests if not route.settled_at and not route.held_id), None)
    # While a mentor is asked, nothing else is to be told.
    refusal = None if open_request else why_not_book_anyone(waiting.person, now=now)
    return Ways(
        asked=len(requests),
        most=settings.MAX_ROUTES,
        until=open_request.until if open_request and open_request.until > now else None,
        thread=next((route for route in written if not route.settled_at), None),
        begins=writers_begin(waiting) if waiting.asks_writers and not written else None,
        stopped=refusal.message if refusal else "",
    )
