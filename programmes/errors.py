"""Why an act on a programme can't be done."""

from common.refusals import RefusalError


class ProgrammeError(RefusalError):
    pass
