"""How people and other systems are told of a new booking, read together with the facts that it depends on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from notifications.models.webhooks import WANTING
from notifications.preferences import CHOSEN_LEADS, leads_of
from sessions_app.invites.elsewhere import concerns_calendars_sql


# A function, since apps above have a part in it that they enter when they start.
def columns_sql() -> str:
    return f"{CHOSEN_LEADS}, {WANTING}, {concerns_calendars_sql()}"


@dataclass(frozen=True, slots=True)
class HowTold:
    """`leads`: how long before a session each person is reminded. `endpoints`: the other systems that want to know.
    `concerns_calendars`: a person's calendar elsewhere may have to show it.
    """

    leads: Mapping[int, tuple[timedelta, ...]]
    endpoints: list[int]
    concerns_calendars: bool

    @classmethod
    def from_row(cls, people: Iterable[int], chosen: Any, *others: Any) -> Self:
        """From `columns_sql`, which were asked about these people."""
        return cls(leads_of(people, chosen), *others)
