"""The base of all errors that tell a person why an act can't be done."""

from datetime import timedelta
from http import HTTPStatus

from django.core.exceptions import ValidationError

# Two codes with a status of their own: the database was busy, or the person does it too often. All others mean that
# the present state doesn't allow it; of these `stale` is said of what has changed since the person saw it.
BUSY, TOO_OFTEN, STALE = "busy", "too_often", "stale"
STATUSES = {BUSY: HTTPStatus.SERVICE_UNAVAILABLE, TOO_OFTEN: HTTPStatus.TOO_MANY_REQUESTS}


class RefusalError(Exception):
    """`code` is for programs, `message` for people; `field` names the one at fault, `wait` says how long until it can
    succeed. `is_about_time`: only the chosen time stands in the way, so another helps.
    """

    is_about_time = False

    def __init__(self, code: str, message: str, *, field: str = "", wait: timedelta | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.wait = wait

    @property
    def is_stale(self) -> bool:
        return self.code == STALE

    @property
    def keeps_form(self) -> bool:
        """Whether the next press may work: a page that shows this keeps its form, with all that was typed."""
        return self.code in (BUSY, STALE)

    def as_form_error(self) -> ValidationError:
        """For a form that was refused: the words, and the code with them."""
        return ValidationError(str(self.message), code=self.code)

    @property
    def status(self) -> int:
        return STATUSES.get(self.code, HTTPStatus.CONFLICT)
