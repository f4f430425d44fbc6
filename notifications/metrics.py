"""What the outbox tells Prometheus, read from the table at each scrape: right for any number of processes."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, ExpressionWrapper, F, Q, Sum
from django.db.models.fields import DurationField
from prometheus_client.core import GaugeHistogramMetricFamily, GaugeMetricFamily, Metric

from accounts.privacy.erasing import count_overdue

from .deliveries import SENT_WITHIN, MailHealth, mail_health
from .models import Notification, State, StateCount

BUCKETS = (1, 5, 10, 30, 60, 120, 300, 900, 3600, 14400)


def outbox_metrics(now: datetime) -> Iterator[Metric]:
    yield rows_by_state()
    health = mail_health(now)
    age = health.oldest
    yield GaugeMetricFamily(
        "mentoring_outbox_oldest_due_seconds",
        "Age of the oldest notification that should have left; over 120 is ill",
        value=age.total_seconds() if age else 0,
    )
    yield GaugeMetricFamily(
        "mentoring_mail_server_refuses",
        "1 while the mail server refuses mail after mail and the workers pause; then it is ill",
        value=bool(health.refused),
    )
    yield from in_trouble_lately(health)
    yield GaugeMetricFamily(
        "mentoring_removals_overdue",
        "People whose removal should have been over a day ago",
        value=count_overdue(now),
    )
    yield lateness_metric(now)


def rows_by_state() -> Metric:
    metric = GaugeMetricFamily("mentoring_notifications", "Rows of the outbox by state", labels=["state"])
    counts = StateCount.objects.numbers(Notification)
    for state in State.values:
        metric.add_metric([state], counts.get(state, 0))
    return metric


def in_trouble_lately(health: MailHealth) -> Iterator[Metric]:
    name = "mentoring_notifications_lately"
    counts = GaugeMetricFamily(name, "Notifications that ended like this within the last hour", labels=["state"])
    limits = GaugeMetricFamily(f"{name}_ill_at", "From how many of them on it is ill", labels=["state"])
    for state, count in health.lately.items():
        counts.add_metric([state], count)
        limits.add_metric([state], settings.OUTBOX_ILL_AT[state])
    yield from (counts, limits)


def lateness_metric(now: datetime) -> Metric:
    late = ExpressionWrapper(F("sent_at") - F("due_at"), output_field=DurationField())
    sent = Notification.objects.filter(state=State.SENT, sent_at__gt=now - SENT_WITHIN).annotate(late=late)
    within = {f"le_{limit}": Count("pk", filter=Q(late__lte=timedelta(seconds=limit))) for limit in BUCKETS}
    found = sent.aggregate(**within, all=Count("pk"), total=Sum("late"))
    buckets = [(str(float(limit)), found[f"le_{limit}"]) for limit in BUCKETS]
    return GaugeHistogramMetricFamily(
        "mentoring_notification_lateness_seconds",
        "From due to sent, for what was sent in the last 24 hours",
        buckets=[*buckets, ("+Inf", found["all"])],
        gsum_value=found["total"].total_seconds() if found["total"] else 0,
    )
