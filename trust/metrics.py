"""What cases tell Prometheus."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric

from .models import Appeal, Case


def case_metrics(now: datetime) -> Iterator[Metric]:
    yield GaugeMetricFamily("mentoring_cases_undecided", "Cases without a decision", Case.objects.undecided().count())
    yield GaugeMetricFamily(
        "mentoring_cases_overdue", "Cases that should have been decided by now", Case.objects.overdue(now).count()
    )
    overdue = Appeal.objects.waiting().filter(due_at__lt=now).count()
    yield GaugeMetricFamily("mentoring_appeals_overdue", "Appeals that should have been answered by now", overdue)
