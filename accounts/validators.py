"""What a person's name and time zone may be."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.zones import is_known_zone

# Names travel into mails, calendars and pages: an address or a link in one is an advertisement or a trap.
# They shape letters of Persian, Hindi and others, and join emoji.
JOINERS = "\u200c\u200d"
LINKLIKE = re.compile(r"://|www\.|@|\.(?:com|net|org|io|ru|info|biz|xyz)\b", re.IGNORECASE)


def validate_plain_text(value: str) -> None:
    """Refuse control, bidi and other invisible formatting characters (line breaks and tabs are fine)."""
    for character in value:
        if character in "\n\r\t" or character in JOINERS:
            continue
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"}:
            raise ValidationError(_("Remove the invisible characters from this text."), code="invisible")


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
