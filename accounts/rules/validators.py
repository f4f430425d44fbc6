"""Validators for a person's name and time zone."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.texts import validate_plain_text
from common.zones import is_known_zone

from .names import check_encoded, check_name

__all__ = ["validate_heading", "validate_person_name", "validate_plain_text", "validate_timezone"]


# Looking for links in a name takes the square of its length: minutes for a text that is refused as too long anyway.
LONGEST_LOOKED_AT = 1000


def validate_person_name(value: str) -> None:
    """For fields that have a greatest length of their own, far below `LONGEST_LOOKED_AT`."""
    validate_plain_text(value)
    if len(value) <= LONGEST_LOOKED_AT:
        check_name(value)


def validate_heading(value: str) -> None:
    """Refuses a title that mail programs would decode if it stood in the subject of a mail (see `check_encoded`)."""
    check_encoded(value)


def validate_timezone(value: str) -> None:
    if not is_known_zone(value):
        raise ValidationError(
            _(
                "Choose a city, like Europe/London. Abbreviations such as EST mean different things in "
                "different places."
            ),
            code="timezone",
        )
