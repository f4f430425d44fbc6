"""A person's own timetable."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.models import Event, Pairing, Registration, Round, Side
from events.planning.timetables import known_reasons, own_pairs
from events.scheduling.reasons import Reason

WHY: dict[str, Promise] = {
    Reason.BOTH_ASKED: _("You both asked to meet"),
    Reason.YOU_ASKED: _("You asked to meet them"),
    Reason.TOPIC: _("They know your topic"),
    Reason.LANGUAGE: _("You share a language"),
}
# The same reasons as a mentor reads them.
WHY_OF_MENTOR: dict[str, Promise] = {**WHY, Reason.TOPIC: _("You know their topic")}
# Among equals nobody is there to know more than the other.
WHY_OF_GUEST: dict[str, Promise] = {**WHY, Reason.TOPIC: _("You share a topic")}
WHY_OF_SIDE = {Side.MENTEE: WHY, Side.MENTOR: WHY_OF_MENTOR, Side.GUEST: WHY_OF_GUEST}
# Not on paper, which lies about and which organisers print: whom people asked for isn't even theirs to read.
OF_WISHES = (Reason.BOTH_ASKED, Reason.YOU_ASKED)


@dataclass(frozen=True, slots=True)
class TimetableRow:
    round: Round
    pair: Pairing | None
    partner: Registration | None
    why: Sequence[Promise]

    @property
    def table(self) -> str:
        return self.pair.table.name if self.pair and self.pair.table else ""


def timetable_rows(registration: Registration) -> list[TimetableRow]:
    """One row for each meeting, and one without a partner for each round in which they meet nobody."""
    return rows_of(registration, own_pairs(registration), rounds_of(registration.event_id))


def rounds_of(event: int) -> QuerySet[Round]:
    """Those that take place."""
    return Round.objects.filter(event=event, is_skipped=False)


def all_timetables(event: Event) -> list[tuple[Registration, list[TimetableRow]]]:
    """Those of everyone who is in, by name; read in three statements."""
    people = list(Registration.objects.who_are_in().filter(event=event).order_by("board_name", "pk"))
    pairs: dict[int, list[Pairing]] = defaultdict(list)
    for pair in Pairing.objects.filter(event=event).that_stand().with_people().order_by("round__number", "pk"):
        pairs[pair.one_id].append(pair)
        pairs[pair.other_id].append(pair)
    rounds = list(rounds_of(event.pk))
    return [(one, rows_of(one, pairs[one.pk], rounds, is_printed=True)) for one in people]


def rows_of(
    registration: Registration, pairs: Sequence[Pairing], rounds: Iterable[Round], *, is_printed: bool = False
) -> list[TimetableRow]:
    rows = []
    for one in rounds:
        found = [pair for pair in pairs if pair.round_id == one.pk]
        for pair in found:
            why = why_of(pair, registration, is_printed=is_printed)
            rows.append(TimetableRow(one, pair, pair.partner_of(registration), why))
        if not found:
            rows.append(TimetableRow(one, None, None, ()))
    return rows


def why_of(pair: Pairing, registration: Registration, *, is_printed: bool) -> list[Promise]:
    """The first reasons that this person may know, as they read them."""
    words = WHY_OF_SIDE[Side(registration.side)]
    known = [code for code in known_reasons(pair, registration) if code in words]
    shown = [code for code in known if not (is_printed and code in OF_WISHES)]
    return [words[code] for code in shown[:2]]
