"""What a request says."""

from uuid import UUID

from django.http import HttpRequest, QueryDict


def post_data(request: HttpRequest) -> QueryDict | None:
    """What was posted, even if it is empty; None for a page that is only opened."""
    return request.POST if request.method == "POST" else None


def parse_number(text: str, *, digits: int) -> int | None:
    """The whole number that an address or a form names, of at most so many digits; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


# The same of a uuid
def parse_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
