"""What the layout of pages needs to listen."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .pages import issue_page_ticket


def live_context(request: HttpRequest) -> dict[str, object]:
    # The ticket is made where it is drawn: by then the view has said what is heard. Parts of pages have none.
    return {"live_url": settings.LIVE_URL, "live_ticket": SimpleLazyObject(lambda: issue_page_ticket(request))}
