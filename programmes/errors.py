"""Why an act on a programme can't be done."""

from common.pages.seen import CHANGED_MEANWHILE
from common.refusals import RefusalError


class ProgrammeError(RefusalError):
    pass


def stale_error() -> ProgrammeError:
    """The refusal of an act on something that has changed since the person saw it."""
    return ProgrammeError("stale", str(CHANGED_MEANWHILE))
