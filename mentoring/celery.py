"""The Celery application: workers and beat start with `celery -A mentoring`."""

import os
from typing import Any

from celery import Celery, signals
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")

app = Celery("mentoring")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_process_init.connect
def start_loops(**_told: Any) -> None:
    """Each process of a worker's pool has its own loop over the outbox."""
    import_string("notifications.sending.loop.start")()


@signals.worker_process_shutdown.connect
def stop_loops(**_told: Any) -> None:
    import_string("notifications.sending.loop.stop")()
