"""Tells open pages that ask again and again that there is nothing new, before all that other requests pass."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, path
from django.urls.resolvers import RegexPattern, ResolverMatch, URLResolver
from django.utils import timezone

from accounts.quick_reader import read_certain_reader
from accounts.session_store import KEY
from common.known import known
from common.pages.parts import vary_by_part, wants_part
from common.statements import Prepared

from .pages.session_news import is_of_this_minute, shows_all
from .session_rows import NEWEST_FOR_BROWSER, NEWS_FOR_BROWSER, find_news_for_browser
from .views.sessions import session_page
from .views.threads import read_number, show_thread


class Look(NamedTuple):
    """What open pages ask of one address. `columns`: how many of what `statement` finds come before the reader's.

    `could_have_all`: whether a page that asks so may have all there is; `has_all`: whether it has what was found.
    """

    statement: Prepared
    columns: int
    could_have_all: Callable[[HttpRequest, datetime], bool]
    has_all: Callable[[HttpRequest, tuple[Any, ...], datetime], bool]


def could_have_session(request: HttpRequest, now: datetime) -> bool:
    return is_of_this_minute(request.GET.get("watch", ""), now)


def has_session(request: HttpRequest, found: tuple[Any, ...], now: datetime) -> bool:
    newest, facts = found
    return shows_all(request.GET, newest=newest, facts=facts, now=now)


def could_have_thread(request: HttpRequest, _now: datetime) -> bool:
    return read_number(request, "after") is not None


def has_thread(request: HttpRequest, found: tuple[Any, ...], _now: datetime) -> bool:
    return bool(found[0] <= known(read_number(request, "after")))


LOOKS = {
    "session": Look(NEWS_FOR_BROWSER, 2, could_have_session, has_session),
    "thread": Look(NEWEST_FOR_BROWSER, 1, could_have_thread, has_thread),
}
# As in `urls`: to go through the whole map takes longer than all else here.
ADDRESSES = URLResolver(
    RegexPattern(r"^/"),
    [
        path("sessions/<uuid:uuid>/", session_page, name="session"),
        path("messages/<uuid:uuid>/", show_thread, name="thread"),
    ],
)


class NothingNewMiddleware:
    """Answers only what the view would answer too, to a reader who is certain; all other requests go their usual way.

    So what decides who may see something is decided there. This stands above the session's middleware: that and what
    comes after it takes most of the time of a request to which there is nothing to say.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET" and wants_part(request) and (match := find_look(request)):
            # It refuses names of other sites, as CommonMiddleware does.
            request.get_host()
            if has_nothing_new(request, match):
                return vary_by_part(HttpResponse(status=204, headers={"Vary": "Cookie"}))
        return self.get_response(request)


def find_look(request: HttpRequest) -> ResolverMatch | None:
    if "watch" not in request.GET and "after" not in request.GET:
        return None
    try:
        return ADDRESSES.resolve(request.path_info)
    except Resolver404:
        return None


def has_nothing_new(request: HttpRequest, match: ResolverMatch) -> bool:
    look, now = LOOKS[match.view_name], timezone.now()
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if not KEY.fullmatch(key) or not look.could_have_all(request, now):
        return False
    try:
        found = find_news_for_browser(look.statement, match.kwargs["uuid"], session=key, now=now)
    except Error:
        # The usual way says what is wrong.
        return False
    if not found or not look.has_all(request, found[: look.columns], now):
        return False
    reader = read_certain_reader(request, found[look.columns :])
    if reader is None:
        return False
    # For the log, and for what keeps pages of people out of caches
    request.user, request.resolver_match = reader, match
    return True
