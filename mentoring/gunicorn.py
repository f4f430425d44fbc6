"""Gunicorn for production: `gunicorn mentoring.wsgi --config python:mentoring.gunicorn`; flags win over it."""

import gc
import signal
from datetime import UTC, datetime
from shutil import rmtree
from threading import Timer
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from common.zones import zone_names
from mentoring.leaving import announce_leaving, is_leaving
from mentoring.metrics_directory import make_directory


def on_exit(_server: object) -> None:
    # Also where it went into the background, and so isn't the process that made it.
    rmtree(METRICS, ignore_errors=True)


def when_ready(server: Any) -> None:
    leave_slowly(server)
    prepare_copies()


def leave_slowly(server: Any) -> None:
    """Let a first SIGTERM announce that the server leaves, and end it a while later. A second one ends the wait."""

    def leave(number: int, frame: Any) -> None:
        if is_leaving():
            server.signal(number, frame)
            return
        announce_leaving()
        waiting = Timer(settings.WEB_LEAVES_AFTER, server.signal, [number, None])
        waiting.daemon = True
        waiting.start()

    signal.signal(signal.SIGTERM, leave)


def prepare_copies() -> None:
    """Before the workers branch off: load all views, and what reads questions, look at all zones, and exempt all from
    collection.

    What they do not change stays in memory once for all of them, and a collector of garbage would change it.
    """
    # Reading the map of addresses imports what answers them.
    len(import_string("django.urls.get_resolver")().url_patterns)
    import_string("search.reading.loading.warm_up")()
    import_string("sessions_app.availability.walltime.prepare_zones")(zone_names(), datetime.now(UTC))
    gc.collect()
    gc.freeze()


# Workers are copies of a process that has loaded the code already, so new code needs a new start: a HUP isn't one.
preload_app = True
# The longest that gunicorn allows: an address may hold a question of 500 letters, escaped to twelve characters each
limit_request_line = 8190
# Whether a proxy is believed is said by NUM_PROXIES alone; gunicorn would believe any on this machine or at a socket.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
worker_class = "gthread"
# A kept connection belongs to the worker that took it: a proxy that keeps a few would have one worker do nearly all
# the work while another has none (decision 75). A new one is taken by a worker that has time.
keepalive = 0
workers = 2
threads = 8
# The product writes a line for each request itself (`mentoring.request_log`).
accesslog = None
# Where the workers keep what they have counted, so that each of them can tell /metrics of all.
METRICS = make_directory()
raw_env = [f"PROMETHEUS_MULTIPROC_DIR={METRICS}"]
