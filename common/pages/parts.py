"""Tells whether to answer with a whole page, or with the part that a script asked for."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

ASKED, BACK = "HX-Request", "HX-History-Restore-Request"


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx swaps the answer into the open page. After "back" it needs the whole page."""
    return request.headers.get(ASKED) == "true" and request.headers.get(BACK) != "true"


def vary_by_part(response: HttpResponse) -> HttpResponse:
    """The response, marked so that no cache confuses a part with the page."""
    patch_vary_headers(response, [ASKED, BACK])
    return response


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, part: str, status: int = 200
) -> HttpResponse:
    """The page, or for htmx its partial named `part`. Always the page if `part` is empty."""
    name = f"{template}#{part}" if part and wants_part(request) else template
    return vary_by_part(render(request, name, context, status=status))
