"""Headers that every response carries, errors and redirects included; and what is said while the database is busy."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common.trouble import is_passing
from common.views import busy

logger = logging.getLogger(__name__)

# Unfold's admin pages build their styles and expressions in the browser (Alpine); nothing of ours does.
ADMIN_POLICY = {
    "script-src": ["'self'", "'unsafe-eval'", "'unsafe-inline'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}
# The page that shows the API sets styles by script; its scripts are files of ours like all others.
EASED = {"/admin/": ADMIN_POLICY, "/api/v1/docs/": {"style-src": ["'self'", "'unsafe-inline'"]}}

DOWNLOAD_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


class ResponseHeadersMiddleware:
    """Keeps signed-in pages and all of the API out of caches, and what is downloaded in a box of its own.

    Eases the content policy for the admin and the API's page alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if response.streaming or "Content-Disposition" in response:
            # Written by people, or with their words in it: should a browser show it all the same, it can do nothing.
            response.headers.setdefault("Content-Security-Policy", DOWNLOAD_POLICY)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "private, no-store")
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        for path, policy in EASED.items():
            if request.path.startswith(path):
                response._csp_update = policy  # type: ignore[attr-defined]
        return response


class BusyMiddleware:
    """Trouble of the database that passes is said as what it is, on a page that is sent again by its reload."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not is_passing(error):
            return None
        logger.warning("the database could not answer in time: %s", error)
        return busy(request)
