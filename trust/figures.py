"""What is published of cases, by quarter: how many of each kind, how long they took, and how appeals ended."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import median

from django.db.models import Count

from accounts.models import User

from .models import Appeal, AppealOutcome, Case
from .models.cases import CASE_KINDS

QUARTERS = 4
HOUR = 3600
# With fewer cases in a quarter, a number could tell of one person.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Quarter:
    """`hours`: the median from the first report to the decision. A quarter with few cases shows no numbers."""

    year: int
    number: int
    decided: int
    by_kind: list[tuple[str, int]]
    hours: int | None
    appeals: int
    upheld: int

    @property
    def is_shown(self) -> bool:
        return self.decided >= FEWEST


def first_days(now: datetime) -> list[date]:
    """The first days of the last quarters and of the present one, the newest first."""
    days, year, quarter = [], now.year, (now.month - 1) // 3
    for _each in range(QUARTERS + 1):
        days.append(date(year, 3 * quarter + 1, 1))
        year, quarter = (year, quarter - 1) if quarter else (year - 1, 3)
    return days


def list_quarters(*, now: datetime) -> list[Quarter]:
    """The last four that are over, the newest first, without those before the first account of the site."""
    days, began = first_days(now), User.objects.order_by("pk").values_list("date_joined", flat=True).first()
    quarters = zip(days[1:], days, strict=False)
    return [read_quarter(first, end) for first, end in quarters if began and began.date() < end]


def read_quarter(first: date, end: date) -> Quarter:
    begins, ends = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (first, end))
    cases = Case.objects.filter(decided_at__gte=begins, decided_at__lt=ends)
    kinds = dict(cases.values_list("kind").annotate(Count("pk")).order_by())
    spans = cases.values_list("opened_at", "decided_at")
    took = [(decided - opened).total_seconds() for opened, decided in spans if decided]
    appeals = Appeal.objects.filter(decided_at__gte=begins, decided_at__lt=ends)
    return Quarter(
        year=first.year,
        number=(first.month - 1) // 3 + 1,
        decided=len(took),
        by_kind=[(str(label), kinds[kind]) for kind, label in CASE_KINDS if kind in kinds],
        hours=round(median(took) / HOUR) if took else None,
        appeals=appeals.count(),
        upheld=appeals.filter(outcome=AppealOutcome.UPHELD).count(),
    )
