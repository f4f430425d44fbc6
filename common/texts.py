"""What text that people type may hold."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# They shape letters of Persian, Hindi and others, and join emoji.
JOINERS = "\u200c\u200d"


def validate_plain_text(value: str) -> None:
    """Refuse control, bidi and other invisible formatting characters (line breaks and tabs are fine)."""
    for character in value:
        if character in "\n\r\t" or character in JOINERS:
            continue
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"}:
            raise ValidationError(_("Remove the invisible characters from this text."), code="invisible")
