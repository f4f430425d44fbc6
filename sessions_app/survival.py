"""How long something takes, when for some it has not happened yet. Pure.

The product-limit estimator: E. L. Kaplan and P. Meier, “Nonparametric estimation from incomplete observations”, Journal
of the American Statistical Association 53 (1958), 457–481. Leaving out those who wait makes every time too short.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# The share that still waits is a product of floats; it never differs by as little as this from a share that was asked.
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds until it happened, or, if it has not, for how long one has waited so far."""

    seconds: int
    happened: bool


@dataclass(frozen=True, slots=True)
class Quantile:
    """The time by which this share has got there; with `is_more`, all that is known is that it takes longer."""

    seconds: int
    is_more: bool = False


def still_waiting(spans: Iterable[Span]) -> Iterator[tuple[int, float]]:
    """The moments at which it happened, each with the share that still waits right after it, estimated."""
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


def quantile(spans: Iterable[Span], percent: int) -> Quantile | None:
    """The time by which `percent` of all have got there; None when there is nobody to ask about."""
    spans = list(spans)
    if not spans:
        return None
    for seconds, share in still_waiting(spans):
        if share <= 1 - percent / 100 + TINY:
            return Quantile(seconds)
    return Quantile(max(span.seconds for span in spans), is_more=True)
