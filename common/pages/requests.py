from django.http import HttpRequest, QueryDict


def post_data(request: HttpRequest) -> QueryDict | None:
    """What was posted, even if it is empty; None for a page that is only opened."""
    return request.POST if request.method == "POST" else None
