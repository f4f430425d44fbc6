"""Someone wrote that they may harm themselves: where they find help stands on the next page they see."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from .looking import speaks_of_self_harm

# By this word the message is known, below which the addresses stand.
HELP = "help"


class HelpText(NamedTuple):
    """`addresses`: pages, or words such as a phone number."""

    message: str
    addresses: Sequence[str]


def offer_help(request: HttpRequest, texts: Iterable[str]) -> None:
    """Does nothing where signals are off, and for texts that don't speak of self-harm."""
    if any(map(speaks_of_self_harm, texts)):
        show_help(request)


def show_help(request: HttpRequest) -> None:
    messages.warning(request, read_help().message, extra_tags=HELP)


def find_help(texts: Iterable[str]) -> HelpText | None:
    """What to show to who wrote these texts, if they speak of self-harm. For programs, which show no page of ours."""
    return read_help() if any(map(speaks_of_self_harm, texts)) else None


def read_help() -> HelpText:
    words = _("It sounds as if you’re going through something hard. You don’t have to carry it alone.")
    return HelpText(words, settings.HELP_ADDRESSES)
