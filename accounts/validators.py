"""What a person's name and time zone may be."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.texts import validate_plain_text
from common.zones import is_known_zone

__all__ = ["validate_person_name", "validate_plain_text", "validate_timezone"]

# Names travel into mails, calendars and pages: an address or a link in one is an advertisement or a trap.
LINKLIKE = re.compile(r"://|www\.|@|\.(?:com|net|org|io|ru|info|biz|xyz)\b", re.IGNORECASE)


def validate_person_name(value: str) -> None:
    validate_plain_text(value)
    if any(character in value for character in "\n\r\t<>"):
        raise ValidationError(_("Write the name on one line, without < or >."), code="characters")
    if LINKLIKE.search(value):
        raise ValidationError(_("Write a name, not an address or a link."), code="link")


def validate_timezone(value: str) -> None:
    if not is_known_zone(value):
        raise ValidationError(
            _("Choose a city, like Europe/London. Abbreviations such as EST mean many things in many places."),
            code="timezone",
        )
