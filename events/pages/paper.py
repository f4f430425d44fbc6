"""What organisers print for the desk and the tables: who sits where, as it stands when it is printed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from common.known import known
from events.models import Event, Pairing, Round

from .plan_page import PlannedMeeting, PlannedRound


@dataclass(frozen=True, slots=True)
class TableSign:
    """`rows`: each round in which someone sits there, those who come to the table, and the mentor or the other one."""

    table: str
    rows: Sequence[tuple[PlannedRound, str, str]]


def read_rounds(event: Event) -> list[PlannedRound]:
    """The rounds that aren't skipped, at their times by now and with whom the desk has moved since the plan."""
    meetings: dict[int, list[PlannedMeeting]] = defaultdict(list)
    for pair in Pairing.objects.filter(event=event).that_stand().with_people().order_by("table__number", "one"):
        number, name = (pair.table.number, pair.table.name) if pair.table else (0, "")
        row = PlannedMeeting(pair.partner_of(pair.host), pair.host, name, number, is_locked=False)
        meetings[known(pair.round_id)].append(row)
    rounds = Round.objects.filter(event=event, is_skipped=False)
    return [PlannedRound(one.number, one.start, one.end, meetings[one.pk]) for one in rounds]


def list_signs(rounds: Iterable[PlannedRound]) -> list[TableSign]:
    """One for each table, in the tables' order; none for meetings that have no table."""
    found: dict[tuple[int, str], list[tuple[PlannedRound, str, str]]] = defaultdict(list)
    for one in rounds:
        for place, names, host in one.at_places:
            if place[1]:
                found[place].append((one, names, host))
    return [TableSign(place[1], rows) for place, rows in sorted(found.items())]
