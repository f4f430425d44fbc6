"""Codes that phones read, on screens and on paper, and the card that each person gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString

from events.models import Event, Registration

from .timetable_page import TimetableRow, all_timetables

# White around the code, in its own squares: readers need four.
MARGIN = 4


@lru_cache(maxsize=2048)
def draw_code(address: str) -> SafeString:
    """A QR code as SVG. What it holds stands beside it in words, so screen readers pass over it."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(border=MARGIN, svgclass="qr", lineclass=None, omitsize=True)
    # Safe: drawn from squares. Nothing of the address is in it.
    return SafeString(drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))


def code_address(code: object) -> str:
    """Where the code at the door leads, or the one on a person's card."""
    return settings.SITE_URL + reverse("event_door", args=[code])


@dataclass(frozen=True, slots=True)
class Card:
    registration: Registration
    rows: Sequence[TimetableRow]

    @property
    def code(self) -> SafeString:
        return draw_code(code_address(self.registration.uuid))


def all_cards(event: Event) -> list[Card]:
    """One for everyone who is in, by name."""
    return [Card(registration, rows) for registration, rows in all_timetables(event)]


def door_code(event: Event) -> SafeString:
    return draw_code(code_address(event.door_key))
