"""What services say when a session is put into a calendar of theirs."""

import http.client

from calendars.fetching import FetchError
from calendars.sources.asking import ServiceAnswer
from calendars.sources.service import error_of

MISSING = {http.client.NOT_FOUND, http.client.GONE}


def write_error_of(answer: ServiceAnswer) -> FetchError:
    """Where writing alone is refused, reading goes on."""
    if answer.status == http.client.PRECONDITION_FAILED:
        return FetchError("changed")
    error = error_of(answer)
    return FetchError("read_only") if answer.status == http.client.FORBIDDEN and error.code == "refused" else error
