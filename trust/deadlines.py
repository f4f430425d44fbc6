"""By when a case is decided, and when people are told that it waits. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

from accounts.rules.working_days import working_days_later

from .models import ReportKind
from .models.cases import CASE_KINDS, SIGNAL

HOUR = timedelta(hours=1)
# Safety doesn't wait for a Monday.
ELAPSED: Mapping[str, timedelta] = {ReportKind.SAFETY: 24 * HOUR}
WORKING_DAYS: Mapping[str, int] = {
    ReportKind.PRIVACY: 2,
    ReportKind.CONDUCT: 3,
    ReportKind.SELLING: 3,
    ReportKind.WRONG: 3,
    ReportKind.OTHER: 3,
    SIGNAL: 3,
}
# After a report about safety, until someone takes the case
ON_CALL_AFTER = (timedelta(), 4 * HOUR, 12 * HOUR)
APPEAL_WITHIN, APPEAL_DECIDED_WITHIN = timedelta(days=180), timedelta(days=7)
READ_FOR = HOUR
# So long a case that was taken after its deadline stays with who took it.
TAKEN_LATE_FOR = timedelta(days=1)
# Who looked is shown to the person so long after a case is closed.
SHOWN_AFTER = timedelta(days=30)
GRAVITY = {kind: place for place, kind in enumerate(dict(CASE_KINDS))}


def first_decision_due(kind: str, reported_at: datetime, zone: tzinfo) -> datetime:
    """`zone`: whose working days count."""
    if kind in ELAPSED:
        return reported_at + ELAPSED[kind]
    return working_days_later(reported_at, WORKING_DAYS[kind], zone)


def gravest_of(*kinds: str) -> str:
    return min(kinds, key=lambda kind: GRAVITY[kind])
