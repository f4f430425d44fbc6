"""Reads JSON that anyone may have sent: limited in size and depth, and strictly by the standard."""

import json
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from .problems import ApiError

# No call needs more than four levels.
DEEPEST = 8


class BoundedJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        view = (parser_context or {}).get("view")
        most = getattr(view, "largest_body", settings.API_LARGEST_BODY)
        content = stream.read(most + 1)
        if len(content) > most:
            raise ApiError("too_large", _("This request is too large."))
        try:
            data = json.loads(
                content.decode("utf-8"),
                parse_constant=refuse_constant,
                parse_float=parse_finite,
                object_pairs_hook=no_name_twice,
            )
        except (ValueError, RecursionError):  # a number of thousands of digits is a ValueError too
            raise ApiError("malformed", _("This isn’t JSON that we can read. Check it and send it again.")) from None
        if is_deeper(data, DEEPEST):
            raise ApiError(
                "malformed", _("This JSON is nested too deeply. Send it in the shape that the documentation shows.")
            )
        return data


class OnlyJSON(BaseContentNegotiation):
    """Answers in JSON, whatever the client would accept."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, str(first.media_type)


def refuse_constant(constant: str) -> Any:
    raise ValueError(constant)


def parse_finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return number


def no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def is_deeper(data: Any, most: int) -> bool:
    """Whether the data is nested deeper than `most`. Goes level by level, since recursion could exhaust the stack."""
    level = [data]
    for _depth in range(most):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return any(isinstance(one, dict | list) for one in level)
