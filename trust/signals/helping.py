"""Someone wrote that they may harm themselves: where they find help stands on the next page they see."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from .looking import speaks_of_self_harm

# By this word the message is known, below which the addresses stand.
HELP = "help"


def offer_help(request: HttpRequest, texts: Iterable[str]) -> None:
    """Does nothing where signals are off, and for texts that don't speak of self-harm."""
    if any(map(speaks_of_self_harm, texts)):
        show_help(request)


def show_help(request: HttpRequest) -> None:
    words = _("It sounds as if you’re going through something hard. You don’t have to carry it alone.")
    messages.warning(request, words, extra_tags=HELP)
