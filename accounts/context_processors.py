"""What every page's template knows about its reader."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from .models import Theme
from .providers.configuration import list_providers
from .viewing import ask_zone, known_zone, viewer_hour12, viewer_theme, viewer_zone


def viewer_context(request: HttpRequest) -> dict[str, Any]:
    return {
        "viewer_zone": viewer_zone(request),
        "zone_is_known": known_zone(request) is not None,
        "asks_zone": SimpleLazyObject(lambda: ask_zone(request)),
        "viewer_hour12": viewer_hour12(request),
        "viewer_theme": viewer_theme(request),
        "themes": Theme.choices,
        "sign_in_providers": list_providers(),
        "now": timezone.now(),
    }
