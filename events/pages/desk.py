"""What the desk of an event shows: the clock and its buttons, who is here, and who sits alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from common.pages.seen import mark_of
from common.texts import fold, one_line
from events.live.clock import Phase
from events.live.evening import Evening, Standing, standings_of
from events.live.presence import doors_open_at
from events.live.rebalancing import first_open, may_rebalance
from events.models import Chair, EventTable, Pairing, Plan, PlanState, Registration, Round

from .desk_effects import last_end, names_of_busy, spans_after

# The desk suggests starting when this share is here.
ENOUGH = 80


@dataclass(frozen=True, slots=True)
class DeskRow:
    registration: Registration
    standing: Standing
    table: EventTable | None
    is_alone: bool

    @property
    def is_here(self) -> bool:
        return self.standing == Standing.HERE

    @property
    def is_gone(self) -> bool:
        return self.standing == Standing.GONE


@dataclass(frozen=True)
class DeskPage:
    evening: Evening
    words: str = ""

    @cached_property
    def standings(self) -> Mapping[int, Standing]:
        return standings_of(self.evening.event)

    @cached_property
    def registrations(self) -> Sequence[Registration]:
        known = Registration.objects.who_are_in().filter(event=self.evening.event)
        return list(known.order_by("board_name", "pk"))

    @cached_property
    def tables(self) -> dict[int, EventTable | None]:
        """Where people sit in the round that is called or runs."""
        chairs = Chair.objects.filter(round=self.evening.shown).select_related("table")
        return {chair.registration_id: chair.table for chair in chairs}

    @cached_property
    def meeting(self) -> set[int]:
        pairs = Pairing.objects.that_stand().filter(round=self.evening.shown).values_list("one", "other")
        return {key for pair in pairs for key in pair}

    @cached_property
    def rows(self) -> list[DeskRow]:
        """Everyone, or those in whose name the words are; first who isn't here yet."""
        wanted = fold(one_line(self.words))
        rows = [
            DeskRow(
                one,
                self.standings.get(one.pk, Standing.ABSENT),
                self.tables.get(one.pk),
                one.pk in self.idle,
            )
            for one in self.registrations
            if wanted in fold(one.board_name)
        ]
        return sorted(rows, key=lambda row: row.is_here or row.is_gone)

    @cached_property
    def idle(self) -> set[int]:
        """Who is here and meets nobody in the round that is called or runs."""
        if self.evening.shown is None:
            return set()
        here = {key for key, standing in self.standings.items() if standing == Standing.HERE}
        return here - self.meeting

    @property
    def counts(self) -> Counter[Standing]:
        return Counter(self.standings.get(one.pk, Standing.ABSENT) for one in self.registrations)

    @property
    def here(self) -> int:
        return self.counts[Standing.HERE]

    @property
    def total(self) -> int:
        return len(self.registrations)

    @property
    def share(self) -> int:
        return 100 * self.here // self.total if self.total else 0

    @property
    def is_enough(self) -> bool:
        return self.share >= ENOUGH

    @property
    def is_before(self) -> bool:
        return not self.evening.is_live and self.evening.event.state == "scheduled"

    @property
    def doors_open(self) -> datetime:
        return doors_open_at(self.evening.event)

    # Whether people can be checked in, and the first round called.
    @property
    def can_begin(self) -> bool:
        return self.evening.now >= self.doors_open

    @property
    def is_running(self) -> bool:
        """The clock goes, or stands because the desk stopped it."""
        return self.evening.is_live

    @property
    def can_end(self) -> bool:
        return self.evening.clock.counts_down

    @property
    def phase(self) -> Phase:
        return self.evening.clock.phase

    @property
    def can_skip(self) -> list[Round]:
        left = self.evening.uncalled
        return left if len([one for one in self.evening.rounds if not one.is_skipped]) > 1 else []

    @property
    def ends(self) -> datetime | None:
        return max((one.end for one in self.evening.rounds if not one.is_skipped), default=None)

    @property
    def if_ended(self) -> datetime | None:
        """When the last round ends if what runs is ended now."""
        return last_end(spans_after(self.evening, "end")) if self.can_end else None

    @property
    def minutes_late(self) -> int:
        return round((self.ends - self.evening.event.end).total_seconds() / 60) if self.ends else 0

    @cached_property
    def pressed(self) -> list[str]:
        """Who has a session or another event before all rounds are over, since the evening runs late."""
        planned = self.evening.event.end
        return names_of_busy(self.evening, planned, self.ends) if self.ends and self.ends > planned else []

    @property
    def can_rebalance(self) -> bool:
        return may_rebalance(self.evening)

    @cached_property
    def rest(self) -> Plan | None:
        """What was asked for the rounds that are left, as long as the next one isn't called."""
        if not self.can_rebalance:
            return None
        newest = Plan.objects.of_rest().filter(event=self.evening.event).defer("meetings").first()
        is_open = newest is not None and newest.state != PlanState.REPLACED
        return newest if newest and is_open and newest.first == first_open(self.evening) else None

    @property
    def mark(self) -> str:
        """Changes with all that the page shows."""
        rest = self.rest and (self.rest.number, self.rest.state)
        return mark_of(self.evening.mark, sorted(self.standings.items()), self.total, rest, self.can_begin)
