"""Codes that phones read, on screens and on paper, and the card that each person gets."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

from events.models import Event, Registration

from .timetable_page import TimetableRow, all_timetables

# White around the code, in its own squares: readers need four.
MARGIN = 4


@lru_cache(maxsize=2048)
def draw_code(address: str) -> SafeString:
    """A QR code as SVG. What it holds stands beside it in words, so screen readers pass over it."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(address)
    code.make()
    size = code.getModuleCount()
    rows = (row_path(y, "".join("1" if code.isDark(y, x) else "0" for x in range(size))) for y in range(size))
    side = size + 2 * MARGIN
    # Safe: numbers only.
    return SafeString(
        f'<svg class="qr" viewBox="0 0 {side} {side}" aria-hidden="true" focusable="false">'
        f'<path d="{"".join(rows)}"/></svg>'
    )


def row_path(y: int, squares: str) -> str:
    """The dark runs of a row, each as a rectangle."""
    runs = ((run.start() + MARGIN, run.end() - run.start()) for run in re.finditer("1+", squares))
    return "".join(f"M{x} {y + MARGIN}h{length}v1h-{length}z" for x, length in runs)


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
