"""Whether CALENDAR_PROVIDERS can be read."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from accounts.providers.provider import UnreadableSettingError

from .providers import read_calendar_providers


def check_calendar_providers(**kwargs: Any) -> list[CheckMessage]:
    try:
        read_calendar_providers(settings.CALENDAR_PROVIDERS)
    except UnreadableSettingError as error:
        said = f"CALENDAR_PROVIDERS can’t be read. {error}"
        return [Error(said, hint="See docs/calendars.md.", id="calendars.E001")]
    return []
