"""Moments of the session that everybody books, and what came of them."""

import re
from datetime import datetime, timedelta

from accounts.models import User
from notifications.inbox import build_entries
from notifications.models import InboxItem, Notification
from sessions_app.models import AttendanceAct, Booking
from tests.sessions_app.conftest import THURSDAY

NAMES, TIMES = re.compile("Alice|Bob"), re.compile(r"\w{3} \d+ \w{3}, \d\d:\d\d")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
END = THURSDAY + 25 * MINUTE


def after(minutes: float) -> datetime:
    """So many minutes after the start."""
    return THURSDAY + minutes * MINUTE


def acts(booking) -> list[tuple]:
    return [
        (act.person.first_name, act.kind, act.at - THURSDAY) for act in AttendanceAct.objects.filter(booking=booking)
    ]


def told(person: User, now) -> list[tuple[str, str, str]]:
    """What the inbox says about the session, newest first: the kind of each line, who is named in it, and its time."""
    items = list(InboxItem.objects.shown_to(person, now).filter(at__gte=THURSDAY - 10 * MINUTE).order_by("-at", "-pk"))
    lines = [(entry.item.kind, entry.line.text) for entry in build_entries(items, reader=person, now=now)]
    return [(kind, " ".join(NAMES.findall(text)), " ".join(TIMES.findall(text))) for kind, text in lines]


def state_of(booking) -> str:
    return Booking.objects.get(pk=booking.pk).state


def mails(kind: str) -> list[str]:
    return list(Notification.objects.filter(kind=kind).values_list("recipient__email", flat=True))
