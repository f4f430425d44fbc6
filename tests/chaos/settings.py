"""The product's settings with short waits. Nothing else differs: what is tried here is the code that runs."""

import os
from datetime import timedelta

from mentoring.settings import *  # noqa: F403

# A scenario that must not depend on how soon a lease runs out asks for a long one, and ends it by itself.
OUTBOX_LEASE = timedelta(seconds=float(os.environ.get("LEASE", 4)))
OUTBOX_FIRST_RETRY = timedelta(seconds=0.5)
OUTBOX_LOOKS_EVERY = timedelta(seconds=0.5)
OUTBOX_REAPS_EVERY = timedelta(seconds=1)
OUTBOX_BREAKER_PAUSE = timedelta(seconds=1)
# Long, so that only what a scenario wants to take long does; one that is about short ones sets its own.
EMAIL_TIMEOUT = float(os.environ.get("EMAIL_TIMEOUT", 200))
EMAIL_ANSWER_TIMEOUT = 200
WEBHOOKS_TO_LOCAL_ADDRESSES = True
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 2
CELERY_BEAT_SCHEDULE = {
    "audit": {"task": "sessions_app.tasks.audit", "schedule": 3, "options": {"expires": 5}},
}
