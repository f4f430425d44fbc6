"""Reading what was sent."""

from django.http import HttpRequest, QueryDict


def post_data(request: HttpRequest) -> QueryDict | None:
    """What was sent, even if it is nothing at all; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None
