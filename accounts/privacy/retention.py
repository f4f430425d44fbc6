"""How long things are kept: one table in the settings, one task a day, in batches."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

logger = logging.getLogger(__name__)
AT_ONCE = 500
# For each rule in one run; the next run does the rest.
SECONDS = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """`name` in `settings.RETENTION` says how long. `forget(before, most)` deletes or empties up to `most` rows that
    are older than `before`, and returns how many it found."""

    name: str
    forget: Callable[[datetime, int], int]


# Apps enter theirs when they start.
rules: list[Rule] = []


def retain(*, now: datetime, seconds: float = SECONDS) -> dict[str, int]:
    """Apply every rule. One that fails doesn't keep back the others. Returns how many rows each has taken."""
    return {rule.name: _apply(rule, now, seconds) for rule in rules}


def _apply(rule: Rule, now: datetime, seconds: float) -> int:
    end, gone = time.monotonic() + seconds, 0
    before = now - settings.RETENTION[rule.name]
    try:
        while time.monotonic() < end:
            gone += (found := rule.forget(before, AT_ONCE))
            if found < AT_ONCE:
                break
    except Exception as error:
        logger.error("the rule %s of retention failed: %s", rule.name, type(error).__name__)
    return gone
