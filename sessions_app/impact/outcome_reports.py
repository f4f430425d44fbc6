"""The figures of staff's page about outcomes. Those over many questions take seconds, so they are kept for an hour."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from .outcomes import BEGINNING, Journey, OutcomeGroup, by_kind, by_topic, group_of, load_journeys

PERIODS: Mapping[str, tuple[str | Promise, timedelta | None]] = {
    "30": (gettext_lazy("30 days"), timedelta(days=30)),
    "90": (gettext_lazy("90 days"), timedelta(days=90)),
    "all": (gettext_lazy("All time"), None),
}
Splitting = Callable[[Sequence[Journey]], list[OutcomeGroup]]
SPLITS: Mapping[str, tuple[str | Promise, Splitting]] = {
    "topic": (gettext_lazy("Topic"), by_topic),
    "kind": (gettext_lazy("Kind of help"), by_kind),
}
# From so many questions on a report is kept. Below it is worked out for each look.
MANY = 2000
KEPT_FOR = timedelta(hours=1)
# Longer than between two runs of the task that works them out before anyone asks
FORGOTTEN_AFTER = KEPT_FOR + timedelta(minutes=15)
# Grows with every change of the classes below, so that what an earlier version kept isn't read.
SHAPE = 1


@dataclass(frozen=True, slots=True)
class OutcomeReport:
    """`asked`: how many questions it is about. `kept_since`: None if it was worked out just now."""

    everybody: OutcomeGroup
    groups: Sequence[OutcomeGroup]
    asked: int
    kept_since: datetime | None = None


def read_report(period: str, split: str, *, now: datetime) -> OutcomeReport:
    kept: OutcomeReport | None = cache.get(_key(period, split))
    return kept or work_out_report(period, split, now=now)


def work_out_report(period: str, split: str, *, now: datetime) -> OutcomeReport:
    return _report_on(_load_period(period, now=now), period, split, now=now)


def work_out_reports(*, now: datetime) -> int:
    """All of them, so that nobody waits for one. Returns how many."""
    for period in PERIODS:
        found = _load_period(period, now=now)
        for split in SPLITS:
            _report_on(found, period, split, now=now)
    return len(PERIODS) * len(SPLITS)


def _load_period(period: str, *, now: datetime) -> list[Journey]:
    length = PERIODS[period][1]
    return load_journeys(since=now - length if length else BEGINNING, now=now)


def _report_on(found: Sequence[Journey], period: str, split: str, *, now: datetime) -> OutcomeReport:
    report = OutcomeReport(group_of(_("All questions"), found), SPLITS[split][1](found), len(found))
    if report.asked >= MANY:
        kept = OutcomeReport(report.everybody, report.groups, report.asked, kept_since=now)
        cache.set(_key(period, split), kept, timeout=FORGOTTEN_AFTER.total_seconds())
    return report


def _key(period: str, split: str) -> str:
    """By language, since labels in the report are in one."""
    return f"outcomes-{SHAPE}-{get_language()}-{period}-{split}"
