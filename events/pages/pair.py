"""The page of one meeting: the clock, who it is with, and what the two write to each other."""

from dataclasses import dataclass
from functools import cached_property

from common.pages.seen import mark_of
from events.errors import EventError
from events.live.chat import why_not_write
from events.live.clock import Phase
from events.live.evening import Evening
from events.models import Pairing, PairMessage, Registration

# The newest ones; in ten minutes nobody reads more.
MOST_SHOWN = 200


@dataclass(frozen=True)
class PairPage:
    evening: Evening
    pairing: Pairing
    reader: Registration

    @property
    def partner(self) -> Registration:
        return self.pairing.partner_of(self.reader)

    @property
    def phase(self) -> Phase:
        return self.evening.clock.phase

    @cached_property
    def closed(self) -> EventError | None:
        """Why nothing can be written, if so."""
        return why_not_write(self.pairing, self.evening.now)

    @cached_property
    def lines(self) -> list[tuple[PairMessage, bool]]:
        """The oldest first, and whether each is the reader's."""
        newest = PairMessage.objects.filter(pairing=self.pairing).order_by("-pk")[:MOST_SHOWN]
        return [(line, line.registration_id == self.reader.pk) for line in reversed(newest)]

    @property
    def mark(self) -> str:
        newest = self.lines[-1][0].pk if self.lines else 0
        return mark_of(self.evening.mark, newest, self.closed and self.closed.code)
