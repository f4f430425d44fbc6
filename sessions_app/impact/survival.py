"""How long something takes when for some it hasn't happened yet. Pure.

The product-limit estimator: E. L. Kaplan and P. Meier, “Nonparametric estimation from incomplete observations”, Journal
of the American Statistical Association 53 (1958), 457–481. Leaving out those who still wait would make all times too
short.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

# Tolerance for comparing shares, which are products of floats; different ones differ by more.
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds until it happened or, if it hasn't, for how long the person has waited so far."""

    seconds: int
    happened: bool


@dataclass(frozen=True, slots=True)
class Quantile:
    """The time after which this share has reached it. With `is_more`, it is only known to take longer."""

    seconds: int
    is_more: bool = False


def still_waiting(spans: Iterable[Span]) -> Iterator[tuple[int, float]]:
    """The moments at which it happened, each with the estimated share of people who still wait right after it."""
    happened: Counter[int] = Counter()
    seen: Counter[int] = Counter()
    for span in spans:
        seen[span.seconds] += 1
        happened[span.seconds] += span.happened
    at_risk, share = seen.total(), 1.0
    for seconds in sorted(seen):
        if happened[seconds]:
            share *= 1 - happened[seconds] / at_risk
            yield seconds, share
        at_risk -= seen[seconds]


def estimate_quantiles(spans: Sequence[Span], percents: Sequence[int]) -> list[Quantile | None]:
    """The times after which these percentages have reached it. None if there is nobody."""
    if not spans:
        return [None] * len(percents)
    curve, longest = list(still_waiting(spans)), max(span.seconds for span in spans)
    return [reached_by(curve, percent) or Quantile(longest, is_more=True) for percent in percents]


def reached_by(curve: Iterable[tuple[int, float]], percent: int) -> Quantile | None:
    enough = 1 - percent / 100 + TINY
    return next((Quantile(seconds) for seconds, share in curve if share <= enough), None)
