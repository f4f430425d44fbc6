"""How soon people were helped after mentors were asked for them.

Those who still wait, or went away, count for as long as they have waited.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from sessions_app.models import WaitlistEntry
from sessions_app.models.waiting import HELPED, WaitlistOutcome

from .survival import Quantile, Span, estimate_quantiles

LATELY, LONG = timedelta(days=28), timedelta(hours=72)
# Of fewer people nothing is said but that: each could be guessed.
FEWEST = 5
# Of fewer, people who wait aren't told how soon they may be helped.
ENOUGH = 20
MOST_READ = 10_000


@dataclass(frozen=True, slots=True)
class HelpSought:
    """`asked` people began to wait in the last four weeks. `left`: went away by themselves; `unfilled`: waited longer
    than 72 hours, helped since or not. `half` and `nine_in_ten`: the time by which so many were helped.
    """

    asked: int
    helped: int
    left: int
    waiting: int
    unfilled: int
    half: Quantile | None
    nine_in_ten: Quantile | None

    @property
    def is_enough(self) -> bool:
        """Whether it says something to a person who waits now."""
        return self.asked >= ENOUGH

    @property
    def is_told(self) -> bool:
        return self.asked >= FEWEST


def read_help_sought(*, now: datetime) -> HelpSought:
    sought = WaitlistEntry.objects.filter(Q(asks_mentors=True) | Q(asks_writers=True), since__gt=now - LATELY)
    rows = list(sought.order_by("-since").values_list("since", "ended_at", "ended")[:MOST_READ])
    spans = [Span(round(((ended_at or now) - since).total_seconds()), how in HELPED) for since, ended_at, how in rows]
    half, nine_in_ten = estimate_quantiles(spans, [50, 90])
    return HelpSought(
        asked=len(rows),
        helped=sum(span.happened for span in spans),
        left=sum(how == WaitlistOutcome.LEFT for _since, _ended_at, how in rows),
        waiting=sum(ended_at is None for _since, ended_at, _how in rows),
        unfilled=sum(span.seconds > LONG.total_seconds() for span in spans),
        half=half,
        nine_in_ten=nine_in_ten,
    )


def late_asks(now: datetime) -> QuerySet[WaitlistEntry]:
    """Those for whom mentors were asked without success for more than 72 hours, the longest first."""
    return WaitlistEntry.objects.live(now).filter(asks_mentors=True, since__lte=now - LONG).order_by("since", "pk")
