"""Whether an answer is the whole page, or the part of it that a script asked for."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

ASKED, BACK = "HX-Request", "HX-History-Restore-Request"


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx swaps the answer into the open page. After Back it asks too, but then for the whole page."""
    return request.headers.get(ASKED) == "true" and request.headers.get(BACK) != "true"


def vary_by_part(response: HttpResponse) -> HttpResponse:
    """The same response, marked so that no cache gives a part where a page was asked for."""
    patch_vary_headers(response, [ASKED, BACK])
    return response


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, part: str, status: int = 200
) -> HttpResponse:
    """The page, or for htmx its partial named `part`; with `part` empty always the page."""
    name = f"{template}#{part}" if part and wants_part(request) else template
    return vary_by_part(render(request, name, context, status=status))
