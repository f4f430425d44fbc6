"""What bookings tell Prometheus."""

from collections.abc import Iterator

from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily, Metric

from .models import Booking, BookingState


def booking_metrics() -> Iterator[Metric]:
    metric = GaugeMetricFamily("mentoring_bookings", "Bookings by state", labels=["state"])
    counts = dict(Booking.objects.values_list("state").annotate(Count("pk")))
    for state in BookingState.values:
        metric.add_metric([state], counts.get(state, 0))
    yield metric
