"""What reminders bring: how many took the step after one, beside the tenth that was due for one and got none.

Each person counts once, with their first reminder in the programme; so does each address that was invited. Counted as
of the last Monday, so it changes once a week at most, and told with small groups hidden as other figures are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy

from programmes.models import COUNTS_FOR, Nudge, Programme
from search.figures.defined import Row, Text, share_row
from search.figures.hiding import hide_nested
from search.figures.periods import week_start

SHOWN_FROM = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    is_held_out: bool
    is_done: bool


def read_outcomes(programme: Programme, now: datetime) -> list[Outcome]:
    """Of reminders of addresses the first is known by its number, since the address is forgotten with its row."""
    until = week_start(now) - COUNTS_FOR
    rows = Nudge.objects.filter(programme=programme, at__lt=until).order_by("at", "pk")
    seen: set[int] = set()
    found = []
    for person, number, is_held_out, done_at in rows.values_list("person", "number", "is_held_out", "done_at"):
        if number == 1 if person is None else person not in seen:
            found.append(Outcome(is_held_out, done_at is not None))
        if person is not None:
            seen.add(person)
    return found


def read_effect(programme: Programme, now: datetime) -> Sequence[Row] | None:
    """Two shares: of those who were reminded, and of those who weren't. None before there are enough people."""
    outcomes = read_outcomes(programme, now)
    if len(outcomes) < SHOWN_FROM:
        return None
    return [
        _share("reminded", gettext_lazy("Took the step within 14 days of a reminder"), outcomes, is_held_out=False),
        _share("held_out", gettext_lazy("Took it without a reminder"), outcomes, is_held_out=True),
    ]


def _share(code: str, label: Text, outcomes: Sequence[Outcome], *, is_held_out: bool) -> Row:
    # Each outcome is of another person.
    group = [one for one in outcomes if one.is_held_out == is_held_out]
    done = [number for number, one in enumerate(group) if one.is_done]
    of, hits = hide_nested([[number for number, one in enumerate(group) if not one.is_done], done])
    return share_row(code, label, of, hits)
