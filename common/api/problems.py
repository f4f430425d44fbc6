"""One shape for every error: `{"code": …, "message": …, "fields": {…}}`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

CONFLICT, UNPROCESSABLE = 409, 422
Fields = dict[str, list[str]]


class ApiError(Exception):
    """An error of the API itself. `more` is shown beside code, message and fields; `wait` becomes Retry-After."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        fields: Fields | None = None,
        more: Mapping[str, Any] | None = None,
        wait: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields or {}
        self.more = dict(more or {})
        self.wait = wait


def body_of(code: str, message: str, fields: Fields | None = None, **more: Any) -> dict[str, Any]:
    return {"code": code, "message": message, "fields": fields or {}, **more}
