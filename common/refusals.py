"""An act that can't be done, in words fit for the person who tried."""

from datetime import timedelta
from http import HTTPStatus

# We couldn't get to it; it was done too often. All else is refused by how things stand.
BUSY, TOO_OFTEN = "busy", "too_often"
STATUSES = {BUSY: HTTPStatus.SERVICE_UNAVAILABLE, TOO_OFTEN: HTTPStatus.TOO_MANY_REQUESTS}


class RefusalError(Exception):
    """`code` for programs, `message` for people; `field` where one is at fault; `wait` before it can succeed."""

    def __init__(self, code: str, message: str, *, field: str = "", wait: timedelta | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.wait = wait

    @property
    def status(self) -> int:
        """Of the page that tells it."""
        return STATUSES.get(self.code, HTTPStatus.CONFLICT)
