"""Why a booking can't be made or changed, in words fit for the person who tried."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property

from common.refusals import RefusalError


class BookingError(RefusalError):
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
