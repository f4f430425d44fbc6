"""Codes that phones read, on screens and on paper, and the card that each person gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString

from common.branding import qr_codes
from events.models import Event, Registration

from .timetable_page import TimetableRow, all_timetables

# People's own codes, and one at each door: the same is asked for again and again.
draw_code = lru_cache(maxsize=2048)(qr_codes.draw_code)


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
