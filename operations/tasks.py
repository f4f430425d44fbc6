"""What the clock does so that its own standing still is seen."""

from celery import shared_task

from common.clock import agreed_now, note_beat


@shared_task
def beat() -> None:
    note_beat(agreed_now())
