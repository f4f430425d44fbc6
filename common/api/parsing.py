"""Reads what anyone may have sent: JSON, bounded and strictly by the standard, or a form with a file."""

import json
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, DataAndFiles, MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from .problems import ApiError

# No call needs more than four levels.
DEEPEST = 8
# Bytes of a form that aren't its file: boundaries, and what is said of the file
AROUND_A_FILE = 64 * 1024


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


# Its view says how large the file may be. What is longer is refused before any of it is read.
class BoundedFormParser(MultiPartParser):
    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> "DataAndFiles[Any, Any]":
        # Not the encoding that the client names, which needn't be one of text.
        context = {**(parser_context or {}), "encoding": "utf-8"}
        most: int = context["view"].largest_file
        if int(context["request"].META["CONTENT_LENGTH"]) > most + AROUND_A_FILE:
            words = _("This file is too large. Choose one of %(size)d MB or less.")
            raise ApiError("too_large", words % {"size": most // 1024**2})
        try:
            return super().parse(stream, media_type, context)
        except (ParseError, SuspiciousOperation):
            raise ApiError("malformed", _("This isn’t a form that we can read. Check it and send it again.")) from None


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
