"""The reader of a page: their time zone, their clock, and where to go next."""

from urllib.parse import unquote

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.translation.trans_real import parse_accept_lang_header

from common.zones import country_of, find_zone, is_known_zone

from .models import Theme, User
from .rules.clocks import is_read_hour12

ZONE_COOKIE = "tz"
ASKED_COOKIE = "tz_asked"
THEME_COOKIE = "theme"
COOKIE_SECONDS = 365 * 24 * 3600


def viewer_zone(request: HttpRequest) -> str:
    """The IANA zone in which this reader reads every time: their own, else the site's."""
    return known_zone(request) or settings.SITE_ZONE


def known_zone(request: HttpRequest) -> str | None:
    """The zone that the reader has saved, else their browser's; None while we don't know. For times: `viewer_zone`."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and is_known_zone(user.timezone):
        return str(user.timezone)
    return cookie_zone(request)


def cookie_zone(request: HttpRequest) -> str | None:
    """The zone that the browser reports.

    Some report retired names (Asia/Calcutta), and scripts may escape the slash.
    """
    return find_zone(unquote(request.COOKIES.get(ZONE_COOKIE, ""))[:64])


def ask_zone(request: HttpRequest) -> bool:
    """Whether to ask if the zone is the reader's: once, on the first page with times. The middleware notes it."""
    asks = known_zone(request) is None and ASKED_COOKIE not in request.COOKIES
    request.asks_zone = asks  # type: ignore[attr-defined]
    return asks


def viewer_hour12(request: HttpRequest) -> bool:
    user = signed_in(request)
    return user.hour12 if user else browser_hour12(request)


def browser_hour12(request: HttpRequest) -> bool:
    """Whether people who speak the browser's language in its country read a clock of twelve hours.

    Only where the time zone lies in that country too: many browsers outside of the USA speak its English.
    """
    languages = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    language = languages[0][0] if languages else ""
    return is_read_hour12(language) and language.endswith(f"-{country_of(cookie_zone(request) or '').lower()}")


def viewer_theme(request: HttpRequest) -> Theme:
    """The colours in which this reader sees pages: as saved in their account, else as chosen in this browser."""
    user = signed_in(request)
    choices = (user.theme if user else "", request.COOKIES.get(THEME_COOKIE, ""))
    return next((Theme(choice) for choice in choices if choice in Theme.values), Theme.SYSTEM)


def set_choice_cookie(response: HttpResponse, name: str, value: str) -> None:
    """Remember a harmless choice for a year; the page's script may read it."""
    response.set_cookie(name, value, max_age=COOKIE_SECONDS, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


def to_next(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Redirect to the page of ours that `next` names, else to the view or address `otherwise`.

    A `next` without a slash is no address; it could be the name of a view, and is ignored.
    """
    if page := next_page(request):
        return HttpResponseRedirect(page)
    usual = otherwise if otherwise != (get_next_redirect_url(request) or "") else "home"
    return HttpResponseRedirect(resolve_url(usual))


def next_page(request: HttpRequest) -> str:
    """The address of ours that `next` names, for a link or a field of a form; empty without one, as in `to_next`."""
    wanted = get_next_redirect_url(request) or ""
    return wanted if wanted.startswith("/") else ""


def signed_in(request: HttpRequest) -> User | None:
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None
