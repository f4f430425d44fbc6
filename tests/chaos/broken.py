"""Workers with a broken outbox, for counter-proofs: `BROKEN` names what is left out. Never part of the product."""

import os

import django

from mentoring.celery import app

django.setup()

from django.db.models.functions import Now  # noqa: E402

from notifications import outbox  # noqa: E402
from notifications.models import Notification  # noqa: E402

LOCKED = "FOR UPDATE SKIP LOCKED"


def begin_without_looking(row: Notification, now: object = None) -> bool:
    Notification.objects.filter(pk=row.pk).update(data_started_at=Now())
    return True


if "fence" in os.environ["BROKEN"]:
    outbox.begin_data = begin_without_looking
if "skip-locked" in os.environ["BROKEN"]:
    assert LOCKED in outbox.CLAIM
    outbox.CLAIM = outbox.CLAIM.replace(LOCKED, "")

__all__ = ["app"]
