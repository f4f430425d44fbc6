"""Which pages search engines may list, and under which address a page is shared.

No page is listed unless its view says so: `mentoring.middleware.ResponseHeadersMiddleware` tells search engines.
"""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Response = TypeVar("Response", bound=HttpResponseBase)


def listed(view: Callable[..., Response]) -> Callable[..., Response]:
    """For views of public pages: each is listed under its plain address.

    What a query adds (a question, a day, where one came from) belongs to the person who asked, so the page says that
    its own address is the one without.
    """

    @wraps(view)
    def marked(request: HttpRequest, *args: object, **kwargs: object) -> Response:
        request.is_listed = True  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return marked


def unlist(request: HttpRequest) -> None:
    """For a page that is listed except with this query: it may still be shared under its plain address."""
    request.is_unlisted = True  # type: ignore[attr-defined]


def is_listed(request: HttpRequest, status: int = 200) -> bool:
    marked = getattr(request, "is_listed", False) and not getattr(request, "is_unlisted", False)
    return bool(marked) and status == 200


def shared_address(request: HttpRequest) -> str:
    """The whole address under which this page is shared and listed; empty for pages that are private or refuse."""
    return f"{settings.SITE_URL}{request.path}" if getattr(request, "is_listed", False) else ""
