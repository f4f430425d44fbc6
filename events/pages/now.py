"""What a person's own page shows during an event: now, next, where, with whom and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from common.pages.seen import mark_of
from events.live.clock import Phase
from events.live.evening import Evening, Standing
from events.live.partners import can_report_missing, find_alone, has_waited
from events.live.presence import doors_open_at
from events.live.rooms import meets_in_writing, meets_online
from events.models import Answer, Chair, EventTable, Pairing, Registration, Round
from events.models.plans import STANDS
from events.planning.timetables import known_reasons

# Pages ask for news this often, in seconds.
ASKS_EVERY, ASKS_EVERY_WHILE_CHANGING = 6, 2


@dataclass(frozen=True)
class OwnRound:
    """One round as this person has it. Without a pairing they are free."""

    round: Round
    reader: Registration
    pairings: Sequence[Pairing]
    # What the clock shows.
    moment: datetime
    is_now: bool = False
    takeaway: str = ""

    @property
    def starts(self) -> str:
        """Seconds from now, or before now, if nobody stops the clock: a phone without a network counts by it."""
        return f"{(self.round.start - self.moment).total_seconds():.1f}"

    @property
    def ends(self) -> str:
        return f"{(self.round.end - self.moment).total_seconds():.1f}"

    @property
    def pairing(self) -> Pairing | None:
        return self.pairings[0] if self.pairings else None

    @property
    def partners(self) -> list[Registration]:
        return [one.partner_of(self.reader) for one in self.pairings]

    @property
    def names(self) -> str:
        return ", ".join(one.board_name for one in self.partners)

    @property
    def table(self) -> EventTable | None:
        return self.pairing.table if self.pairing else None

    @property
    def is_called(self) -> bool:
        return self.round.called_at is not None

    @property
    def has_call(self) -> bool:
        """Whether they meet in a call that can be joined now: someone of the pair is online."""
        return self.pairing is not None and self.is_called and meets_online(self.pairing) and not self.has_chat_alone

    @property
    def has_chat_alone(self) -> bool:
        return self.pairing is not None and self.is_called and meets_in_writing(self.pairing)

    @property
    def questions(self) -> list[tuple[str, str]]:
        """What the people they meet ask; mentors ask nothing."""
        return [(one.board_name, one.question) for one in self.partners if one.question]

    @property
    def why(self) -> list[str]:
        """The codes of the first reasons that this reader may know."""
        return known_reasons(self.pairing, self.reader)[:2] if self.pairing else []


@dataclass(frozen=True)
class NowPage:
    evening: Evening
    registration: Registration
    standing: Standing

    @cached_property
    def pairings(self) -> dict[int, list[Pairing]]:
        found: dict[int, list[Pairing]] = {}
        own = Pairing.objects.of(self.registration).filter(is_apart=False, outcome__in=STANDS)
        for pairing in own.select_related("one", "other", "table").order_by("pk"):
            pairing.event = self.evening.event
            found.setdefault(pairing.round_id or 0, []).append(pairing)
        return found

    @cached_property
    def rounds(self) -> list[OwnRound]:
        clock = self.evening.clock
        return [
            OwnRound(one, self.registration, self.pairings.get(one.pk, []), clock.moment, one.number == clock.current)
            for one in self.evening.rounds
            if not one.is_skipped
        ]

    @property
    def now(self) -> OwnRound | None:
        return next((one for one in self.rounds if one.is_now), None)

    @property
    def next(self) -> OwnRound | None:
        return next((one for one in self.rounds if one.round.number == self.evening.clock.next), None)

    @property
    def shown(self) -> OwnRound | None:
        """The round to look at: the one that runs, else the next one."""
        return self.now or self.next

    @property
    def after(self) -> OwnRound | None:
        """The round after the one that runs."""
        return self.next if self.now else None

    @property
    def phase(self) -> Phase:
        return self.evening.clock.phase

    @property
    def is_over(self) -> bool:
        return self.evening.is_over

    @property
    def is_paused(self) -> bool:
        return self.evening.clock.is_paused

    @property
    def is_here(self) -> bool:
        return self.standing == Standing.HERE

    @property
    def is_absent(self) -> bool:
        return self.standing == Standing.ABSENT

    @property
    def is_away(self) -> bool:
        """They were here, and said that they left, sit out, or were missed."""
        return self.standing in (Standing.BREAK, Standing.GONE, Standing.MISSING)

    @property
    def can_check_in(self) -> bool:
        return not self.is_over and not self.is_here and self.evening.now >= doors_open_at(self.evening.event)

    @property
    def doors_open(self) -> datetime:
        return doors_open_at(self.evening.event)

    @property
    def missed(self) -> list[tuple[Pairing, str]]:
        """The meetings of which they can say that nobody came; if they have several, each with the partner's name."""
        pairings = self.now.pairings if self.now and self.is_here else ()
        found = [one for one in pairings if can_report_missing(self.evening, one)]
        named = len(pairings) > 1
        return [(one, one.partner_of(self.registration).board_name if named else "") for one in found]

    @property
    def own_chair(self) -> Chair | None:
        """In a round that is called: where they sit, though the partner is missing."""
        place = self.evening.shown
        if place is None:
            return None
        return Chair.objects.filter(round=place, registration=self.registration).select_related("table").first()

    @cached_property
    def is_alone(self) -> bool:
        """They are here, and meet nobody in the round that is called or runs."""
        place = self.evening.shown
        return self.is_here and place is not None and not self.pairings.get(place.pk)

    @cached_property
    def alone_chair(self) -> Chair | None:
        return self.own_chair if self.is_alone else None

    @cached_property
    def open_chairs(self) -> list[Chair]:
        """Whom they could join."""
        place = self.evening.shown
        return find_alone(self.evening, self.registration, place) if self.is_alone and place else []

    @cached_property
    def takeaways(self) -> list[OwnRound]:
        """The meetings that have begun, the newest first, with what they wrote about them."""
        moment = self.evening.clock.moment
        begun = [one for one in self.rounds if one.pairing and one.is_called and one.round.start <= moment]
        if not begun or not (self.evening.is_live or self.is_over):
            return []
        written = dict(Answer.objects.filter(registration=self.registration).values_list("pairing", "takeaway"))
        return [replace(one, takeaway=written.get(one.pairing.pk, "")) for one in reversed(begun) if one.pairing]

    @property
    def asks_every(self) -> int:
        is_changing = self.phase in (Phase.CALLED, Phase.CHANGING)
        return ASKS_EVERY_WHILE_CHANGING if is_changing else ASKS_EVERY

    @property
    def has_waited(self) -> bool:
        """The round runs for long enough to say that nobody came."""
        place = self.evening.current
        return place is not None and has_waited(self.evening, place)

    @property
    def mark(self) -> str:
        """Changes with all that the page shows. Most phones that ask have all there is, so it needs few rows: what is
        written about tables and partners changes the event's version."""
        clock = self.evening.clock
        return mark_of(
            self.evening.event.version, clock.phase, clock.current, clock.next, self.standing, self.can_check_in,
            self.has_waited,
        )  # fmt: skip
