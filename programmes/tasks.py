"""What the clock does for programmes."""

from celery import shared_task

from common.clock import agreed_now

from .rosters import invitees
from .words import announcing


@shared_task(soft_time_limit=300, time_limit=330)
def tell_invited() -> int:
    return invitees.tell_invited(now=agreed_now())


@shared_task(soft_time_limit=300, time_limit=330)
def send_announcements() -> int:
    return announcing.send_announcements(now=agreed_now())
