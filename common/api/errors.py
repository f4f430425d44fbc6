"""Turns every exception, including the apps' own refusals, into the one shape of errors."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from common.known import known
from common.refusals import BUSY, STATUSES
from common.trouble import TRY_AGAIN_AFTER, is_passing

from .problems import UNPROCESSABLE, ApiError, Fields, body_of

# Of errors that the framework names in its own way
CODES = {
    status.HTTP_400_BAD_REQUEST: "malformed",
    status.HTTP_401_UNAUTHORIZED: "signed_out",
    status.HTTP_403_FORBIDDEN: "forbidden",
    status.HTTP_404_NOT_FOUND: "not_found",
    status.HTTP_405_METHOD_NOT_ALLOWED: "method_not_allowed",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "not_json",
    status.HTTP_429_TOO_MANY_REQUESTS: "too_many_requests",
}


@dataclass(frozen=True, slots=True)
class Refusals:
    """How an app's own error is answered: 422 for these codes, 409 for all others."""

    unprocessable: frozenset[str] = frozenset()
    fields: Callable[[Any], Fields] = field(default=lambda error: {})


_refusals: dict[type[Exception], Refusals] = {}


def answers_for(
    error: type[Exception], *, unprocessable: Iterable[str] = (), fields: Callable[[Any], Fields] = lambda error: {}
) -> None:
    """Register how this app's error, and each subclass of it, is answered; it has a `code` and a `message`.

    `fields`: the input that a code is about.
    """
    _refusals[error] = Refusals(frozenset(unprocessable), fields)


def is_refusal(error: Exception) -> bool:
    return find_refusals(error) is not None


def find_refusals(error: Exception) -> Refusals | None:
    """What was registered for this error's class, or for the nearest class above it."""
    return next((_refusals[kind] for kind in type(error).__mro__ if kind in _refusals), None)


def as_api_error(error: Any, **more: Any) -> ApiError:
    refusals = known(find_refusals(error))
    status = UNPROCESSABLE if error.code in refusals.unprocessable else error.status
    words, fields = str(error.message), refusals.fields(error)
    return ApiError(error.code, words, status=status, fields=fields, more=more, wait=error.wait)


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception in a view. None for a fault of ours, which is then logged and answered with 500."""
    if is_refusal(error):
        error = as_api_error(error)
    elif isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        error = ApiError("too_large", _("This request is too large."))
    elif is_passing(error):
        words = _("We couldn’t get to this in time. Nothing was changed. Try again.")
        error = ApiError(BUSY, words, status=STATUSES[BUSY], wait=TRY_AGAIN_AFTER)
    if isinstance(error, ApiError):
        response = Response(body_of(error.code, error.message, error.fields, **error.more), status=error.status)
        if error.wait:
            response["Retry-After"] = seconds_text(error.wait)
    elif isinstance(error, exceptions.ValidationError):
        response = validation_answer(error)
    elif isinstance(error, exceptions.APIException):
        response = framework_answer(error)
    else:
        return None
    set_rollback()
    return response


# Input of the right shape that breaks a rule all the same; other codes say that the shape is wrong.
RULES = {
    "blank",
    "characters",
    "cursor",
    "far",
    "invisible",
    "link",
    "null_characters_not_allowed",
    "rule",
    "surrogate_characters_not_allowed",
    "unknown",
}


def validation_answer(error: exceptions.ValidationError) -> Response:
    fields = flatten_fields(error.detail)
    codes = {code for found in flatten_fields(error.get_codes()).values() for code in found}
    if codes <= RULES:
        return Response(body_of("rule", _("Some of this isn’t possible."), fields), status=UNPROCESSABLE)
    return Response(body_of("malformed", _("Some of this can’t be read."), fields), status=error.status_code)


def framework_answer(error: exceptions.APIException) -> Response:
    message = str(error.detail)
    code = error.get_codes()
    own = isinstance(code, str) and code in OWN_CODES
    said = str(WORDS.get(error.status_code, message))
    response = Response(
        body_of(str(code) if own else CODES.get(error.status_code, "refused"), said), status=error.status_code
    )
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = seconds_text(timedelta(seconds=wait))
    return response


def seconds_text(wait: timedelta) -> str:
    return str(max(1, ceil(wait.total_seconds())))


# Our own codes that the framework's exceptions carry
OWN_CODES = {"csrf", "read_only_token", "token_of_an_area", "bad_token"}
WORDS: Mapping[int, str | Promise] = {
    status.HTTP_404_NOT_FOUND: gettext_lazy("There’s nothing here."),
    status.HTTP_405_METHOD_NOT_ALLOWED: gettext_lazy("You can’t do that here."),
    status.HTTP_429_TOO_MANY_REQUESTS: gettext_lazy("Too many requests. Wait, then try again."),
}


def flatten_fields(detail: Any, path: str = "") -> Fields:
    """`{"brief": {"question": ["…"]}}` becomes `{"brief.question": ["…"]}`. Errors about no field are under `""`."""
    if isinstance(detail, dict):
        pairs: Iterable[tuple[Any, Any]] = detail.items()
    elif isinstance(detail, list) and any(isinstance(part, dict | list) for part in detail):
        pairs = enumerate(detail)
    else:
        said = detail if isinstance(detail, list) else [detail]
        return {path: [without_halves(part) for part in said]} if said else {}
    found: Fields = {}
    for name, part in pairs:
        own = "" if name == "non_field_errors" else str(name)
        found |= flatten_fields(part, f"{path}.{own}" if path and own else path or own)
    return found


# Words may quote what was sent, and JSON can name half of a pair of surrogates, which UTF-8 can't write.
def without_halves(words: object) -> str:
    return str(words).encode("utf-8", "backslashreplace").decode()
