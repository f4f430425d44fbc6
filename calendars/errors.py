"""Why an act on a connected calendar can't be done."""

from common.refusals import RefusalError


class CalendarError(RefusalError):
    pass
