"""What a person is asked and says when they register. Forms and API calls make it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from events.models import Attending, Event, EventKind, EventMode, Registration, Side
from events.models.states import NOT_ENDED
from mentors.models import Topic


@dataclass(frozen=True, slots=True)
class RegistrationInput:
    board_name: str
    question: str = ""
    topics: Sequence[Topic] = ()
    languages: Sequence[str] = ()
    attends: Sequence[int] = ()
    most: int | None = None
    attending: str = Attending.TABLE
    stays_seated: bool = False
    wants_quiet: bool = False
    is_named: bool = True
    contact: str = ""
    access_needs: str = ""
    takes_place_at_once: bool = field(default=True)

    def values(self) -> dict[str, Any]:
        """The columns of a registration; topics are a table of their own."""
        return {
            "board_name": self.board_name,
            "question": self.question,
            "languages": list(self.languages),
            "attends": sorted(self.attends),
            "most": self.most,
            "attending": self.attending,
            "stays_seated": self.stays_seated,
            "wants_quiet": self.wants_quiet,
            "is_named": self.is_named,
            "contact": self.contact,
            "access_needs": self.access_needs,
            "takes_place_at_once": self.takes_place_at_once,
        }


def unasked(event: Event, side: str) -> list[str]:
    """What makes no sense at this event or on this side."""
    left_out = []
    if side != Side.GUEST:
        left_out.append("question" if side == Side.MENTOR else "is_named")
    if event.mode != EventMode.MIXED:
        left_out.append("attending")
    if event.mode == EventMode.ONLINE or not event.has_rounds:
        left_out += ["stays_seated", "wants_quiet"]
    if not event.has_rounds:
        left_out += ["attends", "most"]
    if event.kind != EventKind.NETWORKING:
        left_out.append("contact")
    return left_out


def choose_side(event: Event, known: Registration | None, asked: str) -> str:
    """On which side a person takes part: where they are or were invited, else as they ask."""
    if known and known.state in NOT_ENDED:
        return known.side
    return asked if asked in event.sides else event.sides[0]
