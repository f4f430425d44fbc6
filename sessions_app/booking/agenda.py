"""A suggestion for how to divide the minutes of a session, which both people may change. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

HELLO = (_("Hello"), _("Say hello. The mentor has already read the question."))
MATTERS = (_("What matters"), _("Sort out what matters: what you know and what you don’t."))
WORK = (_("Work on the question"), _("Work on the question. This is what the time is for."))
NEXT = (_("Next step"), _("Agree on one next step: one sentence and a date."))

# Minutes of each part; the parts of a length add up to it.
SHAPES = {
    15: ((HELLO, 2), (WORK, 10), (NEXT, 3)),
    20: ((HELLO, 3), (WORK, 13), (NEXT, 4)),
    25: ((HELLO, 3), (MATTERS, 5), (WORK, 12), (NEXT, 5)),
    30: ((HELLO, 3), (MATTERS, 6), (WORK, 16), (NEXT, 5)),
    45: ((HELLO, 5), (MATTERS, 10), (WORK, 22), (NEXT, 8)),
}


@dataclass(frozen=True, slots=True)
class Part:
    """`offset` and `minutes` count from the session's start."""

    title: str
    text: str
    offset: int
    minutes: int
    start: datetime
    is_core: bool

    @property
    def until(self) -> datetime:
        return self.start + timedelta(minutes=self.minutes)


def suggest_agenda(start: datetime, length: int) -> Sequence[Part]:
    """The parts of a session of `length` minutes; none for a length without a shape."""
    parts, offset = [], 0
    for (title, text), minutes in SHAPES.get(length, ()):
        at = start + timedelta(minutes=offset)
        parts.append(Part(str(title), str(text), offset, minutes, at, (title, text) == WORK))
        offset += minutes
    return parts
