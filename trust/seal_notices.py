"""The mail by which owners get the seal of the day."""

from datetime import datetime

from accounts.roles import may
from accounts.rules.roles import Power
from common.mail.rendering import absolute_url
from notifications.models import Notification
from notifications.readers import NoticeReader
from notifications.registry import Message, Nothing

from .models import Seal


def render_seal_email(row: Notification, now: datetime) -> Message | Nothing:
    if not may(row.recipient, Power.RUN):
        return Nothing("not an owner any more")
    seal = Seal.objects.get(pk=row.subject_id)
    context = {
        "day": seal.day,
        "digest": seal.digest,
        "rows": seal.rows,
        "command": f"manage.py check_seals --day {seal.day:%Y-%m-%d} --seal {seal.digest}",
        "trace_url": absolute_url("staff_trace"),
    }
    return NoticeReader(row.recipient, now).render_email("trust/seal", context)
