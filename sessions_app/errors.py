"""Why a booking can't be made or changed, in words fit for the person who tried."""

from datetime import datetime

from common.refusals import RefusalError


class BookingError(RefusalError):
    """`earliest` where a time can be named that would do."""

    def __init__(self, code: str, message: str, *, earliest: datetime | None = None) -> None:
        super().__init__(code, message)
        self.earliest = earliest
