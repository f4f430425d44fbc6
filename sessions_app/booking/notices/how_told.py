"""How people and other systems are told of a new booking, read together with the facts that it depends on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from notifications.models.webhooks import WANTING
from notifications.preferences import CHOSEN_LEADS, leads_of

COLUMNS = f"{CHOSEN_LEADS}, {WANTING}"


@dataclass(frozen=True, slots=True)
class HowTold:
    """`leads`: how long before a session each person is reminded. `endpoints`: the other systems that want to know."""

    leads: Mapping[int, tuple[timedelta, ...]]
    endpoints: list[int]

    @classmethod
    def from_row(cls, people: Iterable[int], chosen: Any, endpoints: list[int]) -> Self:
        """From `COLUMNS`, which were asked about these people."""
        return cls(leads_of(people, chosen), endpoints)
