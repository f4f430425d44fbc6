"""The error of this app: why an act on an event can't be done, in words for the person who tried."""

from common.refusals import STALE, RefusalError


class EventError(RefusalError):
    pass


def stale_error(words: str) -> EventError:
    return EventError(STALE, words)
