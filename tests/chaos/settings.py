"""The product's settings with short waits. Nothing else differs: what is tried here is the code that runs."""

from datetime import timedelta

from mentoring.settings import *  # noqa: F403

OUTBOX_LEASE = timedelta(seconds=4)
OUTBOX_FIRST_RETRY = timedelta(seconds=0.5)
EMAIL_TIMEOUT = 200
MAX_MAILS_PER_DAY = 100_000
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 2
CELERY_BEAT_SCHEDULE = {
    "send": {"task": "notifications.tasks.drain", "schedule": 1, "options": {"expires": 5}},
    "reap": {"task": "notifications.tasks.reap", "schedule": 1, "options": {"expires": 5}},
    "audit": {"task": "sessions_app.tasks.audit", "schedule": 3, "options": {"expires": 5}},
}
