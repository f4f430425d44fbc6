"""One line of the log for each request, with an id that the answer carries too, and how long requests take."""

import logging
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac
from prometheus_client import Histogram

from accounts.models import User
from common.logs import request_id, without_secrets
from common.logs import route as current_route

logger = logging.getLogger("request")

HEADER = "X-Request-ID"
FROM_A_PROXY = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Files, and what asks every few seconds whether we are there; only what is wrong with these is logged.
STATIC = "static"
ROUTINE = {STATIC, "healthz", "healthz_live", "healthz_ready", "metrics"}
# Which page it was, not its address: that may name people and hold secrets.
DURATIONS = Histogram(
    "mentoring_request_seconds",
    "How long requests took, by route, method and kind of status.",
    ["route", "method", "status"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=None,
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestLogMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # It stays until the thread's next request: Django writes lines about an answer after all middleware.
        request_id.set(known_id(request) or uuid4().hex)
        current_route.set("")
        began = time.perf_counter()
        response = self.get_response(request)
        response.headers[HEADER] = request_id.get()
        note_request(request, response.status_code, time.perf_counter() - began)
        return response

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        current_route.set(route_of(request))


def known_id(request: HttpRequest) -> str:
    """The id that a proxy of ours has given it; anyone could send one where there is no proxy."""
    given = request.headers.get(HEADER, "") if settings.NUM_PROXIES else ""
    return given if FROM_A_PROXY.fullmatch(given) else ""


def note_request(request: HttpRequest, status: int, seconds: float) -> None:
    route = route_of(request)
    method = request.method if request.method in METHODS else "other"
    DURATIONS.labels(route or "none", method, f"{status // 100}xx").observe(seconds)
    if route in ROUTINE and status < HTTPStatus.BAD_REQUEST:
        return
    # Without a route there is nothing secret in the address but what `without_secrets` knows.
    where = route or without_secrets(request.path)
    took = round(seconds * 1000)
    facts = {"route": route, "method": method, "status": status, "ms": took, "person": mark_of(request)}
    logger.info("%s %s %s in %s ms", method, where, status, took, extra=facts)


def route_of(request: HttpRequest) -> str:
    if request.path.startswith(settings.STATIC_URL):
        return STATIC
    match = request.resolver_match
    return (match.view_name or match.route) if match else ""


def mark_of(request: HttpRequest) -> str:
    """The same for all requests of a person, and nobody can tell whose it is without the secret key."""
    # Only if the page has asked who it is: a log doesn't cost a statement. A program's person stands there at once.
    person = vars(request).get("_cached_user") or vars(request).get("user")
    return salted_hmac("request log", str(person.pk)).hexdigest()[:12] if isinstance(person, User) else ""
