"""Why a booking can't be made or changed, in words fit for the person who tried."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property

from django.utils.translation import gettext as _

from common.refusals import BUSY, RefusalError
from common.trouble import TRY_AGAIN_AFTER


class SessionError(RefusalError):
    """`earliest` where a time can be named that would do; it may be a function, asked if somebody wants to know."""

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


STALE = "stale"


def taken_error() -> SessionError:
    return SessionError("taken", _("This time has just been taken. Choose another time."))


def busy() -> SessionError:
    words = _("A lot is going on right now, and we couldn’t get to this in time. Nothing has changed: try again.")
    return SessionError(BUSY, words, wait=TRY_AGAIN_AFTER)


def stale(words: str) -> SessionError:
    """An act on what a person didn't see. Pages and programs know it by its code and show how things are now."""
    return SessionError(STALE, words)
