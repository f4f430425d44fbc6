"""The state of the outbox, for staff's page, for monitoring and for metrics."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, Count, F, Min, Q, QuerySet, When
from django.db.models.functions import Coalesce, Greatest

from notifications.sending.breaker import find_open_breaker

from .models import LISTED_AS, UNSENT, Notification, State, StateCount

ILL_AFTER = timedelta(seconds=120)
SENT_WITHIN = timedelta(hours=24)
# While the mail server is away, rows are postponed by less than this, again and again.
SOON = timedelta(minutes=1)
MOST_REASONS = 5
# So many of the mails that didn't arrive are looked through for staff's page, in a year with much trouble as well.
LATEST = 1000

# Only trouble of this last time raises an alarm. Older trouble is still listed for staff.
LATELY = timedelta(hours=1)
# Staff needn't look at older trouble: what it was about is over.
WORTH_A_LOOK = timedelta(days=7)
# From when on it could have left, had all been well. One that was refused and waits for its next try is not overdue:
# that is its recipient's server, not our outbox.
DUE_SINCE = Case(
    When(attempts=0, then=Greatest("due_at", "created_at", Coalesce("retried_at", "due_at"))), default=F("next_try_at")
)


@dataclass(frozen=True, slots=True)
class OutboxFacts:
    waiting: int
    late: int
    sent: int
    uncertain: int
    dead: int
    oldest: timedelta | None
    expired: int = 0


@dataclass(frozen=True, slots=True)
class MailHealth:
    """`lately`: how many ended in trouble within the last hour, by state.

    `refused`: the mail server's answer while it refuses us.
    """

    oldest: timedelta | None
    lately: Mapping[str, int]
    refused: str = ""

    @property
    def is_ill(self) -> bool:
        much = any(self.lately[state] >= limit for state, limit in settings.OUTBOX_ILL_AT.items())
        return is_ill(self.oldest) or much or bool(self.refused)


def mail_health(now: datetime) -> MailHealth:
    ended = Notification.objects.in_trouble().filter(ended_at__gt=now - LATELY)
    counts = dict(ended.values_list("state").annotate(Count("pk")))
    breaker = find_open_breaker()
    return MailHealth(
        oldest=oldest_due_age(now),
        lately={state: counts.get(state, 0) for state in sorted(settings.OUTBOX_ILL_AT)},
        refused=breaker.answer if breaker else "",
    )


def due_rows(now: datetime, *, since: datetime | None = None) -> QuerySet[Notification]:
    """Rows that should be under way, now or since an earlier moment, including those that a lost worker still holds."""
    pending = Q(state=State.PENDING, next_try_at__lte=now + SOON)
    lost = Q(state=State.LEASED, lease_until__lte=now)
    return Notification.objects.alias(due_since=DUE_SINCE).filter(pending | lost, due_since__lte=since or now)


def oldest_due_age(now: datetime) -> timedelta | None:
    oldest = due_rows(now).aggregate(oldest=Min(DUE_SINCE))["oldest"]
    return now - oldest if oldest else None


def is_ill(age: timedelta | None) -> bool:
    return age is not None and age > ILL_AFTER


def outbox_facts(now: datetime) -> OutboxFacts:
    numbers = StateCount.objects.numbers(Notification)
    expired = Notification.objects.filter(state=State.EXPIRED, ended_at__gt=now - SENT_WITHIN)
    return OutboxFacts(
        waiting=sum(numbers.get(state, 0) for state in UNSENT),
        late=due_rows(now, since=now - ILL_AFTER).count(),
        sent=Notification.objects.filter(state=State.SENT, sent_at__gt=now - SENT_WITHIN).count(),
        uncertain=numbers.get(State.UNCERTAIN, 0),
        dead=numbers.get(State.DEAD, 0),
        oldest=oldest_due_age(now),
        expired=expired.count(),
    )


def in_trouble() -> QuerySet[Notification]:
    """Mails that did not arrive, or perhaps did not, newest first."""
    return Notification.objects.in_trouble().order_by("-due_at", "-pk")


def failed_this_week(now: datetime) -> QuerySet[Notification]:
    return Notification.objects.in_trouble().filter(ended_at__gt=now - WORTH_A_LOOK)


def count_failure_reasons() -> list[tuple[str, str, int]]:
    """Pairs of state and reason with how often each occurs among the latest, the most frequent first."""
    latest = in_trouble().values("pk")[:LATEST]
    return count_reasons(Notification.objects.filter(pk__in=latest))[:MOST_REASONS]


def all_reasons() -> list[tuple[str, str, int]]:
    return count_reasons(Notification.objects.in_trouble())


def count_reasons(rows: QuerySet[Notification]) -> list[tuple[str, str, int]]:
    listed = rows.annotate(listed_as=LISTED_AS)
    counted = listed.values_list("state", "listed_as").annotate(number=Count("pk"))
    return list(counted.order_by("-number", "listed_as"))
