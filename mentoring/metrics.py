"""/metrics for Prometheus, for clients with the token or on this machine. For all others it does not exist."""

import ipaddress
import os
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from common.clock import last_beat
from notifications.metrics import outbox_metrics
from sessions_app.metrics import booking_metrics
from trust.metrics import case_metrics

from .request_log import DURATIONS

# Headers of a proxy. One on this machine passes on requests of others, even if NUM_PROXIES was forgotten.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


class Tables(Collector):
    def collect(self) -> Iterator[Metric]:
        yield from outbox_metrics(timezone.now())
        yield from booking_metrics()
        yield from case_metrics(timezone.now())
        yield beat_metric()


def beat_metric() -> Metric:
    beat = last_beat()
    return GaugeMetricFamily(
        "mentoring_beat_timestamp_seconds",
        "When what the clock starts ran last, in seconds since 1970; 0: never",
        value=beat.timestamp() if beat else 0,
    )


@require_safe
@login_not_required
def metrics_page(request: HttpRequest) -> HttpResponse:
    if not (knows_token(request) or is_this_machine(request)):
        raise Http404
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Tables())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        # What all workers of this web server have counted, not only the one that answers
        MultiProcessCollector(registry)
    else:
        registry.register(DURATIONS)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def knows_token(request: HttpRequest) -> bool:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    expected = settings.METRICS_TOKEN
    return bool(expected) and scheme.lower() == "bearer" and constant_time_compare(token.strip(), expected)


def is_this_machine(request: HttpRequest) -> bool:
    if any(name in request.META for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
