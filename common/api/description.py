"""Describes calls in OpenAPI: their input, their answers, and every error with an example."""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from .fields import Form, Input
from .pages import PageQuery

Handler = TypeVar("Handler", bound=Callable[..., Any])
Answers = type[serializers.BaseSerializer[Any]] | serializers.BaseSerializer[Any]
SAFE = {"get"}
LONGEST_KEY = 255


# An answer that is no JSON but a file, of one of these media types
@dataclass(frozen=True, slots=True)
class Download:
    media_types: Sequence[str]


class Problem(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="For programs: stays the same even if the message is reworded.")
    message = serializers.CharField(help_text="For people, in the language of `Accept-Language`.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        help_text="What is wrong with each input, by its path, such as `brief.question`.",
    )


Example = tuple[str, str, Mapping[str, list[str]]]
EXAMPLES: Mapping[int, Example] = {
    400: ("malformed", "Some of this cannot be read.", {"start": ["Say the offset too: write …Z for UTC."]}),
    401: ("signed_out", "Sign in, or send a token.", {}),
    403: ("read_only_token", "This token may only read.", {}),
    404: ("not_found", "There is nothing here.", {}),
    409: ("in_flight", "The request with this key is still under way.", {}),
    415: ("not_json", "Send the body as JSON, with the content type application/json.", {}),
    422: ("other_request", "This key was used for another request.", {}),
    429: ("too_many_requests", "Too many requests. Wait, then try again.", {}),
    503: ("busy", "We could not get to this in time. Nothing was changed. Try again.", {}),
}
NOT_A_FORM: Example = ("not_a_form", "Send the file in a form, with the content type multipart/form-data.", {})
SAID = {
    400: "The request can't be read: a wrong type, an unknown field, a time without its UTC offset.",
    401: "The token is missing, wrong, revoked or expired.",
    403: "The token is read-only or for something else, or a request from a browser has no CSRF token.",
    404: "It doesn't exist, or it isn't yours.",
    409: "It isn't possible in the current state, or a request with this key is still running.",
    415: "The body isn't of the content type that this call takes.",
    422: "A rule doesn't allow it, or the key was used for a different request.",
    429: "Too many requests. Wait for `Retry-After` seconds.",
    503: "We couldn't get to it in time and nothing was changed. Send it again after `Retry-After` seconds.",
}
KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": f"^[!-~]{{1,{LONGEST_KEY}}}$"},
    OpenApiParameter.HEADER,
    description=(
        "A unique key that you choose for this request. If you send it again with the same body within 24 hours, "
        "you get the same answer and nothing happens twice."
    ),
)
RETRY_AFTER = OpenApiParameter(
    "Retry-After",
    {"type": "integer", "minimum": 1},
    OpenApiParameter.HEADER,
    description="Seconds to wait.",
    response=[429, 503],
)


def api_call(
    *,
    name: str,
    summary: str,
    answers: Answers | Download,
    body: type[Input] | None = None,
    query: type[Input] | None = None,
    status: int = 200,
    paged: bool = False,
    beside: Mapping[str, serializers.BaseSerializer[Any]] | None = None,
    refusal: Any = None,
    missing: bool = False,
    conflict: bool = False,
) -> Callable[[Handler], Handler]:
    """Describe a handler; `ApiView` reads what it may be sent from the same `body` and `query`.

    `refusal`: the serializer of a 409 that says more than any error. `missing`: it may be 404 without an argument.
    `conflict`: it may be 409 though it changes nothing.
    """

    def describe(handler: Handler) -> Handler:
        changes = handler.__name__ not in SAFE
        takes_argument = len(inspect.signature(handler).parameters) > 2
        errors = [401, 403, 429]
        if query or paged or changes:
            errors += [400, 422]
        if changes or conflict:
            errors.append(409)
        if changes:
            errors += [415, 503]
        if takes_argument or missing:
            errors.append(404)
        answer = page_of(answers, beside or {}) if paged else answers
        is_form = body is not None and issubclass(body, Form)
        responses = success_response(status, answer) | {
            error: error_response(error, refusal if error == 409 else None, is_form=is_form) for error in sorted(errors)
        }
        asked = query or (PageQuery if paged else None)
        parameters: list[Any] = [RETRY_AFTER, *([KEY] if changes else []), *([asked] if asked else [])]
        done = make_idempotent(handler) if changes else handler
        done.body, done.query = body, asked  # type: ignore[attr-defined]
        described: Handler = extend_schema(
            operation_id=name,
            summary=summary,
            description=f"{summary}.",  # else it would be the docstring of the view, which is for us
            parameters=parameters,
            request=body,
            responses=responses,
            examples=[
                *example_of(body, request_only=True),
                *example_of(answer, response_only=True, status_codes=[str(status)]),
            ],
        )(done)
        return described

    return describe


def make_idempotent(handler: Handler) -> Handler:
    """Let the handler act once for each Idempotency-Key, without having to think of it."""

    @functools.wraps(handler)
    def guarded(view: Any, *args: Any, **kwargs: Any) -> Any:
        return view.answer_once(functools.partial(handler, view, *args, **kwargs))

    return guarded  # type: ignore[return-value]


def example_of(serializer: Any, **direction: Any) -> Sequence[OpenApiExample]:
    value = getattr(getattr(serializer, "child", serializer), "example", None)
    return [OpenApiExample("Example", value=value, **direction)] if value is not None else []


# A tuple names the media types of an answer that isn't JSON.
def success_response(status: int, answer: Any) -> dict[Any, Any]:
    if isinstance(answer, Download):
        return {(status, *answer.media_types): OpenApiResponse(OpenApiTypes.BINARY, "The file.")}
    return {status: answer}


def error_response(status: int, serializer: Any = None, *, is_form: bool = False) -> OpenApiResponse:
    code, message, fields = NOT_A_FORM if is_form and status == 415 else EXAMPLES[status]
    value = getattr(serializer, "example", None) or {"code": code, "message": message, "fields": fields}
    example = OpenApiExample(code, value=value, response_only=True, status_codes=[str(status)])
    return OpenApiResponse(serializer or Problem, SAID[status], examples=[example])


def page_of(answers: Any, beside: Mapping[str, serializers.BaseSerializer[Any]]) -> type[serializers.Serializer[Any]]:
    name = f"{answers.__name__}Page"
    fields = {
        "results": answers(many=True),
        "next": serializers.URLField(allow_null=True, help_text="The address of the next page, or null."),
        **beside,
        "__module__": answers.__module__,
    }
    example = getattr(answers, "example", None)
    if example is not None:
        told = {key: [getattr(getattr(field, "child", field), "example", None)] for key, field in beside.items()}
        fields["example"] = {"results": [example], "next": None, **told}
    return type(name, (serializers.Serializer,), fields)
