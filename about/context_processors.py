"""What every page's footer knows about the organisation."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .texts import kinds_shown


def texts_context(request: HttpRequest) -> dict[str, Any]:
    """Lazy: partial pages have no footer."""
    return {"texts_shown": SimpleLazyObject(kinds_shown)}
