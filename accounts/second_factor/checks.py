"""Checks of what the second factor of staff needs."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from .session_state import OPTIONAL

REQUIRED = "required"


def check_setting(**kwargs: Any) -> list[CheckMessage]:
    if settings.STAFF_SECOND_FACTOR in (REQUIRED, OPTIONAL):
        return []
    return [Error("STAFF_SECOND_FACTOR must be required or optional.", id="accounts.E001")]


def check_deployment(**kwargs: Any) -> list[CheckMessage]:
    """For real people it is required: staff see what others keep private."""
    if settings.STAFF_SECOND_FACTOR != OPTIONAL:
        return []
    words = "STAFF_SECOND_FACTOR is optional: an email account that is broken into opens the staff pages."
    return [Warning(words, hint="Leave it away; optional is for trying things out.", id="accounts.W001")]
