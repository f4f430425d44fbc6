"""The error of this app: why an act on a booking or a question can't be done, in words for the person who tried."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property

from django.utils.translation import gettext as _

from common.refusals import BUSY, STALE, RefusalError
from common.trouble import TRY_AGAIN_AFTER


class SessionError(RefusalError):
    """`earliest` is a time that would do, if there is one, or a function that finds it, called only if it is needed."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        earliest: datetime | Callable[[], datetime | None] | None = None,
        wait: timedelta | None = None,
    ) -> None:
        super().__init__(code, message, wait=wait)
        self._earliest = earliest

    @cached_property
    def earliest(self) -> datetime | None:
        return self._earliest() if callable(self._earliest) else self._earliest


class UnavailableTimeError(SessionError):
    """The refusal of a time. Pages and the API suggest other times after this one only."""

    is_about_time = True


def taken_error() -> SessionError:
    return UnavailableTimeError("taken", _("This time has just been taken. Choose another time."))


def busy_error() -> SessionError:
    words = _("A lot is going on right now, and we couldn’t get to this in time. Nothing has changed: try again.")
    return SessionError(BUSY, words, wait=TRY_AGAIN_AFTER)


def stale_error(words: str) -> SessionError:
    """The refusal of an act on something that has changed since the person saw it.

    Its code lets pages show the present state.
    """
    return SessionError(STALE, words)
