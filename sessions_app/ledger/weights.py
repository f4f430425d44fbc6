"""The arithmetic of the ledger. Pure.

A person's number is never below 0. What they missed adds to it, each session that they came to takes a little away,
and in between it halves every `HALVES_EVERY`.
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

HALVES_EVERY = timedelta(days=90)
# What is older weighs less than a 200th of what it did, and isn't looked at any more.
COUNTS_FOR = timedelta(days=730)
# So soon after they cancelled late a person may part from the other, and it counts as done because of that.
PARTS_WITHIN = timedelta(days=1)
# After so many decimals the database and this module may differ, as floating-point numbers do.
DECIMALS = 6


class FactKind(StrEnum):
    MISSED = "missed"
    LATE = "late"
    UNANSWERED = "unanswered"
    CAME = "came"


WEIGHTS = {FactKind.MISSED: 1.0, FactKind.LATE: 0.5, FactKind.UNANSWERED: 0.5, FactKind.CAME: -0.2}


class LedgerFact(NamedTuple):
    """In this order facts count: by their moment, then by their booking's id."""

    at: datetime
    booking: int
    kind: FactKind


def fade(age: timedelta) -> float:
    """What is left of 1 after so long."""
    return float(0.5 ** (age / HALVES_EVERY))


def number_at(facts: Iterable[LedgerFact], moment: datetime) -> float:
    """The number at `moment`, of facts in any order, none of them later."""
    number, last = 0.0, moment
    for fact in sorted(facts):
        number = max(0.0, number * fade(fact.at - last) + WEIGHTS[fact.kind])
        last = fact.at
    return round(number * fade(moment - last), DECIMALS)


def falls_to(number: float, limit: float, now: datetime) -> datetime:
    """When the number will have fallen to `limit` by time alone; `now` if it isn't above."""
    if number <= limit:
        return now
    return now + HALVES_EVERY * math.log2(number / limit)
