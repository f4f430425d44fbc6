"""The base of all errors that tell a person why an act can't be done."""

from datetime import timedelta
from http import HTTPStatus

# Two codes with a status of their own: the database was busy, or the person does it too often. All others mean that
# the present state doesn't allow it.
BUSY, TOO_OFTEN = "busy", "too_often"
STATUSES = {BUSY: HTTPStatus.SERVICE_UNAVAILABLE, TOO_OFTEN: HTTPStatus.TOO_MANY_REQUESTS}


class RefusalError(Exception):
    """`code` is for programs, `message` for people; `field` names the one at fault, `wait` says how long until it can
    succeed.
    """

    def __init__(self, code: str, message: str, *, field: str = "", wait: timedelta | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.wait = wait

    @property
    def may_pass(self) -> bool:
        """Whether the same may work in a moment: a page keeps its form then, with all that was typed."""
        return self.code == BUSY

    @property
    def status(self) -> int:
        return STATUSES.get(self.code, HTTPStatus.CONFLICT)
