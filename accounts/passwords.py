"""Passwords that are too easy to guess."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

from .models import User

# How many guesses a person who knows the usual patterns should need: zxcvbn's own bound for attacks through a site.
FEWEST_GUESSES = 10**8
# zxcvbn takes longer for longer texts. A password that is this long and still weak repeats something in its beginning.
LONGEST_JUDGED = 50
WORDS = re.compile(r"\w+")
ABOUT_THE_SITE = ("mentor", "mentee", "mentoring", "mentorship")


class HardToGuess:
    """Refuses passwords made of common words, names, dates and neighbouring keys, in any language's letters.

    A list of common passwords knows `mentor1` and not `mentor2026`; zxcvbn knows how people make one from the other.
    The person's own name and address and the site's name count as common words.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        found = zxcvbn(password[:LONGEST_JUDGED], user_inputs=known_words(user))
        if found["guesses"] < FEWEST_GUESSES:
            raise ValidationError(
                _("This password is too easy to guess. Try three or four unrelated words."),
                code="password_too_easy",
            )

    def get_help_text(self) -> str:
        return _("Three or four unrelated words make a good password.")


def known_words(user: User | None) -> list[str]:
    """The words that anyone would try first for this person on this site."""
    texts = [settings.SITE_NAME, settings.SITE_HOST, *([user.name, user.email] if user else [])]
    words = [word.lower() for text in texts for word in (text, "".join(text.split()), *WORDS.findall(text))]
    return [*ABOUT_THE_SITE, *(word for word in words if word)]
