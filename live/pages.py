"""Which streams the page that is being drawn may hear."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from .streams import disguise
from .tickets import issue_ticket

_NAME = "live_streams"


def let_page_hear(request: HttpRequest, *streams: str) -> None:
    """Called by the view that draws a page, since it knows who may see what. Takes no query."""
    request.__dict__.setdefault(_NAME, set()).update(streams)


def issue_page_ticket(request: HttpRequest) -> str:
    """Empty if nothing was allowed so far, or if there is no live server."""
    streams = request.__dict__.get(_NAME)
    if not (streams and settings.LIVE_URL):
        return ""
    person = disguise(request.user.pk) if request.user.pk else None
    return issue_ticket(streams, person=person, now=timezone.now())
