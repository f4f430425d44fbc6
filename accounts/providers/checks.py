"""Whether OIDC_PROVIDERS can be read."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from .configuration import UnreadableSettingError, read_providers


def check_providers(**kwargs: Any) -> list[CheckMessage]:
    try:
        read_providers(settings.OIDC_PROVIDERS)
    except UnreadableSettingError as error:
        return [Error(f"OIDC_PROVIDERS can’t be read. {error}", hint="See docs/sign-in.md.", id="accounts.E002")]
    return []
