"""Why someone can’t be kept apart, reported or decided about."""

from common.refusals import RefusalError


class TrustError(RefusalError):
    pass
