"""A person's own timetable."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.models import Pairing, Registration, Round, Side
from events.planning.notices import own_pairs
from events.scheduling.reasons import Reason

WHY: dict[str, Promise] = {
    Reason.BOTH_ASKED: _("You both asked to meet"),
    Reason.YOU_ASKED: _("You asked to meet them"),
    Reason.TOPIC: _("They know your topic"),
    Reason.LANGUAGE: _("You share a language"),
}
# A wish is only shown to the one who had it.
OF_THE_MENTEE = (Reason.YOU_ASKED,)


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
    pairs = own_pairs(registration)
    rows = []
    for one in Round.objects.filter(event=registration.event_id):
        found = [pair for pair in pairs if pair.round_id == one.pk]
        rows += [TimetableRow(one, pair, pair.partner_of(registration), why_of(pair, registration)) for pair in found]
        if not found:
            rows.append(TimetableRow(one, None, None, ()))
    return rows


def why_of(pair: Pairing, registration: Registration) -> list[Promise]:
    """Reasons as this person may know them: the other's wish only if it was mutual."""
    is_mentee = registration.side != Side.MENTOR
    shown = [code for code in pair.why if is_mentee or code not in OF_THE_MENTEE]
    return [WHY[code] for code in shown if code in WHY][:2]
