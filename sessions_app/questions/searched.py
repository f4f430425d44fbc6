"""What came of words that someone searched with. Search, an app above, registers what notes it, and no person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from mentors.models import MentorProfile

# Each is called with the words of a search, and the day, when a mentor's page was opened from it.
on_page_opened: list[Callable[..., None]] = []

# Each is called with a `Searched`, and the day, when a session was booked from a search.
on_booked: list[Callable[..., None]] = []


@dataclass(frozen=True, slots=True)
class Searched:
    """The words of a search, and the slug of the topic that led from it to this mentor."""

    words: str
    about: str
    profile_id: int


def announce_opened_page(words: str, *, day: date) -> None:
    for note in on_page_opened:
        note(words, day=day)


def announce_booked(words: str, about: str, profile: MentorProfile, *, day: date) -> None:
    """After the booking is written, so that nothing here can keep it from anyone."""
    if words and about:
        for note in on_booked:
            note(Searched(words, about, profile.pk), day=day)
