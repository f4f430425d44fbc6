"""What every request and response passes: how it is read, compression and headers, pages for when it can't be had."""

import codecs
import logging
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from common.pages.sharing import is_listed
from common.trouble import is_passing
from common.views import busy_page, not_allowed

logger = logging.getLogger(__name__)

# Unfold's admin pages build styles and evaluate expressions in the browser (Alpine); our own pages don't.
ADMIN_POLICY = {
    "script-src": ["'self'", "'unsafe-eval'", "'unsafe-inline'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}
# The page that shows the API sets styles by script. Its scripts are files of our own site, like all others.
EASED = {"/admin/": ADMIN_POLICY, "/api/v1/docs/": {"style-src": ["'self'", "'unsafe-inline'"]}}

# What other sites may show in a frame
FRAMED = "/embed/"
DOWNLOAD_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


# Photos, certificates and most files that people share are compressed by their formats; a second time only costs.
TEXT_TYPES = (
    "text/",
    "application/json",
    "application/xml",
    "application/problem+json",
    "application/vnd.oai.openapi+json",
)


# By their names in Python: what old programs send. Addresses are read so; Django refuses a form that isn't in UTF-8.
OLD_ENCODINGS = {"iso8859-1", "cp1252"}


class TextEncodingMiddleware:
    """Reads a request as UTF-8, whatever it names, since not all that Python knows by name is text, as “hex”."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Django leaves out a name that Python doesn't know.
        if request.encoding and codecs.lookup(request.encoding).name not in OLD_ENCODINGS:
            request.encoding = settings.DEFAULT_CHARSET
        return self.get_response(request)


class CompressTextMiddleware(GZipMiddleware):
    """Pages, calendar feeds and the API travel compressed, also where no proxy does it.

    A page that repeats what was typed beside a secret can leak that secret by its length (BREACH). So Django masks the
    CSRF token differently in each response, and this class's parent adds up to 100 random bytes to each.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith(TEXT_TYPES):
            return response
        return super().process_response(request, response)


class ResponseHeadersMiddleware:
    """Keeps signed-in pages and the API out of caches, all but listed pages out of search engines; isolates downloads.

    Only the admin and the API's page get a looser content policy.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Reporting-Endpoints", f'csp="{settings.POLICY_REPORTS}"')
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not is_listed(request, response.status_code):
            response.headers.setdefault("X-Robots-Tag", "noindex")
        if response.streaming or "Content-Disposition" in response:
            # It may hold what people wrote. If a browser shows it instead of saving it, it can't run anything.
            response.headers.setdefault("Content-Security-Policy", DOWNLOAD_POLICY)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "private, no-store")
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        for path, policy in EASED.items():
            if request.path.startswith(path):
                response._csp_update = policy  # type: ignore[attr-defined]
        return response


class CookielessMiddleware:
    """Answers what other sites show in a frame as to a browser without cookies: the same for everyone.

    The session behind a cookie isn't read, so nobody who frames a page learns anything about its reader.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(FRAMED):
            request.COOKIES = {}
            request.META.pop("HTTP_COOKIE", None)
        return self.get_response(request)


class BusyMiddleware:
    """Turns a database error that passes into a page that says so, and that reloading sends again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not is_passing(error):
            return None
        logger.warning("the database could not answer in time: %s", error)
        return busy_page(request)


# Turns the empty answer of an address that only takes forms into a page: browsers show an error of their own for it.
class NotAllowedMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or request.method != "GET" or response.content:
            return response
        page = not_allowed(request)
        page["Allow"] = response["Allow"]
        return page
