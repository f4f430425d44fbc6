"""What bookings tell Prometheus."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily, Metric

from notifications.models import StateCount
from sessions_app.models.stuck import ClockAct

from .models import Booking, BookingState, SharedFile, StuckRow


def booking_metrics() -> Iterator[Metric]:
    metric = GaugeMetricFamily("mentoring_bookings", "Bookings by state", labels=["state"])
    counts = StateCount.objects.numbers(Booking)
    for state in BookingState.values:
        metric.add_metric([state], counts.get(state, 0))
    yield metric
    stuck = GaugeMetricFamily("mentoring_stuck_rows", "Rows that an act of the clock fails on", labels=["act"])
    stuck_by_act = dict(StuckRow.objects.values_list("act").annotate(Count("pk")))
    for act in ClockAct.values:
        stuck.add_metric([act], stuck_by_act.get(act, 0))
    yield stuck
    waiting = SharedFile.objects.waiting_for_scan().count() if settings.CLAMD else 0
    yield GaugeMetricFamily("mentoring_files_waiting", "Shared files that wait for the virus scanner", value=waiting)
